import asyncio
import logging
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from hansa.centers.payment import api
from hansa.centers.payment._handlers import reconcile
from hansa.centers.payment._rules.payments import reference_of
from hansa.centers.payment._sandbox import SANDBOX, SandboxProvider
from hansa.centers.payment._signature import sign
from hansa.centers.payment.errors import (
    AlreadyCaptured,
    AmountMismatch,
    CardNotTestable,
    NoProvider,
    NotSucceeded,
    PaymentClosed,
    PaymentLate,
    PaymentMalformed,
    PaymentNotFound,
    PaymentSurplus,
    ProviderForbidden,
    ProviderUnknown,
    WebhookRefused,
)
from hansa.centers.payment.events import PaymentReported
from hansa.centers.payment.extensions import ProviderAnswer, ProviderUnreachable
from hansa.centers.payment.types import (
    Capture,
    Charged,
    Declined,
    Outcome,
    Pending,
    TestCard,
)
from hansa.kernel.clock import system_now
from hansa.kernel.context import Traffic

SECRET = b"a secret of the tests"


async def test_a_buyer_pays_with_a_card_that_works(till):
    payment_id = await till.created(600, 400)

    charged = await till.charge(payment_id)
    assert isinstance(charged, Charged)
    assert await till.state(payment_id) == "pending"
    assert await till.capture(charged.facts) is None

    payment = await till.see(payment_id)
    assert (payment.state, payment.captured_minor) == ("captured", 1000)
    assert [(a.state, a.last_four) for a in payment.attempts] == [("succeeded", "0019")]
    assert await till.told() == []  # the answer was enough
    assert await till.verify() == []


async def test_a_declined_card_leaves_the_payment_open_for_another(till):
    payment_id = await till.created()

    for card in ("declined", "insufficient_funds", "expired", "fraud"):
        assert isinstance(await till.charge(payment_id, card), Declined)
        assert await till.state(payment_id) == "created"
    charged = await till.charge(payment_id)
    assert await till.capture(charged.facts) is None

    payment = await till.see(payment_id)
    assert [a.decline_code for a in payment.attempts] == [
        "card_declined",
        "insufficient_funds",
        "card_expired",
        "suspected_fraud",
        None,
    ]
    assert await till.verify() == []


async def test_a_second_click_charges_nothing_more(till):
    payment_id = await till.created()
    first, second = await asyncio.gather(till.charge(payment_id), till.charge(payment_id))
    third = await till.charge(payment_id)

    assert first.facts.attempt == second.facts.attempt == third.facts.attempt == 1
    assert len(await till.rows("SELECT * FROM payment.sandbox_charge")) == 1
    assert await till.capture(first.facts) is None
    with pytest.raises(AlreadyCaptured):
        await till.charge(payment_id)


async def test_a_delayed_success_is_told_by_callback(till):
    payment_id = await till.created()
    assert isinstance(await till.charge(payment_id, "delayed"), Pending)
    await till.callbacks()
    assert await till.told() == []

    await till.pass_time(seconds=6)
    await till.callbacks()

    (told,) = await till.told()
    event = msgspec.json.decode(told, type=PaymentReported)
    assert await till.capture(event.facts()) is None
    assert await till.state(payment_id) == "captured"
    assert await till.verify() == []


async def test_a_delayed_decline_frees_the_payment(till):
    payment_id = await till.created()
    await till.charge(payment_id, "delayed_decline")
    await till.pass_time(seconds=6)
    await till.callbacks()

    assert await till.state(payment_id) == "created"
    assert '"outcome": "declined"' in (await till.told())[0]


async def test_a_callback_that_comes_three_times_is_told_once(till):
    payment_id = await till.created()
    await till.charge(payment_id, "duplicate_callback")
    await till.pass_time(seconds=6)
    for _ in range(4):
        await till.callbacks()

    assert len(await till.told()) == 1
    assert len(await till.rows("SELECT * FROM payment.callback")) == 1
    assert await till.rows("SELECT callbacks_left FROM payment.sandbox_charge") == [{"callbacks_left": 0}]


async def test_a_lost_callback_is_found_by_asking(till):
    payment_id = await till.created()
    await till.charge(payment_id, "lost_callback")
    await till.pass_time(seconds=60)
    await till.callbacks()
    assert await till.told() == []

    await reconcile(till.platform, b"")
    await reconcile(till.platform, b"")

    (told,) = await till.told()
    assert await till.capture(msgspec.json.decode(told, type=PaymentReported).facts()) is None


async def test_a_charge_whose_answer_never_came_is_found_by_asking(till):
    payment_id = await till.created()
    assert isinstance(await till.charge(payment_id, "no_answer"), Pending)
    assert await api.reconcile(till.platform) == 0  # too young to be asked about

    await till.pass_time(seconds=21)

    assert await api.reconcile(till.platform) == 1
    assert len(await till.told()) == 1
    assert await till.verify() == []


class DiesAfterCharging(SandboxProvider):
    """The process dies between the provider's charge and our writing it down."""

    def __init__(self, db):
        super().__init__(db, SECRET)
        self.charged = asyncio.Event()

    async def charge(self, ctx, request):
        await super().charge(ctx, request)
        self.charged.set()
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_crash_between_the_charge_and_its_record_loses_nothing(till):
    payment_id = await till.created()
    provider = DiesAfterCharging(till.db)
    dying = till.buyer(platform=till.process(provider))
    task = asyncio.create_task(till.charge(payment_id, ctx=dying))
    await provider.charged.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    till.process()

    await till.pass_time(seconds=21)
    assert await api.reconcile(till.platform) == 1

    (told,) = await till.told()
    assert await till.capture(msgspec.json.decode(told, type=PaymentReported).facts()) is None
    assert len(await till.rows("SELECT * FROM payment.sandbox_charge")) == 1
    assert await till.verify() == []


async def test_after_a_crash_the_buyer_may_just_try_again(till):
    payment_id = await till.created()
    provider = DiesAfterCharging(till.db)
    task = asyncio.create_task(till.charge(payment_id, ctx=till.buyer(platform=till.process(provider))))
    await provider.charged.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    till.process()

    again = await till.charge(payment_id)

    assert again.facts.attempt == 1
    assert len(await till.rows("SELECT * FROM payment.sandbox_charge")) == 1


class Deaf(SandboxProvider):
    """No request ever arrives."""

    def __init__(self, db):
        super().__init__(db, SECRET)

    async def charge(self, _ctx, _request):
        raise ProviderUnreachable


async def test_a_request_that_never_arrived_is_given_up_in_time(till):
    payment_id = await till.created()
    deaf = till.buyer(platform=till.process(Deaf(till.db)))
    assert isinstance(await till.charge(payment_id, ctx=deaf), Pending)
    till.process()

    await till.pass_time(seconds=60)
    assert await api.reconcile(till.platform) == 0
    await till.pass_time(seconds=90)
    assert await api.reconcile(till.platform) == 1

    assert await till.state(payment_id) == "created"
    charged = await till.charge(payment_id)
    assert charged.facts.attempt == 2
    assert await till.capture(charged.facts) is None
    assert await till.verify() == []


async def test_money_that_arrives_after_closing_is_late_and_goes_back(till):
    payment_id = await till.created(700, 300)
    await till.charge(payment_id, "late")
    assert await till.close(payment_id) is None
    await till.pass_time(days=1, seconds=1)
    await till.callbacks()
    (told,) = await till.told()
    facts = msgspec.json.decode(told, type=PaymentReported).facts()

    assert isinstance(await till.capture(facts), PaymentLate)
    capture = Capture(ctx=till.ctx, payment_id=payment_id, facts=facts)
    for _ in range(2):
        async with till.db.transaction() as tx:
            (unexpected,) = await api.take_unexpected(tx, captures=[capture])
        assert (unexpected.minor, unexpected.attempt) == (1000, 1)
    assert await till.state(payment_id) == "late"

    refund = await till.refund(payment_id, 1000, order=None, attempt=unexpected.attempt)
    assert refund.state == "succeeded"
    assert await till.state(payment_id) == "refunded"
    assert await till.verify() == []


async def test_money_that_comes_twice_is_surplus_and_goes_back(till):
    """Given up too early, the first attempt succeeds after all, when the second has paid."""
    payment_id = await till.created()
    deaf = till.buyer(platform=till.process(Deaf(till.db)))
    await till.charge(payment_id, ctx=deaf)
    till.process()
    await till.pass_time(minutes=3)
    await api.reconcile(till.platform)
    assert await till.capture((await till.charge(payment_id)).facts) is None

    body, headers = callback(till, payment_id, 1, Outcome.SUCCEEDED)
    await api.receive_webhook(till.platform, provider=SANDBOX, headers=headers, body=body)

    lost, came = [msgspec.json.decode(told, type=PaymentReported) for told in await till.told()]
    assert (lost.outcome, lost.decline_code) == (Outcome.DECLINED, "never_arrived")
    facts = came.facts()
    assert isinstance(await till.capture(facts), PaymentSurplus)
    async with till.db.transaction() as tx:
        (unexpected,) = await api.take_unexpected(
            tx, captures=[Capture(ctx=till.ctx, payment_id=payment_id, facts=facts)]
        )
    assert (unexpected.minor, unexpected.attempt) == (1000, 1)
    assert (await till.see(payment_id)).captured_minor == 2000
    assert await till.verify() == []


def callback(till, payment_id, attempt, outcome, *, minor=1000, at=None, secret=SECRET, event_id=None):
    body = msgspec.json.encode(
        ProviderAnswer(
            reference=reference_of(payment_id, attempt),
            provider_reference="sbx-x",
            outcome=outcome,
            minor=minor,
            currency="CNY",
            at=till.ctx.now(),
        )
    )
    headers = sign(secret, event_id=event_id or f"evt-{uuid4()}", body=body, at=at or system_now())
    return body, headers


async def test_callbacks_in_the_wrong_order_end_in_the_truth(till):
    payment_id = await till.created()
    await till.charge(payment_id, "delayed")

    for outcome in (Outcome.SUCCEEDED, Outcome.PENDING, Outcome.DECLINED, Outcome.SUCCEEDED):
        body, headers = callback(till, payment_id, 1, outcome)
        await api.receive_webhook(till.platform, provider=SANDBOX, headers=headers, body=body)

    assert len(await till.told()) == 1
    assert (await till.see(payment_id)).attempts[0].state == "succeeded"


async def test_many_callbacks_at_once_are_told_once(till):
    payment_id = await till.created()
    await till.charge(payment_id, "delayed")
    ways = [callback(till, payment_id, 1, Outcome.SUCCEEDED) for _ in range(4)]

    await asyncio.gather(
        *(
            api.receive_webhook(till.platform, provider=SANDBOX, headers=headers, body=body)
            for body, headers in ways * 2
        )
    )

    assert len(await till.told()) == 1
    assert len(await till.rows("SELECT * FROM payment.callback")) == 4


async def test_a_callback_of_another_amount_is_not_believed(till, caplog):
    payment_id = await till.created()
    await till.charge(payment_id, "delayed")
    body, headers = callback(till, payment_id, 1, Outcome.SUCCEEDED, minor=1)
    with caplog.at_level(logging.ERROR):
        await api.receive_webhook(till.platform, provider=SANDBOX, headers=headers, body=body)

    assert await till.told() == []
    assert (await till.see(payment_id)).attempts[0].state == "pending"
    assert "another amount" in caplog.text
    (sentence,) = await till.verify()
    assert sentence.startswith("payment.amounts")


@pytest.mark.parametrize(
    "forge",
    [
        lambda b, h: (b + b" ", h),
        lambda b, h: (b, h | {"webhook-signature": "v1,AAAA"}),
        lambda b, h: (b, h | {"webhook-signature": ""}),
        lambda b, h: (b, h | {"webhook-signature": "v1,\u00e9\u4e2d"}),
        lambda b, h: (b, h | {"webhook-id": "evt-other"}),
        lambda b, h: (b, h | {"webhook-id": ""}),
        lambda b, h: (b, h | {"webhook-timestamp": str(int(h["webhook-timestamp"]) + 1)}),
        lambda b, h: (b, h | {"webhook-timestamp": "9" * 40}),
        lambda b, h: (b, h | {"webhook-timestamp": "\u00b2"}),
        lambda b, _: (b, {}),
    ],
)
async def test_a_forged_callback_is_refused(till, forge):
    payment_id = await till.created()
    await till.charge(payment_id, "delayed")
    body, headers = forge(*callback(till, payment_id, 1, Outcome.SUCCEEDED))
    with pytest.raises(WebhookRefused):
        await api.receive_webhook(till.platform, provider=SANDBOX, headers=headers, body=body)
    assert await till.told() == []


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_an_old_callback_cannot_be_played_back(till, minutes):
    payment_id = await till.created()
    body, headers = callback(
        till, payment_id, 1, Outcome.SUCCEEDED, at=system_now() + timedelta(minutes=minutes)
    )
    with pytest.raises(WebhookRefused):
        await api.receive_webhook(till.platform, provider=SANDBOX, headers=headers, body=body)


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b'{"reference": 1}', b"[" * 5000])
async def test_a_signed_callback_that_says_nothing_is_refused(till, body):
    headers = sign(SECRET, event_id="evt", body=body, at=system_now())
    with pytest.raises(WebhookRefused):
        await api.receive_webhook(till.platform, provider=SANDBOX, headers=headers, body=body)


@pytest.mark.parametrize("reference", ["", "x-1", "pay_00000000000000000000000000-1", "pay_0-\u00b2", "-"])
async def test_a_callback_about_nothing_of_ours_is_taken_silently(till, reference):
    body = msgspec.json.encode(
        ProviderAnswer(
            reference=reference,
            provider_reference="x",
            outcome=Outcome.SUCCEEDED,
            minor=1,
            currency="CNY",
            at=system_now(),
        )
    )
    headers = sign(SECRET, event_id="evt", body=body, at=system_now())
    await api.receive_webhook(till.platform, provider=SANDBOX, headers=headers, body=body)
    assert await till.rows("SELECT * FROM payment.callback") == []


async def test_an_unknown_provider_has_no_callbacks(till):
    with pytest.raises(ProviderUnknown):
        await api.receive_webhook(till.platform, provider="nobody", headers={}, body=b"")


async def test_capture_and_close_raced_end_in_one_of_two_ways(till):
    for _ in range(10):
        payment_id = await till.created()
        charged = await till.charge(payment_id)
        captured, closed = await asyncio.gather(till.capture(charged.facts), till.close(payment_id))

        state = await till.state(payment_id)
        if captured is None:
            assert (state, type(closed)) == ("captured", AlreadyCaptured)
        else:
            assert (state, type(captured), closed) == ("closed", PaymentLate, None)
    assert await till.verify() == []


async def test_captures_raced_capture_once(till):
    payment_id = await till.created()
    charged = await till.charge(payment_id)
    verdicts = await asyncio.gather(*(till.capture(charged.facts) for _ in range(6)))

    assert verdicts.count(None) == 1
    assert {type(verdict) for verdict in verdicts} == {type(None), AlreadyCaptured}
    assert (await till.see(payment_id)).captured_minor == 1000


async def test_one_batch_captures_once(till):
    payment_id, other = await till.created(), await till.created()
    facts = [(await till.charge(id_)).facts for id_ in (payment_id, other)]
    captures = [Capture(ctx=till.ctx, payment_id=f.payment_id, facts=f) for f in (facts[0], *facts)]

    verdicts = await till.drive(api.CAPTURE, *captures)

    assert [type(verdict) for verdict in verdicts] == [type(None), AlreadyCaptured, type(None)]


async def test_facts_that_do_not_fit_capture_nothing(till):
    payment_id = await till.created()
    facts = (await till.charge(payment_id)).facts
    change = msgspec.structs.replace

    assert isinstance(await till.capture(change(facts, minor=1)), AmountMismatch)
    assert isinstance(await till.capture(change(facts, currency="JPY")), AmountMismatch)
    assert isinstance(await till.capture(change(facts, outcome=Outcome.PENDING)), NotSucceeded)
    assert isinstance(await till.capture(change(facts, attempt=2)), NotSucceeded)
    assert isinstance(await till.capture(change(facts, attempt=0)), NotSucceeded)
    assert isinstance(await till.capture(change(facts, payment_id=uuid4())), PaymentNotFound)
    assert await till.state(payment_id) == "pending"


async def test_what_is_closed_or_too_old_cannot_be_charged(till):
    closed, old = await till.created(), await till.created()
    assert await till.close(closed) is None
    assert await till.close(closed) is None
    await till.pass_time(minutes=31)

    for payment_id in (closed, old):
        with pytest.raises(PaymentClosed):
            await till.charge(payment_id)


async def test_a_payment_is_its_payers_alone(till):
    payment_id = await till.created()
    other = till.buyer(uuid4())

    with pytest.raises(PaymentNotFound):
        await till.charge(payment_id, ctx=other)
    with pytest.raises(PaymentNotFound):
        await api.payment(other, payment_id=payment_id)
    reader = till.buyer(uuid4(), grants=["payment.payment.read"])
    assert (await api.payment(reader, payment_id=payment_id)).id == payment_id
    with pytest.raises(PaymentNotFound):
        await api.payment(till.buyer(traffic=Traffic.LIVE), payment_id=payment_id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"minors": (0,)},
        {"minors": (600, 400), "amount": 999},
        {"minors": (1500, -500)},
        {"minors": (1000,), "currency": "cny"},
        {"minors": (1000,), "currency": "EURO"},
        {"minors": (1000,), "shares": ()},
        {"minors": (2**63,)},
    ],
)
async def test_what_cannot_be_paid_is_refused(till, wrong):
    minors = wrong.pop("minors")
    refused, fine = till.new(*minors, **wrong), till.new(5)
    verdicts = await till.drive(api.CREATE, refused, fine)

    assert [type(verdict) for verdict in verdicts] == [PaymentMalformed, type(None)]
    assert await till.state(fine.id) == "created"


async def test_live_traffic_never_meets_the_sandbox(till):
    live = till.buyer(traffic=Traffic.LIVE)
    with pytest.raises(NoProvider):
        await till.charge(uuid4(), ctx=live)

    till.plans.routing = lambda _ctx: SANDBOX  # a business that answers wrongly
    with pytest.raises(ProviderForbidden):
        await till.charge(uuid4(), ctx=till.buyer(traffic=Traffic.LIVE))


async def test_a_provider_speaks_only_of_what_it_was_asked_for(till, caplog):
    """Two providers serve a platform; the second, or whoever holds its secret, says the first one's money is there."""

    class Other(SandboxProvider):
        name = "other"

    payment_id = await till.created()
    await till.charge(payment_id, "delayed")
    platform = till.process(Other(till.db, b"another secret"))
    body, headers = callback(till, payment_id, 1, Outcome.SUCCEEDED, secret=b"another secret")

    await api.receive_webhook(platform, provider="other", headers=headers, body=body)

    assert (await till.see(payment_id)).attempts[0].state == "pending"
    assert await till.told() == []
    assert "other speaks of an attempt at sandbox" in caplog.text


@pytest.mark.parametrize("traffic", [Traffic.SANDBOX, Traffic.REPLAY, Traffic.SHADOW])
async def test_what_is_not_live_never_meets_a_live_provider(till, traffic):
    class Live(SandboxProvider):
        live = True

        def card(self, _source):
            raise AssertionError

    platform = till.process(Live(till.db, SECRET))
    with pytest.raises(ProviderForbidden):
        await till.charge(uuid4(), ctx=till.buyer(platform=platform, traffic=traffic))


async def test_the_sandbox_takes_no_real_card(till, caplog):
    payment_id = await till.created()
    for number in ("4111111111111111", "", "x" * 100, "900000000000001"):
        with pytest.raises(CardNotTestable) as refused:
            await api.charge(till.ctx, payment_id=payment_id, source=TestCard(number))
        assert not number or number not in str(refused.value.to_dict())
    assert "4111111111111111" not in caplog.text


async def test_no_card_number_is_kept_anywhere(till):
    payment_id = await till.created()
    await till.charge(payment_id, "delayed")
    card = TestCard("9000000000000019")

    assert "9000000000" not in repr(card)
    for table in ("payment", "attempt", "callback", "sandbox_charge"):
        assert "900000000000" not in str(await till.rows(f"SELECT * FROM payment.{table}"))
