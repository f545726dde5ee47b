from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

STAND_IN = Path(__file__).parent / "stand_in.py"
PATIENCE_S = 60
TRUSTING_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here is https; by default every request would read all the certificates there are."""


class Hansa:
    """The command line in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.worker_note = folder / "worker"
        self.environ = {
            name: value for name, value in os.environ.items() if not name.startswith("HANSA_")
        } | {
            "HANSA_PORT": str(self.port),
            "STAND_IN_WORKER": str(self.worker_note),
            "COLUMNS": "200",
        }
        self.started: list[subprocess.Popen[str]] = []

    def run(self, *arguments, **environ):
        return subprocess.run(
            [sys.executable, STAND_IN, *arguments],
            cwd=self.folder,
            env=self.environ | environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def read(self, *arguments, **environ):
        """Run a command and return the JSON it printed."""
        done = self.run(*arguments, **environ)
        assert done.returncode in {0, 1}, done.stderr
        return json.loads(done.stdout)

    def start(self, *arguments, **environ):
        with (self.folder / f"log-{len(self.started)}").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, STAND_IN, *arguments],
                cwd=self.folder,
                env=self.environ | environ,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def log(self, number=-1):
        return (self.folder / f"log-{number % len(self.started)}").read_text()

    def up(self, *arguments, **environ):
        process = self.start("up", "--processes", "2", *arguments, **environ)
        self.eventually(lambda: "Ctrl-C stops it" in self.log() or process.poll() is not None)
        assert process.poll() is None, self.log()
        return process

    def get(self, path="/"):
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=10, verify=TRUSTING_NOBODY)

    def eventually(self, holds, patience_s=PATIENCE_S):
        give_up = time.monotonic() + patience_s
        while not holds():
            assert time.monotonic() < give_up, self.log() if self.started else "nothing was started"
            time.sleep(0.05)

    def processes(self):
        """Return the pids of everything that works in this folder: ours and PostgreSQL's."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                inside = entry.name.isdigit() and (entry / "cwd").readlink().is_relative_to(self.folder)
                if inside and (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                    found.append(int(entry.name))
            except OSError:
                continue  # it ended while we looked
        return found

    def stop(self, process, number=signal.SIGTERM):
        process.send_signal(number)
        return process.wait(PATIENCE_S)


@pytest.fixture
def hansa(tmp_path):
    made = Hansa(tmp_path)
    yield made
    for process in made.started:
        if process.poll() is None:
            process.kill()
            process.wait(PATIENCE_S)
    if sys.platform == "linux":
        made.eventually(lambda: not made.processes())


@pytest.fixture
def taken_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]
