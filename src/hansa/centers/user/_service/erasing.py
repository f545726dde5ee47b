"""Being forgotten: asked for, taken back, waited for, done. The books keep ids, amounts and times; nobody keeps the person.

The deadline runs on the platform's own clock of the traffic in which it was asked for: people belong to the house,
and no business's end takes the promise with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.user._service import fresh
from hansa.centers.user._service.entering import forget_after
from hansa.centers.user._store import parties
from hansa.centers.user._store import privacy as store
from hansa.centers.user.errors import ErasureNotFound
from hansa.centers.user.events import ErasureCancelled, ErasureRequested, PartyErased
from hansa.centers.user.extensions import ERASE, MAY_ERASE, Erasure
from hansa.centers.user.types import Accounts, Erasing, PartyId
from hansa.kernel import deadlines, idempotency
from hansa.kernel.center import Deadline, DeadlineKind
from hansa.kernel.context import PLATFORM_BUSINESS, SYSTEM, Actor, ActorKind, Ctx, Traffic
from hansa.kernel.extension import Veto
from hansa.kernel.problem import Problem

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction
    from hansa.kernel.platform import Platform

ERASE_DUE = "user.erase"
ERASE_AGAIN = "user.erase_again"
_TRY_AGAIN = timedelta(days=1)
# Longer than the outbox and idempotency keys are kept: what was on its way when it happened has arrived by then.
_LATE = timedelta(days=8)


async def request_erasure(ctx: Ctx) -> Erasing:
    """Ask to be forgotten; until it is due everything works as before and the request can be taken back.

    Guests ask in their session; it ends for one who logs in: what the guest had is the account's then. Asking again
    changes nothing. What has to end first (an open order, money that is owed) is named at once, and
    waited for when it is due. Raises `Unauthenticated`, `Forbidden`, `FreshLogInWanted`.
    """
    party = PartyId(fresh.somebody(ctx))
    home = home_of(ctx.platform, ctx.traffic)
    due_at = home.now() + ctx.platform.settings.section(Accounts).erasure_grace
    async with ctx.transaction() as tx:
        await fresh.demand_own(tx, ctx)
        kin = (party, *await parties.merged_into(tx, party))
        (veto,) = await MAY_ERASE.of_batch(tx, [Erasure(home, kin)])
        added = await store.insert_erasure(
            tx, party_id=party, traffic=ctx.traffic, now=home.now(), due_at=due_at
        )
        if added:
            await deadlines.schedule(tx, [_deadline(ERASE_DUE, party, home, due_at)])
            tx.emit(ctx, ErasureRequested(party=party, due_at=due_at))
        await store.put_waiting(tx, [(party, *_reason(veto))])
        noted = await store.read_erasure(tx, party)
    if noted is None:  # it has just happened
        raise ErasureNotFound
    return noted


async def erasure(ctx: Ctx) -> Erasing:
    """Return the erasure the acting party asked for. Raises `Unauthenticated`, `Forbidden`, `ErasureNotFound`."""
    party = fresh.somebody(ctx)
    async with ctx.platform.db.reading() as tx:
        found = await store.read_erasure(tx, party)
    if found is None:
        raise ErasureNotFound
    return found


async def cancel_erasure(ctx: Ctx) -> None:
    """Stay after all. Raises `Unauthenticated`, `Forbidden`, `ErasureNotFound`."""
    party = PartyId(fresh.somebody(ctx))
    async with ctx.transaction() as tx:
        if not await store.drop_erasure(tx, party):
            raise ErasureNotFound
        await deadlines.cancel(tx, [(ERASE_DUE, party)])
        tx.emit(ctx, ErasureCancelled(party=party))


async def erase_due(tx: Transaction, due: Sequence[Deadline]) -> None:
    """Forget whose time has come and for whom nothing is open; the others are tried again a day later."""
    found = {one.party_id: one for one in await store.read_erasures(tx, [one.subject for one in due])}
    wanted = [found[one.subject] for one in due if one.subject in found and not found[one.subject].erased_at]
    if not wanted:
        return
    kin = await parties.kin_of(tx, [one.party_id for one in wanted])
    everybody = sorted({party for one in wanted for party in kin[one.party_id]})
    await store.drop_attempts(tx, everybody)
    await store.lock_whole(tx, everybody)
    gone = await store.drop_erasures_of_merged_guests(tx, everybody)
    commands = [
        Erasure(home_of(tx.platform, one.traffic), tuple(PartyId(party) for party in kin[one.party_id]))
        for one in wanted
        if one.party_id not in gone
    ]
    await forget(tx, await _let_wait(tx, commands))


async def _let_wait(tx: Transaction, commands: Sequence[Erasure]) -> list[Erasure]:
    """Note of whom something is still open, to be tried again; return the others."""
    vetoes = await MAY_ERASE.of_batch(tx, commands)
    waiting = [(command, veto) for command, veto in zip(commands, vetoes, strict=True) if veto is not None]
    if waiting:
        await store.put_waiting(tx, [(command.parties[0], *_reason(veto)) for command, veto in waiting])
        again = [
            _deadline(ERASE_DUE, command.parties[0], command.ctx, command.ctx.now() + _TRY_AGAIN)
            for command, _ in waiting
        ]
        await deadlines.schedule(tx, again)
    return [command for command, veto in zip(commands, vetoes, strict=True) if veto is None]


async def erase_again(tx: Transaction, due: Sequence[Deadline]) -> None:
    """Ask every center once more to forget parties that were erased: a text may have been on its way."""
    found = await store.read_erasures(tx, [one.subject for one in due])
    commands = [
        Erasure(home_of(tx.platform, one.traffic), tuple(PartyId(party) for party in one.parties))
        for one in found
        if one.erased_at is not None
    ]
    await _ask(tx, commands)
    await idempotency.forget_actors(tx, _labels(commands))


async def forget(tx: Transaction, commands: Sequence[Erasure]) -> None:
    """Erase these locked parties here and in every center, and note it in their erasures' rows."""
    if not commands:
        return
    now = commands[0].ctx.now()
    hashes = await store.erase(tx, [party for command in commands for party in command.parties], now=now)
    await store.put_erased(tx, [(command.parties[0], command.parties) for command in commands], now=now)
    for command in commands:
        forget_after(tx, command.ctx, hashes)
        tx.emit(command.ctx, PartyErased(party=command.parties[0], parties=command.parties))
    await deadlines.schedule(
        tx,
        [
            _deadline(ERASE_AGAIN, command.parties[0], command.ctx, command.ctx.now() + _LATE)
            for command in commands
        ],
    )
    await idempotency.forget_actors(tx, _labels(commands))
    await _ask(tx, commands)


async def _ask(tx: Transaction, commands: Sequence[Erasure]) -> None:
    for answer in await ERASE.of_batch(tx, commands):
        if isinstance(answer, Problem):
            raise answer


def _labels(commands: Sequence[Erasure]) -> list[str]:
    """Name the parties as actors are named, whatever they acted as."""
    kinds = (ActorKind.PERSON, ActorKind.GUEST)
    return [Actor(kind, party).label for command in commands for party in command.parties for kind in kinds]


def _reason(veto: Veto | Problem | None) -> tuple[str | None, str | None]:
    if veto is None:
        return None, None
    if isinstance(veto, Veto):
        return veto.code, veto.message
    return veto.code, veto.title  # whoever must be asked cannot answer just now: that is waited for as well


def home_of(platform: Platform, traffic: Traffic) -> Ctx:
    """Return the context of an erasure: the house itself, whose clock no business moves."""
    return platform.context(PLATFORM_BUSINESS, traffic=traffic, actor=SYSTEM)


def _deadline(kind: str, party: UUID, home: Ctx, due_at: datetime) -> Deadline:
    return Deadline(kind=kind, subject=party, business=home.business, traffic=home.traffic, due_at=due_at)


DEADLINES = (DeadlineKind(ERASE_DUE, erase_due), DeadlineKind(ERASE_AGAIN, erase_again))
