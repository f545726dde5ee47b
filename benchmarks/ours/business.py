"""The business that is measured: `bazaar` as it is, its payments taken by a provider that answers in process.

Both sides ask such a one. The platform's own sandbox keeps books that survive a kill, at the price of a commit: that
is a provider's work, and in life it is done elsewhere.
"""

from __future__ import annotations

from hansa.centers.payment._sandbox import SandboxProvider
from hansa.centers.payment.extensions import ROUTING, ChargeRequest, ProviderAnswer
from hansa.centers.payment.types import Outcome
from hansa.kernel.business import Business
from hansa.kernel.context import Ctx
from hansa.kernel.platform import Platform

PATH = "bazaar.bench"
PROVIDER = "in-process"


class InProcess(SandboxProvider):
    """Takes every test card and remembers nothing: a repeat under the same reference is answered the same."""

    name = PROVIDER

    async def charge(self, ctx: Ctx, request: ChargeRequest) -> ProviderAnswer:
        """Take a card's money, at once."""
        return ProviderAnswer(
            reference=request.reference,
            provider_reference=f"in-process-{request.reference}",
            outcome=Outcome.SUCCEEDED,
            minor=request.minor,
            currency=request.currency,
            at=ctx.now(),
        )


def provider(platform: Platform) -> InProcess:
    """Make the provider of a process."""
    return InProcess(platform.db, b"calls nobody back")


def in_process(ctx: Ctx) -> str:  # noqa: ARG001 - the point's own signature
    """Send every payment of the business there."""
    return PROVIDER


BENCH = Business(PATH, title={"en": "Tea bowls", "zh": "茶碗"}, extends=[ROUTING.by(in_process)])
