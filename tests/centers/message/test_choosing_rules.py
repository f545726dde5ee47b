"""Topics, quiet hours, refusals: the arithmetic of what leaves, and when."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.centers.message._rules.bounces import (
    Judgement,
    enhanced_code,
    fingerprint,
    judge,
    pause_after,
    suppresses,
)
from hansa.centers.message._rules.choosing import OTHER, channels_for, distinct, topic_of
from hansa.centers.message._rules.quiet import quiet_errors, quiet_until
from hansa.centers.message.types import Channel, QuietHours, Topic

CHANNELS = st.lists(st.sampled_from(Channel), unique=True).map(tuple)
TOPICS = st.builds(
    Topic,
    name=st.sampled_from(["orders", "news", "account", "other"]),
    titles=st.just({"en": "A topic"}),
    templates=st.lists(st.sampled_from(["trade.*", "trade.order_paid", "x.y"])).map(tuple),
    channels=st.just(tuple(Channel)),
    mandatory=CHANNELS,
    off_at_first=CHANNELS,
)
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"])
NOW = st.integers(1_577_836_800, 1_893_456_000).map(lambda second: datetime.fromtimestamp(second, UTC))
CLOCK = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@given(TOPICS, CHANNELS, st.dictionaries(st.sampled_from(Channel), st.booleans()))
def test_what_is_mandatory_is_always_taken_and_what_is_off_never_is(topic, offered, chosen):
    taken, declined = channels_for(topic, offered, chosen)
    assert set(topic.mandatory) <= set(taken)
    assert not set(taken) & set(declined)
    assert set(taken) | set(declined) == set(offered) | set(topic.mandatory)
    for channel in set(taken) - set(topic.mandatory):
        assert chosen.get(channel, channel not in topic.off_at_first)


@given(st.lists(TOPICS))
def test_every_topic_is_shown_once_and_everything_has_one(topics):
    names = [topic.name for topic in distinct(topics)]
    assert len(set(names)) == len(names)
    assert set(names) == {topic.name for topic in topics} | {OTHER.name}
    assert names[-1] == OTHER.name
    assert topic_of("nobody.knows", topics) is OTHER


def test_the_first_topic_that_has_a_template_is_its_topic():
    whole = Topic(name="orders", titles={}, templates=("trade.order_*",))
    one = Topic(name="paid", titles={}, templates=("trade.order_paid",))
    assert topic_of("trade.order_paid", [one, whole]) is one
    assert topic_of("trade.order_paid", [whole, one]) is whole
    assert topic_of("trade.order", [one, whole]) is OTHER


@given(NOW, CLOCK, CLOCK, ZONES)
def test_quiet_hours_end_and_then_it_is_not_quiet(now, starts, ends, zone):
    if starts == ends:
        return
    quiet = QuietHours(starts=starts, ends=ends, time_zone=zone)
    until = quiet_until(now, quiet)
    if until is None:
        return
    assert now < until <= now + timedelta(hours=26)
    local = until.astimezone(ZoneInfo(zone))
    assert abs(timedelta(hours=local.hour - ends.hour, minutes=local.minute - ends.minute)) <= timedelta(
        hours=1
    )
    assert (later := quiet_until(until, quiet)) is None or later > until


@pytest.mark.parametrize(
    ("clock", "until"),
    [("21:59", None), ("22:00", "07:30"), ("23:59", "07:30"), ("00:00", "07:30"), ("07:29", "07:30"), ("07:30", None)],
)  # fmt: skip
def test_a_night_goes_over_midnight(clock, until):
    quiet = QuietHours(starts=time(22), ends=time(7, 30), time_zone="Asia/Shanghai")
    now = datetime.fromisoformat(f"2026-11-22T{clock}+08:00")
    found = quiet_until(now, quiet)
    assert (found and found.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%H:%M")) == until


def test_without_quiet_hours_it_is_never_quiet():
    assert quiet_until(datetime(2026, 1, 1, tzinfo=UTC), None) is None


@pytest.mark.parametrize(
    ("quiet", "fields"),
    [
        (QuietHours(starts=time(22), ends=time(7), time_zone="Asia/Nowhere"), ["time_zone"]),
        (QuietHours(starts=time(22), ends=time(7), time_zone="../../etc/passwd"), ["time_zone"]),
        (QuietHours(starts=time(7), ends=time(7), time_zone="UTC"), ["ends"]),
        (QuietHours(starts=time(7, 0, 1), ends=time(8, tzinfo=UTC), time_zone="UTC"), ["starts", "ends"]),
        (QuietHours(starts=time(22), ends=time(7), time_zone="UTC"), []),
    ],
)
def test_quiet_hours_that_cannot_be(quiet, fields):
    assert [error.field for error in quiet_errors(quiet)] == fields


@pytest.mark.parametrize(
    ("code", "message", "at_recipient", "judgement"),
    [
        (550, "5.1.1 No such user", True, Judgement.GONE),
        (550, "5.1.1 No such user", False, Judgement.GONE),
        (556, "5.1.10 null MX", True, Judgement.GONE),
        (552, "5.2.2 Mailbox full", True, Judgement.REFUSED),
        (550, "No such user", True, Judgement.REFUSED),
        (550, "User 5.1.1 unknown", True, Judgement.REFUSED),
        (550, "5.7.1 Looks like spam", True, Judgement.NOTHING),
        (554, "Looks like spam", False, Judgement.NOTHING),
        (554, "5.6.0 Broken", False, Judgement.NOTHING),
        (450, "4.2.2 Mailbox full", True, Judgement.NOTHING),
    ],
)
def test_what_a_refusal_says_about_the_address(code, message, at_recipient, judgement):
    assert judge(code, enhanced_code(message), at_recipient=at_recipient) is judgement


def test_an_address_is_given_up_when_it_is_gone_or_after_three_refusals():
    assert suppresses(Judgement.GONE, 1)
    assert [suppresses(Judgement.REFUSED, count) for count in (1, 2, 3)] == [False, False, True]


@given(st.uuids())
def test_pauses_grow_and_end_after_four_or_five_days(notification):
    pauses, attempts = [], 1
    while (pause := pause_after(attempts, notification)) is not None:
        pauses.append(pause)
        attempts += 1
    assert all(later >= earlier * 0.8 for earlier, later in pairwise(pauses))
    assert timedelta(days=3, hours=12) < sum(pauses, timedelta()) < timedelta(days=5)
    assert pauses[0] < timedelta(minutes=2)


def test_a_fingerprint_tells_addresses_of_one_party_apart_and_no_two_parties_together():
    ada, bob = UUID(int=1), UUID(int=2)
    assert fingerprint(ada, "Ada@example.com") == fingerprint(ada, "ada@example.com")
    assert fingerprint(ada, "ada@example.com") != fingerprint(ada, "ada@example.org")
    assert fingerprint(ada, "ada@example.com") != fingerprint(bob, "ada@example.com")
