"""The little of PostgreSQL's wire protocol that a launcher needs: connect, one simple query, its rows.

Why not a driver: readiness is asked from synchronous code, many times a second, before anything else of
Hansa runs, and the error codes matter. Protocol 3.0, chapter "Message Flow" of PostgreSQL's manual.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

_PROTOCOL_3_0 = 196608
_AUTHENTICATION_OK = 0

Row = tuple[str | None, ...]


class WireError(Exception):
    """The server refused; `sqlstate` is its five-letter code, `fatal` whether the session ended with it."""

    def __init__(self, sqlstate: str, message: str, *, fatal: bool) -> None:
        """Keep the code beside the server's message."""
        super().__init__(message)
        self.sqlstate = sqlstate
        self.fatal = fatal


class Connection:
    """One session over a unix socket, for a user who needs no password."""

    def __init__(self, path: Path, *, user: str, database: str, timeout_s: float) -> None:
        """Connect and wait until the session is ready.

        Raises:
            OSError: nobody answers at the socket (yet).
            WireError: the server refuses; 57P03 means that it is still starting.
        """
        self.server_version = ""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(timeout_s)
            self._socket.connect(str(path))
            words = b"user\0%b\0database\0%b\0\0" % (user.encode(), database.encode())
            self._socket.sendall(struct.pack("!II", len(words) + 8, _PROTOCOL_3_0) + words)
            self._until_ready()
        except BaseException:
            self._socket.close()
            raise

    def query(self, sql: str) -> list[Row]:
        """Run one statement and return its rows as text."""
        words = sql.encode() + b"\0"
        self._socket.sendall(b"Q" + struct.pack("!I", len(words) + 4) + words)
        return self._until_ready()

    def __enter__(self) -> Self:
        """Return the open session."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close the session."""
        with contextlib.suppress(OSError):  # the server may have closed first
            self._socket.sendall(b"X\0\0\0\4")
        self._socket.close()

    def _until_ready(self) -> list[Row]:
        rows: list[Row] = []
        failure: WireError | None = None
        while True:
            kind, body = self._message()
            if kind == b"D":
                rows.append(_row(body))
            elif kind == b"E":
                failure = _error(body)
                if failure.fatal:
                    raise failure  # the session is over: it will say nothing more
            elif kind == b"R" and struct.unpack_from("!I", body)[0] != _AUTHENTICATION_OK:
                raise WireError("28000", "the server asks for a password", fatal=True)
            elif kind == b"S":
                name, value = body.split(b"\0")[:2]
                if name == b"server_version":
                    self.server_version = value.decode()
            elif kind == b"Z":
                if failure is not None:
                    raise failure
                return rows

    def _message(self) -> tuple[bytes, bytes]:
        head = self._exactly(5)
        (length,) = struct.unpack("!I", head[1:])
        return head[:1], self._exactly(length - 4)

    def _exactly(self, count: int) -> bytes:
        whole = bytearray()
        while len(whole) < count:
            piece = self._socket.recv(count - len(whole))
            if not piece:
                raise ConnectionResetError("the server closed the connection")
            whole += piece
        return bytes(whole)


def _row(body: bytes) -> Row:
    (columns,) = struct.unpack_from("!H", body)
    at = 2
    values: list[str | None] = []
    for _ in range(columns):
        (length,) = struct.unpack_from("!i", body, at)
        at += 4
        if length < 0:
            values.append(None)
            continue
        values.append(body[at : at + length].decode())
        at += length
    return tuple(values)


def _error(body: bytes) -> WireError:
    fields = {part[:1]: part[1:].decode(errors="replace") for part in body.split(b"\0") if part}
    fatal = fields.get(b"V") in {"FATAL", "PANIC"}
    return WireError(fields.get(b"C", "XX000"), fields.get(b"M", "unknown error"), fatal=fatal)


def identifier(name: str) -> str:
    """Quote a name for use in a statement."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text for use in a statement (standard_conforming_strings is on)."""
    return "'" + text.replace("'", "''") + "'"
