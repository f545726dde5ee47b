"""What can go wrong with an embedded cluster: one class, one stable code and one sentence each."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import ClassVar


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot do what was asked; `str()` is one sentence for a person.

    `code` is stable: programs and documentation refer to it, the sentence may change.
    """

    code: ClassVar[str] = "embedded.error"


class BinariesMissing(EmbeddedError):
    """No PostgreSQL binaries, or none that run on this machine."""

    code = "embedded.no_binaries"


class NoUnprivilegedAccount(EmbeddedError):
    """Root runs us and the machine has no account to run the server as."""

    code = "embedded.no_account"


class DataFolderHeld(EmbeddedError):
    """Another live process owns the cluster of this data folder."""

    code = "embedded.held"


class DataFolderUnwritable(EmbeddedError):
    """The data folder cannot be made or written."""

    code = "embedded.unwritable"


class DiskFull(EmbeddedError):
    """The file system of the data folder has no space left."""

    code = "embedded.disk_full"


class WrongOwner(EmbeddedError):
    """The cluster belongs to another user of this machine."""

    code = "embedded.wrong_owner"


class NotACluster(EmbeddedError):
    """The place of the cluster is taken by something else."""

    code = "embedded.not_a_cluster"


class OtherMajorVersion(EmbeddedError):
    """The cluster was made by another major version of PostgreSQL."""

    code = "embedded.other_version"


class NotUtf8(EmbeddedError):
    """A database of the cluster is not UTF-8, or its locale cannot tell letters beyond ASCII."""

    code = "embedded.not_utf8"


class InitFailed(EmbeddedError):
    """A new cluster could not be made; nothing half-made stays behind."""

    code = "embedded.init_failed"


class StartFailed(EmbeddedError):
    """The server ended, or did not answer in time, while it started."""

    code = "embedded.start_failed"


class StopFailed(EmbeddedError):
    """A server process does not end, not even when killed."""

    code = "embedded.stop_failed"


class NoSocketFolder(EmbeddedError):
    """No folder is short and private enough for the unix socket."""

    code = "embedded.no_socket_folder"


class NotRunning(EmbeddedError):
    """The server is not running, so it has no address."""

    code = "embedded.not_running"


class DatabaseFailed(EmbeddedError):
    """A database could not be made or dropped."""

    code = "embedded.database"


def unwritable(folder: Path, cause: OSError) -> EmbeddedError:
    """Return the error for a file operation below `folder` that failed with `cause`."""
    if cause.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full(folder)
    reason = (cause.strerror or str(cause)).lower()
    return DataFolderUnwritable(f"Cannot write to the data folder {folder}: {reason}.")


def disk_full(folder: Path) -> DiskFull:
    """Return the error for a full file system."""
    return DiskFull(f"No space is left on the disk that holds the data folder {folder}.")
