"""Payment's own handlers and jobs: what is sent after commit, and what is asked again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hansa.centers.payment._sandbox import SandboxProvider
from hansa.centers.payment._service import daily, refunding, reporting, splitting
from hansa.centers.payment.events import RefundRequested
from hansa.centers.payment.types import PaymentId, RefundId
from hansa.kernel.context import SYSTEM

if TYPE_CHECKING:
    from hansa.kernel.event import Envelope
    from hansa.kernel.platform import Platform


async def send_refund(platform: Platform, envelope: Envelope[RefundRequested]) -> None:
    """Have the provider give a refund back. What it does not answer, the job below sends again."""
    ctx = platform.context(envelope.business, traffic=envelope.traffic, actor=SYSTEM)
    event = envelope.event
    await refunding.send(ctx, PaymentId(event.payment_id), RefundId(event.refund_id))


async def reconcile(platform: Platform, _payload: bytes) -> None:
    """Ask the providers about what is unresolved: lost callbacks, charges whose answer we died over."""
    await reporting.reconcile(platform)
    await splitting.release_stuck(platform)
    await refunding.send_stuck(platform)


async def reconcile_days(platform: Platform, _payload: bytes) -> None:
    """Fetch the statements of days that are over."""
    await daily.reconcile_days(platform)


async def deliver_sandbox_callbacks(platform: Platform, _payload: bytes) -> None:
    """Let the sandbox send the callbacks that are due."""
    await platform.service(SandboxProvider).deliver_due(platform, reporting.receive_webhook)
