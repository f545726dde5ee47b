"""The machine under the figures, and the CPU time of processes, from /proc where there is one."""

from __future__ import annotations

import os
import platform
from collections import defaultdict
from pathlib import Path

_PROC = Path("/proc")
_AFTER_NAME = b") "
_PPID, _TIMES = 1, slice(11, 15)  # of `stat`, counted behind the name: utime stime cutime cstime


def describe(postgres_version: str | None = None) -> str:
    """Return one line: CPU, cores, system, Python, PostgreSQL."""
    parts = [
        f"{_cpu_name()} x {os.cpu_count()}",
        f"{platform.system()} {platform.release()}",
        f"{platform.python_implementation()} {platform.python_version()}",
    ]
    if postgres_version:
        parts.append(f"PostgreSQL {postgres_version}")
    return ", ".join(parts)


def cpu_s(root: int) -> float | None:
    """Return the CPU seconds a process has used with all its descendants, ended ones included.

    None where there is no /proc. A child that ended counts with its parent once that has waited for it.
    """
    if not (_PROC / "self" / "stat").exists():
        return None
    children: dict[int, list[int]] = defaultdict(list)
    ticks: dict[int, int] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_bytes().rpartition(_AFTER_NAME)[2].split()
            except OSError:
                continue  # it ended while we looked
            children[int(fields[_PPID])].append(int(entry.name))
            ticks[int(entry.name)] = sum(map(int, fields[_TIMES]))
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        total += ticks.get(pid, 0)
        waiting += children.get(pid, [])
    return total / os.sysconf("SC_CLK_TCK")


def _cpu_name() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()
