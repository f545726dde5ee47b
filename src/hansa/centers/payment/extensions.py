"""Providers: what one must be able to do, and which of them serves a payment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol, runtime_checkable

import msgspec

from hansa.centers.payment.types import HoldState, Outcome, Source, StatementRow
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.extension import Effects, ExtensionPoint, Mode, OnError

SANDBOX = "sandbox"
"""The provider of everything that is not live."""


class ProviderUnreachable(Exception):
    """The provider did not answer: what was asked may or may not have happened. Asking again is safe."""


class Card(msgspec.Struct, frozen=True):
    """What may be kept of a card."""

    brand: str
    last_four: str


class ChargeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Charge or hold this. `reference` is ours and the provider's key: asked twice, it is done once."""

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


class HoldAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How an authorisation stands: what was asked for, what of it was captured, and until when it holds."""

    reference: str
    provider_reference: str
    state: HoldState
    minor: int
    captured_minor: int
    currency: str
    at: datetime
    expires_at: datetime
    decline_code: str | None = None

    @property
    def left_minor(self) -> int:
        """What may still be captured."""
        return self.minor - self.captured_minor if self.state is HoldState.AUTHORISED else 0


class CaptureRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Take this of what is held. `reference` is ours: asked twice, it is taken once."""

    reference: str
    hold_reference: str
    minor: int
    currency: str


class CaptureAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the money was taken. A refusal is for good; `refusal` says why: `authorisation_expired` ..."""

    provider_reference: str
    succeeded: bool
    at: datetime
    refusal: str | None = None


class RefundRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Give this back of a charge or a capture. `reference` is ours: asked twice, it goes back once."""

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


@runtime_checkable
class Provider(Protocol):
    """Somebody who charges buyers for us. One object per process, known by its name."""

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
        """Hold and take in one step; a known reference is answered as before. Raises `ProviderUnreachable`."""
        ...

    async def query(self, ctx: Ctx, reference: str) -> ProviderAnswer | None:
        """Return how a charge stands, None when it never arrived. Raises `ProviderUnreachable`."""
        ...

    async def refund(self, ctx: Ctx, request: RefundRequest) -> RefundAnswer:
        """Give money back; a known reference is answered as before. Raises `ProviderUnreachable`."""
        ...

    async def authorise(self, ctx: Ctx, request: ChargeRequest) -> HoldAnswer:
        """Hold an amount without taking it; a known reference is answered as it stands now.

        Raises `ProviderUnreachable`.
        """
        ...

    async def held(self, ctx: Ctx, reference: str) -> HoldAnswer | None:
        """Return how an authorisation stands, None when it never arrived. Raises `ProviderUnreachable`."""
        ...

    async def capture(self, ctx: Ctx, request: CaptureRequest) -> CaptureAnswer:
        """Take of what is held, once or several times, up to what is held; a known reference is answered as before.

        Raises `ProviderUnreachable`.
        """
        ...

    async def void(self, ctx: Ctx, reference: str) -> HoldAnswer | None:
        """Let go of what is held and not captured; None when the authorisation never arrived.

        Repeats change nothing. What was captured stays captured. Raises `ProviderUnreachable`.
        """
        ...

    async def statement(self, ctx: Ctx, day: date) -> bytes:
        """Return the provider's file of a day (UTC) for this business and traffic. Raises `ProviderUnreachable`."""
        ...

    def read_statement(self, file: bytes) -> Sequence[StatementRow]:
        """Read such a file. Raises `StatementUnreadable`, naming the line."""
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
    return None if ctx.traffic is Traffic.LIVE else SANDBOX


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
