"""The whole platform started on a server that somebody else runs."""

from __future__ import annotations

import signal
import subprocess
import sys
from uuid import uuid4

import pytest

from cli.ready import environment

pytestmark = [pytest.mark.external, pytest.mark.timeout(180), pytest.mark.enable_socket]
COMMAND = "from hansa.cli import main; main()"


@pytest.fixture
def elsewhere(server):
    """The URL of an empty database."""
    name = f"up_{uuid4().hex[:12]}"
    server.create_database(name)
    yield server.url(name)
    server.drop_database(name)


def test_the_platform_starts_serves_and_stops_on_a_server_of_ones_own(hansa, elsewhere):
    with (hansa.folder / "log-0").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "up", "--no-demo", "--processes", "1"],
            cwd=hansa.folder,
            env=environment(**hansa.environ, HANSA_DATABASE_URL=elsewhere),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    hansa.started.append(process)
    hansa.eventually(lambda: "Ctrl-C stops it" in hansa.log() or process.poll() is not None, patience_s=120)
    assert process.poll() is None, hansa.log()

    assert hansa.get("/health/ready").json() == {"state": "ready"}
    assert hansa.get("/api/openapi.json").status_code == 200
    assert not (hansa.folder / ".hansa" / "postgres").exists()  # none of our own was started
    assert hansa.stop(process, signal.SIGINT) == 0, hansa.log()
