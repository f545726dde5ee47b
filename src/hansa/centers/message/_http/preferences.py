"""What the acting party wants to be told, and the way out that every mail carries."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Parameter

from hansa.centers.message import api
from hansa.centers.message.errors import PreferenceFixed, TopicUnknown
from hansa.centers.message.types import Channel, Preferences, QuietHours, Subscription, TopicChoices
from hansa.centers.user.types import OwnScope
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.problem import Invalid, Unauthenticated
from hansa.kernel.security import TokenInvalid

TopicName = Annotated[str, Parameter(max_length=64, description="A topic, as the list names it.")]
Link = Annotated[str, Parameter(max_length=1000, description="What the link carries.")]
Clock = Annotated[
    str, msgspec.Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", description="By the clock: 22:00.")
]


_TO_THE_PAGE = {303: ResponseSpec(None, description="A browser is sent to the page for people")}


class QuietHoursView(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When mail that can wait does, every day; over midnight when it ends before it starts."""

    starts: Clock
    ends: Clock
    time_zone: Annotated[str, msgspec.Meta(max_length=64, description="IANA time zone: Asia/Shanghai.")]


class PreferencesView(msgspec.Struct, frozen=True, kw_only=True):
    """How the party wants to be told things in this business."""

    topics: tuple[TopicChoices, ...]
    quiet_hours: QuietHoursView | None
    mail_suppressed: bool


class EnabledBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a topic is to reach the party through a channel."""

    enabled: bool


@get("/me/notification-preferences", summary="Show preferences", responses=problems(Unauthenticated))
async def preferences(ctx: Ctx) -> PreferencesView:
    """Return every topic with its channels, what the party chose, and what cannot be switched off."""
    return _view(await api.preferences(ctx))


@put(
    "/me/notification-preferences/{topic:str}/{channel:str}",
    summary="Switch a topic on or off",
    responses=problems(Unauthenticated, Invalid, TopicUnknown, PreferenceFixed),
    opt={"own": OwnScope.CHANGE, "example": {"enabled": False}},
)
async def choose(ctx: Ctx, topic: TopicName, channel: Channel, data: EnabledBody) -> PreferencesView:
    """Choose whether a topic reaches the party through a channel. Security mail cannot be switched off."""
    await api.choose(ctx, topic=topic, channel=channel, enabled=data.enabled)
    return _view(await api.preferences(ctx))


@put(
    "/me/quiet-hours",
    summary="Set quiet hours",
    responses=problems(Unauthenticated, Invalid),
    opt={
        "own": OwnScope.CHANGE,
        "example": {"starts": "22:00", "ends": "07:30", "time_zone": "Asia/Shanghai"},
    },
)
async def set_quiet_hours(ctx: Ctx, data: QuietHoursView) -> PreferencesView:
    """Let mail that can wait do so at night. Security mail does not wait; the inbox never does."""
    quiet = QuietHours(
        starts=time.fromisoformat(data.starts), ends=time.fromisoformat(data.ends), time_zone=data.time_zone
    )
    await api.set_quiet_hours(ctx, quiet)
    return _view(await api.preferences(ctx))


@delete(
    "/me/quiet-hours",
    summary="Drop quiet hours",
    responses=problems(Unauthenticated),
    opt={"own": OwnScope.CHANGE},
)
async def drop_quiet_hours(ctx: Ctx) -> None:
    """Let mail leave at any time of the day."""
    await api.set_quiet_hours(ctx, None)


@get(
    "/unsubscribe/{link:str}",
    summary="What a link to unsubscribe is about",
    responses=problems(TokenInvalid, TopicUnknown) | _TO_THE_PAGE,
)
async def subscription(ctx: Ctx, link: Link, request: Request[Any, Any, Any]) -> Response[Subscription]:
    """Return which kind of mail the link ends. Looking ends nothing: programs follow links by themselves.

    A browser, which a mail program that knows no one-click opens, is sent to the page for people.
    """
    found = await api.subscription(ctx, token=link)
    if "text/html" in request.headers.get("accept", ""):
        page = {"location": api.unsubscribe_page(ctx, token=link)}
        return Response[Any]("", status_code=303, headers=page)
    return Response(found)


@post(
    "/unsubscribe/{link:str}",
    summary="Unsubscribe",
    responses=problems(TokenInvalid, TopicUnknown),
    status_code=200,
    opt={"idempotency": "none"},
)
async def unsubscribe(ctx: Ctx, link: Link) -> Subscription:
    """End a kind of mail at one click (RFC 8058). The link is proof enough; nobody need be logged in.

    Whatever body a mail program sends is not read; asked again, the answer is the same.
    """
    return await api.unsubscribe(ctx, token=link)


ROUTES = (preferences, choose, set_quiet_hours, drop_quiet_hours, subscription, unsubscribe)


def _view(found: Preferences) -> PreferencesView:
    quiet = found.quiet_hours
    return PreferencesView(
        topics=found.topics,
        quiet_hours=QuietHoursView(
            starts=f"{quiet.starts:%H:%M}", ends=f"{quiet.ends:%H:%M}", time_zone=quiet.time_zone
        )
        if quiet
        else None,
        mail_suppressed=found.mail_suppressed,
    )
