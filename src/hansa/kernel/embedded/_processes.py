"""Finds and ends server processes that work in a cluster folder, whoever started them.

Every process of PostgreSQL has the cluster folder as its working directory, which `kill -9` of the
postmaster or of its owner does not change. Process ids in `postmaster.pid` may have been given to others since.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from hansa.kernel.embedded.errors import StopFailed

_FAST_LIMIT_S = 30.0
_IMMEDIATE_LIMIT_S = 5.0
_POLL_S = 0.01


def servers_in(cluster: Path) -> frozenset[int]:
    """Return the ids of all live server processes of this cluster; zombies do not count."""
    return _by_working_directory(cluster) if Path("/proc/self/cwd").exists() else _by_pid_file(cluster)


def end_servers(cluster: Path) -> None:
    """End all server processes of this cluster: in order if the postmaster lives, else at once.

    Raises:
        StopFailed: a process survives even SIGKILL (it hangs in the kernel, or belongs to another user).
    """
    found = servers_in(cluster)
    postmaster = postmaster_pid(cluster)
    if postmaster in found:
        _send(frozenset({postmaster}), signal.SIGINT)
        found = _wait(cluster, _FAST_LIMIT_S)
    # Without their postmaster they can do nothing of use: SIGQUIT is what it would send them after a crash.
    for number in (signal.SIGQUIT, signal.SIGKILL):
        if found:
            _send(found, number)
            found = _wait(cluster, _IMMEDIATE_LIMIT_S)
    if found:
        numbers = ", ".join(str(pid) for pid in sorted(found))
        raise StopFailed(f"The server processes {numbers} of the cluster {cluster} cannot be ended.")


def postmaster_pid(cluster: Path) -> int:
    """Return the id in `postmaster.pid`, or 0 when there is none."""
    lines = pid_file_lines(cluster)
    return int(lines[0]) if lines and lines[0].strip().isdigit() else 0


def pid_file_lines(cluster: Path) -> list[str]:
    """Return the lines of `postmaster.pid`: id, folder, start, port, socket folder, address, memory, status."""
    try:
        return (cluster / "postmaster.pid").read_text(errors="replace").splitlines()
    except OSError:
        return []


def _by_working_directory(cluster: Path) -> frozenset[int]:
    try:
        folder = cluster.stat()
    except OSError:
        return frozenset()
    found = set()
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            where = os.stat(f"/proc/{entry.name}/cwd")  # noqa: PTH116 (Path would resolve the link by name)
            if (where.st_dev, where.st_ino) != (folder.st_dev, folder.st_ino):
                continue
            if Path(f"/proc/{entry.name}/comm").read_text() == "postgres\n":
                found.add(int(entry.name))
        except OSError:
            continue  # ended meanwhile, a zombie, or another user's
    return frozenset(found)


def _by_pid_file(cluster: Path) -> frozenset[int]:
    pid = postmaster_pid(cluster)
    if pid == 0:
        return frozenset()
    command = ["/bin/ps", "-o", "stat=,command=", "-p", str(pid)]
    line = subprocess.run(  # noqa: S603 (the number is ours)
        command, capture_output=True, text=True, check=False
    ).stdout.strip()
    alive = bool(line) and not line.startswith("Z") and "postgres" in line
    return frozenset({pid}) if alive else frozenset()


def _send(pids: frozenset[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except OSError:
            continue


def _wait(cluster: Path, limit_s: float) -> frozenset[int]:
    deadline = time.monotonic() + limit_s
    while (found := servers_in(cluster)) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    return found
