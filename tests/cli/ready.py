"""A command line that has read its modules: each command is a process of its own, forked from it.

To read them anew takes longer than most commands do. Stories of how a process starts from nothing begin one instead.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

PATIENCE_S = 60
READ = (
    "hansa.cli.program",
    "hansa.cli.startup",
    "hansa.cli.doctor",
    "hansa.cli.upkeep",
    "hansa.kernel.db.migrate",
)
"""What most commands read; none of what an extra brings, which may have something to say at its end."""


def environment(**added):
    """The environment without what is set for Hansa in it; with a wide screen."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANSA_")}
    return kept | {"COLUMNS": "300"} | added


class Ready:
    """Runs commands one after another, as `subprocess.run` would, with the platform that `first` brings."""

    def __init__(self, first):
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"{first}; from cli.ready import serve; serve()"],
            env=environment(PYTHONPATH=os.pathsep.join(filter(None, sys.path))),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments, cwd, **environ):
        with TemporaryDirectory() as said:
            told = {"arguments": arguments, "cwd": str(cwd), "said": said, "environ": environment(**environ)}
            print(json.dumps(told), file=self._process.stdin, flush=True)
            code = int(self._process.stdout.readline())
            out, err = (Path(said, name).read_text(encoding="utf-8") for name in ("out", "err"))
        return subprocess.CompletedProcess(arguments, code, out, err)

    def end(self):
        self._process.communicate(timeout=PATIENCE_S)


def serve():
    """Run what is asked for on standard input, and say how each ended."""
    for module in READ:
        importlib.import_module(module)
    gc.freeze()
    for line in iter(sys.stdin.readline, ""):
        if not (child := os.fork()):
            become(**json.loads(line))
            importlib.import_module("hansa.cli").main()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def become(arguments, cwd, said, environ):
    """Stand where a process stands that was just started so."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environ)
    for number, path in enumerate((os.devnull, f"{said}/out", f"{said}/err")):
        opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - what was read ahead is not its own
    sys.argv = ["hansa", *arguments]
    signal.alarm(PATIENCE_S)
