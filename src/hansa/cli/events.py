"""`hansa events`: what handlers have yet to take, and what they could not."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from cyclopts import Parameter
from rich.text import Text

from hansa.cli import screen
from hansa.cli.asking import Yes, confirm, require_a_choice, who
from hansa.cli.failure import Failure
from hansa.cli.options import Json, whole_number
from hansa.cli.startup import with_platform
from hansa.kernel.context import PLATFORM_BUSINESS, SYSTEM
from hansa.kernel.db import Transaction
from hansa.kernel.outbox import HandlerLag, ParkedEvent, ParkedState, Registry, lags, replay_all
from hansa.kernel.outbox import discard as discard_one
from hansa.kernel.outbox import parked as read_parked
from hansa.kernel.outbox import replay as replay_one
from hansa.kernel.platform import Platform

_ERROR_SHOWN = 100
_IDS_MAX = 1000

Limit = Annotated[int, whole_number("How many at most.", least=1, most=1000)]
Handler = Annotated[str | None, Parameter(show_default=False, help="Only of this handler.")]
Ids = Annotated[
    tuple[UUID, ...], Parameter(show_default=False, help="Events, as `hansa events parked` shows them.")
]


def parked(
    *,
    state: Annotated[
        ParkedState,
        Parameter(
            help="parked: somebody must act; retrying: tried again by itself; waiting: behind an earlier event; "
            "discarded: given up."
        ),
    ] = ParkedState.PARKED,
    handler: Handler = None,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """List the events a handler could not take, with the error."""

    async def read(platform: Platform) -> list[ParkedEvent]:
        async with platform.db.transaction() as tx:
            return await read_parked(tx, handler=handler, state=state, limit=limit)

    found = with_platform(read)
    if json:
        screen.print_json(found)
        return
    if not found:
        screen.out.print(f"No event is {state}.")
        return
    table = screen.table("event", "handler", "topic", "subject", "tries", "since", "why")
    for event in found:
        why = event.discarded_why or event.error
        table.add_row(
            Text(str(event.id), style="cyan"),
            event.handler,
            f"{event.topic} v{event.version}",
            str(event.subject),
            str(event.attempts),
            event.parked_at.isoformat(" ", "seconds"),
            Text(" ".join(why.split())[:_ERROR_SHOWN]),
        )
    screen.out.print(table)
    if len(found) == limit:
        screen.out.print("There may be more: see --limit and --handler.")
    if state is ParkedState.PARKED:
        screen.out.print("`hansa events replay EVENT` has one tried again, once what failed is put right.")


def lag(*, json: Json = False) -> None:
    """Show how far each handler is behind, and what it has set aside."""

    async def read(platform: Platform) -> list[HandlerLag]:
        async with platform.db.transaction() as tx:
            return await lags(tx, Registry.of(platform.centers))

    found = with_platform(read)
    if json:
        screen.print_json(found)
        return
    table = screen.table("handler", "behind", "oldest", "retrying", "parked")
    for one in found:
        parked_ = Text(str(one.parked), style="bold red" if one.parked else "")
        table.add_row(one.handler, str(one.behind), f"{one.oldest_s:.0f} s", str(one.retrying), parked_)
    screen.out.print(table if found else "No handler has its place yet: no worker has run.")


def replay(
    events: Ids = (),
    /,
    *,
    all_: Annotated[
        bool, Parameter(name="--all", negative="", show_default=False, help="Everything that stays parked.")
    ] = False,
    handler: Handler = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Have parked events tried again by the worker at once, as if for the first time.

    Those that wait behind them in the same subject follow in order.
    """
    require_a_choice(named=bool(events), all_=all_)
    if all_:
        confirm("Everything that stays parked is tried again.", yes=yes)

    async def change(platform: Platform) -> int:
        ctx = platform.context(PLATFORM_BUSINESS, actor=SYSTEM)
        async with platform.db.transaction() as tx:
            if all_:
                return await replay_all(tx, ctx, handler=handler)
            found = await _open(tx, events, handler)
            for event in found:
                await replay_one(tx, ctx, handler=event.handler, event=event.id)
            return len(found)

    count = with_platform(change)
    if json:
        screen.print_json({"replayed": count})
    else:
        screen.out.print(f"{count} to be tried again; `hansa events lag` shows how it went.")


def discard(
    events: Ids,
    /,
    *,
    why: Annotated[str, Parameter(help="Why; kept with the event, and who gave it up.")],
    handler: Handler = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Give parked events up for good; those behind them go on. What was given up stays listed, with the reason.

    The handler then never learns of them: put right by hand what it would have done.
    """
    if not why.strip():
        raise Failure("Say why: --why keeps the reason with the event.")
    confirm(f"{len(events)} given up for good: the handler never learns of them.", yes=yes)

    async def change(platform: Platform) -> int:
        ctx = platform.context(PLATFORM_BUSINESS, actor=SYSTEM)
        async with platform.db.transaction() as tx:
            found = await _open(tx, events, handler)
            for event in found:
                await discard_one(tx, ctx, handler=event.handler, event=event.id, why=why, by=who())
            return len(found)

    count = with_platform(change)
    if json:
        screen.print_json({"discarded": count})
    else:
        screen.out.print(f"{count} given up. `hansa events parked --state discarded` lists them.")


async def _open(tx: Transaction, events: tuple[UUID, ...], handler: str | None) -> list[ParkedEvent]:
    """Return what can be settled of these events. Raises `Failure`, so that nothing is done, if one cannot."""
    found = await read_parked(tx, events=events, handler=handler, limit=_IDS_MAX)
    settled = [one for one in found if one.state in {ParkedState.PARKED, ParkedState.RETRYING}]
    ready = {one.id for one in settled}
    states = {one.id: one.state for one in found}
    wrong = [_refusal(event, states.get(event)) for event in events if event not in ready]
    if wrong:
        raise Failure(*wrong, "Nothing was changed.")
    return settled


def _refusal(event: UUID, state: ParkedState | None) -> str:
    match state:
        case ParkedState.WAITING:
            return f"{event} waits behind an earlier event of its subject; settle that one, and it follows."
        case ParkedState.DISCARDED:
            return f"{event} was given up already."
        case _:
            return f"{event} is not parked; `hansa events parked` lists what is."
