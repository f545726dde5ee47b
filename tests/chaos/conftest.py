"""A real installation in a folder of its own: `hansa up`, its processes, and ways to kill them."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

PATIENCE_S = 120
HANSA = [sys.executable, "-c", "from hansa.cli import main; main()"]


class Site:
    """What runs in a folder, and what is done to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.environ = {
            name: value for name, value in os.environ.items() if not name.startswith("HANSA_")
        } | {"HANSA_PORT": str(self.port)}
        self.logs: list[Path] = []
        self.up_: subprocess.Popen[bytes] | None = None
        self.killed: list[str] = []

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [*HANSA, *arguments],
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def start(self) -> None:
        """Start everything, as somebody at the keyboard would."""
        path = self.folder / f"log-{len(self.logs)}"
        self.logs.append(path)
        with path.open("wb") as log:
            self.up_ = subprocess.Popen(
                [*HANSA, "up", "--processes", "2"],
                cwd=self.folder,
                env=self.environ,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def keep_up(self) -> None:
        """Start everything again if its parent is gone."""
        if self.up_ is None or self.up_.poll() is not None:
            self.start()

    def is_ready(self) -> bool:
        """Tell whether it answers."""
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def wait_until_ready(self) -> None:
        """Wait until it answers; whoever ended meanwhile is started again."""
        give_up = time.monotonic() + PATIENCE_S
        while not self.is_ready():
            assert time.monotonic() < give_up, self.tail()
            self.keep_up()
            time.sleep(0.2)

    def processes(self) -> dict[int, tuple[int, str]]:
        """Everything alive that works in the folder: parent and command by pid."""
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                if not entry.name.isdigit() or not (entry / "cwd").readlink().is_relative_to(self.folder):
                    continue
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state != "Z":
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    found[int(entry.name)] = (int(parent), command)
            except OSError:
                continue  # it ended while we looked
        return found

    def victims(self) -> dict[str, list[int]]:
        """Who can be killed, by what they are."""
        alive = self.processes()
        parent = self.up_.pid if self.up_ is not None and self.up_.poll() is None else 0
        postmasters = [pid for pid, (_, command) in alive.items() if " -D " in command]
        found = {
            "supervisor": [parent] if parent else [],
            "child": [pid for pid, (above, _) in alive.items() if above == parent and pid not in postmasters],
            "postmaster": postmasters,
            "backend": [pid for pid, (_, command) in alive.items() if command.startswith("postgres: hansa")],
        }
        return {kind: pids for kind, pids in found.items() if pids}

    def kill_somebody(self, chance: random.Random) -> None:
        """Kill one process without warning."""
        victims = self.victims()
        if not victims:
            return
        kind = chance.choices(list(victims), [{"child": 5, "supervisor": 1}.get(one, 2) for one in victims])[
            0
        ]
        pid = chance.choice(victims[kind])
        self.killed.append(kind)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        if kind == "supervisor" and self.up_ is not None:
            self.up_.wait(PATIENCE_S)

    def stop(self) -> int:
        """Ask it to end."""
        assert self.up_ is not None
        self.up_.send_signal(signal.SIGTERM)
        return self.up_.wait(PATIENCE_S)

    def tail(self) -> str:
        """The end of the last log."""
        return self.logs[-1].read_text(errors="replace")[-4000:] if self.logs else "nothing was started"


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    yield made
    if made.up_ is not None and made.up_.poll() is None:
        made.up_.kill()
        made.up_.wait(PATIENCE_S)
    give_up = time.monotonic() + PATIENCE_S
    while made.processes():
        assert time.monotonic() < give_up, made.processes()
        time.sleep(0.2)
