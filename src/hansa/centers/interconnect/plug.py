"""What `interconnect` adds to the house."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hansa.centers.interconnect import _handlers as handlers
from hansa.centers.interconnect._checks import CHECKS
from hansa.centers.interconnect._rules.catalogue import KINDS
from hansa.centers.interconnect._service.ending import end_tokens
from hansa.centers.interconnect._service.endpoints import CHANGE, SEE
from hansa.centers.interconnect._service.installing import INSTALL, grants_of_installations
from hansa.centers.interconnect._service.outbound import Outbound
from hansa.centers.interconnect._service.publishing import publish
from hansa.centers.interconnect._service.sending import RETRY, Dispatcher
from hansa.centers.interconnect._service.vault import Vault
from hansa.centers.interconnect._store.ending import forget_businesses
from hansa.centers.interconnect._tables import metadata
from hansa.centers.interconnect.events import EVENTS, AuthorizationEnded, EndpointDisabled
from hansa.centers.interconnect.types import Webhooks
from hansa.centers.message.api import Templates
from hansa.centers.message.extensions import TEMPLATE, TOPICS
from hansa.centers.user.extensions import ERASE, GRANTS, PERSONAL_DATA
from hansa.kernel.center import Center, DeadlineKind, Job, Routes
from hansa.kernel.event import Handler
from hansa.kernel.plan import BUSINESS_REMOVED
from hansa.kernel.security import signing_keys

if TYPE_CHECKING:
    from hansa.kernel.platform import Platform

_HERE = Path(__file__).parent


async def _start(platform: Platform) -> None:
    settings = platform.settings.section(Webhooks)
    platform.add(Vault(signing_keys(platform.settings)))
    platform.add(
        Outbound(
            chosen=settings.allowed_hosts,
            timeout_s=settings.timeout.total_seconds(),
            together_max=settings.parallel,
        )
    )
    platform.add(Dispatcher(platform, settings))


async def _send(platform: Platform) -> None:
    await platform.service(Dispatcher).run()


def _routes() -> Routes:
    from hansa.centers.interconnect._http import ROUTES  # noqa: PLC0415 - only what serves brings in the web

    return ROUTES


INTERCONNECT = Center(
    name="interconnect",
    tables=metadata,
    migrations=_HERE / "_migrations",
    answers=(
        GRANTS.by(grants_of_installations),
        TEMPLATE.by(Templates("interconnect", _HERE / "_templates"), name="interconnect_templates"),
        TOPICS.by(handlers.topics, name="interconnect_topics"),
        ERASE.by(handlers.erase, name="interconnect_erases"),
        PERSONAL_DATA.by(handlers.held_about, name="interconnect_holds"),
        BUSINESS_REMOVED.by(forget_businesses, name="interconnect_forgets_businesses"),
    ),
    events=EVENTS,
    handlers=(
        Handler("interconnect.publish", tuple(KINDS), handle=publish),
        Handler("interconnect.end_tokens", (AuthorizationEnded,), handle=end_tokens),
        Handler("interconnect.tell_owners", (EndpointDisabled,), handle=handlers.tell_owners),
    ),
    deadlines=(DeadlineKind(RETRY, handlers.retry_due),),
    jobs=(
        Job("interconnect.forget_old", handlers.forget_old, every_s=3600),
        Job("interconnect.reseal_secrets", handlers.reseal_secrets, every_s=3600),
    ),
    loops={"webhooks": _send},
    routes=_routes,
    permissions=(INSTALL, CHANGE, SEE),
    settings=(Webhooks,),
    checks=CHECKS,
    starts=(_start,),
)
