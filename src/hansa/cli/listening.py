"""The one listening socket that all server processes share; the operating system hands connections out."""

from __future__ import annotations

import errno
import socket

from hansa.cli.failure import Failure

_BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """Listen on an address. Raises `Failure` with one sentence when it is taken, forbidden or not ours."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as wrong:
        raise Failure(f"The host {host} is not an address this machine knows.") from wrong
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(_BACKLOG)
    except OSError as wrong:
        made.close()
        raise Failure(_sentence(wrong, host, port)) from wrong
    made.setblocking(False)
    made.set_inheritable(True)
    return made


def port_of(listening: socket.socket) -> int:
    """Return the port of a listening socket."""
    port: int = listening.getsockname()[1]
    return port


def _sentence(wrong: OSError, host: str, port: int) -> str:
    if wrong.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is taken by another program: stop it, or choose another by HANSA_PORT."
    if wrong.errno == errno.EACCES:
        return f"This user may not listen on port {port}: ports below 1024 belong to root; choose another by HANSA_PORT."
    if wrong.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine: choose another by HANSA_HOST."
    return f"The server cannot listen on {host}:{port}: {(wrong.strerror or str(wrong)).lower()}."
