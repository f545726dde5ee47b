"""What is held about a party, and what is no longer needed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.user._store import (
    addresses,
    consents,
    identities,
    parties,
    passkeys,
    people,
    privacy,
    proofs,
    sessions,
    tokens,
)
from hansa.centers.user._store import kin as outsiders
from hansa.centers.user.errors import PartyNotFound
from hansa.centers.user.extensions import PERSONAL_DATA
from hansa.centers.user.types import Accounts, Contact, PartyId, PersonalData, PersonalRecord
from hansa.kernel.context import PLATFORM_BUSINESS, Ctx, Traffic

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction
    from hansa.kernel.platform import Platform

_BATCH = 1_000
_KEEP_DEAD_TOKENS = timedelta(days=30)  # for whoever looks into what happened
_KEEP_ATTEMPTS = timedelta(hours=2)
_KEEP_UNANSWERED = timedelta(days=1)
_KEEP_UNUSED_VERSIONS = timedelta(days=1)


async def contacts(tx: Transaction, party_ids: Sequence[UUID]) -> dict[UUID, Contact]:
    """Return how to reach parties; who said nothing about itself, or was erased, is absent.

    A guest that turned out to be somebody is reached where that party is.
    """
    return await parties.read_contacts(tx, party_ids)


async def export_personal_data(ctx: Ctx) -> PersonalData:
    """Return everything that any center holds about the acting party. Raises `PartyNotFound`."""
    party, now = ctx.party(), ctx.now()
    others = await PERSONAL_DATA.of(ctx)(ctx, party)
    async with ctx.platform.db.reading() as tx:
        found = await parties.read_party(tx, party)
        if found is None:
            raise PartyNotFound
        kin = await parties.merged_into(tx, party)
        held: dict[str, Sequence[object]] = {
            "user.address": await addresses.versions_of(tx, party_id=party, limit=None),
            "user.token": await tokens.list_api_tokens(tx, party_ids=[party], now=now, limit=None),
            "user.session": await sessions.list_sessions(
                tx, party_id=party, acting=None, now=now, limit=None
            ),
            "user.passkey": await passkeys.list_passkeys(tx, party),
            "user.linked_log_in": await identities.list_identities(tx, party),
            "user.audit": await people.own_entries(tx, party, limit=None),
            "user.consent": await consents.history(tx, [party, *kin], limit=None),
        }
        names = await outsiders.names_of(tx, [party, *kin])
    account = msgspec.to_builtins(found) | {
        "merged_guests": [str(one) for one in kin],
        "names_for_outsiders": names,
    }
    own = [PersonalRecord(kind="user.account", content=account)]
    for kind, records in held.items():
        own += [PersonalRecord(kind=kind, content=msgspec.to_builtins(record)) for record in records]
    return PersonalData(party=PartyId(party), exported_at=now, records=(*own, *others))


async def forget_unneeded(platform: Platform, _payload: bytes) -> None:
    """Drop dead tokens, addresses that no order needs, counters of old attempts, and what nobody answered.

    By real time; tokens whose clock was moved wait until it runs on real time again.
    """
    now = platform.clocks.now(PLATFORM_BUSINESS, Traffic.LIVE)
    settings, moved = platform.settings.section(Accounts), list(platform.clocks.moved())
    more = True
    while more:
        async with platform.db.transaction() as tx:
            dead = await tokens.drop_dead(
                tx,
                before=now - _KEEP_DEAD_TOKENS,
                guests_before=now - settings.guest_kept,
                sparing=moved,
                limit=_BATCH,
            )
            unused = await addresses.drop_unused_versions(
                tx, before=now - _KEEP_UNUSED_VERSIONS, limit=_BATCH
            )
        more = _BATCH in (dead, unused)
    longest = max(settings.proof_life, settings.reset_life, settings.restore_life)
    async with platform.db.transaction() as tx:
        await parties.drop_old_attempts(tx, now - max(2 * settings.log_in_window, _KEEP_ATTEMPTS))
        await proofs.drop_old_proofs(tx, before=now - longest)
        await passkeys.drop_old_ceremonies(tx, before=now - _KEEP_UNANSWERED)
        await identities.drop_old_visits(tx, before=now - _KEEP_UNANSWERED)
        await privacy.drop_old_exports(tx, before=now - settings.export_kept)
