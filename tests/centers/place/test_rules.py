"""Distances, Global Location Numbers and opening hours."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.centers.place._rules import distance_m, gln_valid, open_at, place_errors
from hansa.centers.place.types import Hours, Location, Opening

points = st.builds(Location, st.floats(-90, 90), st.floats(-180, 180))
PARIS, NEW_YORK, SHANGHAI = (
    Location(48.8566, 2.3522),
    Location(40.7128, -74.0060),
    Location(31.2304, 121.4737),
)


@pytest.mark.parametrize(
    ("a", "b", "km"), [(PARIS, NEW_YORK, 5837), (PARIS, SHANGHAI, 9262), (PARIS, PARIS, 0)]
)
def test_known_distances(a, b, km):
    assert distance_m(a, b) / 1000 == pytest.approx(km, rel=0.003)


@given(points, points)
def test_a_distance_is_the_same_both_ways_and_at_most_half_around(a, b):
    assert distance_m(a, b) == pytest.approx(distance_m(b, a), abs=1e-3)
    assert 0 <= distance_m(a, b) <= math.pi * 6_371_009


@given(points, points, points)
def test_no_detour_is_shorter(a, b, c):
    assert distance_m(a, c) <= distance_m(a, b) + distance_m(b, c) + 1e-2


@given(st.floats(-89, 89), st.floats(-180, 180))
def test_a_degree_of_latitude_is_111_kilometres(lat, lon):
    assert distance_m(Location(lat, lon), Location(lat + 1, lon)) == pytest.approx(111_195, rel=1e-3)


def test_across_the_date_line_is_near():
    assert distance_m(Location(0, 179.9), Location(0, -179.9)) == pytest.approx(22_239, rel=1e-3)


@pytest.mark.parametrize("gln", ["4012345000009", "5412345000013", "0614141000012"])
def test_a_right_gln(gln):
    assert gln_valid(gln)


@given(st.text("0123456789", min_size=12, max_size=12))
def test_one_check_digit_in_ten_fits(body):
    assert sum(gln_valid(f"{body}{digit}") for digit in range(10)) == 1


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_found(body, at, more):
    right = next(f"{body}{digit}" for digit in range(10) if gln_valid(f"{body}{digit}"))
    wrong = right[:at] + str((int(right[at]) + more) % 10) + right[at + 1 :]
    assert not gln_valid(wrong)


@pytest.mark.parametrize("text", ["", "401234500000", "40123450000090", "401234500000x", "٤٠١٢٣٤٥٠٠٠٠٠٩"])
def test_what_is_no_gln(text):
    assert not gln_valid(text)


def at(day, clock):
    """An instant on that weekday (1 Monday) of a week in November 2026, in Shanghai's time."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, 1 + day, hour - 8 if hour >= 8 else hour + 16, minute, tzinfo=UTC).replace(
        day=1 + day - (hour < 8)
    )


@pytest.mark.parametrize(
    ("instant", "open_"),
    [
        (at(1, "09:00"), True),
        (at(1, "08:59"), False),
        (at(1, "17:59"), True),
        (at(1, "18:00"), False),
        (at(5, "23:30"), True),
        (at(6, "01:59"), True),  # Friday's evening goes on
        (at(6, "02:00"), False),
        (at(7, "12:00"), False),
    ],
)
def test_opening_hours_are_on_the_places_own_clock(instant, open_):
    week = (Opening(1, "09:00", "18:00"), Opening(5, "20:00", "02:00"))

    assert open_at(Hours("Asia/Shanghai", week), instant) is open_


def wrong(**about):
    place = {"name": {"en": "Kiln"}, "address": "1 Road", "location": None, "gln": None, "hours": None}
    return [error.field for error in place_errors(**(place | about))]


@pytest.mark.parametrize(
    ("about", "fields"),
    [
        ({}, []),
        ({"name": {}}, ["name"]),
        ({"name": {"en": " "}, "address": ""}, ["name.en", "address"]),
        ({"name": {"EN!": "x"}}, ["name"]),
        ({"address": "a\0"}, ["address"]),
        ({"address": "\udfff"}, ["address"]),
        ({"location": Location(90.1, 0)}, ["location"]),
        ({"location": Location(math.nan, 0)}, ["location"]),
        ({"gln": "4012345000001"}, ["gln"]),
        ({"hours": Hours("Mars/Base", ())}, ["hours.timezone"]),
        (
            {"hours": Hours("UTC", (Opening(8, "9:00", "25:00"),))},
            [f"hours.week.0.{f}" for f in ("day", "opens", "closes")],
        ),
        (
            {"hours": Hours("UTC", (Opening(1, "09:00", "12:00"), Opening(1, "11:00", "13:00")))},
            ["hours.week.1"],
        ),
        (
            {"hours": Hours("UTC", (Opening(1, "00:30", "12:00"), Opening(7, "20:00", "01:00")))},
            ["hours.week.0"],
        ),
        ({"hours": Hours("UTC", (Opening(1, "00:00", "00:00"), Opening(2, "00:00", "00:00")))}, []),
    ],
)
def test_what_is_wrong_is_named_by_field(about, fields):
    assert wrong(**about) == fields
