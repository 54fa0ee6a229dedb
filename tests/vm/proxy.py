#!/usr/bin/env python3
"""A TCP proxy that misbehaves when told to, between a client and a USB/IP host.

    proxy.py 3241 3240 127.0.0.1 &       listens on that address, port 3241, passes on to 3240
    kill -USR1 PID             mute: no byte of the host reaches the client any more
    kill -USR2 PID             deaf: no byte of the client is read any more
    kill -HUP PID              reset: every connection ends with a TCP RST
    kill -WINCH PID            well again
"""

import select
import signal
import socket
import struct
import sys

mode = {"mute": False, "deaf": False, "reset": False}


def set_mode(**changes):
    return lambda *_: mode.update(changes)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def main():
    listen, target, address = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    signal.signal(signal.SIGUSR1, set_mode(mute=True))
    signal.signal(signal.SIGUSR2, set_mode(deaf=True))
    signal.signal(signal.SIGHUP, set_mode(reset=True))
    signal.signal(signal.SIGWINCH, set_mode(mute=False, deaf=False))
    # Wakes the select below when a signal comes.
    wake_reader, wake_writer = socket.socketpair()
    wake_writer.setblocking(False)
    signal.set_wakeup_fd(wake_writer.fileno())

    server = socket.create_server((address, listen))
    peers = {}
    clients = set()
    while True:
        watched = [server, wake_reader]
        watched += [end for end in peers if not (mode["deaf"] if end in clients else mode["mute"])]
        readable, _, _ = select.select(watched, [], [])
        if wake_reader in readable:
            wake_reader.recv(100)
            if mode["reset"]:
                mode["reset"] = False
                for end in list(peers):
                    reset(end)
                peers.clear()
                clients.clear()
            continue
        for end in readable:
            if end is server:
                client, _ = server.accept()
                host = socket.create_connection((address, target))
                for connection in (client, host):
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                peers[client], peers[host] = host, client
                clients.add(client)
            elif end in peers:
                pass_on(end, peers, clients)


def pass_on(end, peers, clients):
    try:
        data = end.recv(65536)
        if data:
            peers[end].sendall(data)
            return
    except OSError:
        pass
    other = peers.pop(end)
    peers.pop(other, None)
    clients -= {end, other}
    end.close()
    other.close()


if __name__ == "__main__":
    main()
