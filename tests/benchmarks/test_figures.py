from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.spread import Spread, percentile

from benchmarks import machine


def test_a_spread_has_the_middle_and_both_ends() -> None:
    assert Spread.of([5.0, 1.0, 3.0]) == Spread(3.0, 1.0, 5.0)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 51), (0.99, 100), (1.0, 100), (0.0, 1)])
def test_percentiles_of_one_to_a_hundred(share: float, expected: float) -> None:
    assert percentile(list(range(1, 101)), share) == expected


def test_nothing_has_no_percentile() -> None:
    assert percentile([], 0.99) == 0


def test_the_machine_line_names_what_matters() -> None:
    line = machine.describe("18.6")

    assert "PostgreSQL 18.6" in line
    assert "Python" in line


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc")
def test_the_time_of_children_that_ended_counts() -> None:
    before = machine.cpu_s(os.getpid())

    subprocess.run([sys.executable, "-c", "sum(range(3_000_000))"], check=True)

    after = machine.cpu_s(os.getpid())
    assert before is not None
    assert after is not None
    assert after > before
