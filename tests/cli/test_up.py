from __future__ import annotations

import contextlib
import os
import re
import signal
import sys

import httpx
import pytest

pytestmark = [pytest.mark.timeout(180), pytest.mark.enable_socket]
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
made_before = pytest.mark.usefixtures("made_before")


@linux
def test_the_first_start_prepares_everything_and_the_second_keeps_it(hansa):
    first = hansa.up()

    assert hansa.get().json()["notes"] == ["demo"]
    assert re.search(r"Bazaar +http://127.0.0.1:\d+/bazaar +a market", hansa.log())
    assert re.search(r"buyer +anna@example.com +tea-and-pears", hansa.log())
    assert hansa.stop(first, signal.SIGINT) == 0
    assert hansa.worker_note.read_text() == "stopped"
    assert hansa.processes() == []

    second = hansa.up(STAND_IN_NOTE="second")

    assert hansa.get().json()["notes"] == ["demo", "second"]
    assert hansa.stop(second) == 0
    assert hansa.processes() == []


@linux
def test_ctrl_c_during_the_first_start_is_a_quiet_end(hansa):
    process = hansa.start("up", STAND_IN_SLOW="1")
    hansa.eventually(lambda: "goods" in hansa.log())
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: everybody in the group gets it

    assert process.wait(60) == 130
    assert "stand-in said good-bye" in hansa.log()
    assert "fault" not in hansa.log()
    assert hansa.processes() == []


@linux
@made_before
def test_nothing_outlives_a_killed_parent_and_the_next_start_recovers(hansa):
    first = hansa.up()
    assert len(hansa.processes()) > 4

    hansa.stop(first, signal.SIGKILL)

    hansa.eventually(lambda: not hansa.processes())
    second = hansa.up()
    assert hansa.get().json()["notes"] == ["demo"]
    assert hansa.stop(second) == 0


@made_before
def test_figures_of_a_start_that_was_killed_are_cleared_away_by_the_next(hansa, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    first = hansa.up(TMPDIR=str(scratch))
    (left,) = scratch.glob("hansa-metrics-*")
    hansa.stop(first, signal.SIGKILL)
    assert left.exists()

    second = hansa.up(TMPDIR=str(scratch))

    (own,) = scratch.glob("hansa-metrics-*")
    assert own != left
    assert hansa.stop(second) == 0
    assert not own.exists()


@made_before
def test_a_process_that_dies_is_replaced(hansa):
    started = hansa.up()
    before = hansa.get().json()["pid"]

    with contextlib.suppress(httpx.HTTPError):
        hansa.get("/die")
    with contextlib.suppress(ProcessLookupError):
        os.kill(before, signal.SIGKILL)

    def both_are_new():
        with contextlib.suppress(httpx.HTTPError):
            return hansa.get().json()["pid"] != before
        return False

    hansa.eventually(both_are_new)
    assert hansa.stop(started) == 0


@made_before
def test_what_was_started_under_nohup_outlives_its_terminal(hansa):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does; who is started inherits it
    try:
        started = hansa.start("up", "--processes", "1")
    finally:
        signal.signal(signal.SIGHUP, before)
    hansa.eventually(lambda: "Ctrl-C stops it" in hansa.log())
    server = hansa.get().json()["pid"]

    started.send_signal(signal.SIGHUP)
    os.kill(server, signal.SIGKILL)

    def is_replaced():
        with contextlib.suppress(httpx.HTTPError):
            return hansa.get().json()["pid"] != server
        return False

    hansa.eventually(is_replaced)
    assert hansa.stop(started) == 0


@made_before
def test_a_request_under_way_is_finished_before_the_end(hansa):
    started = hansa.up()
    with httpx.stream("GET", f"http://127.0.0.1:{hansa.port}/slow", timeout=20) as answer:
        started.send_signal(signal.SIGTERM)
        answer.read()

    assert answer.status_code == 200
    assert started.wait(60) == 0


@made_before
def test_a_database_that_dies_is_started_again(hansa):
    started = hansa.up()
    pid = int((hansa.folder / ".hansa/postgres/cluster/postmaster.pid").read_text().split()[0])

    os.kill(pid, signal.SIGKILL)

    def answers():
        with contextlib.suppress(httpx.HTTPError):
            return hansa.get().status_code == 200
        return False

    hansa.eventually(lambda: "it runs again" in hansa.log())
    hansa.eventually(answers)
    assert hansa.stop(started) == 0


def test_a_taken_port_is_one_sentence_and_nothing_is_begun(hansa, taken_port):
    done = hansa.run("up", "--port", str(taken_port))

    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"hansa: Port {taken_port} of 127.0.0.1 is taken by another program: stop it, or choose another by HANSA_PORT."
    )
    assert not (hansa.folder / ".hansa").exists()


@pytest.mark.parametrize(
    ("arguments", "environ", "sentence"),
    [
        ((), {"HANSA_DATA_DIR": "file/inside"}, "cannot be written: not a directory"),
        (("--host", "203.0.113.7"), {}, "203.0.113.7 is not an address of this machine"),
        (("--port", "99999999"), {}, "--port is 99999999, but"),
        (("--processes", "1000000"), {}, "--processes is 1000000, but"),
        (("--processes", "-1"), {"HANSA_PROCESSES": "2"}, "--processes is -1, but"),
        ((), {"HANSA_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}, "database is not answering"),
        ((), {"HANSA_DATABASE_URL": "mysql://x"}, "must begin with postgresql://"),
        ((), {"HANSA_PROT": "1"}, "HANSA_PROT is not a setting (did you mean HANSA_PORT?)"),
    ],
)
def test_what_cannot_start_says_why(hansa, arguments, environ, sentence):
    (hansa.folder / "file").write_text("not a folder")

    done = hansa.run("up", *arguments, **environ)

    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
