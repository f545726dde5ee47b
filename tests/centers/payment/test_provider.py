"""What a provider must be able to do, held to the sandbox: hold, capture in part, let go, a day's statement."""

import asyncio
from datetime import UTC, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.centers.payment._sandbox import SandboxProvider
from hansa.centers.payment._statements import read, write
from hansa.centers.payment.errors import StatementUnreadable
from hansa.centers.payment.extensions import (
    CaptureRequest,
    ChargeRequest,
    ProviderUnreachable,
    RefundRequest,
)
from hansa.centers.payment.types import HoldState, StatementKind, StatementRow, TestCard
from hansa.kernel.ids import IdKind

FRESH = IdKind("try")


class Desk:
    """A sandbox and one reference, as the tests speak of them."""

    def __init__(self, till, cards):
        self.till = till
        self.cards = cards
        self.provider = till.platform.service(SandboxProvider)
        self.reference = FRESH.show(FRESH.new())

    async def hold(self, minor=1000, card="success"):
        source = TestCard(self.cards[card])
        request = ChargeRequest(reference=self.reference, minor=minor, currency="CNY", source=source)
        return await self.provider.authorise(self.till.ctx, request)

    async def capture(self, minor, name="first", currency="CNY"):
        request = CaptureRequest(
            reference=f"{self.reference}-{name}",
            hold_reference=self.reference,
            minor=minor,
            currency=currency,
        )
        answer = await self.provider.capture(self.till.ctx, request)
        return answer.refusal or "taken"

    async def held(self):
        return await self.provider.held(self.till.ctx, self.reference)

    async def void(self):
        return await self.provider.void(self.till.ctx, self.reference)

    async def refund(self, minor, name="back", of="first"):
        request = RefundRequest(
            reference=f"{self.reference}-{name}",
            charge_reference=f"{self.reference}-{of}",
            provider_reference="",
            minor=minor,
            currency="CNY",
        )
        return (await self.provider.refund(self.till.ctx, request)).succeeded


@pytest.fixture
def desk(till, numbers):
    return Desk(till, numbers)


async def test_what_is_held_is_captured_in_parts_and_the_rest_let_go(desk):
    held = await desk.hold(1000)
    assert (held.state, held.left_minor) == (HoldState.AUTHORISED, 1000)

    assert await desk.capture(600) == "taken"
    assert await desk.capture(300, "second") == "taken"
    assert await desk.capture(101, "third") == "exceeds_authorisation"
    let_go = await desk.void()

    assert (let_go.state, let_go.captured_minor, let_go.left_minor) == (HoldState.VOIDED, 900, 0)
    assert await desk.capture(1, "fourth") == "authorisation_voided"
    assert (await desk.held()) == let_go


async def test_whatever_is_repeated_under_its_reference_happens_once(desk):
    first = await desk.hold(1000)
    assert await desk.hold(1000) == first
    assert [await desk.capture(700) for _ in range(3)] == ["taken"] * 3
    assert [await desk.refund(700) for _ in range(3)] == [True] * 3
    assert await desk.void() == await desk.void()

    assert (await desk.held()).captured_minor == 700
    assert await desk.capture(700) == "taken"  # let go of meanwhile: it was taken before
    assert not await desk.refund(1, "more")


async def test_captures_raced_never_take_more_than_is_held(desk):
    await desk.hold(1000)
    answers = await asyncio.gather(*(desk.capture(300, str(name)) for name in range(6)))

    assert sorted(answers) == ["exceeds_authorisation"] * 3 + ["taken"] * 3
    assert (await desk.held()).captured_minor == 900


async def test_an_authorisation_that_expires_cannot_be_captured(desk):
    assert (await desk.hold(card="authorisation_expires")).state is HoldState.AUTHORISED
    await desk.till.pass_time(minutes=1)

    assert (await desk.held()).state is HoldState.EXPIRED
    assert await desk.capture(1) == "authorisation_expired"


async def test_a_hold_is_declined_decided_late_or_never_heard_of(desk):
    assert (await desk.hold(card="insufficient_funds")).decline_code == "insufficient_funds"
    assert await desk.capture(1) == "authorisation_declined"

    desk.reference = "slow"
    assert (await desk.hold(card="delayed")).state is HoldState.PENDING
    assert await desk.capture(1) == "authorisation_pending"
    await desk.till.pass_time(seconds=6)
    assert (await desk.held()).state is HoldState.AUTHORISED
    assert await desk.capture(1) == "taken"

    desk.reference = "silent"
    with pytest.raises(ProviderUnreachable):
        await desk.hold(card="no_answer")
    assert (await desk.held()).state is HoldState.AUTHORISED

    desk.reference = "unknown"
    assert (await desk.held(), await desk.void()) == (None, None)
    assert await desk.capture(1) == "authorisation_unknown"


@pytest.mark.parametrize("minor", [0, -1])
async def test_nothing_and_less_cannot_be_captured(desk, minor):
    await desk.hold()
    assert await desk.capture(minor) == "exceeds_authorisation"


async def test_another_currency_cannot_be_captured(desk):
    await desk.hold()
    assert await desk.capture(10, currency="EUR") == "exceeds_authorisation"


async def test_a_card_whose_capture_is_refused(desk):
    await desk.hold(card="capture_refused")
    assert await desk.capture(10) == "capture_refused"


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("capture"), st.integers(1, 700), st.sampled_from("abcd")),
        st.tuples(st.just("refund"), st.integers(1, 700), st.sampled_from("abcd"), st.sampled_from("stuv")),
        st.just(("void",)),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minor=st.integers(1, 1500), steps=STEPS)
async def test_a_hold_goes_as_a_plain_model_says(till, numbers, minor, steps):
    """Never is more captured than held, nor more given back than captured, whatever is repeated or refused."""
    desk = Desk(till, numbers)
    await desk.hold(minor)
    captured, given, voided = {}, {}, False
    for step in steps:
        match step:
            case ("void",):
                await desk.void()
                voided = True
            case ("capture", amount, name):
                fits = not voided and sum(captured.values()) + amount <= minor
                assert (await desk.capture(amount, name) == "taken") is (name in captured or fits)
                if name not in captured and fits:
                    captured[name] = amount
            case ("refund", amount, of, name):
                # A reference is one refund's: under the same one nothing more goes back.
                key = name + of
                back = sum(m for (_, its), m in given.items() if its == of)
                fits = of in captured and back + amount <= captured[of]
                done = await desk.refund(amount, key, of)
                assert done is ((key, of) in given or fits)
                if (key, of) not in given and fits:
                    given[key, of] = amount
    standing = await desk.held()
    assert standing.captured_minor == sum(captured.values()) <= minor
    assert standing.left_minor == (0 if voided else minor - sum(captured.values()))


async def test_a_days_statement_tells_what_moved_that_day(desk):
    till = desk.till
    charged = await till.captured(1000)
    await till.refund(charged, 250)
    declined = await till.created(300)
    await till.charge(declined, "declined")
    await desk.hold(500)
    await desk.capture(400)
    await desk.refund(100)
    today = till.ctx.now().date()
    await till.pass_time(seconds=1)

    rows = await statement(till, today)

    told = [(row.kind.value, row.minor) for row in rows]
    assert told == [
        ("charge", 1000),
        ("fee", 6),
        ("refund", 250),
        ("capture", 400),
        ("fee", 2),
        ("refund", 100),
    ]
    assert [row.row for row in rows] == [1, 2, 3, 4, 5, 6]
    assert await statement(till, today) == rows
    assert await statement(till, today + timedelta(days=1)) == []


async def statement(till, day):
    provider = till.platform.service(SandboxProvider)
    return list(provider.read_statement(await provider.statement(till.ctx, day)))


async def test_a_statement_is_of_one_business_and_one_traffic(desk):
    till = desk.till
    await till.captured(1000)
    await till.pass_time(seconds=1)
    other = till.plans.context(till.platform, "flagship")
    provider = till.platform.service(SandboxProvider)
    file = await provider.statement(other, till.ctx.now().date())
    assert provider.read_statement(file) == []


MOVEMENTS = st.builds(
    StatementRow,
    row=st.integers(1, 2**63 - 1),
    kind=st.sampled_from(StatementKind),
    reference=st.text(
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40
    ),
    minor=st.integers(0, 2**63 - 1),
    currency=st.sampled_from(["CNY", "EUR"]),
    at=st.datetimes(timezones=st.just(UTC)),
)


@given(rows=st.lists(MOVEMENTS, max_size=5))
def test_a_statement_is_read_as_it_was_written(rows):
    assert read(write(rows)) == rows


@pytest.mark.parametrize(
    ("file", "line"),
    [
        (b"", 1),
        (b"\xff", 1),
        (b"a,b\r\n", 1),
        (b"row,kind,reference,minor,currency,at\r\n1,charge,x\r\n", 2),
        (b"row,kind,reference,minor,currency,at\r\n1,gift,x,1,CNY,2026-11-20T00:00:00Z\r\n", 2),
        (b"row,kind,reference,minor,currency,at\r\n1,charge,x,1.5,CNY,2026-11-20T00:00:00Z\r\n", 2),
        (b"row,kind,reference,minor,currency,at\r\n1,charge,x,-1,CNY,2026-11-20T00:00:00Z\r\n", 2),
        (b"row,kind,reference,minor,currency,at\r\n0,charge,x,1,CNY,2026-11-20T00:00:00Z\r\n", 2),
        (b"row,kind,reference,minor,currency,at\r\n1,charge,,1,CNY,2026-11-20T00:00:00Z\r\n", 2),
        (b"row,kind,reference,minor,currency,at\r\n1,charge,x,1,yuan,2026-11-20T00:00:00Z\r\n", 2),
        (b"row,kind,reference,minor,currency,at\r\n1,charge,x,1,CNY,2026-11-20T00:00:00\r\n", 2),
        (
            b"row,kind,reference,minor,currency,at\r\n1,charge,x,99999999999999999999,CNY,2026-11-20T00:00:00Z\r\n",
            2,
        ),
    ],
)
def test_a_statement_that_cannot_be_read_says_where(file, line):
    with pytest.raises(StatementUnreadable) as refused:
        read(file)
    assert refused.value.extras["line"] == line
