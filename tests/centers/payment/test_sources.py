"""One payment from several sources: all hold their part and all are taken, or nothing is."""

import asyncio
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.centers.payment import api
from hansa.centers.payment._handlers import reconcile
from hansa.centers.payment._rules.splitting import shares
from hansa.centers.payment._sandbox import BEHAVIOURS, OF_HOLDS, SandboxProvider
from hansa.centers.payment.errors import (
    AlreadyCaptured,
    CardNotTestable,
    PaymentClosed,
    PaymentLate,
    PaymentNotFound,
    RefundTooLarge,
    SourcesMalformed,
)
from hansa.centers.payment.events import PaymentReported, RefundRefused, RefundSettled
from hansa.centers.payment.extensions import ProviderUnreachable, RefundAnswer
from hansa.centers.payment.types import (
    Capture,
    Charged,
    Declined,
    Outcome,
    Pending,
    Refund,
    SourcePart,
    TestCard,
)

CARDS = {behaviour.name: TestCard(behaviour.number) for behaviour in (*BEHAVIOURS, *OF_HOLDS)}
SECRET = b"a secret of the tests"


@pytest.fixture
def split(till):
    """Charge a payment from (card, minor) pairs."""

    async def charge(payment_id, *given, ctx=None):
        sources = [SourcePart(CARDS[card], minor) for card, minor in given]
        return await api.charge_sources(ctx or till.ctx, payment_id=payment_id, sources=sources)

    return charge


async def taken(till):
    """What the provider has of us, by hold: captured, and what it gave back."""
    rows = await till.rows(
        """SELECT h.captured_minor, coalesce(c.refunded_minor, 0) AS back, h.voided_at IS NOT NULL AS voided
           FROM payment.sandbox_hold h LEFT JOIN payment.sandbox_capture c ON c.hold_reference = h.reference
           ORDER BY h.reference"""
    )
    return [(row["captured_minor"], row["back"], row["voided"]) for row in rows]


async def parts(till):
    return [
        (row["minor"], row["state"], row["refunded_minor"])
        for row in await till.rows("SELECT * FROM payment.part ORDER BY payment_id, attempt, number")
    ]


async def test_two_cards_pay_together(till, split):
    payment_id = await till.created(600, 400)

    charged = await split(payment_id, ("success", 700), ("success", None))

    assert isinstance(charged, Charged)
    assert charged.facts.minor == 1000
    assert await till.state(payment_id) == "authorised"
    assert await till.capture(charged.facts) is None
    payment = await till.see(payment_id)
    assert (payment.state, payment.captured_minor, len(payment.attempts)) == ("captured", 1000, 1)
    assert await parts(till) == [(700, "captured", 0), (300, "captured", 0)]
    assert await taken(till) == [(700, 0, False), (300, 0, False)]
    assert await till.verify() == []
    with pytest.raises(AlreadyCaptured):
        await split(payment_id, ("success", None))


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("declined", "card_declined"),
        ("insufficient_funds", "insufficient_funds"),
        ("capture_refused", "capture_refused"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
async def test_one_that_fails_leaves_nothing_taken(till, split, bad, code, first):
    payment_id = await till.created(1000)
    given = [("success", 400), (bad, 600)]

    refused = await split(payment_id, *(reversed(given) if first else given))

    assert isinstance(refused, Declined)
    assert refused.code == code
    assert await till.state(payment_id) == "created"
    await till.pass_time(minutes=3)
    await reconcile(till.platform, b"")
    assert sum(captured - back for captured, back, _ in await taken(till)) == 0
    assert {state for _, state, _ in await parts(till)} == {"released"}
    assert await till.verify() == []
    again = await split(payment_id, ("success", 1000))
    assert await till.capture(again.facts) is None
    assert await till.verify() == []


@pytest.mark.parametrize(
    "given",
    [
        [],
        [("success", 999)],
        [("success", 1001)],
        [("success", 1000), ("success", None)],
        [("success", 1200), ("success", -200)],
        [("success", 0), ("success", 1000)],
        [("success", None), ("success", 400)],
        [("success", 100)] * 6,
    ],
)
async def test_parts_that_do_not_make_up_the_amount_are_refused(till, split, given):
    payment_id = await till.created(1000)
    with pytest.raises(SourcesMalformed):
        await split(payment_id, *given)
    assert (await till.state(payment_id), await parts(till)) == ("created", [])


@given(
    amount=st.integers(1, 10**12),
    cuts=st.lists(st.integers(1, 10**12), min_size=1, max_size=5),
    rest=st.booleans(),
)
def test_shares_make_up_the_amount_or_are_refused(amount, cuts, rest):
    wanted = [*cuts[:-1], None if rest else cuts[-1]]
    try:
        found = shares(amount, wanted)
    except SourcesMalformed:
        assert sum(cuts[:-1]) >= amount if rest else sum(cuts) != amount
    else:
        assert sum(found) == amount
        assert min(found) > 0


async def test_whose_payment_it_is_and_which_cards_are_asked_first(till, split):
    payment_id = await till.created(1000)
    with pytest.raises(PaymentNotFound):
        await split(payment_id, ("success", None), ctx=till.buyer(uuid4()))
    with pytest.raises(CardNotTestable):
        sources = [SourcePart(TestCard("4111111111111111"), None)]
        await api.charge_sources(till.ctx, payment_id=payment_id, sources=sources)
    assert await till.close(payment_id) is None
    with pytest.raises(PaymentClosed):
        await split(payment_id, ("success", None))


async def test_a_source_that_takes_its_time_is_waited_for(till, split):
    payment_id = await till.created(1000)
    assert isinstance(await split(payment_id, ("success", 400), ("delayed", None)), Pending)
    assert isinstance(await till.charge(payment_id), Pending)  # another card cannot come between

    await till.pass_time(seconds=21)
    await reconcile(till.platform, b"")
    await reconcile(till.platform, b"")

    (told,) = await till.told()
    assert await till.capture(msgspec.json.decode(told, type=PaymentReported).facts()) is None
    assert await taken(till) == [(400, 0, False), (600, 0, False)]
    assert await till.verify() == []


async def test_double_clicks_and_polls_raced_take_each_part_once(till, split):
    for _ in range(5):
        payment_id = await till.created(1000)
        given = ("success", 400), ("success", None)
        clicks = await asyncio.gather(*(split(payment_id, *given) for _ in range(3)), till.charge(payment_id))
        charged = next(one for one in clicks if isinstance(one, Charged))
        verdicts = await asyncio.gather(till.capture(charged.facts), till.capture(charged.facts))
        assert [type(one) for one in verdicts].count(AlreadyCaptured) == 1
    assert sum(captured for captured, _, _ in await taken(till)) + await charged_alone(till) == 5000
    assert await till.verify() == []


async def charged_alone(till):
    return sum(row["minor"] for row in await till.rows("SELECT minor FROM payment.sandbox_charge"))


class Dying(SandboxProvider):
    """Dies, or is cut off, at a given call: the answer never comes, whatever was done."""

    def __init__(self, db, at, *, after):
        super().__init__(db, SECRET)
        self.at = at
        self.after = after

    async def _count(self, call, done):
        if call == self.at[0]:
            self.at = (call, self.at[1] - 1)
            if self.at[1] == 0:
                if self.after:
                    await done
                else:
                    done.close()
                raise RuntimeError(call)
        return await done

    async def authorise(self, ctx, request):
        return await self._count("authorise", super().authorise(ctx, request))

    async def capture(self, ctx, request):
        return await self._count("capture", super().capture(ctx, request))


CRASHES = [
    (call, nth, after) for call in ("authorise", "capture") for nth in (1, 2) for after in (False, True)
]


@pytest.mark.parametrize(("call", "nth", "after"), CRASHES)
@pytest.mark.parametrize("closed", [False, True])
async def test_a_crash_at_any_call_ends_whole_or_in_nothing(till, split, call, nth, after, closed):
    payment_id = await till.created(1000)
    dying = till.buyer(platform=till.process(Dying(till.db, (call, nth), after=after)))
    with pytest.raises(RuntimeError):
        await split(payment_id, ("success", 400), ("success", None), ctx=dying)
    till.process()
    if closed:
        assert await till.close(payment_id) is None

    await till.pass_time(minutes=3)
    for _ in range(3):
        await reconcile(till.platform, b"")

    told = [msgspec.json.decode(one, type=PaymentReported) for one in await till.told()]
    came = [one for one in told if one.outcome is Outcome.SUCCEEDED]
    kept = sum(captured - back for captured, back, _ in await taken(till))
    assert len(came) == (1 if kept else 0)
    assert kept in {0, 1000}
    if came:
        facts = came[0].facts()
        verdict = await till.capture(facts)
        assert isinstance(verdict, PaymentLate) if closed else verdict is None
        if closed:
            await give_back(till, payment_id, facts)
    else:
        assert [one.decline_code for one in told] == ([] if closed else ["request_lost"])
        assert await till.state(payment_id) == ("closed" if closed else "created")
        assert {state for _, state, _ in await parts(till)} == {"released"}
    assert await till.verify() == []


async def give_back(till, payment_id, facts):
    async with till.db.transaction() as tx:
        capture = Capture(ctx=till.ctx, payment_id=payment_id, facts=facts)
        (unexpected,) = await api.take_unexpected(tx, captures=[capture])
    await till.refund(payment_id, 1000, order=None, attempt=unexpected.attempt)
    assert await till.state(payment_id) == "refunded"
    assert sum(captured - back for captured, back, _ in await taken(till)) == 0


async def test_after_a_crash_the_buyer_may_just_try_again_with_the_same_cards(till, split):
    payment_id = await till.created(1000)
    dying = till.buyer(platform=till.process(Dying(till.db, ("authorise", 2), after=False)))
    given = ("success", 400), ("success", None)
    with pytest.raises(RuntimeError):
        await split(payment_id, *given, ctx=dying)
    till.process()

    charged = await split(payment_id, *given)

    assert await till.capture(charged.facts) is None
    assert await taken(till) == [(400, 0, False), (600, 0, False)]


async def test_closing_between_holding_and_taking_lets_go(till, split):
    payment_id = await till.created(1000)
    assert isinstance(await split(payment_id, ("success", 400), ("delayed", None)), Pending)
    assert await till.close(payment_id) is None
    await till.pass_time(seconds=21)
    await reconcile(till.platform, b"")

    assert await taken(till) == [(0, 0, True), (0, 0, True)]
    assert (await till.told(), await till.state(payment_id)) == ([], "closed")
    assert await till.verify() == []


async def test_paying_and_closing_raced_is_whole_or_nothing(till, split):
    for _ in range(8):
        payment_id = await till.created(1000)
        paying = split(payment_id, ("success", 400), ("success", None))
        outcome, _ = await asyncio.gather(paying, till.close(payment_id), return_exceptions=True)
        if isinstance(outcome, Charged) and await till.capture(outcome.facts) is not None:
            await give_back_all(till, payment_id, outcome.facts)
        payment = await till.see(payment_id)
        assert payment.state in {"captured", "closed", "refunded"}
    assert await till.verify() == []
    kept = sum(captured - back for captured, back, _ in await taken(till))
    rows = await till.rows("SELECT count(*) AS n FROM payment.payment WHERE state = 'captured'")
    assert kept == 1000 * rows[0]["n"]


async def give_back_all(till, payment_id, facts):
    async with till.db.transaction() as tx:
        capture = Capture(ctx=till.ctx, payment_id=payment_id, facts=facts)
        (unexpected,) = await api.take_unexpected(tx, captures=[capture])
    await till.refund(payment_id, unexpected.minor, order=None, attempt=unexpected.attempt)


async def paid(till, split, *minors):
    payment_id = await till.created(sum(minors))
    charged = await split(payment_id, *(("success", minor) for minor in minors))
    assert await till.capture(charged.facts) is None
    return payment_id


async def test_refunds_go_to_the_last_source_first(till, split):
    payment_id = await paid(till, split, 500, 300, 200)

    await till.refund(payment_id, 150)
    assert [back for _, _, back in await parts(till)] == [0, 0, 150]
    await till.refund(payment_id, 400)
    assert [back for _, _, back in await parts(till)] == [50, 300, 200]
    with pytest.raises(RefundTooLarge):
        await till.refund(payment_id, 451)
    await till.refund(payment_id, 450)

    assert await till.state(payment_id) == "refunded"
    assert await taken(till) == [(500, 500, False), (300, 300, False), (200, 200, False)]
    settled = [
        msgspec.json.decode(one, type=RefundSettled).minor
        for one in await till.told("payment.refund_settled")
    ]
    assert settled == [150, 400, 450]
    assert await till.verify() == []


async def test_refunds_raced_never_take_more_from_a_source_than_it_gave(till, split):
    payment_id = await paid(till, split, 500, 500)
    outcomes = await asyncio.gather(*(till.refund(payment_id, 300) for _ in range(6)), return_exceptions=True)

    assert [type(one) for one in outcomes].count(Refund) == 3
    assert [back for _, _, back in await parts(till)] == [400, 500]
    assert await till.verify() == []


class Stingy(SandboxProvider):
    """Refuses to give back to the first source, or does not answer for it."""

    def __init__(self, db, *, answers):
        super().__init__(db, SECRET)
        self.answers = answers

    async def refund(self, ctx, request):
        if not request.reference.endswith(".1"):
            return await super().refund(ctx, request)
        if not self.answers:
            raise ProviderUnreachable
        return RefundAnswer(provider_reference="no", succeeded=False)


async def test_what_one_source_refuses_counts_no_more(till, split):
    payment_id = await paid(till, split, 600, 400)
    till.ctx = till.buyer(platform=till.process(Stingy(till.db, answers=True)))

    refund = await till.refund(payment_id, 700)

    assert refund.state == "succeeded"
    assert (await till.see(payment_id)).refunded_minor == 400
    assert [back for _, _, back in await parts(till)] == [0, 400]
    (settled,), (refused,) = (
        await till.told("payment.refund_settled"),
        await till.told("payment.refund_refused"),
    )
    assert msgspec.json.decode(settled, type=RefundSettled).minor == 400
    assert msgspec.json.decode(refused, type=RefundRefused).minor == 300
    assert await till.verify() == []


async def test_a_refund_half_answered_is_sent_again_and_given_once(till, split):
    payment_id = await paid(till, split, 600, 400)
    till.ctx = till.buyer(platform=till.process(Stingy(till.db, answers=False)))
    assert (await till.refund(payment_id, 700)).state == "requested"

    till.ctx = till.buyer(platform=till.process())
    await till.pass_time(seconds=21)
    await asyncio.gather(*(reconcile(till.ctx.platform, b"") for _ in range(3)))

    assert await taken(till) == [(600, 300, False), (400, 400, False)]
    assert len(await till.told("payment.refund_settled")) == 1
    assert await till.verify() == []


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    minors=st.lists(st.integers(1, 500), min_size=1, max_size=5),
    backs=st.lists(st.integers(1, 600), max_size=6),
)
async def test_whatever_is_refunded_no_source_gets_more_than_it_gave(till, split, minors, backs):
    payment_id = await paid(till, split, *minors)
    given_back = 0
    for minor in backs:
        fits = given_back + minor <= sum(minors)
        if fits:
            await till.refund(payment_id, minor)
            given_back += minor
        else:
            with pytest.raises(RefundTooLarge):
                await till.refund(payment_id, minor)
    rows = await till.rows(
        f"SELECT minor, refunded_minor FROM payment.part WHERE payment_id = '{payment_id}' ORDER BY number"
    )
    left = given_back
    for row in reversed(rows):
        assert row["refunded_minor"] == min(left, row["minor"])
        left -= row["refunded_minor"]
    assert left == 0
    assert await till.verify() == []
