"""Everything held about a person, as one JSON file: made by a job, kept a while, downloaded by its owner alone."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.user._service import fresh
from hansa.centers.user._service.personal import export_personal_data
from hansa.centers.user._store import privacy as store
from hansa.centers.user.errors import ExportNotFound, ExportNotReady, PartyNotFound
from hansa.centers.user.events import ExportReady
from hansa.centers.user.types import EXPORT_ID, Accounts, ExportState, PartyId
from hansa.kernel import jobs
from hansa.kernel.context import PLATFORM_BUSINESS, Actor, ActorKind, Ctx

if TYPE_CHECKING:
    from hansa.kernel.platform import Platform

JOB = "user.export"


class _Order(msgspec.Struct, frozen=True):
    party: UUID
    export: UUID


async def request_export(ctx: Ctx) -> ExportState:
    """Have everything held about the acting person or guest put together, in place of an earlier export.

    While one is being made, asking again changes nothing. Raises `Unauthenticated`, `Forbidden`, `FreshLogInWanted`.
    """
    party, export = fresh.somebody(ctx), EXPORT_ID.new()
    now = ctx.now()
    async with ctx.transaction() as tx:
        await fresh.demand_own(tx, ctx)
        wanted = await store.put_export(
            tx,
            party_id=party,
            export_id=export,
            traffic=ctx.traffic,
            now=now,
            expires_at=now + ctx.platform.settings.section(Accounts).export_kept,
        )
        if wanted:
            await jobs.enqueue(tx, JOB, msgspec.json.encode(_Order(party, export)))
        state = await store.read_export(tx, party)
    if state is None:
        raise ExportNotFound
    return state


async def export_state(ctx: Ctx) -> ExportState:
    """Return how far the acting party's export has come. Raises `Unauthenticated`, `Forbidden`, `ExportNotFound`."""
    party = fresh.somebody(ctx)
    async with ctx.platform.db.reading() as tx:
        state = await store.read_export(tx, party)
    if state is None or ctx.now() >= state.expires_at:
        raise ExportNotFound
    return state


async def download_export(ctx: Ctx) -> bytes:
    """Return the acting party's export, as JSON.

    Raises `Unauthenticated`, `Forbidden`, `FreshLogInWanted`, `ExportNotFound`, `ExportNotReady`.
    """
    await export_state(ctx)
    async with ctx.platform.db.reading() as tx:
        await fresh.demand_own(tx, ctx)
        packed = await store.read_export_content(tx, ctx.party())
    if packed is None:
        raise ExportNotReady
    return gzip.decompress(packed)


async def make_export(platform: Platform, payload: bytes) -> None:
    """Put an export together; a job. One that is not waited for any more is not made."""
    order = msgspec.json.decode(payload, type=_Order)
    async with platform.db.reading() as tx:
        traffic = await store.wanted_export(tx, order.export, order.party)
    if traffic is None:
        return
    ctx = platform.context(PLATFORM_BUSINESS, traffic=traffic, actor=Actor(ActorKind.PERSON, order.party))
    try:
        data = await export_personal_data(ctx)
    except PartyNotFound:
        return
    content = gzip.compress(msgspec.json.encode(data))
    async with platform.db.transaction() as tx:
        done = await store.finish_export(
            tx, export_id=order.export, party_id=order.party, content=content, now=ctx.now()
        )
        if done:
            tx.emit(ctx, ExportReady(party=PartyId(order.party)))
