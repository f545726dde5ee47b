"""What `product` adds to the house."""

from __future__ import annotations

from pathlib import Path

from hansa.centers.message.api import Templates
from hansa.centers.message.extensions import PICTURES_GONE, SUBJECT, TEMPLATE, TOPICS
from hansa.centers.product._checks import CHECKS
from hansa.centers.product._handlers import HANDLERS
from hansa.centers.product._service import telling
from hansa.centers.product._service.categories import EDIT_CATEGORIES, EDIT_CUSTOM_FIELDS
from hansa.centers.product._service.changes import DECIDE_CHANGE
from hansa.centers.product._service.import_job import run_import
from hansa.centers.product._service.importing import JOB
from hansa.centers.product._service.keeping_bytes import PictureBytes
from hansa.centers.product._service.media import SWEEP, sweep_pictures
from hansa.centers.product._service.offers import PRICE_OFFER, WITHDRAW_OFFER, OfferSnapshot
from hansa.centers.product._service.prices import ENDS, STARTS, turn
from hansa.centers.product._service.products import CREATE_PRODUCT, EDIT_PRODUCT
from hansa.centers.product._service.snapshots import SNAPSHOTS
from hansa.centers.product._service.speaking import let_go, spoken_of
from hansa.centers.product._store.ending import forget_businesses
from hansa.centers.product._store.exports import EXPORTS
from hansa.centers.product._tables import metadata
from hansa.centers.product.events import EVENTS, ChangeEnded
from hansa.centers.product.extensions import POINTS
from hansa.centers.product.types import Currencies, PictureStore, ProductReview
from hansa.kernel.center import Center, DeadlineKind, Job, Routes
from hansa.kernel.event import Handler
from hansa.kernel.plan import BUSINESS_REMOVED
from hansa.kernel.platform import Platform

_HERE = Path(__file__).parent


async def _start(platform: Platform) -> None:
    for snapshot in (OfferSnapshot, *SNAPSHOTS):
        platform.add(snapshot(platform.db))
    platform.add(PictureBytes.of(platform.settings))


def _routes() -> Routes:
    from hansa.centers.product._http import ROUTES  # noqa: PLC0415 - only what serves brings in the web

    return ROUTES


PRODUCT = Center(
    name="product",
    tables=metadata,
    migrations=_HERE / "_migrations",
    points=POINTS,
    answers=(
        SUBJECT.by(spoken_of, name="product_spoken_of"),
        PICTURES_GONE.by(let_go, name="product_lets_go"),
        TEMPLATE.by(Templates("product", _HERE / "_templates"), name="product_templates"),
        TOPICS.by(telling.topics, name="product_topics"),
        BUSINESS_REMOVED.by(forget_businesses, name="product_forgets_businesses"),
    ),
    terms=(ProductReview, Currencies),
    events=EVENTS,
    jobs=(Job(JOB, run_import), Job(SWEEP, sweep_pictures, every_s=3600)),
    deadlines=(DeadlineKind(STARTS, turn), DeadlineKind(ENDS, turn)),
    handlers=(
        *HANDLERS,
        Handler("product.tell_of_changes", (ChangeEnded,), handle=telling.tell_of_changes),
    ),
    routes=_routes,
    permissions=(
        CREATE_PRODUCT,
        EDIT_PRODUCT,
        EDIT_CATEGORIES,
        EDIT_CUSTOM_FIELDS,
        DECIDE_CHANGE,
        PRICE_OFFER,
        WITHDRAW_OFFER,
    ),
    platform_permissions=(EDIT_CATEGORIES, EDIT_CUSTOM_FIELDS, DECIDE_CHANGE),
    settings=(PictureStore,),
    checks=CHECKS,
    exports=EXPORTS,
    starts=(_start,),
)
