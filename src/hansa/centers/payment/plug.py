"""What payment adds to the house."""

from __future__ import annotations

from pathlib import Path

from hansa.centers.payment import _handlers as handlers
from hansa.centers.payment import _http
from hansa.centers.payment._sandbox import SandboxProvider
from hansa.centers.payment._service.providers import Providers
from hansa.centers.payment._service.reading import READ
from hansa.centers.payment._store.audits import AUDITS
from hansa.centers.payment._tables import metadata
from hansa.centers.payment.events import EVENTS, RefundRequested
from hansa.centers.payment.extensions import POINTS
from hansa.kernel.center import Center, Job
from hansa.kernel.event import Handler
from hansa.kernel.platform import Platform


async def _start(platform: Platform) -> None:
    sandbox = SandboxProvider.of(platform)
    platform.add(sandbox)
    platform.add(Providers([sandbox]))


PAYMENT = Center(
    name="payment",
    tables=metadata,
    migrations=Path(__file__).parent / "_migrations",
    points=POINTS,
    events=EVENTS,
    handlers=(Handler("payment.send_refund", (RefundRequested,), send=handlers.send_refund),),
    jobs=(
        Job("payment.reconcile", handlers.reconcile, every_s=30),
        Job("payment.sandbox_callbacks", handlers.deliver_sandbox_callbacks, every_s=1),
    ),
    routes=_http.ROUTES,
    permissions=(READ,),
    checks=AUDITS,
    starts=(_start,),
)
