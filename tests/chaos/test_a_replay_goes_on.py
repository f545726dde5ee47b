"""Kill a load and a replay at any moment, again and again: the year comes out as if nobody had."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.enable_socket,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(sys.platform != "linux", reason="kills by process number"),
]
RUN_S_MAX = 900
REPLAY = ("replay", "complete-journey", "--weeks", "2", "--processes", "2")


class Killed:
    """Runs `hansa` on a data directory of its own, sometimes not to the end."""

    def __init__(self, folder, chance):
        self._env = {**os.environ, "HANSA_DATA_DIR": str(folder)}
        self._env.pop("HANSA_CHAOS_SEED", None)  # no setting of the platform's
        self._chance = chance
        self.times = 0

    def start(self, *arguments):
        return subprocess.Popen(
            [sys.executable, "-c", "from hansa.cli import main; main()", *arguments],
            env=self._env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def to_the_end(self, *arguments):
        done = self.start(*arguments)
        out, err = done.communicate(timeout=RUN_S_MAX)
        assert done.returncode == 0, out + err
        return out

    def begin_and_kill(self, *arguments, said="", after_s):
        """Kill it so long after it began, or after it has said how far it is."""
        begun = self.start(*arguments)
        while said and (line := begun.stderr.readline()) and not line.startswith(said):
            pass
        try:
            begun.communicate(timeout=self._chance.uniform(*after_s))
        except subprocess.TimeoutExpired:
            begun.send_signal(signal.SIGKILL)
            begun.communicate()
            self.times += 1


def test_killed_at_any_moment(tmp_path, pytestconfig):
    seed = int(os.environ.get("HANSA_CHAOS_SEED") or random.randrange(10**6))
    print(f"HANSA_CHAOS_SEED={seed}")
    hansa = Killed(tmp_path, random.Random(seed))
    kills = 2 if pytestconfig.getoption("--short") else 6
    hansa.to_the_end("migrate")

    for _ in range(kills):
        hansa.begin_and_kill("load", "complete-journey", "--weeks", "2", after_s=(2, 9))
    hansa.to_the_end("load", "complete-journey", "--weeks", "2")
    again = json.loads(hansa.to_the_end("load", "complete-journey", "--weeks", "2", "--json"))
    assert not any(again.values())

    for _ in range(kills):
        hansa.begin_and_kill(*REPLAY, said="Replaying:", after_s=(0, 2))
    began = time.monotonic()
    done = json.loads(hansa.to_the_end(*REPLAY, "--json"))
    print(
        f"killed {hansa.times} times; the last replay took {time.monotonic() - began:.0f} s and found {done['replayed']['found']}"
    )

    assert hansa.times > 0
    assert done["replayed"]["found"] > 0
    assert done["reconciliation"]["unexplained"] == 0
    assert done["reconciliation"]["house"] == done["reconciliation"]["files"]
    assert done["replayed"]["orders"] == 2912
    hansa.to_the_end("verify")
