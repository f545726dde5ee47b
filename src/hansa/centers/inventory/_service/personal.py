"""Somebody who wants to be forgotten, or to know what is held: the notes they wrote beside stock."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.inventory._store import personal as store
from hansa.centers.place.types import PLACE_ID, PlaceId
from hansa.centers.user import api as user
from hansa.centers.user.extensions import Erasure
from hansa.centers.user.types import PersonalRecord
from hansa.kernel.context import Actor, ActorKind, Ctx
from hansa.kernel.db import Transaction


async def forget_notes(tx: Transaction, commands: Sequence[Erasure]) -> list[tuple[str, ...]]:
    """Answer `user.erase`: notes go; sums, reasons (which are codes) and who did it, by a bare id, stay."""
    labels = {_label(party) for command in commands for party in command.parties}
    gone = await store.forget_notes(tx, sorted(labels))
    return [
        ("inventory.note",) if gone.intersection(map(_label, command.parties)) else () for command in commands
    ]


async def notes_held(ctx: Ctx, party: UUID) -> Sequence[PersonalRecord]:
    """Answer `user.personal_data`: the notes somebody wrote on movements and stocktakes."""
    async with ctx.platform.db.reading() as tx:
        everybody = [party, *await user.merged_guests(tx, party)]
        notes = await store.notes_of(tx, [_label(one) for one in everybody])
    return [
        PersonalRecord(
            kind="inventory.note",
            content={
                "business": one.business,
                "place": PLACE_ID.show(PlaceId(one.place_id)),
                "on": one.what,
                "note": one.note,
                "noted_at": one.noted_at.isoformat(),
            },
        )
        for one in notes
    ]


def _label(party: UUID) -> str:
    return Actor(ActorKind.PERSON, party).label
