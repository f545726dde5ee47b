"""A provider reports another amount: verify tells of it until somebody has accounted for it, and says how."""

from __future__ import annotations

from uuid import uuid4

import asyncpg
import pytest

from centers.payment.test_charging import callback
from hansa.centers.payment import api
from hansa.centers.payment._sandbox import SANDBOX
from hansa.centers.payment._service.odd_amounts import SETTLE
from hansa.centers.payment._service.reading import READ
from hansa.centers.payment.errors import OddAmountNotFound, OddAmountSettled
from hansa.centers.payment.types import Outcome
from hansa.kernel.context import Traffic
from hansa.kernel.problem import Forbidden, Invalid
from house import kinds, race


@pytest.fixture
def clerk(till):
    """Somebody of the platform who accounts for what providers say."""
    return till.buyer(uuid4(), grants=[READ, SETTLE])


@pytest.fixture
async def odd(till, clerk):
    """A report of one fen for a payment that asked for more."""
    payment_id = await till.created()
    await till.charge(payment_id, "delayed")
    body, headers = callback(till, payment_id, 1, Outcome.SUCCEEDED, minor=1)
    await api.receive_webhook(till.platform, provider=SANDBOX, headers=headers, body=body)
    (found,) = (await api.odd_amounts(clerk)).items
    assert (found.payment_id, found.reported_minor, found.reference) == (payment_id, 1, None)
    return found


def settling(ctx, odd, **about):
    known = {
        "payment_id": odd.payment_id,
        "provider": odd.provider,
        "event_id": odd.event_id,
        "reference": "their ticket 4711",
    }
    return api.settle_odd_amount(ctx, **(known | about))


async def test_verify_is_silent_once_somebody_has_accounted_for_it(till, clerk, odd):
    assert [one.partition(":")[0] for one in await till.verify()] == ["payment.amounts"]

    settled = await settling(clerk, odd)

    assert await till.verify() == []
    assert (await api.odd_amounts(clerk)).items == []
    assert settled.reference == "their ticket 4711"
    assert settled.settled_at is not None
    (row,) = await till.rows("SELECT settled_by FROM payment.odd_amount")
    assert row["settled_by"] == clerk.actor.label
    told = await till.rows("SELECT payload FROM kernel.outbox WHERE topic = 'payment.odd_amount_explained'")
    assert [(one["payload"]["minor"], one["payload"]["provider"]) for one in told] == [(1, SANDBOX)]
    assert (await till.see(odd.payment_id)).attempts[0].state == "pending"  # no money moved by it


async def test_it_is_accounted_for_once(till, clerk, odd):
    assert await settling(clerk, odd) == await settling(clerk, odd)
    with pytest.raises(OddAmountSettled):
        await settling(clerk, odd, reference="another ticket")


async def test_two_at_once_account_for_it_once(till, clerk, odd):
    outcomes = await race(*(settling(clerk, odd, reference=f"ticket {n}") for n in range(4)))
    assert kinds(outcomes) == {"OddAmount": 1, "OddAmountSettled": 3}


async def test_another_report_of_another_amount_is_told_of_again(till, clerk, odd):
    await settling(clerk, odd)
    body, headers = callback(till, odd.payment_id, 1, Outcome.SUCCEEDED, minor=2)
    await api.receive_webhook(till.platform, provider=SANDBOX, headers=headers, body=body)

    assert [one.partition(":")[0] for one in await till.verify()] == ["payment.amounts"]


@pytest.mark.parametrize("reference", ["", "  ", "x" * 201, "nul \0"])
async def test_it_says_how(clerk, odd, reference):
    with pytest.raises(Invalid):
        await settling(clerk, odd, reference=reference)


async def test_what_is_not_there_or_elsewhere_is_not_found(till, clerk, odd):
    elsewhere = till.buyer(traffic=Traffic.LIVE, grants=[READ, SETTLE])
    for ctx, about in (
        (clerk, {"event_id": "made up"}),
        (clerk, {"event_id": "nul \0"}),
        (clerk, {"provider": "acme"}),
        (clerk, {"payment_id": uuid4()}),
        (elsewhere, {}),
    ):
        with pytest.raises(OddAmountNotFound):
            await settling(ctx, odd, **about)
    assert (await api.odd_amounts(elsewhere)).items == []


async def test_it_takes_permission(till, odd):
    for held in ([], [READ]):
        with pytest.raises(Forbidden):
            await settling(till.buyer(uuid4(), grants=held), odd)
    with pytest.raises(Forbidden):
        await api.odd_amounts(till.buyer(uuid4(), grants=[SETTLE]))


async def test_what_was_found_out_is_not_rewritten(till, clerk, odd):
    await settling(clerk, odd)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with till.db.transaction() as tx:
            await tx.raw.execute("UPDATE payment.odd_amount SET reference = 'other'")
