"""Who a token stands for: read once, remembered, and read again by every process when something changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.user._rules.grants import covered, grants_of_roles, slid
from hansa.centers.user._rules.tokens import is_token, token_hash
from hansa.centers.user._store import parties, tokens
from hansa.centers.user.extensions import GRANTS
from hansa.centers.user.types import Accounts, Identity, OwnScope, PartyKind, PartyState, TokenKind
from hansa.kernel.context import Actor, ActorKind, Traffic
from hansa.kernel.outbox.parked import DISCARD as SETTLE_PARKED
from hansa.kernel.plan.errors import BusinessEnded, BusinessStopped, UnknownBusiness
from hansa.kernel.snapshot import Snapshot, changes_of

if TYPE_CHECKING:
    from hansa.centers.user._store.parties import Holder
    from hansa.centers.user._store.tokens import StoredToken
    from hansa.centers.user.extensions import Grant
    from hansa.kernel.platform import Platform

_OF_THE_KERNEL = {SETTLE_PARKED}
_STALE_S_MAX = 1.0  # how old an answer may be: revocations are looked for this often, by one query for all
_REREAD_S = 60.0  # an entry is read again this often whatever happens: to slide, and for what nobody told

_SEEN_STEP = timedelta(hours=1)  # so often at most a session in use costs a write to say when it was seen

_ACTORS = {
    PartyKind.PERSON: ActorKind.PERSON,
    PartyKind.APP: ActorKind.APP,
    PartyKind.GUEST: ActorKind.GUEST,
}


class _Known(msgspec.Struct, frozen=True):
    identity: Identity
    reread_at: float


async def authenticate(platform: Platform, token: str) -> Actor | None:
    """Return who acts with a session or API token, or `None`. A warm token needs no query.

    What ended or changed in another process is seen after about a second.
    """
    identity = await platform.service(Sessions).identify(token)
    return identity.actor if identity is not None else None


async def identify(platform: Platform, token: str) -> Identity | None:
    """As `authenticate`, with where the token belongs: an API token works in its business and traffic alone."""
    return await platform.service(Sessions).identify(token)


class Sessions:
    """The tokens this process knows. Bounded; a warm token costs a hash and a dictionary look-up."""

    def __init__(
        self, platform: Platform, settings: Accounts, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._platform = platform
        self._declared = {permission for center in platform.centers for permission in center.permissions}
        self._declared |= _OF_THE_KERNEL
        self._idle = settings.session_idle
        self._monotonic = monotonic
        self._known: Snapshot[bytes, _Known] = Snapshot(
            load=self._load,
            changed=changes_of(platform.db, '"user".token', "hash"),
            age_max_s=_STALE_S_MAX,
            entries_max=settings.sessions_cached,
            monotonic=monotonic,
        )

    def __len__(self) -> int:
        return len(self._known)

    async def identify(self, token: str) -> Identity | None:
        """Return whom a token stands for, or `None` when it stands for nobody (any more)."""
        if not token.isascii():
            return None
        key = token_hash(token)
        known = self._known.warm(key)
        if known is None:
            if not is_token(token):
                return None
            known = (await self._known.get((key,))).get(key)
        elif self._monotonic() >= known.reread_at:
            self.forget((key,))
            known = (await self._known.get((key,))).get(key)
        if known is None:
            return None
        identity = known.identity
        now = self._platform.clocks.now(identity.business, identity.traffic)
        return identity if now < identity.expires_at else None

    def forget(self, hashes: Sequence[bytes]) -> None:
        """Read these tokens again at their next use: this process has just changed them."""
        self._known.forget(hashes)

    async def _load(self, hashes: Sequence[bytes]) -> Mapping[bytes, _Known]:
        reread_at = self._monotonic() + _REREAD_S
        found = {}
        async with self._platform.db.reading() as tx:
            stored = await tokens.read_tokens(tx, hashes)
            holders = await parties.read_holders(tx, [one.party_id for one in stored])
            owners = await parties.read_holders(
                tx, [holder.owner for holder in holders.values() if holder.owner is not None]
            )
        acting: list[tuple[StoredToken, Holder, Holder]] = []
        for one in stored:
            holder = holders.get(one.party_id)
            if holder is None:
                continue
            # An app may do what its owner may, and what it was itself given (by who installed it).
            answering = holder if holder.owner is None else owners.get(holder.owner)
            if answering is not None and _may_act(holder, answering):
                acting.append((one, holder, answering))
        added = await self._added(
            [(one, party) for one, holder, answering in acting for party in (holder, answering)]
        )
        for one, holder, answering in acting:
            everywhere = grants_of_roles(answering.roles, declared=self._declared)
            grants = [
                grant
                for party_id in {holder.party_id, answering.party_id}
                for grant in added.get((one.business, one.traffic, party_id), ())
            ]
            held = {
                traffic: everywhere
                | {grant.permission for grant in grants if grant.traffic in {None, traffic}}
                for traffic in Traffic
            }
            found[one.hash] = _Known(await self._identity(one, holder, held), reread_at)
        return found

    async def _identity(
        self, stored: StoredToken, holder: Holder, held: Mapping[Traffic, frozenset[str]]
    ) -> Identity:
        now = self._platform.clocks.now(stored.business, stored.traffic)
        is_session, here = stored.kind is TokenKind.SESSION, held[stored.traffic]
        own = frozenset(OwnScope) if holder.kind is PartyKind.PERSON else frozenset()
        is_token_of_person = not is_session and holder.kind is PartyKind.PERSON
        return Identity(
            actor=Actor(
                kind=_ACTORS[holder.kind],
                party=None if is_token_of_person else holder.party_id,
                grants=here if is_session else covered(stored.grants, here | own),
                session=stored.token_id,
                holder=holder.party_id if is_token_of_person else None,
            ),
            elsewhere=held if is_session else {},
            kind=stored.kind,
            business=stored.business,
            traffic=stored.traffic,
            locale=holder.locale,
            expires_at=await self._slide(stored, now=now) if is_session else stored.expires_at,
        )

    async def _added(
        self, asked: Sequence[tuple[StoredToken, Holder]]
    ) -> dict[tuple[str, Traffic, UUID], list[Grant]]:
        """Return what centers add to the parties' own permissions, where each session is at home."""
        homes: dict[tuple[str, Traffic], set[UUID]] = {}
        for stored, holder in asked:
            homes.setdefault((stored.business, stored.traffic), set()).add(holder.party_id)
        added: dict[tuple[str, Traffic, UUID], list[Grant]] = {}
        for (business, traffic), here in homes.items():
            try:
                ctx = self._platform.context(business, traffic=traffic)
            except (UnknownBusiness, BusinessStopped, BusinessEnded):
                # The business where the session began is closed; the person still goes about elsewhere, and
                # what centers would add comes back with the next log-in there.
                continue
            for grant in await GRANTS.of(ctx)(ctx, sorted(here)):
                added.setdefault((business, traffic, grant.party), []).append(grant)
        return added

    async def _slide(self, stored: StoredToken, *, now: datetime) -> datetime:
        later = slid(stored.expires_at, now=now, idle=self._idle, ends_at=stored.ends_at)
        is_news = later is not None or now - stored.seen_at >= _SEEN_STEP
        if not is_news or now >= stored.expires_at:
            return stored.expires_at
        until = later or stored.expires_at
        async with self._platform.db.transaction() as tx:
            await tokens.use(tx, token_hash=stored.hash, expires_at=until, now=now)
        return until


def session_span(settings: Accounts, *, now: datetime) -> tuple[datetime, datetime]:
    """Return when a session that starts now expires unless it is used, and when it ends at the latest."""
    ends_at = now + settings.session_longest
    return min(now + settings.session_idle, ends_at), ends_at


def api_span(expires_at: datetime, *, now: datetime) -> bool:
    """Tell whether an API token may live until then: some time, and not for ever."""
    return now < expires_at <= now + _API_LONGEST


_API_LONGEST = timedelta(days=2 * 366)


def _may_act(holder: Holder, answering: Holder) -> bool:
    return holder.state is PartyState.ACTIVE and answering.state is PartyState.ACTIVE
