"""The context of a command: which business, which traffic, who acts, when, under which plan.

It is made once, at the edge, and travels with every command; nothing below asks a request or a global.
"""

from __future__ import annotations

import enum
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import msgspec

from hansa.kernel.problem import Forbidden, Problem, Unauthenticated

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction
    from hansa.kernel.plan import BusinessPlan
    from hansa.kernel.platform import Platform
    from hansa.kernel.term import Term

T = TypeVar("T", bound="Term")

AGENT_LETTERS_MAX = 400
PLATFORM_BUSINESS = ""  # the root every path inherits from; it sells nothing itself


class LiveClockFixed(Problem):
    """The clock of live traffic is real time and cannot be moved."""

    code = "clock.live_is_fixed"
    status = 409
    title = "Live traffic runs on real time"


class Traffic(enum.StrEnum):
    """What kind of traffic a fact belongs to; what is not live never touches live stock, money or reports."""

    LIVE = "live"
    SANDBOX = "sandbox"
    REPLAY = "replay"
    SHADOW = "shadow"


class ActorKind(enum.StrEnum):
    """Who can act: somebody not logged in, a person, a registered program, the platform itself."""

    GUEST = "guest"
    PERSON = "person"
    APP = "app"
    SYSTEM = "system"


class Actor(msgspec.Struct, frozen=True, dict=True):
    """Who acts. `party` is the person's or app's id (a guest with a session has one as well).

    A person's token acts for that person only where it carries a scope for it: everywhere else `party` is None,
    so nothing is its own, and `holder` is the person, who answers for what the token does by its permissions.
    `grants` are permissions: `"trade.order.ship@shop:<shop id>"` for one object, `"platform.plan.publish"`
    for all. A permission is checked with `Ctx.require`.
    """

    kind: ActorKind
    party: UUID | None = None
    grants: frozenset[str] = frozenset()
    session: UUID | None = None
    holder: UUID | None = None

    @cached_property
    def label(self) -> str:
        """How logs, events and histories name the actor: kind and party id, nothing personal."""
        return f"{self.kind}:{self.author}" if self.author else str(self.kind)

    @property
    def author(self) -> UUID | None:
        """The party that answers for what is done: it gives no right to anything, `party` does."""
        return self.party or self.holder

    def acting_for_holder(self, scope: str | None) -> Actor:
        """Return the actor as it acts where `scope` is asked: for its holder if it carries the scope."""
        if self.holder is None or scope is None or scope not in self.grants:
            return self
        return msgspec.structs.replace(self, party=self.holder, holder=None)


SYSTEM = Actor(ActorKind.SYSTEM)
GUEST = Actor(ActorKind.GUEST)


@dataclass(frozen=True, slots=True)
class Ctx:
    """The context of one command. Immutable; `with_` makes a changed copy."""

    platform: Platform
    plan: BusinessPlan
    """The compiled answers of this business, pinned when the context was made."""
    business: str
    traffic: Traffic
    entity: str
    """The legal entity that keeps the books of this command."""
    actor: Actor = GUEST
    locale: str = "en"
    trace: str = ""
    agent: str = field(default="", repr=False)
    """What the caller's program says it is (`User-Agent`), cut short. Neither logged nor kept as it is."""
    at: datetime | None = None
    """When this command happened, where it is told again later; None: it happens now. See `happened`."""
    client: str = field(default="", repr=False)
    """The network address the caller comes from, as the server believes it. Neither logged nor kept as it is."""

    def now(self) -> datetime:
        """Return the time of this business and traffic class: aware, UTC. The only clock there is.

        A command that is told again has its own: the moment at which it happened.
        """
        return self.at or self.platform.clocks.now(self.business, self.traffic)

    def happened(self, at: datetime) -> Ctx:
        """Return a copy for a command that happened at a moment (aware, UTC) and is told again: a replay.

        Many such commands may be under way together, each at its own moment, which one clock could not
        give them. Live traffic happens now: raises `LiveClockFixed`.
        """
        if self.traffic is Traffic.LIVE:
            raise LiveClockFixed(business=self.business)
        return replace(self, at=at)

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Open the use case's one transaction; leaving it commits, an exception rolls back."""
        return self.platform.db.transaction()

    def term(self, kind: type[T]) -> T:
        """Return the business's term of this kind: its own, else its parent's, else the default."""
        return self.plan.term(kind)

    def may(self, permission: str, *, of: str | None = None) -> bool:
        """Tell whether the actor holds a permission, for everything or for one object (`"shop:..."`)."""
        if self.actor.kind is ActorKind.SYSTEM:
            return True
        grants = self.actor.grants
        return permission in grants or (of is not None and f"{permission}@{of}" in grants)

    def require(self, permission: str, *, of: str | None = None) -> None:
        """Raise `Unauthenticated` or `Forbidden` unless the actor holds the permission."""
        if not self.may(permission, of=of):
            if self.actor.kind is ActorKind.GUEST:
                raise Unauthenticated
            raise Forbidden(permission=permission)

    def party(self) -> UUID:
        """Return the acting party's id: whose things are its own.

        Raises `Unauthenticated` when nobody is there, and `Forbidden` where a token does not act for its person.
        """
        if self.actor.party is None:
            if self.actor.holder is not None:
                raise Forbidden("This token does not carry the scope to act for its person here.")
            raise Unauthenticated
        return self.actor.party

    def author(self) -> UUID:
        """Return the party that answers for what a permission allows, or raise `Unauthenticated`."""
        if self.actor.author is None:
            raise Unauthenticated
        return self.actor.author

    def in_books_of(self, entity: str) -> Ctx:
        """Return the context of a command about something that was begun in a legal entity's books: it stays there."""
        return self if entity == self.entity else replace(self, entity=entity)

    def at_route(self, scope: str | None) -> Ctx:
        """Return the context as it holds at a route that asks a person's token for `scope` (see `Actor`)."""
        if self.actor.holder is None:
            return self
        return self.with_(actor=self.actor.acting_for_holder(scope))

    async def under(self, generation: int) -> Ctx:
        """Return a copy under an earlier plan, as a quote remembers it, while that generation is good.

        Raises what `Plans.pinned` raises: the generation is over, or this process lacks its code.
        """
        pinned = await self.platform.plans.pinned(
            self.platform,
            generation,
            self.business,
            traffic=self.traffic,
            actor=self.actor,
            locale=self.locale,
            trace=self.trace,
        )
        return replace(pinned, at=self.at)

    def with_(
        self, *, actor: Actor | None = None, locale: str | None = None, agent: str = "", client: str = ""
    ) -> Ctx:
        """Return a copy with another actor or locale, or another program or address that calls."""
        return Ctx(  # by hand: each request makes one, and `dataclasses.replace` takes thrice the time
            self.platform,
            self.plan,
            self.business,
            self.traffic,
            self.entity,
            actor or self.actor,
            locale or self.locale,
            self.trace,
            agent[:AGENT_LETTERS_MAX] or self.agent,
            self.at,
            client or self.client,
        )
