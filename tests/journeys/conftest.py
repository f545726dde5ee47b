"""What journeys look at."""

import io
import logging

import pytest


@pytest.fixture
def logged():
    """Everything that is logged, at every level."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(before)
