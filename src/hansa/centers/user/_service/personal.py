"""What is held about a party, and what is no longer needed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from hansa.centers.user._store import addresses, parties, tokens
from hansa.centers.user.errors import PartyNotFound
from hansa.centers.user.extensions import PERSONAL_DATA
from hansa.centers.user.types import Accounts, PartyId, PersonalData, PersonalRecord
from hansa.kernel.context import PLATFORM_BUSINESS, Ctx, Traffic

if TYPE_CHECKING:
    from hansa.kernel.platform import Platform

_VERSIONS_MAX = 10_000
_BATCH = 1_000
_KEEP_DEAD_TOKENS = timedelta(days=30)  # for whoever looks into what happened
_KEEP_UNUSED_VERSIONS = timedelta(days=1)


async def export_personal_data(ctx: Ctx) -> PersonalData:
    """Return everything held about the acting party, over all centers; see `user.api`."""
    party, now = ctx.party(), ctx.now()
    others = await PERSONAL_DATA.of(ctx)(ctx, party)
    async with ctx.transaction() as tx:
        found = await parties.read_party(tx, party)
        if found is None:
            raise PartyNotFound
        guests = await parties.merged_into(tx, party)
        versions = await addresses.versions_of(tx, party_id=party, limit=_VERSIONS_MAX)
        issued = await tokens.list_api_tokens(tx, party_ids=[party], now=now, limit=_BATCH)
    account = msgspec.to_builtins(found) | {"merged_guests": [str(guest) for guest in guests]}
    own = [
        PersonalRecord(kind="user.account", content=account),
        *(PersonalRecord(kind="user.address", content=msgspec.to_builtins(version)) for version in versions),
        *(PersonalRecord(kind="user.token", content=msgspec.to_builtins(token)) for token in issued),
    ]
    return PersonalData(party=PartyId(party), exported_at=now, records=(*own, *others))


async def forget_unneeded(platform: Platform, _payload: bytes) -> None:
    """Drop dead tokens, addresses that no order needs, and counters of old log-in attempts.

    By real time; tokens whose clock was moved wait until it runs on real time again.
    """
    now = platform.clocks.now(PLATFORM_BUSINESS, Traffic.LIVE)
    moved = list(platform.clocks.moved())
    more = True
    while more:
        async with platform.db.transaction() as tx:
            dead = await tokens.drop_dead(tx, before=now - _KEEP_DEAD_TOKENS, sparing=moved, limit=_BATCH)
            unused = await addresses.drop_unused_versions(
                tx, before=now - _KEEP_UNUSED_VERSIONS, limit=_BATCH
            )
        more = _BATCH in (dead, unused)
    window = platform.settings.section(Accounts).log_in_window
    async with platform.db.transaction() as tx:
        await parties.drop_old_attempts(tx, now - 2 * window)
