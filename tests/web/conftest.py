from __future__ import annotations

import sys
from pathlib import Path

import pytest

# The samples, their server and the browser are also programs of their own (shoot.py), so they import each other plainly.
sys.path.insert(0, str(Path(__file__).resolve().parent))

import browser as chromium_of_the_system
import server as sample_server


@pytest.fixture(scope="session")
def chromium():
    """A real browser; the tests that need one are skipped, with the reason, where there is none."""
    if not chromium_of_the_system.found():
        pytest.skip("no Chromium found: install it (Debian: chromium) or set HANSA_CHROMIUM to its path")
    with chromium_of_the_system.chromium() as running:
        yield running


@pytest.fixture(scope="session")
def site():
    """The address of a server that shows the sample views."""
    running = sample_server.serve()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()
