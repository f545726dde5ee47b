from __future__ import annotations

import json
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from cli.ready import PATIENCE_S, Ready, environment
from hansa.kernel.embedded import EmbeddedPostgres

STAND_IN = Path(__file__).parent / "stand_in.py"
TRUSTING_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here is https; by default every request would read all the certificates there are."""


class Hansa:
    """The command line in a folder of its own."""

    def __init__(self, folder, ready):
        self.folder, self._ready = folder, ready
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.worker_note = folder / "worker"
        self.environ = {"HANSA_PORT": str(self.port), "STAND_IN_WORKER": str(self.worker_note)}
        self.started: list[subprocess.Popen[str]] = []

    def run(self, *arguments, **environ):
        return self._ready.run(*arguments, cwd=self.folder, **self.environ | environ)

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
                env=environment(**self.environ | environ),
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


@pytest.fixture(scope="session")
def standing_in():
    """The command line on the stand-in."""
    made = Ready("from cli import stand_in; stand_in.install()")
    yield made
    made.end()


@pytest.fixture(scope="session")
def real():
    """The command line as it is."""
    made = Ready("import hansa.app")
    yield made
    made.end()


@pytest.fixture
def hansa(tmp_path, standing_in):
    made = Hansa(tmp_path, standing_in)
    yield made
    for process in made.started:
        if process.poll() is None:
            process.kill()
            process.wait(PATIENCE_S)
    if sys.platform == "linux":
        made.eventually(lambda: not made.processes())


@pytest.fixture
def made_before(hansa, made_cluster):
    """Its cluster is there already."""
    made_cluster(hansa.folder / ".hansa" / "postgres")


@pytest.fixture
def other_server(tmp_path, made_cluster):
    """A server that is not Hansa's own."""
    made_cluster(tmp_path / "other")
    with EmbeddedPostgres(tmp_path / "other", settings={"fsync": "off"}) as server:
        yield server


@pytest.fixture
def taken_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]
