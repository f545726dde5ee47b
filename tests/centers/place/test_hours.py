"""Opening hours: weeks, special days, midnights, and the days when clocks are changed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.centers.place._rules import next_opening, open_at, open_until, place_errors
from hansa.centers.place._rules.hours import _instant
from hansa.centers.place.types import Hours, Opening, SpecialDay, Stretch

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]

clocks = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
weeks = st.lists(st.builds(Opening, st.integers(1, 7), clocks, clocks), max_size=6).map(tuple)
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
specials = st.lists(
    st.builds(SpecialDay, days, st.lists(st.builds(Stretch, clocks, clocks), max_size=2).map(tuple)),
    max_size=4,
    unique_by=lambda day: day.date,
).map(tuple)
hours = st.builds(Hours, st.sampled_from(ZONES), weeks, specials)
moments = st.datetimes(datetime(2026, 1, 2), datetime(2026, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis takes bounds without a zone


def at(text):
    return datetime.fromisoformat(text)


@given(hours, moments)
def test_the_next_opening_is_when_it_is_open_and_just_before_it_is_not(place, moment):
    found = next_opening(place, moment)

    if found is not None:
        assert found > moment
        assert open_at(place, found)
        assert not open_at(place, found - timedelta(seconds=1))


@given(hours, moments)
def test_between_now_and_the_next_opening_nothing_opens(place, moment):
    found = next_opening(place, moment)
    states = [open_at(place, moment + timedelta(minutes=15 * n)) for n in range(4 * 48)]
    opens = [n for n in range(1, len(states)) if states[n] and not states[n - 1]]

    if opens:
        assert found is not None
        assert found <= moment + timedelta(minutes=15 * opens[0])


@given(hours, moments)
def test_a_place_is_open_until_it_closes(place, moment):
    closes = open_until(place, moment)

    if closes is None:
        if open_at(place, moment):
            assert open_at(place, moment + timedelta(days=300))
        return
    assert open_at(place, moment)
    assert open_at(place, closes - timedelta(seconds=1))
    assert not open_at(place, closes)


@given(hours, moments, st.integers(1, 100))
def test_open_is_seen_alike_from_every_time_zone(place, moment, shift):
    there = moment.astimezone(ZoneInfo("Pacific/Kiritimati"))

    assert open_at(place, moment) is open_at(place, there)
    assert next_opening(place, moment) == next_opening(place, there)


@given(days, clocks, st.sampled_from(ZONES))
def test_a_clock_names_the_first_instant_that_shows_it(day, clock, zone):
    zone = ZoneInfo(zone)
    instant = _instant(day, clock, zone)
    wanted = datetime.combine(day, datetime.strptime(clock, "%H:%M").time())  # noqa: DTZ007 - a wall clock

    assert instant.astimezone(zone).replace(tzinfo=None) >= wanted
    assert (instant - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None) < wanted


@given(days, clocks, clocks, st.sampled_from(ZONES))
def test_later_on_the_clock_is_never_earlier(day, one, other, zone):
    zone, (one, other) = ZoneInfo(zone), sorted((one, other))

    assert _instant(day, one, zone) <= _instant(day, other, zone)


NIGHT = Hours("Europe/Berlin", (Opening(6, "22:00", "06:00"),))  # Saturday into Sunday, when clocks change


@pytest.mark.parametrize(
    ("begins", "length_h"),
    [("2026-03-28T22:00+01:00", 7), ("2026-10-24T22:00+02:00", 9), ("2026-11-21T22:00+01:00", 8)],
)
def test_a_night_is_as_long_as_it_is_on_the_day_clocks_are_changed(begins, length_h):
    opens = at(begins)

    assert next_opening(NIGHT, opens - timedelta(hours=3)) == opens
    assert open_until(NIGHT, opens) == opens + timedelta(hours=length_h)


def test_an_hour_that_is_left_out_begins_and_ends_at_the_change():
    early = Hours("Europe/Berlin", (Opening(7, "02:15", "04:00"),))
    never = Hours("Europe/Berlin", (Opening(7, "02:15", "02:45"),))
    change = at("2026-03-29T03:00+02:00")

    assert next_opening(early, at("2026-03-29T01:00+01:00")) == change
    assert next_opening(never, at("2026-03-29T01:00+01:00")) == at("2026-04-05T02:15+02:00")


def test_an_hour_that_is_shown_twice_counts_the_first_time():
    early = Hours("Europe/Berlin", (Opening(7, "02:15", "02:45"),))

    assert open_at(early, at("2026-10-25T02:30+02:00"))
    assert not open_at(early, at("2026-10-25T02:30+01:00"))


def test_a_day_that_a_country_left_out_has_no_hours():
    samoa = Hours(
        "Pacific/Apia", (Opening(5, "09:00", "17:00"),)
    )  # 30 December 2011 was a Friday, and never came

    assert next_opening(samoa, at("2011-12-29T12:00-10:00")) == at("2012-01-06T09:00+14:00")


HOLIDAYS = Hours(
    "Asia/Shanghai",
    tuple(Opening(day, "09:00", "18:00") for day in range(1, 8)),
    (
        SpecialDay(date(2026, 10, 1)),
        SpecialDay(date(2026, 10, 2), (Stretch("10:00", "12:00"), Stretch("20:00", "02:00"))),
    ),
)


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-09-30T17:00+08:00", True),
        ("2026-10-01T12:00+08:00", False),
        ("2026-10-02T09:30+08:00", False),
        ("2026-10-02T11:00+08:00", True),
        ("2026-10-02T23:00+08:00", True),
        ("2026-10-03T01:59+08:00", True),
        ("2026-10-03T02:00+08:00", False),
        ("2026-10-03T09:00+08:00", True),
    ],
)
def test_a_special_day_has_hours_of_its_own(moment, open_):
    assert open_at(HOLIDAYS, at(moment)) is open_


def test_the_evening_before_a_holiday_ends_as_ever():
    bar = Hours("Asia/Shanghai", (Opening(3, "20:00", "03:00"),), (SpecialDay(date(2026, 10, 1)),))

    assert open_at(bar, at("2026-10-01T02:00+08:00"))  # Thursday is the holiday, Wednesday's evening goes on


def test_what_touches_is_one_opening_and_what_never_closes_says_so():
    always = Hours("UTC", tuple(Opening(day, "00:00", "00:00") for day in range(1, 8)))
    split = Hours("UTC", (Opening(1, "09:00", "12:00"), Opening(1, "12:00", "15:00")))
    monday = at("2026-11-23T10:00+00:00")

    assert open_until(split, monday) == at("2026-11-23T15:00+00:00")
    assert (open_until(always, monday), next_opening(always, monday)) == (None, None)
    assert next_opening(Hours("UTC", ()), monday) is None
    assert open_until(split, monday - timedelta(hours=4)) is None


@pytest.mark.parametrize(
    ("special", "fields"),
    [
        ((SpecialDay(date(2026, 1, 1)), SpecialDay(date(2026, 1, 1))), ["hours.special.1.date"]),
        ((SpecialDay(date(2026, 1, 1), (Stretch("9", "24:00"),)),), ["opens", "closes"]),
        ((SpecialDay(date(2026, 1, 1), (Stretch("09:00", "10:00"),) * 11),), ["hours.special.0.stretches"]),
        (tuple(SpecialDay(date(2026, 1, 1) + timedelta(n)) for n in range(401)), ["hours.special"]),
    ],
)
def test_wrong_special_days_are_named(special, fields):
    errors = place_errors(
        name={"en": "Kiln"}, address="1 Road", location=None, gln=None, hours=Hours("UTC", (), special)
    )

    assert [error.field for error in errors] == [
        field if field.startswith("hours") else f"hours.special.0.stretches.0.{field}" for field in fields
    ]
