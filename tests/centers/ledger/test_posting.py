import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from hansa.centers.ledger import api
from hansa.centers.ledger.errors import (
    BalanceTooLarge,
    InsufficientBalance,
    JournalConflict,
    JournalMalformed,
    JournalUnbalanced,
    NotReversible,
)
from hansa.centers.ledger.types import (
    JOURNAL_ID,
    AccountClass,
    JournalId,
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


async def test_a_buyer_pays_and_the_seller_is_credited_at_receipt(books):
    order = uuid4()
    verdicts = await books.post(books.paid(1000, reference=order), books.received(1000, reference=order))

    assert [type(verdict) for verdict in verdicts] == [Posted, Posted]
    assert await books.minor(books.clearing) == 1000
    assert await books.minor(books.escrow) == 0
    assert await books.minor(books.seller()) == 1000
    assert await books.history(books.escrow) == [(1, -1000, 1000), (2, 1000, 0)]
    assert [j.kind for j in (await api.journals_of(books.ctx, reference=order)).items] == ["paid", "received"]
    assert await books.verify() == []


async def test_the_order_within_the_batch_decides_who_finds_money(books):
    early, paid, late = books.received(600), books.paid(1000), books.received(600)
    too_much = books.received(600)

    verdicts = await books.post(early, paid, late, too_much)

    assert [type(verdict) for verdict in verdicts] == [
        InsufficientBalance,
        Posted,
        Posted,
        InsufficientBalance,
    ]
    assert verdicts[3].extras["short_minor"] == 200
    assert await books.minor(books.seller()) == 600
    assert await books.verify() == []


async def test_a_repeat_is_answered_as_the_first_time(books):
    journal = books.paid(500)
    (first,) = await books.post(journal)
    await asyncio.sleep(0.001)
    again = await books.post(journal, journal)

    assert again == [first, first]
    assert await books.minor(books.escrow) == 500


async def test_the_order_of_entries_makes_no_other_journal(books):
    id_, reference = JOURNAL_ID.new(), uuid4()
    one, two = debit(books.clearing, 5), credit(books.escrow, 5)
    (first,) = await books.post(books.journal(one, two, id_=id_, reference=reference))

    assert await books.post(books.journal(two, one, id_=id_, reference=reference)) == [first]


async def test_another_payload_under_the_same_id_is_a_conflict(books):
    id_, reference = JOURNAL_ID.new(), uuid4()
    await books.post(books.paid(500, id_=id_, reference=reference))

    (verdict,) = await books.post(books.paid(501, id_=id_, reference=reference))

    assert isinstance(verdict, JournalConflict)
    assert await books.minor(books.escrow) == 500
    assert await books.verify() == []


async def test_two_journals_of_one_id_in_one_batch_conflict(books):
    id_, reference = JOURNAL_ID.new(), uuid4()
    verdicts = await books.post(
        books.paid(1, id_=id_, reference=reference), books.paid(2, id_=id_, reference=reference)
    )

    assert [type(verdict) for verdict in verdicts] == [Posted, JournalConflict]
    assert await books.minor(books.escrow) == 1


async def test_one_journal_posted_twice_at_once_stands_once(books):
    journal = books.paid(700)
    outcomes = await asyncio.gather(*(books.post(journal) for _ in range(6)))

    assert len({verdict.occurred_at for (verdict,) in outcomes}) == 1
    assert await books.minor(books.escrow) == 700
    assert await books.verify() == []


async def test_two_journals_of_one_id_at_once_on_accounts_that_never_meet(books):
    """No lock is shared, so the primary key decides; the loser's transaction cannot stand, a repeat is told why."""
    id_ = JOURNAL_ID.new()
    one = books.paid(1, id_=id_)
    other = books.journal(
        debit(books.key(AccountClass.CASH), 2), credit(books.key(AccountClass.DEPOSIT), 2), id_=id_
    )

    async with books.db.transaction() as tx:
        await api.post(tx, [one])
        race = asyncio.create_task(books.post(other))
        await books.until_somebody_waits()
    with pytest.raises(JournalConflict):
        await race

    verdicts = await books.post(other, books.paid(9))
    assert [type(verdict) for verdict in verdicts] == [JournalConflict, Posted]
    assert await books.verify() == []


async def test_a_hot_account_credited_by_many_batches_at_once_stays_exact(books):
    async def buyer(number):
        for batch in range(8):
            await books.post(*(books.paid(number + batch + i) for i in range(5)))

    await asyncio.gather(*(buyer(number) for number in range(1, 9)))

    expected = sum(n + b + i for n in range(1, 9) for b in range(8) for i in range(5))
    assert await books.minor(books.escrow) == expected
    assert await books.minor(books.clearing) == expected
    assert await books.verify() == []


async def test_many_touch_many_accounts_in_every_order_and_nobody_waits_for_ever(books):
    parties = [uuid4() for _ in range(6)]

    async def shuffle(n):
        for step in range(6):
            turned = parties[(n + step) % 6 :] + parties[: (n + step) % 6]
            if n % 2:
                turned.reverse()
            await books.post(
                *(
                    books.journal(debit(books.clearing, 1), credit(books.seller(party), 1))
                    for party in turned[:4]
                )
            )

    await asyncio.gather(*(shuffle(n) for n in range(8)))

    assert sum([await books.minor(books.seller(party)) for party in parties]) == 8 * 6 * 4
    assert await books.verify() == []


async def test_a_floor_that_many_race_for_holds(books):
    await books.post(books.paid(1000))

    outcomes = await asyncio.gather(*(books.post(books.received(300, party=uuid4())) for _ in range(8)))

    kinds = [type(verdict) for (verdict,) in outcomes]
    assert (kinds.count(Posted), kinds.count(InsufficientBalance)) == (3, 5)
    assert await books.minor(books.escrow) == 100
    assert await books.verify() == []


async def test_a_posting_of_several_journals_is_taken_whole_or_not_at_all(books):
    async with books.db.transaction() as tx:
        asked = [
            Posting(ctx=books.ctx, journals=(books.paid(100), books.received(150))),
            Posting(ctx=books.ctx, journals=(books.paid(80), books.received(80))),
            None,
        ]
        verdicts = await decide_whole(tx, [Part(api.POST, asked)], refused=[None] * 3)

    assert [type(verdict) for verdict in verdicts] == [InsufficientBalance, type(None), type(None)]
    assert await books.minor(books.clearing) == 80
    assert await books.verify() == []


class Refuses:
    """A later participant that refuses the calls it is told to."""

    async def lock(self, _tx, _demands):
        return None

    def decide(self, _state, demand):
        return NotFound() if demand else None

    def undo(self, _state, _demand): ...

    async def write(self, _tx, _state): ...


async def test_what_a_later_participant_refuses_leaves_no_trace(books):
    await books.post(books.paid(50))
    repeated = books.paid(10)
    await books.post(repeated)

    async with books.db.transaction() as tx:
        asked = [
            Posting(ctx=books.ctx, journals=(books.paid(1000), repeated)),
            Posting(ctx=books.ctx, journals=(books.received(100),)),
            Posting(ctx=books.ctx, journals=(books.received(60), repeated)),
        ]
        parts = [Part(api.POST, asked), Part(Refuses(), [True, False, False])]
        verdicts = await decide_whole(tx, parts, refused=[None] * 3)

    assert [type(verdict) for verdict in verdicts] == [NotFound, InsufficientBalance, type(None)]
    assert await books.minor(books.escrow) == 0
    assert await books.history(books.escrow) == [(1, -50, 50), (2, -10, 60), (3, 60, 0)]
    assert await books.verify() == []


async def test_a_journal_in_two_currencies_balances_in_each(books):
    yen = {"currency": "JPY"}
    journal = books.journal(
        debit(books.clearing, 100),
        credit(books.escrow, 100),
        debit(books.key(AccountClass.PROVIDER_CLEARING, **yen), 2000),
        credit(books.key(AccountClass.ESCROW, **yen), 2000),
    )
    await books.post(journal)

    assert await books.minor(books.key(AccountClass.ESCROW, **yen)) == 2000
    assert await books.verify() == []


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        (lambda b: (debit(b.clearing, 1), credit(b.escrow, 2)), JournalUnbalanced),
        (
            lambda b: (debit(b.clearing, 1), credit(b.key(AccountClass.ESCROW, currency="JPY"), 1)),
            JournalUnbalanced,
        ),
        (lambda b: (debit(b.clearing, 1),), JournalMalformed),
        (lambda b: (debit(b.clearing, 0), credit(b.escrow, 0)), JournalMalformed),
        (lambda b: (debit(b.clearing, 2**63), credit(b.escrow, 2**63)), JournalMalformed),
        (lambda b: tuple(debit(b.clearing, 1) for _ in range(501)), JournalMalformed),
        (
            lambda b: (
                debit(b.key(AccountClass.CASH, currency="cn"), 1),
                credit(b.key(AccountClass.CASH, currency="cn"), 1),
            ),
            JournalMalformed,
        ),
    ],
)
def test_what_is_no_journal_cannot_be_made(books, entries, problem):
    with pytest.raises(problem):
        books.journal(*entries(books))


def test_sandbox_money_never_enters_live_books(books):
    with pytest.raises(JournalMalformed) as refused:
        books.paid(5, ctx=books.context(traffic=Traffic.LIVE))
    assert refused.value.extras["reason"] == "traffic"


async def test_a_balance_beyond_64_bits_is_refused(books):
    await books.post(books.paid(INT64_MAX))
    (verdict,) = await books.post(books.paid(1))

    assert isinstance(verdict, BalanceTooLarge)
    assert await books.verify() == []


async def test_the_database_refuses_a_journal_that_does_not_balance(books):
    """Whatever the code above might do wrong."""
    insert = """INSERT INTO ledger.journal (id, traffic, entity, business, kind, reference, payload_hash, actor,
                                            occurred_at, accounts, currencies, amounts)
                VALUES (gen_random_uuid(), 'sandbox', 'house', 'bazaar', 'x', gen_random_uuid(),
                        decode(repeat('00', 32), 'hex'), 'system', now(), $1, $2, $3)"""
    a, b = uuid4(), uuid4()
    wrong = [
        ([a, b], ["CNY", "CNY"], [1, -2]),
        ([a, b], ["CNY", "JPY"], [1, -1]),
        ([a], ["CNY"], [1]),
        ([a, b], ["CNY", "CNY"], [0, 0]),
        ([a, b], ["CNY", "CNY"], [1, None]),
        ([a, b], ["CNY", None], [1, -1]),
        ([a], ["CNY", "CNY"], [1, -1]),
        ([], [], []),
        ([a, b, a], ["CNY", "CNY", "CNY"], [INT64_MAX, INT64_MAX, -2]),
    ]
    for row in wrong:
        with pytest.raises(asyncpg.CheckViolationError):
            async with books.db.transaction() as tx:
                await tx.raw.execute(insert, *row)
    async with books.db.transaction() as tx:
        await tx.raw.execute(insert, [a, b, a, b], ["CNY", "JPY", "CNY", "JPY"], [5, 6, -5, -6])


@pytest.mark.parametrize("table", ["journal", "entry"])
@pytest.mark.parametrize(
    "sql", ["UPDATE ledger.{} SET {} = {}", "DELETE FROM ledger.{}", "TRUNCATE ledger.{}"]
)
async def test_nobody_running_the_platform_can_change_what_was_posted(books, table, sql):
    await books.post(books.paid(5))
    column = {"journal": "kind", "entry": "minor"}[table]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with books.db.transaction() as tx:
            await tx.raw.execute(sql.format(table, column, column))


async def test_the_database_holds_the_floor(books):
    await books.post(books.paid(5))
    with pytest.raises(asyncpg.CheckViolationError):
        await books.vandalise("UPDATE ledger.account SET balance_minor = 1 WHERE account_class = 'escrow'")


async def test_a_reversal_mirrors_its_journal_once(books):
    journal = books.paid(300)
    await books.post(journal)

    first = await api.reverse(books.ctx, journal_id=journal.id)
    again = await api.reverse(books.ctx, journal_id=journal.id)

    assert first == again
    assert await books.minor(books.escrow) == 0
    posted = await api.journal(books.ctx, journal_id=first.id)
    assert (posted.reverses, posted.reference, posted.kind) == (
        journal.id,
        journal.reference,
        "paid.reversed",
    )
    with pytest.raises(NotReversible):
        await api.reverse(books.ctx, journal_id=first.id)
    with pytest.raises(NotFound):
        await api.reverse(books.ctx, journal_id=JournalId(uuid4()))
    assert await books.verify() == []


async def test_reversals_raced_take_back_once(books):
    journal = books.paid(300)
    await books.post(journal)
    await asyncio.gather(*(api.reverse(books.ctx, journal_id=journal.id) for _ in range(5)))

    assert await books.minor(books.clearing) == 0
    assert await books.verify() == []


async def test_what_has_moved_on_cannot_be_taken_back(books):
    journal = books.paid(300)
    await books.post(journal, books.received(200))
    with pytest.raises(InsufficientBalance):
        await api.reverse(books.ctx, journal_id=journal.id)
    assert await books.minor(books.escrow) == 100


async def test_the_balance_of_any_moment_is_known(books):
    start = books.ctx.now().replace(microsecond=0)
    for day in range(1, 8):
        async with books.db.transaction() as tx:
            await books.platform.clocks.move(
                tx, business="bazaar", traffic=Traffic.SANDBOX, frozen_at=start + timedelta(days=day)
            )
        await books.post(books.paid(10), books.paid(1))

    for day, minor in [(0, 0), (1, 11), (3, 33), (3.5, 33), (7, 77), (9, 77)]:
        then = await api.balance_at(books.ctx, key=books.escrow, at=start + timedelta(days=day))
        assert (then.minor, then.entries) == (minor, 2 * int(min(day, 7)))
    never = await api.balance_at(books.ctx, key=books.seller(), at=start)
    assert never.minor == 0


async def test_a_clock_set_back_does_not_turn_history_round(books):
    start = books.ctx.now()
    await books.post(books.paid(1))
    async with books.db.transaction() as tx:
        await books.platform.clocks.move(
            tx, business="bazaar", traffic=Traffic.SANDBOX, frozen_at=start - timedelta(days=2)
        )
    await books.post(books.paid(1))
    assert await books.verify() == []


async def test_histories_page_through_from_the_newest(books):
    await books.post(*(books.paid(n) for n in range(1, 8)))
    seen, cursor = [], None
    while True:
        page = await api.entries(books.ctx, account_id=account_id(books.escrow), cursor=cursor, limit=3)
        seen += [-entry.minor for entry in page.items]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


async def test_journals_of_one_thing_page_through_from_the_oldest(books):
    order = uuid4()
    async with books.db.transaction() as tx:  # all at one instant: the id decides
        await books.platform.clocks.move(
            tx, business="bazaar", traffic=Traffic.SANDBOX, frozen_at=books.ctx.now()
        )
    await books.post(*(books.paid(n, reference=order) for n in range(1, 6)))
    first = await api.journals_of(books.ctx, reference=order, limit=3)
    rest = await api.journals_of(books.ctx, reference=order, cursor=first.cursor, limit=3)

    assert [j.entries[0].minor for j in [*first.items, *rest.items]] == [1, 2, 3, 4, 5]
    assert rest.cursor is None


async def test_the_trial_balance_balances(books):
    await books.post(books.paid(1000), books.received(400))
    lines = {line.account_class: line for line in await api.trial_balance(books.ctx)}

    assert lines[AccountClass.PROVIDER_CLEARING].debit_minor == 1000
    assert lines[AccountClass.ESCROW].credit_minor == 600
    assert sum(line.debit_minor - line.credit_minor for line in lines.values()) == 0


async def test_another_business_does_not_see_these_books(books):
    journal = books.paid(5)
    await books.post(journal)
    elsewhere = books.context(business="flagship")
    above = books.context(business="")

    assert (await api.journals_of(elsewhere, reference=journal.reference)).items == []
    assert (await api.accounts(elsewhere)).items == []
    assert len((await api.accounts(above)).items) == 2
    with pytest.raises(NotFound):
        await api.account(elsewhere, account_id=account_id(books.escrow))
    with pytest.raises(NotFound):
        await api.journal(books.context(traffic=Traffic.LIVE), journal_id=journal.id)


async def test_the_books_are_not_for_everybody(books):
    guest = books.context(actor=GUEST)
    with pytest.raises(Unauthenticated):
        await api.accounts(guest)
    with pytest.raises(Unauthenticated):
        await api.trial_balance(guest)
    with pytest.raises(Unauthenticated):
        await api.reverse(guest, journal_id=JOURNAL_ID.new())


async def test_accounts_that_went_with_their_business_are_opened_again(books):
    await books.post(books.paid(1000))
    await books.empty()

    assert [type(verdict) for verdict in await books.post(books.paid(300))] == [Posted]

    assert await books.minor(books.escrow) == 300
    assert await books.verify() == []


async def test_an_account_opened_in_a_transaction_that_failed_is_not_taken_as_known(books):
    with pytest.raises(ZeroDivisionError):
        async with books.db.transaction() as tx:
            await api.post(tx, [books.paid(1000)])
            raise ZeroDivisionError

    assert [type(verdict) for verdict in await books.post(books.paid(300))] == [Posted]

    assert await books.minor(books.escrow) == 300
    assert await books.verify() == []
