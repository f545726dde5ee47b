"""Providers: what one must be able to do, and which of them serves a payment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from hansa.centers.payment.types import Outcome, Source
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.extension import Effects, ExtensionPoint, Mode, OnError


class ProviderUnreachable(Exception):
    """The provider did not answer: what was asked may or may not have happened. Asking again is safe."""


class Card(msgspec.Struct, frozen=True):
    """What may be kept of a card."""

    brand: str
    last_four: str


class ChargeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Charge this. `reference` is ours and the provider's key: asked twice, it charges once."""

    reference: str
    minor: int
    currency: str
    source: Source


class ProviderAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider says about a charge, by whatever way it says it."""

    reference: str
    provider_reference: str
    outcome: Outcome
    minor: int
    currency: str
    at: datetime
    decline_code: str | None = None


class RefundRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Give this back of a charge. `reference` is ours: asked twice, it goes back once."""

    reference: str
    charge_reference: str
    provider_reference: str
    minor: int
    currency: str


class RefundAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the money went back. Refused is for good."""

    provider_reference: str
    succeeded: bool


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """A callback of the provider whose signature is right; `event_id` is the provider's."""

    event_id: str
    answer: ProviderAnswer


class Provider(Protocol):
    """Somebody who charges buyers for us. One object per process, registered under its name."""

    @property
    def name(self) -> str:
        """How rows and routes name it."""
        ...

    @property
    def live(self) -> bool:
        """Whether it moves real money."""
        ...

    def card(self, source: Source) -> Card:
        """Return what may be kept of the source. Raises a problem when it takes no such source."""
        ...

    async def charge(self, ctx: Ctx, request: ChargeRequest) -> ProviderAnswer:
        """Charge; a known reference is answered as before. Raises `ProviderUnreachable`."""
        ...

    async def query(self, ctx: Ctx, reference: str) -> ProviderAnswer | None:
        """Return how a charge stands, None when it never arrived. Raises `ProviderUnreachable`."""
        ...

    async def refund(self, ctx: Ctx, request: RefundRequest) -> RefundAnswer:
        """Give money back; a known reference is answered as before. Raises `ProviderUnreachable`."""
        ...

    def parse_webhook(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Sequence[Callback]:
        """Verify and read a callback. Raises `WebhookRefused`."""
        ...


class Routing(Protocol):
    """Name the provider that serves a payment of this business, or None to let the parent say."""

    def __call__(self, ctx: Ctx) -> str | None:
        """Answer for the business and traffic of `ctx`."""
        ...


def sandbox_unless_live(ctx: Ctx) -> str | None:
    """Send what is not live to the sandbox; live traffic has no provider unless a business names one."""
    return None if ctx.traffic is Traffic.LIVE else "sandbox"


ROUTING = ExtensionPoint[Routing](
    "payment.routing",
    version=1,
    mode=Mode.FIRST,
    effects=Effects.PURE,
    budget_ms=1,
    on_error=OnError.CLOSED,
    default=sandbox_unless_live,
)
POINTS = (ROUTING,)
