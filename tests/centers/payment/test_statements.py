"""A provider's statement is held to the books: what matches, what is missing on either side, what differs."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from hansa.centers.payment import api
from hansa.centers.payment._rules.payments import reference_of
from hansa.centers.payment._sandbox import BEHAVIOURS, OF_HOLDS, SANDBOX, SandboxProvider
from hansa.centers.payment._service.statements import IMPORT, READ
from hansa.centers.payment.errors import (
    DayNotOver,
    ProviderUnknown,
    StatementConflict,
    StatementNotFound,
    StatementUnavailable,
    StatementUnreadable,
)
from hansa.centers.payment.events import StatementReconciled
from hansa.centers.payment.extensions import ProviderUnreachable
from hansa.centers.payment.types import SourcePart, StatementKind, StatementRow, TestCard
from hansa.kernel.context import Traffic
from hansa.kernel.money import Money
from hansa.kernel.problem import Forbidden, Invalid


class Office:
    """The operator's bookkeeping, on the day after."""

    def __init__(self, till):
        self.till = till
        self.day = till.ctx.now().date()
        self.ctx = till.buyer(uuid4(), grants=[IMPORT, READ])

    async def fetch(self):
        return await api.fetch_statement(self.ctx, provider=SANDBOX, day=self.day)

    async def rows(self):
        provider = self.till.platform.service(SandboxProvider)
        return list(provider.read_statement(await provider.statement(self.ctx, self.day)))

    async def bring(self, rows, **changes):
        return await api.import_statement(
            self.ctx, **({"provider": SANDBOX, "day": self.day, "rows": rows} | changes)
        )

    async def differences(self, **asked):
        page = await api.differences(self.ctx, provider=SANDBOX, day=self.day, **asked)
        return [(one.verdict.value, one.their_minor, one.our_minor) for one in page.items]

    async def next_day(self):
        """Go on to noon of the day after."""
        now = self.till.ctx.now()
        noon = datetime.combine(self.day + timedelta(days=1), time(12), UTC)
        await self.till.pass_time(seconds=(noon - now).total_seconds())


def counts(report):
    return report.matched, report.missing_here, report.missing_there, report.differs


@pytest.fixture
async def office(till):
    # From noon: a story must not cross midnight while it is told.
    now = till.ctx.now()
    noon = datetime.combine(now.date() + timedelta(days=1), time(12), UTC)
    await till.pass_time(seconds=(noon - now).total_seconds())
    return Office(till)


async def test_a_day_on_which_both_agree(office):
    till = office.till
    payment_id = await till.captured(1000)
    await till.captured(500)
    await till.refund(payment_id, 250)
    await till.charge(await till.created(300), "declined")
    await office.next_day()

    report = await office.fetch()

    assert counts(report) == (3, 0, 0, 0)
    assert (report.rows, report.fees) == (5, (Money(9, "CNY"),))
    assert await api.statement(office.ctx, provider=SANDBOX, day=office.day) == report
    (told,) = await till.told("payment.statement_reconciled")
    assert msgspec.json.decode(told, type=StatementReconciled).matched == 3
    assert await till.verify() == []


async def test_several_sources_agree_with_the_statement_too(office):
    """Captures by source, slices of refunds, and what came back because another source failed."""
    till = office.till
    cards = {behaviour.name: TestCard(behaviour.number) for behaviour in (*BEHAVIOURS, *OF_HOLDS)}
    good, bad = cards["success"], cards["capture_refused"]
    both = [SourcePart(good, 600), SourcePart(good)]
    payment_id = await till.created(1000)
    charged = await api.charge_sources(till.ctx, payment_id=payment_id, sources=both)
    assert await till.capture(charged.facts) is None
    await till.refund(payment_id, 700)
    failing = await till.created(500)
    await api.charge_sources(till.ctx, payment_id=failing, sources=[SourcePart(good, 100), SourcePart(bad)])
    await office.next_day()

    assert counts(await office.fetch()) == (6, 0, 0, 0)
    assert await office.differences() == []
    none = [row for row in await office.rows() if row.kind is StatementKind.FEE]
    await till.rows("TRUNCATE payment.statement, payment.statement_row, payment.statement_difference")
    assert counts(await office.bring(none)) == (0, 0, 6, 0)


async def test_every_way_to_differ_is_found_and_nothing_is_corrected(office):
    till = office.till
    told_wrong, untold = await till.captured(1000), await till.captured(500)
    unknown = await till.created(300)
    await till.charge(unknown, "declined")
    await office.next_day()
    rows = [row for row in await office.rows() if row.reference != reference_of(untold, 1)]
    rows = [msgspec.structs.replace(row, minor=row.minor + 1) for row in rows]
    stranger = msgspec.structs.replace(rows[0], row=90, minor=7, reference="nothing of ours")
    declined = msgspec.structs.replace(rows[0], row=91, minor=300, reference=reference_of(unknown, 1))

    report = await office.bring([*rows, stranger, declined])

    assert counts(report) == (0, 2, 1, 1)
    assert sorted(await office.differences(), key=str) == [
        ("differs", 1001, 1000),
        ("missing_here", 300, None),
        ("missing_here", 7, None),
        ("missing_there", None, 500),
    ]
    assert [await till.state(one) for one in (told_wrong, untold, unknown)] == [
        "captured",
        "captured",
        "created",
    ]
    assert await till.verify() == []  # what a provider says wrongly is no fault of our books


async def test_a_charge_that_is_told_twice_differs(office):
    await office.till.captured(1000)
    await office.next_day()
    rows = await office.rows()
    twice = msgspec.structs.replace(rows[0], row=50)
    assert counts(await office.bring([*rows, twice])) == (0, 0, 0, 1)
    assert await office.differences() == [("differs", 2000, 1000)]


async def test_another_currency_differs(office):
    await office.till.captured(1000)
    await office.next_day()
    rows = [msgspec.structs.replace(row, currency="EUR") for row in await office.rows()]
    assert counts(await office.bring(rows)) == (0, 0, 0, 1)


async def test_what_was_put_right_is_cleared_and_remembered(office):
    till = office.till
    payment_id = await till.created(1000)
    await till.charge(payment_id, "lost_callback")
    await till.pass_time(seconds=20)
    await office.next_day()
    assert counts(await office.fetch()) == (0, 1, 0, 0)

    await api.reconcile(till.platform)  # we ask at last, and hear of it

    assert counts(await office.fetch()) == (1, 0, 0, 0)
    page = await api.differences(office.ctx, provider=SANDBOX, day=office.day)
    assert [one.cleared_at is not None for one in page.items] == [True]
    assert await till.verify() == []


async def test_money_that_crosses_midnight_is_told_on_the_other_day(office):
    till = office.till
    await till.captured(1000)
    await office.next_day()
    rows = await office.rows()
    assert counts(await office.bring([])) == (0, 0, 1, 0)

    await till.pass_time(days=1)
    tomorrow = office.day + timedelta(days=1)
    assert counts(await office.bring(rows, day=tomorrow)) == (1, 0, 0, 0)

    page = await api.differences(office.ctx, provider=SANDBOX, day=office.day)
    assert [one.cleared_at is not None for one in page.items] == [True]
    assert counts(await office.bring([])) == (0, 0, 0, 0)


async def test_a_statement_imported_again_counts_once(office):
    await office.till.captured(1000)
    await office.next_day()
    rows = await office.rows()
    first, again = await office.bring(rows[:1]), await office.bring(rows)
    third = await office.fetch()

    assert (first.rows, again.rows, third.rows) == (1, 2, 2)
    assert first.id == third.id
    with pytest.raises(StatementConflict) as refused:
        await office.bring([msgspec.structs.replace(rows[1], minor=99)])
    assert refused.value.extras["row"] == rows[1].row
    assert (await office.fetch()).fees == (Money(6, "CNY"),)


async def test_imports_raced_end_as_one(office):
    await office.till.captured(1000)
    await office.next_day()
    reports = await asyncio.gather(*(office.fetch() for _ in range(5)))

    assert {counts(report) for report in reports} == {(1, 0, 0, 0)}
    assert len({report.id for report in reports}) == 1
    assert await office.till.verify() == []


async def test_a_day_is_reconciled_when_it_is_over(office):
    with pytest.raises(DayNotOver):
        await office.fetch()
    with pytest.raises(DayNotOver):
        await office.bring([], day=date.max)


async def test_who_may_reconcile(office):
    await office.next_day()
    for ctx, may in ((office.till.buyer(), ()), (office.till.buyer(grants=[READ]), (READ,))):
        with pytest.raises(Forbidden):
            await api.fetch_statement(ctx, provider=SANDBOX, day=office.day)
        with pytest.raises(Forbidden):
            await api.import_statement(ctx, provider=SANDBOX, day=office.day, rows=[])
        wanted = StatementNotFound if may else Forbidden
        with pytest.raises(wanted):
            await api.statement(ctx, provider=SANDBOX, day=office.day)
        with pytest.raises(wanted):
            await api.differences(ctx, provider=SANDBOX, day=office.day)


async def test_statements_of_one_business_say_nothing_of_anothers(office):
    await office.till.captured(1000)
    await office.next_day()
    rows = await office.rows()
    other = office.till.plans.context(office.till.platform, "flagship", actor=office.ctx.actor)
    await office.till.captured(5)
    async with office.till.db.transaction() as tx:
        await office.till.platform.clocks.move(
            tx, business="flagship", traffic=Traffic.SANDBOX, offset=timedelta(days=5)
        )

    report = await api.import_statement(other, provider=SANDBOX, day=office.day, rows=rows)

    assert counts(report) == (0, 1, 0, 0)  # its own books do not know the other's charge
    with pytest.raises(StatementNotFound):
        await api.statement(office.ctx, provider=SANDBOX, day=office.day)


async def test_differences_come_in_pages(office):
    await office.next_day()
    at = datetime.combine(office.day, time(13), UTC)
    rows = [
        StatementRow(
            row=number, kind=StatementKind.REFUND, reference=f"r{number}", minor=number, currency="CNY", at=at
        )
        for number in range(1, 8)
    ]
    await office.bring(rows)
    seen, cursor = [], None
    while cursor is not None or not seen:
        page = await api.differences(office.ctx, provider=SANDBOX, day=office.day, cursor=cursor, limit=3)
        seen += [one.their_minor for one in page.items]
        cursor = page.cursor
    assert seen == [1, 2, 3, 4, 5, 6, 7]
    with pytest.raises(Invalid):
        await office.differences(limit=0)


async def test_impossible_rows_are_refused_whole(office):
    await office.till.captured(1000)
    await office.next_day()
    rows = await office.rows()
    for wrong in (
        {"minor": -1},
        {"minor": 2**63},
        {"row": rows[0].row},
        {"currency": "x"},
        {"reference": "\0"},
    ):
        with pytest.raises(StatementUnreadable):
            await office.bring([rows[0], msgspec.structs.replace(rows[1], **wrong)])
    assert await office.till.rows("SELECT * FROM payment.statement") == []


class Silent(SandboxProvider):
    """Gives no statement."""

    def __init__(self, db):
        super().__init__(db, b"a secret of the tests")

    async def statement(self, _ctx, _day):
        raise ProviderUnreachable


async def test_a_provider_that_is_silent_unknown_or_anothers(office):
    await office.next_day()
    platform = office.till.process(Silent(office.till.db))
    silent = office.till.buyer(platform=platform, grants=[IMPORT])
    with pytest.raises(StatementUnavailable):
        await api.fetch_statement(silent, provider=SANDBOX, day=office.day)
    with pytest.raises(ProviderUnknown):
        await office.bring([], provider="nobody")
    live = office.till.buyer(traffic=Traffic.LIVE, grants=[IMPORT])
    with pytest.raises(ProviderUnknown):
        await api.fetch_statement(live, provider=SANDBOX, day=office.day)


@pytest.mark.parametrize(
    "sql", ["UPDATE payment.statement_row SET minor = 1", "DELETE FROM payment.statement_row"]
)
async def test_rows_of_statements_are_append_only(office, sql):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with office.till.db.transaction() as tx:
            await tx.raw.execute(sql)


async def test_verify_names_a_statement_that_does_not_count_its_rows(office):
    await office.till.captured(1000)
    await office.next_day()
    await office.fetch()
    await office.till.rows("DELETE FROM payment.statement_row WHERE row = 1 RETURNING row")
    (sentence,) = await office.till.verify()
    assert sentence.startswith("payment.statements")
