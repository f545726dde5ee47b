"""What is held about a party, for the party itself; and what goes when it is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.message._service.picturing import let_go
from hansa.centers.message._store import conversations, pictures, preferences, reports
from hansa.centers.message._store import notifications as store
from hansa.centers.user import api as user
from hansa.centers.user.extensions import Erasure
from hansa.centers.user.types import PersonalRecord
from hansa.kernel.context import Ctx

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def told_to(ctx: Ctx, party: UUID) -> Sequence[PersonalRecord]:
    """Answer `user.personal_data`: everything the party was ever told."""
    async with ctx.transaction() as tx:
        stored = await store.read_all(tx, party_ids=[party, *await user.merged_guests(tx, party)], limit=None)
    return [
        PersonalRecord(
            kind="message.notification",
            content={
                "template": one.template,
                "params": one.params,
                "business": one.business,
                "created_at": one.created_at.isoformat(),
                "read_at": one.read_at.isoformat() if one.read_at else None,
            },
        )
        for one in stored
    ]


async def said_by(ctx: Ctx, party: UUID) -> Sequence[PersonalRecord]:
    """Answer `user.personal_data`: what the party wrote to shops or for one, and what was written to it."""
    async with ctx.transaction() as tx:
        parties = [party, *await user.merged_guests(tx, party)]
        words = await conversations.words_of(tx, parties, limit=None)
    return [
        PersonalRecord(
            kind="message.conversation",
            content={
                "subject": one.reference,
                "business": one.business,
                "side": one.side.value,
                "text": one.text,
                "sent_at": one.sent_at.isoformat(),
            },
        )
        for one in words
    ]


async def forget_people(tx: Transaction, commands: Sequence[Erasure]) -> list[tuple[str, ...]]:
    """Answer `user.erase`: texts go, and so does what tells how mail to them fared and what they wanted."""
    parties = [party for command in commands for party in command.parties]
    await preferences.drop_standings(tx, parties)
    await preferences.drop_preferences(tx, parties)
    gone = await pictures.take_of_parties(tx, parties)
    await let_go(tx, commands[0].ctx, gone)
    erased = {
        "message.conversation": await conversations.erase_said(tx, parties),
        "message.report": await reports.erase_notes(tx, parties),
    }
    return [
        tuple(what for what, whose in erased.items() if not whose.isdisjoint(command.parties))
        for command in commands
    ]
