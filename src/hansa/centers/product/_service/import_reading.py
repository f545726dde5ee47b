"""The first step of an import: every row of the file is staged, with what is wrong with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec

from hansa.centers.product._rules import importing as rules
from hansa.centers.product._rules.importing import ImportRow
from hansa.centers.product._rules.products import option_key
from hansa.centers.product._service.offers import stopped
from hansa.centers.product._store import imports as store
from hansa.centers.product.types import CategoryId, Import, ImportFormat, ImportState
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.problem import FieldError

ROWS_MAX = 200_000
ROWS_AT_ONCE = 1_000


@dataclass(slots=True)
class Work:
    """An import under way, and what its rows are judged by."""

    ctx: Ctx
    one: Import
    slugs: Mapping[str, CategoryId]
    known: rules.Columns
    columns: Sequence[str] = field(default_factory=list)
    suspended: bool = False


@asynccontextmanager
async def step(work: Work, state: ImportState) -> AsyncIterator[Transaction | None]:
    """Open a short transaction with the import locked.

    None when it is no longer in this state, or when somebody else has begun its work since: then this one ends.
    While it writes, its shop stays as it is; `work.suspended` says whether that makes no new sales.
    """
    async with work.ctx.transaction() as tx:
        if state is ImportState.WRITING:
            work.suspended = bool(await stopped(tx, [work.one.shop_id]))
        one = await store.lock_import(tx, work.one.id)
        yield tx if one is not None and one.state is state and one.runs == work.one.runs else None


async def read_file(work: Work) -> bool:
    """Stage every row of the file; False when it was stopped or cannot be read at all."""
    async with step(work, ImportState.READING) as tx:
        if tx is None:
            return False
        await store.forget_rows(tx, work.one.id)
    splitter = rules.Splitter(work.one.format)
    number, staged, rows = 0, 0, list[rules.Judged]()
    while number <= work.one.parts:
        number += 1
        async with work.ctx.transaction() as tx:
            text = await store.part(tx, work.one.id, number)
        for line, record in splitter.feed(text or "", last=text is None):
            judged = _judged(work, line, record)
            if judged is not None:
                rows.append(judged)
            if isinstance(judged, tuple) and judged[2] and not work.columns and _has_head(work):
                return await _stage(work, rows)  # without its head nothing else can be read
        while rows and (len(rows) >= ROWS_AT_ONCE or text is None):
            staged += len(rows[:ROWS_AT_ONCE])
            if staged > ROWS_MAX:
                rows[0] = (rows[0][0], None, [FieldError("", "too_many", f"At most {ROWS_MAX} rows")])
            if not await _stage(work, rows[:ROWS_AT_ONCE]):
                return False
            if staged > ROWS_MAX:
                return True
            rows = rows[ROWS_AT_ONCE:]
    return True


def _has_head(work: Work) -> bool:
    return work.one.format is ImportFormat.CSV


def _judged(work: Work, line: int, record: str) -> rules.Judged | None:
    """Read a record; None for the head line of a CSV file."""
    if len(record) > rules.RECORD_MAX:
        return line, None, [FieldError("", "too_long", f"At most {rules.RECORD_MAX} characters")]
    if not _has_head(work):
        return rules.read_json(line, record)
    if work.columns:
        return rules.read_csv(line, record, work.columns, work.known)
    head = rules.read_head(record, work.known)
    if wrong := [one for one in head if isinstance(one, FieldError)]:
        return line, None, wrong
    work.columns = [column for column in head if isinstance(column, str)]
    return None


async def _stage(work: Work, rows: Sequence[rules.Judged]) -> bool:
    async with step(work, ImportState.READING) as tx:
        if tx is None:
            return False
        await store.put_rows(tx, work.one.id, [_row(*judged) for judged in rows])
        bad = sum(bool(errors) for _, _, errors in rows)
        await store.count(tx, work.one.id, rows_read=len(rows), rows_bad=bad)
    return True


def _row(line: int, row: ImportRow | None, errors: list[FieldError]) -> tuple[int, str, str, str, str | None]:
    wrong = msgspec.json.encode(errors).decode() if errors else None
    if row is None:
        return line, "", "", "{}", wrong
    return line, row.product, option_key(row.options), msgspec.json.encode(row).decode(), wrong
