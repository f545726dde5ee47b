"""Amounts put by: they count against the floor until they are posted, voided or their time is up."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from hansa.centers.ledger import api
from hansa.centers.ledger.errors import (
    HoldConflict,
    HoldExceeded,
    HoldMalformed,
    HoldNotFound,
    HoldResolved,
    InsufficientBalance,
    JournalConflict,
)
from hansa.centers.ledger.types import (
    HOLD_ID,
    AccountClass,
    Held,
    HoldState,
    Posted,
    Posting,
    account_id,
    credit,
    debit,
)
from hansa.kernel.context import GUEST, Traffic
from hansa.kernel.lane.drive import Part, decide_whole
from hansa.kernel.money import INT64_MAX
from hansa.kernel.problem import NotFound, Unauthenticated

HOUR = timedelta(hours=1)


@pytest.fixture
async def rich(books):
    """Books with 1,000 in escrow."""
    await books.post(books.paid(1000))
    return books


async def test_what_is_put_by_cannot_be_taken_by_others(rich):
    [held] = await rich.authorise(rich.hold(700))

    verdicts = await rich.post(rich.received(400), rich.received(300))

    assert isinstance(held, Held)
    assert [type(verdict) for verdict in verdicts] == [InsufficientBalance, Posted]
    assert verdicts[0].extras["short_minor"] == 100
    assert await rich.free(rich.escrow) == (700, 700)
    assert await rich.verify() == []


@pytest.mark.parametrize("part", [1, 250, 700])
async def test_a_journal_takes_what_was_put_by_and_the_rest_is_free(rich, part):
    hold = rich.hold(700)
    await rich.authorise(hold)

    [verdict] = await rich.post(rich.received(part, posts=hold.id))

    assert isinstance(verdict, Posted)
    assert await rich.free(rich.escrow) == (1000 - part, 0)
    found = await api.hold(rich.ctx, hold_id=hold.id)
    assert (found.state, found.minor, found.posted_minor, found.journal) == (
        HoldState.POSTED,
        700,
        part,
        verdict.id,
    )
    assert await rich.verify() == []


async def test_a_hold_is_resolved_once(rich):
    hold = rich.hold(700)
    await rich.authorise(hold)
    taken = rich.received(300, posts=hold.id)
    [first] = await rich.post(taken)

    again, another = await rich.post(taken, rich.received(300, posts=hold.id))
    [voided] = await rich.void(hold)

    assert again == first
    assert isinstance(another, HoldResolved)
    assert isinstance(voided, HoldResolved)
    assert await rich.free(rich.escrow) == (700, 0)


async def test_more_than_was_put_by_or_nothing_of_it_is_not_posted(rich):
    hold, elsewhere = rich.hold(300), rich.hold(10)
    await rich.authorise(hold, elsewhere)
    deposit = rich.key(AccountClass.DEPOSIT)

    verdicts = await rich.post(
        rich.received(301, posts=hold.id),
        rich.paid(10, posts=hold.id),  # puts in where it should take out
        rich.journal(debit(rich.clearing, 5), credit(deposit, 5), posts=hold.id),
        rich.received(1, posts=HOLD_ID.new()),
    )

    assert [type(verdict) for verdict in verdicts] == [HoldExceeded, HoldExceeded, HoldExceeded, HoldNotFound]
    assert await rich.free(rich.escrow) == (1000, 310)
    assert await rich.verify() == []


async def test_a_hold_named_again_is_answered_as_the_first_time(rich):
    hold = rich.hold(600)
    [first] = await rich.authorise(hold)
    assert await rich.authorise(hold, hold) == [first, first]

    await rich.void(hold)

    assert await rich.authorise(hold) == [first]  # and stays free
    assert await rich.free(rich.escrow) == (1000, 0)


@pytest.mark.parametrize("changed", [{"minor": 601}, {"kind": "other"}, {"reference": uuid4()}])
async def test_another_hold_under_the_same_id_is_a_conflict(rich, changed):
    hold = rich.hold(600)
    await rich.authorise(hold)

    [verdict] = await rich.authorise(
        rich.hold(**{"minor": 600, "reference": hold.reference} | changed, id_=hold.id)
    )

    assert isinstance(verdict, HoldConflict)
    assert await rich.free(rich.escrow) == (1000, 600)


async def test_two_holds_of_one_id_at_once_on_accounts_that_never_meet(rich):
    id_ = HOLD_ID.new()
    async with rich.db.transaction() as tx:
        await api.authorise(tx, [rich.hold(1, id_=id_)])
        race = asyncio.create_task(rich.authorise(rich.hold(1, rich.clearing, id_=id_)))
        await rich.until_somebody_waits()
    with pytest.raises(HoldConflict):
        await race

    assert await rich.free(rich.clearing) == (1000, 0)
    assert await rich.verify() == []


async def test_what_is_voided_is_free_and_may_be_voided_again(rich):
    hold = rich.hold(1000)
    await rich.authorise(hold)

    assert await rich.void(hold) == [HoldState.VOIDED]
    assert await rich.void(hold, hold) == [HoldState.VOIDED, HoldState.VOIDED]

    assert [type(verdict) for verdict in await rich.post(rich.received(1000))] == [Posted]
    [unknown] = await rich.void(rich.hold(1))
    [elsewhere] = await rich.void(hold, ctx=rich.context(traffic=Traffic.LIVE))
    assert isinstance(unknown, HoldNotFound)
    assert isinstance(elsewhere, HoldNotFound)
    assert await rich.verify() == []


async def test_a_hold_expires_by_the_clock_of_its_business(rich):
    soon, later, never = rich.hold(100, expires_in=HOUR), rich.hold(200, expires_in=9 * HOUR), rich.hold(300)
    await rich.authorise(soon, later, never)

    assert await rich.pass_time(2 * HOUR, business="fair") == 0
    assert await rich.free(rich.escrow) == (1000, 600)
    assert await rich.pass_time(2 * HOUR) == 1

    assert await rich.free(rich.escrow) == (1000, 500)
    assert (await api.hold(rich.ctx, hold_id=soon.id)).state is HoldState.EXPIRED
    assert [told["hold"] for told in await rich.told("ledger.hold_expired")] == [str(soon.id)]
    assert await rich.void(soon) == [HoldState.EXPIRED]
    assert await rich.verify() == []


async def test_what_is_resolved_does_not_expire(rich):
    posted, voided = rich.hold(100, expires_in=HOUR), rich.hold(100, expires_in=HOUR)
    await rich.authorise(posted, voided)
    await rich.post(rich.received(100, posts=posted.id))
    await rich.void(voided)

    assert await rich.pass_time(2 * HOUR) == 0

    assert (await api.hold(rich.ctx, hold_id=posted.id)).state is HoldState.POSTED
    assert await rich.told("ledger.hold_expired") == []


async def test_time_is_up_even_when_nobody_has_noticed(rich):
    hold = rich.hold(100, expires_in=HOUR)
    await rich.authorise(hold)
    async with rich.db.transaction() as tx:
        await rich.platform.clocks.move(tx, business="bazaar", traffic=Traffic.SANDBOX, offset=HOUR)

    [verdict] = await rich.post(rich.received(100, posts=hold.id))

    assert isinstance(verdict, HoldResolved)
    assert verdict.extras["state"] == HoldState.EXPIRED


async def test_a_lien_comes_before_the_payout(rich):
    """What a lender is owed stays with the seller's earnings until it is taken; the payout gets the rest."""
    await rich.post(rich.received(800))
    lien = rich.hold(500, rich.seller(), kind="loan.lien")
    await rich.authorise(lien)
    cash, loan = rich.key(AccountClass.CASH), rich.key(AccountClass.LOAN_RECEIVABLE, party=uuid4())

    def payout(minor):
        return rich.journal(debit(rich.seller(), minor), credit(cash, minor), kind="payout")

    everything, rest = await rich.post(payout(800), payout(300))
    [repaid] = await rich.post(
        rich.journal(debit(rich.seller(), 500), credit(loan, 500), kind="loan.repaid", posts=lien.id)
    )

    assert isinstance(everything, InsufficientBalance)
    assert isinstance(rest, Posted)
    assert isinstance(repaid, Posted)
    assert await rich.free(rich.seller()) == (0, 0)
    assert await rich.verify() == []


async def test_a_posting_with_holds_is_taken_whole_or_not_at_all(rich):
    old = rich.hold(600)
    await rich.authorise(old)
    asked = [
        Posting(ctx=rich.ctx, voids=[old.id], journals=[rich.received(500)], holds=[rich.hold(501)]),
        Posting(ctx=rich.ctx, journals=[rich.received(600, posts=old.id), rich.received(401)]),
        Posting(ctx=rich.ctx, voids=[old.id], journals=[rich.received(500)], holds=[rich.hold(500)]),
    ]
    async with rich.db.transaction() as tx:
        verdicts = await decide_whole(tx, [Part(api.POST, asked)], refused=[None] * 3)

    assert [type(verdict) for verdict in verdicts] == [InsufficientBalance, InsufficientBalance, type(None)]
    assert await rich.free(rich.escrow) == (500, 500)
    assert (await api.hold(rich.ctx, hold_id=old.id)).state is HoldState.VOIDED
    assert await rich.verify() == []


async def test_one_batch_places_posts_and_voids(rich):
    kept, dropped = rich.hold(300), rich.hold(400)
    async with rich.db.transaction() as tx:
        asked = [
            Posting(ctx=rich.ctx, holds=[kept, dropped]),
            Posting(ctx=rich.ctx, voids=[dropped.id], journals=[rich.received(200, posts=kept.id)]),
        ]
        assert await decide_whole(tx, [Part(api.POST, asked)], refused=[None] * 2) == [None, None]

    assert await rich.free(rich.escrow) == (800, 0)
    assert await rich.verify() == []


async def test_many_race_for_the_last_of_a_balance(rich):
    outcomes = await asyncio.gather(*(rich.authorise(rich.hold(300)) for _ in range(8)))

    kinds = [type(verdict) for (verdict,) in outcomes]
    assert (kinds.count(Held), kinds.count(InsufficientBalance)) == (3, 5)
    assert await rich.free(rich.escrow) == (1000, 900)
    assert await rich.verify() == []


async def test_posting_and_voiding_at_once_leave_one_outcome(rich):
    for _ in range(5):
        hold = rich.hold(10)
        await rich.authorise(hold)
        [[posted], [voided]] = await asyncio.gather(
            rich.post(rich.received(10, posts=hold.id)), rich.void(hold)
        )
        assert isinstance(posted, Posted) is isinstance(voided, HoldResolved)
    assert (await rich.free(rich.escrow))[1] == 0
    assert await rich.verify() == []


async def test_an_account_without_a_floor_is_held_without_limit(rich):
    verdicts = await rich.authorise(rich.hold(INT64_MAX, rich.clearing))
    assert [type(verdict) for verdict in verdicts] == [Held]
    assert await rich.verify() == []


async def test_a_journal_that_says_it_posts_another_hold_is_another_journal(rich):
    one, two = rich.hold(5), rich.hold(5)
    await rich.authorise(one, two)
    first = rich.received(5, posts=one.id)
    await rich.post(first)

    [verdict] = await rich.post(rich.received(5, posts=two.id, id_=first.id, reference=first.reference))

    assert isinstance(verdict, JournalConflict)


@pytest.mark.parametrize("minor", [0, -1, INT64_MAX + 1])
def test_nothing_is_put_by_of_nothing(books, minor):
    with pytest.raises(HoldMalformed):
        books.hold(minor)


@pytest.mark.parametrize("kind", ["", "x" * 101, "a\0b", "\ud800"])
def test_a_hold_says_what_it_is_for(books, kind):
    with pytest.raises(HoldMalformed):
        books.hold(5, kind=kind)


def test_sandbox_money_is_not_put_by_for_live(books):
    with pytest.raises(HoldMalformed):
        books.hold(5, ctx=books.context(traffic=Traffic.LIVE))


async def test_the_database_itself_refuses_what_cannot_be(rich):
    hold = rich.hold(100)
    await rich.authorise(hold)
    await rich.post(rich.received(100, posts=hold.id))
    for wrong in (
        "UPDATE ledger.hold SET previous_state = state, state = 'voided'",
        "UPDATE ledger.hold SET posted_minor = 101",
        "UPDATE ledger.hold SET posted_minor = 0",
        "UPDATE ledger.hold SET state = 'held', previous_state = NULL",
        "UPDATE ledger.account SET held_minor = 901 WHERE account_class = 'escrow'",
        "UPDATE ledger.account SET held_minor = -1 WHERE account_class = 'escrow'",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await rich.vandalise(wrong)


async def test_operators_put_by_and_set_free(rich):
    placed = await api.place_hold(
        rich.ctx, account_id=account_id(rich.escrow), minor=400, kind="dispute", reference=uuid4()
    )
    freed = await api.void_hold(rich.ctx, hold_id=placed.id)
    again = await api.void_hold(rich.ctx, hold_id=placed.id)

    assert (placed.state, freed.state, again) == (HoldState.HELD, HoldState.VOIDED, freed)
    assert len(await rich.told("ledger.hold_placed")) == 1
    assert len(await rich.told("ledger.hold_voided")) == 1
    with pytest.raises(InsufficientBalance):
        await api.place_hold(
            rich.ctx, account_id=account_id(rich.escrow), minor=1001, kind="dispute", reference=uuid4()
        )
    for wrong in (-HOUR, timedelta(days=36_500)):
        with pytest.raises(HoldMalformed):
            await api.place_hold(
                rich.ctx,
                account_id=account_id(rich.escrow),
                minor=1,
                kind="dispute",
                reference=uuid4(),
                expires_at=rich.ctx.now() + wrong,
            )


async def test_holds_are_not_for_everybody(rich):
    hold = rich.hold(1)
    await rich.authorise(hold)
    guest, elsewhere = rich.context(actor=GUEST), rich.context(business="flagship")
    account = account_id(rich.escrow)

    with pytest.raises(Unauthenticated):
        await api.hold(guest, hold_id=hold.id)
    with pytest.raises(Unauthenticated):
        await api.void_hold(guest, hold_id=hold.id)
    with pytest.raises(Unauthenticated):
        await api.place_hold(guest, account_id=account, minor=1, kind="x", reference=uuid4())
    with pytest.raises(HoldNotFound):
        await api.hold(elsewhere, hold_id=hold.id)
    with pytest.raises(HoldNotFound):
        await api.void_hold(elsewhere, hold_id=hold.id)
    with pytest.raises(NotFound):
        await api.place_hold(elsewhere, account_id=account, minor=1, kind="x", reference=uuid4())


async def test_holds_of_an_account_page_through_from_the_latest(rich):
    holds = [rich.hold(1) for _ in range(5)]
    await rich.authorise(*holds)
    await rich.void(holds[0])
    account = account_id(rich.escrow)

    first = await api.holds(rich.ctx, account_id=account, limit=3)
    rest = await api.holds(rich.ctx, account_id=account, limit=3, cursor=first.cursor)
    free = await api.holds(rich.ctx, account_id=account, state=HoldState.VOIDED)

    assert [one.id for one in [*first.items, *rest.items]] == [hold.id for hold in reversed(holds)]
    assert [one.id for one in free.items] == [holds[0].id]
