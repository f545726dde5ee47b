"""What `message` adds to the house."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hansa.centers.message._handlers import HANDLERS
from hansa.centers.message._rules.rendering import Renderer
from hansa.centers.message._service.choosing import follow_party, own_topics
from hansa.centers.message._service.listening import ANSWER
from hansa.centers.message._service.picturing import SWEEP, sweep_pictures
from hansa.centers.message._service.privacy import forget_people, said_by, told_to
from hansa.centers.message._service.standing import RELEASE_ADDRESS, REPORT_BOUNCE
from hansa.centers.message._service.talking import MODERATE
from hansa.centers.message._service.telling import LEAVE, READ_DELIVERIES, leave
from hansa.centers.message._service.wording import PUBLISH
from hansa.centers.message._store import conversations, notifications
from hansa.centers.message._store.ending import forget_businesses
from hansa.centers.message._tables import metadata
from hansa.centers.message.api import Templates
from hansa.centers.message.events import EVENTS
from hansa.centers.message.extensions import POINTS, TEMPLATE, TOPICS
from hansa.centers.message.types import Mail
from hansa.centers.user.extensions import ERASE, MERGE_GUEST, PERSONAL_DATA
from hansa.kernel.center import Center, Check, DeadlineKind, Job, Routes
from hansa.kernel.plan import BUSINESS_REMOVED

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction
    from hansa.kernel.platform import Platform

_HERE = Path(__file__).parent
_SHOWN_MAX = 10


async def _start(platform: Platform) -> None:
    platform.add(Renderer())


async def _deliveries_are_logged(tx: Transaction) -> Sequence[str]:
    return [
        f"Notification {notification} has a delivery that the log or the notification itself does not bear out."
        for notification in await notifications.deliveries_without_attempt(tx, _SHOWN_MAX)
    ]


async def _conversations_add_up(tx: Transaction) -> Sequence[str]:
    return [
        f"Conversation {conversation} counts or marks other messages than were said in it."
        for conversation in await conversations.that_do_not_add_up(tx, _SHOWN_MAX)
    ]


def _routes() -> Routes:
    from hansa.centers.message._http import ROUTES  # noqa: PLC0415 - only what serves brings in the web

    return ROUTES


MESSAGE = Center(
    name="message",
    tables=metadata,
    migrations=_HERE / "_migrations",
    points=POINTS,
    answers=(
        TEMPLATE.by(Templates("message", _HERE / "_templates"), name="message_templates"),
        TOPICS.by(own_topics, name="message_topics"),
        MERGE_GUEST.by(follow_party, name="message_follows_guests"),
        PERSONAL_DATA.by(told_to, name="message_told"),
        PERSONAL_DATA.by(said_by, name="message_said"),
        ERASE.by(forget_people, name="message_forgets_people"),
        BUSINESS_REMOVED.by(forget_businesses, name="message_forgets_businesses"),
    ),
    events=EVENTS,
    handlers=HANDLERS,
    deadlines=(DeadlineKind(LEAVE, leave),),
    jobs=(Job(SWEEP, sweep_pictures, every_s=3600),),
    routes=_routes,
    permissions=(READ_DELIVERIES, RELEASE_ADDRESS, REPORT_BOUNCE, ANSWER, MODERATE, PUBLISH),
    platform_permissions=(READ_DELIVERIES, RELEASE_ADDRESS, REPORT_BOUNCE, MODERATE, PUBLISH),
    settings=(Mail,),
    checks=(
        Check("message.deliveries_are_logged", _deliveries_are_logged),
        Check("message.conversations_add_up", _conversations_add_up),
    ),
    starts=(_start,),
)
