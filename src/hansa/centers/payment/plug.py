"""What payment adds to the house."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from hansa.centers.payment import _handlers as handlers
from hansa.centers.payment import _sandbox as sandbox
from hansa.centers.payment._service import charging, daily, fees, odd_amounts, returning, statements
from hansa.centers.payment._service.ending import no_money_under_way
from hansa.centers.payment._service.personal import forget_cards, personal_payments
from hansa.centers.payment._service.providers import RIGHT_PROVIDERS, Providers, installed_providers
from hansa.centers.payment._service.reading import READ
from hansa.centers.payment._store.audits import AUDITS
from hansa.centers.payment._store.ending import forget_businesses
from hansa.centers.payment._tables import metadata
from hansa.centers.payment.events import EVENTS, RefundRequested, StatementReconciled
from hansa.centers.payment.extensions import POINTS, ProviderAnswer
from hansa.centers.shop.extensions import MAY_CLOSE
from hansa.centers.user.extensions import ERASE, PERSONAL_DATA
from hansa.kernel.center import Center, Job, Routes
from hansa.kernel.event import Handler
from hansa.kernel.lane import Lane
from hansa.kernel.plan import BUSINESS_REMOVED, MAY_END_BUSINESS
from hansa.kernel.platform import Platform


def lanes(platform: Platform) -> tuple[Lane[Any, Any], ...]:
    """Make payment's lanes: beginning attempts, and the sandbox's own.

    Their calls carry no keys, because payment and reference are keys enough; so no answer is ever decoded.
    """
    weight_of = platform.plans.weight_of
    encode = msgspec.json.Encoder().encode
    return (
        Lane(
            charging.LANE,
            platform.db,
            charging.begin_batch,
            encode=encode,
            decode=msgspec.json.Decoder(charging.Begun).decode,
            weight_of=weight_of,
        ),
        Lane(
            sandbox.LANE,
            platform.db,
            sandbox.charge_batch,
            encode=encode,
            decode=msgspec.json.Decoder(ProviderAnswer).decode,
            weight_of=weight_of,
        ),
    )


async def _start(platform: Platform) -> None:
    for lane in lanes(platform):
        platform.lanes[lane.name] = lane
    provider = sandbox.SandboxProvider.of(platform)
    platform.add(provider)
    platform.add(Providers([provider, *installed_providers(platform)]))


def _routes() -> Routes:
    from hansa.centers.payment._http import ROUTES  # noqa: PLC0415 - only what serves brings in the web

    return ROUTES


PAYMENT = Center(
    name="payment",
    tables=metadata,
    migrations=Path(__file__).parent / "_migrations",
    points=POINTS,
    answers=(
        MAY_CLOSE.by(returning.nothing_to_give_back, name="payment_may_close"),
        MAY_END_BUSINESS.by(no_money_under_way),
        PERSONAL_DATA.by(personal_payments),
        ERASE.by(forget_cards, name="payment_forgets_cards"),
        BUSINESS_REMOVED.by(forget_businesses, name="payment_forgets_businesses"),
    ),
    events=EVENTS,
    handlers=(
        Handler("payment.send_refund", (RefundRequested,), send=handlers.send_refund),
        Handler("payment.book_fees", (StatementReconciled,), handle=fees.book_fees),
    ),
    jobs=(
        Job("payment.reconcile", handlers.reconcile, every_s=30),
        Job(daily.JOB, handlers.reconcile_days, every_s=3600),
        Job("payment.sandbox_callbacks", handlers.deliver_sandbox_callbacks, every_s=1),
    ),
    routes=_routes,
    permissions=(READ, returning.RETURN, odd_amounts.SETTLE, statements.IMPORT, statements.READ),
    platform_permissions=(READ, returning.RETURN, odd_amounts.SETTLE, statements.IMPORT, statements.READ),
    checks=(*AUDITS, RIGHT_PROVIDERS),
    starts=(_start,),
)
