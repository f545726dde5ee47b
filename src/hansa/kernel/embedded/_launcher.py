"""Becomes the server: drops privileges, asks to be told when the parent dies, then executes.

Run as a program (`python -I -S _launcher.py ORDER`), never imported: it replaces a `preexec_fn`, which is
unsafe in a process with threads. ORDER is a JSON object:

    parent        process id that must still be the parent; else there is nobody to serve
    death_signal  what the kernel sends when the parent's thread that started us ends (Linux)
    uid, gid      whom to become, or null to stay
    folder        the working directory, entered before privileges are dropped
    argv          the program and its arguments; "@folder" stands for the folder

A folder below one that the account may not enter (a checkout in /root) needs no looser rights: the working
directory stays reachable as /proc/self/cwd.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys

PR_SET_PDEATHSIG = 1


def main(order_text: str) -> None:
    """Carry out one order; does not return."""
    order = json.loads(order_text)
    folder = order["folder"]
    os.chdir(folder)
    os.umask(0o077)
    if order["uid"] is not None:
        os.setgroups([])
        os.setresgid(order["gid"], order["gid"], order["gid"])
        os.setresuid(order["uid"], order["uid"], order["uid"])
    if sys.platform == "linux":
        # After the drop: a change of credentials clears the request.
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_PDEATHSIG, order["death_signal"], 0, 0, 0) != 0:
            sys.exit(f"FATAL:  prctl failed: {os.strerror(ctypes.get_errno())}")
        if os.getppid() != order["parent"]:
            sys.exit("FATAL:  the parent process ended")
        try:
            os.stat(folder)  # noqa: PTH116 (this program imports as little as it can)
        except PermissionError:
            folder = "/proc/self/cwd"
    argv = [folder if word == "@folder" else word for word in order["argv"]]
    os.execv(argv[0], argv)  # noqa: S606 (the order is our own)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except OSError as failure:
        sys.exit(f"FATAL:  {failure}")
