"""Lengths of time, as people write and read them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.kernel.spans import from_words, in_words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(days=7), "7 days"),
        (timedelta(days=1), "1 day"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(minutes=15), "15 minutes"),
        (timedelta(seconds=90), "90 seconds"),
        (timedelta(milliseconds=1500), "1500 milliseconds"),
        (timedelta(microseconds=1), "1 microsecond"),
        (timedelta(), "0 seconds"),
        (timedelta(days=-1), "-1 day"),
    ],
)
def test_a_length_is_written_in_the_largest_unit_that_keeps_it_whole(span, words):
    assert in_words(span) == words


@given(st.timedeltas(min_value=timedelta()))
def test_what_is_written_is_read_again(span):
    assert from_words(in_words(span)) == span


@pytest.mark.parametrize(
    "text",
    ["", "days", "7", "7 moons", "-7 days", "1.5 days", "\uff17 days", "7 days ago", "9" * 21 + " days"],
)
def test_what_is_no_length_is_not_read(text):
    assert from_words(text) is None


def test_a_length_beyond_every_calendar_is_not_read():
    assert from_words("999999999999 days") is None
