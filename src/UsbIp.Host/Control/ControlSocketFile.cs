using System.Net.Sockets;
using UsbIp.Host.Interop;

namespace UsbIp.Host.Control;

/// <summary>
/// The control socket's place in the file system, held by one daemon at a time. A lock on a file beside it says whether a daemon lives, so
/// that the socket of a dead one can be replaced. Owns the listening socket; Dispose removes the socket's name.
/// </summary>
public sealed class ControlSocketFile : IDisposable
{
    /// <summary>The group whose members may control the daemon, if the machine has it.</summary>
    public const string AdminGroupName = "usbip-admin";

    private const int Backlog = 32;

    /// <summary>Everybody may connect: what they may do is decided by who they are, see <see cref="ControlAccess"/>.</summary>
    private const UnixFileMode SocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private const UnixFileMode UserDirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode SystemDirectoryMode = UserDirectoryMode
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly FileStream _lock;
    private readonly string? _ownName;

    private ControlSocketFile(string? ownName, FileStream claim, Socket socket, uint? adminGroup)
    {
        _ownName = ownName;
        _lock = claim;
        Socket = socket;
        AdminGroup = adminGroup;
    }

    /// <summary>Listens; accept from it.</summary>
    public Socket Socket { get; }

    /// <summary>The number of <see cref="AdminGroupName"/>, or null.</summary>
    public uint? AdminGroup { get; }

    /// <param name="path">The socket's place.</param>
    /// <param name="passed">The socket itself, where a service manager has made it there; it stays the manager's.</param>
    /// <exception cref="CommandException">A daemon runs already, or the place cannot be used.</exception>
    public static ControlSocketFile Claim(string path, Socket? passed = null)
    {
        FileStream? claim = null;
        try
        {
            MakeDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            claim = Lock(path);
            return passed is null ? Listen(path, claim) : new ControlSocketFile(null, claim, passed, UserAccess.FindGroup(AdminGroupName));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException or ArgumentException)
        {
            claim?.Dispose();
            throw new CommandException(
                exception is UnauthorizedAccessException ? ExitCode.Permission : ExitCode.Failure,
                $"The control socket {path} cannot be made: {exception.Message}",
                "--control PATH in a directory of your own",
                exception);
        }
    }

    public void Dispose()
    {
        if (_ownName is not null)
        {
            File.Delete(_ownName); // before the lock is let go: the name is ours until then
        }

        Socket.Dispose();
        _lock.Dispose();
    }

    private static void MakeDirectory(string directory)
    {
        if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory, UserAccess.EffectiveUserId == 0 ? SystemDirectoryMode : UserDirectoryMode);
        }
    }

    private static FileStream Lock(string path)
    {
        var name = path + ".lock";
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None, // flock(2): the kernel lets go of it when the daemon dies, however it dies
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            return new FileStream(name, options);
        }
        catch (IOException exception) when (exception.GetType() == typeof(IOException) && File.Exists(name))
        {
            throw new CommandException(
                ExitCode.AlreadyRunning,
                $"A daemon is already running: it holds {path}.",
                "usbip-host status, or usbip-host export BUSID, which asks that daemon",
                exception);
        }
    }

    private static ControlSocketFile Listen(string path, FileStream claim)
    {
        if (File.Exists(path) && new FileInfo(path).Length > 0)
        {
            throw new IOException("there is a file of that name, and it is no socket.");
        }

        File.Delete(path); // of a daemon that died: we hold the lock
        var socket = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, SocketMode);
            socket.Listen(Backlog);
            return new ControlSocketFile(path, claim, socket, UserAccess.FindGroup(AdminGroupName));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
