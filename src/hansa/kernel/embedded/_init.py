"""Makes a new cluster: beside its place, then moved there, so that a crash leaves nothing half-made."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from hansa.kernel.embedded._child import run
from hansa.kernel.embedded._settings import OWN_FILES, write_private
from hansa.kernel.embedded.errors import InitFailed, NotACluster, OtherMajorVersion, disk_full, unwritable

if TYPE_CHECKING:
    from hansa.kernel.embedded._account import Account
    from hansa.kernel.embedded._binaries import Binaries

SUPERUSER = "hansa"

_HALF = "cluster.new-"
_INIT_LIMIT_S = 300
_BUILTIN_PROVIDER_SINCE = 17
# pg_trgm asks the locale of the operating system which characters are letters, so that one must be UTF-8 too.
_LOCALES = ("C.UTF-8", "en_US.UTF-8", "UTF-8")


def check_cluster(cluster: Path, binaries: Binaries) -> bool:
    """Tell whether the cluster exists; refuse what is none of ours to start.

    Raises:
        OtherMajorVersion: PG_VERSION names another version than the binaries'.
        NotACluster: something else stands in its place.
        DataFolderUnwritable: the folder cannot be read.
    """
    try:
        if not any(cluster.iterdir()):
            return False
        version = (cluster / "PG_VERSION").read_text(errors="replace").strip()
    except FileNotFoundError:
        if not cluster.exists():
            return False
        raise NotACluster(f"The folder {cluster} is not empty, but holds no PostgreSQL cluster.") from None
    except NotADirectoryError:
        raise NotACluster(f"The cluster {cluster} is a file, where a folder should be.") from None
    except OSError as failure:
        raise unwritable(cluster, failure) from failure
    if version != str(binaries.major):
        raise OtherMajorVersion(
            f"The cluster {cluster} was made by PostgreSQL {version}, but this Hansa brings PostgreSQL"
            f" {binaries.major}: choose another data folder, or move the data over with pg_dump."
        )
    return True


def make_cluster(cluster: Path, binaries: Binaries, account: Account, *, sync: bool) -> None:
    """Make a UTF-8 cluster whose superuser is `hansa`; without `sync` a power cut may lose it.

    Raises:
        InitFailed, DiskFull, DataFolderUnwritable: nothing was made.
    """
    for leftover in cluster.parent.glob(f"{_HALF}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    half = cluster.with_name(f"{_HALF}{secrets.token_hex(4)}")
    try:
        half.mkdir(mode=0o700)
        if account.drops:
            os.chown(half, account.uid, account.gid)
        _initdb(half, binaries, account, sync=sync)
        for name, text in OWN_FILES.items():
            write_private(half / name, text, account)
        half.rename(cluster)
        _sync_folder(cluster.parent)
    except OSError as failure:
        raise unwritable(cluster.parent, failure) from failure
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _initdb(folder: Path, binaries: Binaries, account: Account, *, sync: bool) -> None:
    said = ""
    for locale in _LOCALES:
        argv = [
            binaries.program("initdb"),
            "-D",
            "@folder",
            "-U",
            SUPERUSER,
            "--encoding=UTF8",
            f"--locale={locale}",
        ]
        argv += ["--lc-messages=C", "--auth-local=trust", "--auth-host=reject", "--no-instructions"]
        if binaries.major >= _BUILTIN_PROVIDER_SINCE:
            # Sorts and compares the same on every machine and after every upgrade of the C library.
            argv += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not sync:
            argv.append("--no-sync")
        try:
            done = run(argv, folder=folder, account=account, timeout_s=_INIT_LIMIT_S)
        except subprocess.TimeoutExpired:
            raise InitFailed(f"Making the cluster took longer than {_INIT_LIMIT_S} seconds.") from None
        if done.returncode == 0:
            return
        said = done.stdout.decode(errors="replace")
        if "No space left on device" in said:
            raise disk_full(folder.parent)
        if "invalid locale name" not in said:
            break
    raise InitFailed(f"The cluster could not be made: {_first_error(said)}.")


def _first_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line in lines:
        for mark in ("FATAL:", "PANIC:", "error:", "ERROR:"):
            if mark in line:
                return line.partition(mark)[2].strip().rstrip(".")
    return lines[-1].rstrip(".") if lines else "initdb ended without a word"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
