"""One QEMU with one boot of the guest, and the line to the agent inside it."""

import contextlib
import os
import re
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent

BOOT_SECONDS = 90
SYSTEMD_BOOT_SECONDS = 240
# What the initramfs must load to reach the root file system and the runner.
BOOT_MODULES = ["virtio_pci", "virtio-rng", "virtio_console", "9pnet_virtio", "9p", "overlay"]
# And for a guest that keeps its root over a reboot.
DISK_MODULES = ["virtio_blk", "crc32c_generic", "ext4"]
BUSYBOX_APPLETS = ["sh", "mount", "mkdir", "insmod", "switch_root", "ln", "echo", "rm", "cat"]


COMPLAINT = re.compile(
    r"\bBUG\b|WARNING|Oops|general protection|blocked for more than|cannot find a urb"
    r"|Call Trace|Kernel panic|soft lockup")


class MachineLost(Exception):
    """The guest stopped answering: it crashed, or hangs."""


def stock_kernel():
    """Installs what the rig needs, and returns the directory of the kernel to boot."""
    output = subprocess.run([str(HERE / "install-deps"), "--print-kernel"],
                            check=True, stdout=subprocess.PIPE, text=True).stdout
    return Path(output.strip())


def kernel_complaints(log):
    """The lines of a kernel's log that say that something is wrong with it."""
    return [line.strip() for line in log.splitlines() if COMPLAINT.search(line)]


class Machine:
    """One QEMU with one boot of the guest; with systemd in it, what the guest writes is on a disk and outlives a reboot."""

    def __init__(self, kernel, memory, interactive=False, systemd=False, cpus=2, parameters=()):
        self.kernel = kernel
        self.parameters = parameters
        self.systemd = systemd
        self.memory = memory
        self.cpus = cpus
        self.interactive = interactive
        # Short, since the path of a Unix socket must fit into 107 bytes.
        self.dir = Path(tempfile.mkdtemp(prefix="usbip-vm-"))
        self.share = self.dir / "share"
        self.share.mkdir()
        self.console = self.dir / "console.log"
        self.process = None
        self.control = None
        self.pending = b""

    def start(self):
        release = (self.kernel / "release").read_text().strip()
        self._build_initramfs(release)
        stick = self.dir / "stick.img"
        with open(stick, "wb") as image:
            image.truncate(256 << 20)
        if self.systemd:
            with open(self.dir / "root.img", "wb") as image:
                image.truncate(4 << 30)
            subprocess.run(["mkfs.ext4", "-q", "-F", str(self.dir / "root.img")], check=True)
            subprocess.run(["tar", "-C", "/var/lib", "-cf", str(self.share / "dpkg.tar"),
                            "--exclude=*.md5sums", "--exclude=*.symbols", "dpkg"], check=True)
        self.process = subprocess.Popen(
            self._command(stick),
            stdin=None if self.interactive else subprocess.DEVNULL,
            stdout=None if self.interactive else open(self.dir / "qemu.log", "wb"),
            stderr=subprocess.STDOUT if not self.interactive else None,
            # Ctrl+C is for the runner, which then ends QEMU itself.
            start_new_session=not self.interactive)
        started = time.monotonic()
        self.control = self._connect(self.dir / "control")
        self.expect("ready", started + (SYSTEMD_BOOT_SECONDS if self.systemd else BOOT_SECONDS))
        return time.monotonic() - started

    def keep_processors_apart(self):
        """Binds each emulated processor, which is a thread, to a real one that no other of them uses. False where there are too few.

        Two of them that the scheduler has put on one real processor would spin for each other's locks for a whole time slice.
        """
        real = sorted(os.sched_getaffinity(0))
        if self.cpus > len(real):
            return False
        bound = 0
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            # QEMU has other threads, which come and go.
            with contextlib.suppress(OSError):
                found = re.fullmatch(r"CPU (\d+)/TCG", (task / "comm").read_text().strip())
                if found:
                    os.sched_setaffinity(int(task.name), {real[int(found[1])]})
                    bound += 1
        if bound != self.cpus:
            raise MachineLost(f"{bound} of QEMU's threads are emulated processors by their names, instead of {self.cpus}")
        return True

    def stop(self):
        if self.control:
            self.control.close()
        if self.process and self.process.poll() is None:
            # SIGTERM lets QEMU close its files, the wav among them.
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def remove(self):
        self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    def send(self, *words):
        self.control.sendall((" ".join(words) + "\n").encode())

    def read_line(self, deadline):
        """The next line from the agent in the guest."""
        while b"\n" not in self.pending:
            left = deadline - time.monotonic()
            if left <= 0:
                raise MachineLost("no answer from the guest in time")
            self.control.settimeout(min(left, 1))
            try:
                data = self.control.recv(65536)
            except socket.timeout:
                if self.process.poll() is not None:
                    raise MachineLost("QEMU ended") from None
                continue
            except OSError as error:
                raise MachineLost(f"QEMU ended: {error}") from None
            if not data:
                raise MachineLost("the guest's kernel stopped")
            self.pending += data
        line, self.pending = self.pending.split(b"\n", 1)
        return line.decode(errors="replace").rstrip("\r")

    def expect(self, wanted, deadline):
        while self.read_line(deadline) != wanted:
            pass

    def console_text(self):
        try:
            return self.console.read_text(errors="replace").replace("\r", "")
        except FileNotFoundError:
            return ""

    def _connect(self, path):
        deadline = time.monotonic() + BOOT_SECONDS
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(path))
                return connection
            except OSError:
                connection.close()
                if self.process.poll() is not None or time.monotonic() > deadline:
                    log = self.dir / "qemu.log"
                    text = log.read_text(errors="replace") if log.exists() else ""
                    raise MachineLost("QEMU did not start:\n" + text) from None
                time.sleep(0.02)

    def _build_initramfs(self, release):
        root = self.dir / "initramfs"
        for folder in ["bin", "modules", "proc", "sys", "dev"]:
            (root / folder).mkdir(parents=True)
        shutil.copy(shutil.which("busybox"), root / "bin" / "busybox")
        for applet in BUSYBOX_APPLETS:
            (root / "bin" / applet).symlink_to("busybox")
        order = []
        for module in BOOT_MODULES + (DISK_MODULES if self.systemd else []):
            lines = subprocess.run(
                ["modprobe", "-d", str(self.kernel), "-S", release, "--show-depends", module],
                check=True, capture_output=True, text=True).stdout.splitlines()
            for line in lines:
                path = Path(line.split()[1]) if line.startswith("insmod ") else None
                if path and path.name not in order:
                    order.append(path.name)
                    shutil.copy(path, root / "modules" / path.name)
        (root / "modules" / "order").write_text("\n".join(order) + "\n")
        shutil.copy(HERE / "guest" / "initramfs-init", root / "init")
        (root / "init").chmod(0o755)
        settings = {
            "agent": HERE / "guest" / "agent",
            "modules": self.kernel / "lib" / "modules",
            "DIST": os.environ.get("DIST", CHECKOUT / "dist"),
            "interactive": "yes" if self.interactive else "",
            "systemd": "yes" if self.systemd else "",
        }
        config = "".join(f"{key}={shlex.quote(str(value))}\n" for key, value in settings.items())
        (root / "config").write_text(config)
        (self.share / "config").write_text(config)
        names = "\n".join(str(path.relative_to(root)) for path in sorted(root.rglob("*")))
        with open(self.dir / "initramfs.cpio", "wb") as archive:
            subprocess.run(["cpio", "--quiet", "-o", "-H", "newc", "-R", "0:0"],
                           input=names.encode(), stdout=archive, cwd=root, check=True)
        shutil.rmtree(root)

    def _command(self, stick):
        kernel_line = [
            "console=ttyS0", "loglevel=5", "log_buf_len=16M", "printk.devkmsg=on",
            "nokaslr", "mitigations=off",
            # Programs lie where they lay the last time, so that QEMU has their code translated already: they start in 40 % of the time.
            "norandmaps",
            # The emulated TSC is right, but not always quick enough for the watchdogs.
            # Nor the timer's interrupt on a busy machine, and the kernel panics for want of a timer.
            "tsc=reliable", "no_timer_check", "nosoftlockup", "rcupdate.rcu_cpu_stall_timeout=120",
            # No device here needs the second of patience that old sticks do.
            "usb-storage.delay_use=0",
            *self.parameters,
        ]
        # A panic ends the machine; where reboots are part of the story, it stays as it is instead.
        kernel_line += (["systemd.unit=vm.target", "systemd.show_status=0",
                         # As in the agent, for services.
                         "systemd.setenv=DOTNET_EnableWriteXorExecute=0"] if self.systemd else ["panic=-1"])

        def port(name):
            # A socket of the runner's directory as /dev/virtio-ports/NAME in the guest.
            return ["-device", f"virtserialport,chardev={name},name={name}"]

        def joined(name):
            # Two ends of one socket, both in QEMU: what it offers there, the guest reaches.
            path = self.dir / name
            return ["-chardev", f"socket,id={name}-far,path={path},server=on,wait=off",
                    "-chardev", f"socket,id={name},path={path}", *port(name)]

        console = (["-chardev", "stdio,id=shell,signal=off", "-device", "virtconsole,chardev=shell"]
                   if self.interactive else [])
        root = (["-drive", f"if=virtio,format=raw,cache=unsafe,file={self.dir}/root.img"] if self.systemd
                else ["-no-reboot"])
        # The emulator does a "rep movsb" byte by byte, which no real processor does. One that does not claim to be
        # fast at it ("enhanced rep movsb") is not given any, by the kernel or by the C library.
        return [
            "qemu-system-x86_64", "-M", "q35,i8042=off", "-accel", "tcg,thread=multi,tb-size=512",
            "-cpu", "max,-erms,-fsrm", "-smp", str(self.cpus), "-m", str(self.memory),
            "-nodefaults", "-no-user-config", "-name", "usbip-vm,debug-threads=on", "-display", "none", *root,
            "-kernel", str(self.kernel / "vmlinuz"),
            "-initrd", str(self.dir / "initramfs.cpio"), "-append", " ".join(kernel_line),
            "-serial", f"file:{self.console}",
            "-virtfs", "local,path=/,mount_tag=hostroot,security_model=none,readonly=on,multidevs=remap",
            "-virtfs", f"local,path={self.share},mount_tag=run,security_model=none",
            "-device", "virtio-rng-pci", "-device", "virtio-serial-pci",
            *console,
            "-chardev", f"socket,id=control,path={self.dir}/control,server=on,wait=off", *port("control"),
            *joined("monitor"), "-mon", "chardev=monitor-far,mode=control",
            # The "physical" devices.
            "-device", "qemu-xhci,id=xhci,p2=8,p3=8",
            # A block node stays when its device is pulled out, so that it can be plugged in again.
            "-blockdev", f"driver=raw,node-name=stick-image,file.driver=file,file.filename={stick}",
            "-device", "usb-storage,bus=xhci.0,port=1,id=stick,drive=stick-image,serial=QEMUSTICK1",
            "-device", "usb-kbd,bus=xhci.0,port=2,id=keyboard",
            "-audiodev", f"wav,id=wav,path={self.share}/audio.wav,"
                         "out.frequency=48000,out.channels=2,out.format=s16",
            "-device", "usb-audio,bus=xhci.0,port=3,id=speaker,audiodev=wav",
            *joined("usbserial"),
            "-device", "usb-serial,bus=xhci.0,port=4,id=serial,chardev=usbserial-far,always-plugged=on",
        ]
