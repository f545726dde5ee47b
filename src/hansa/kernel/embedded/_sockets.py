"""The folder of the unix socket: private to the server's account, and short.

The address of a unix socket holds 107 bytes (103 on macOS) where a data folder's path may be much longer, so
the socket lives in a folder named by a hash of it. Who can enter that folder is superuser of the cluster.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hansa.kernel.embedded.errors import NoSocketFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hansa.kernel.embedded._account import Account

_ADDRESS_LIMIT_BYTES = 103
_PRIVATE = 0o700


def socket_name(port: int) -> str:
    """Return the file name that PostgreSQL gives its socket."""
    return f".s.PGSQL.{port}"


def prepare_socket_folder(data_dir: Path, account: Account, port: int) -> Path:
    """Make the folder, or take the one of an earlier run, and clear away that run's socket.

    The caller owns the data folder's lock and knows that no server is running.

    Raises:
        NoSocketFolder: no run or temporary folder will do.
    """
    digest = hashlib.sha256(os.fsencode(data_dir.resolve()) + b"\0%d" % account.uid).hexdigest()[:12]
    for base in _bases(account):
        folder = base / f"hansa-{digest}"
        if len(os.fsencode(folder / socket_name(port))) <= _ADDRESS_LIMIT_BYTES and _make_private(
            folder, account
        ):
            remove_sockets(folder)
            return folder
    raise NoSocketFolder(
        "No run or temporary folder is short and private enough for PostgreSQL's unix socket."
    )


def remove_sockets(folder: Path) -> None:
    """Remove what a server left in its socket folder."""
    for left in folder.glob(".s.PGSQL.*"):
        left.unlink(missing_ok=True)


def remove_socket_folder(folder: Path) -> None:
    """Remove the folder after the server ended; what others put there stays."""
    try:
        remove_sockets(folder)
        folder.rmdir()
    except OSError:
        return


def _bases(account: Account) -> Iterator[Path]:
    if account.drops:
        yield Path("/run")
    elif runtime := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime)
    for base in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):  # noqa: S108 (checked for its owner)
        if not account.drops or _open_to_all(base):
            yield base


def _open_to_all(folder: Path) -> bool:
    try:
        return all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents))
    except OSError:
        return False


def _make_private(folder: Path, account: Account) -> bool:
    """Own the folder for the account with mode 0700; false when somebody else made it."""
    try:
        folder.mkdir(mode=_PRIVATE)
    except FileExistsError:
        pass
    except OSError:
        return False
    try:
        # Through a descriptor: nobody can put a link to something else in its place meanwhile.
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        if os.fstat(descriptor).st_uid not in {os.geteuid(), account.uid}:
            return False
        os.fchmod(descriptor, _PRIVATE)
        if account.drops:
            os.fchown(descriptor, account.uid, account.gid)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
