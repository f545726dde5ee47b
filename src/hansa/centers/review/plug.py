"""What `review` adds to the house."""

from __future__ import annotations

from pathlib import Path

from hansa.centers.message.api import Templates
from hansa.centers.message.extensions import TEMPLATE, TOPICS
from hansa.centers.review import _handlers as handlers
from hansa.centers.review._checks import CHECKS
from hansa.centers.review._service.moderating import MODERATE_ENTRIES
from hansa.centers.review._service.personal import erase_words, personal_entries
from hansa.centers.review._service.picturing import SWEEP, sweep_pictures
from hansa.centers.review._service.reading import READ
from hansa.centers.review._service.receiving import open_received
from hansa.centers.review._service.showing import REVEAL, reveal_due
from hansa.centers.review._service.writing import RATE_BUYER, REPLY
from hansa.centers.review._store.ending import forget_businesses
from hansa.centers.review._tables import metadata
from hansa.centers.review.events import EVENTS, EntryShown
from hansa.centers.review.extensions import MODERATE, POINTS, default_rules
from hansa.centers.review.terms import Reviews
from hansa.centers.trade.events import LinesMoved
from hansa.centers.user.extensions import ERASE, PERSONAL_DATA
from hansa.kernel.center import Center, DeadlineKind, Job, Routes
from hansa.kernel.event import Handler
from hansa.kernel.plan import BUSINESS_REMOVED

_HERE = Path(__file__).parent


def _routes() -> Routes:
    from hansa.centers.review._http import ROUTES  # noqa: PLC0415 - only what serves brings in the web

    return ROUTES


REVIEW = Center(
    name="review",
    tables=metadata,
    migrations=_HERE / "_migrations",
    points=POINTS,
    answers=(
        MODERATE.by(default_rules),
        TEMPLATE.by(Templates("review", _HERE / "_templates"), name="review_templates"),
        TOPICS.by(handlers.topics, name="review_topics"),
        PERSONAL_DATA.by(personal_entries),
        ERASE.by(erase_words, name="review_erases_words"),
        BUSINESS_REMOVED.by(forget_businesses, name="review_forgets_businesses"),
    ),
    terms=(Reviews,),
    events=EVENTS,
    handlers=(
        Handler("review.open_received", (LinesMoved,), handle=open_received),
        Handler("review.tell_people", (EntryShown,), handle=handlers.tell_people),
    ),
    jobs=(Job(SWEEP, sweep_pictures, every_s=3600),),
    deadlines=(DeadlineKind(REVEAL, reveal_due),),
    routes=_routes,
    permissions=(MODERATE_ENTRIES, READ, RATE_BUYER, REPLY),
    platform_permissions=(MODERATE_ENTRIES,),
    checks=CHECKS,
)
