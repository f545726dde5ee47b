"""What one is told, through which channels, and when mail waits."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_timezone_location
from litestar import Response, get, post

from hansa.centers.message import api as message
from hansa.centers.message.errors import PreferenceFixed, TopicUnknown
from hansa.centers.message.types import Channel, Preferences, QuietHours, TopicChoices
from hansa.centers.user import api as user
from hansa.kernel.problem import Invalid
from hansa.web.answers import go, show
from hansa.web.forms import Fields, read_form
from hansa.web.i18n import BABEL_LOCALES, N_
from hansa.web.parts import Action, Choice, Form, TopicRow
from hansa.web.routes.guard import person
from hansa.web.routes.rooms import account_tabs
from hansa.web.views import TellingPage
from hansa.web.visit import Seen, Visit

HERE = "account/messages"

_CHANNELS = {Channel.IN_APP: N_("Here"), Channel.EMAIL: N_("By e-mail")}
_ZONES = (
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Urumqi", "Asia/Singapore", "Asia/Tokyo", "Asia/Seoul",
    "Asia/Bangkok", "Asia/Jakarta", "Asia/Kolkata", "Asia/Dubai", "Europe/Moscow", "Europe/Istanbul", "Africa/Cairo",
    "Africa/Johannesburg", "Africa/Lagos", "Europe/Berlin", "Europe/Paris", "Europe/London", "America/Sao_Paulo",
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "Australia/Sydney",
    "Pacific/Auckland",
)  # fmt: skip
_STARTS, _ENDS = "22:00", "07:30"


@get("/account/messages")
async def show_telling(seen: Seen) -> Response[str]:
    """What one is told, and through what."""
    return await _page(person(seen))


@post("/account/messages")
async def choose(seen: Seen) -> Response[str]:
    """Switch channels of topics on and off, as the boxes say."""
    fields = await read_form(person(seen))
    for topic in (await message.preferences(seen.ctx)).topics:
        for choice in topic.choices:
            wanted = f"{topic.topic}.{choice.channel}" in fields.values
            if choice.fixed or wanted == choice.enabled:
                continue
            try:
                await message.choose(seen.ctx, topic=topic.topic, channel=choice.channel, enabled=wanted)
            except (TopicUnknown, PreferenceFixed):
                return go(seen, seen.at(HERE), told="moved_on")
    return go(seen, seen.at(HERE), told="saved")


@post("/account/messages/quiet")
async def set_quiet(seen: Seen) -> Response[str]:
    """Say when mail that can wait does."""
    fields = await read_form(person(seen))
    starts, ends = _time(fields, "starts"), _time(fields, "ends")
    zone = fields.text("time_zone", letters_max=64)
    if starts is not None and starts == ends:
        fields.blame("ends", "same")
    if not fields.errors and starts is not None and ends is not None:
        try:
            quiet = QuietHours(starts=starts, ends=ends, time_zone=zone)
            await message.set_quiet_hours(seen.ctx, quiet)
        except Invalid as refused:
            fields.blame_all(refused)
    if fields.errors:
        return await _page(seen, form=fields.form(), status=422)
    return go(seen, seen.at(HERE), told="saved")


@post("/account/messages/quiet/drop")
async def drop_quiet(seen: Seen) -> Response[str]:
    """Let mail come at any hour."""
    await read_form(person(seen))
    await message.set_quiet_hours(seen.ctx, None)
    return go(seen, seen.at(HERE), told="saved")


def _time(fields: Fields, name: str) -> time | None:
    text = fields.text(name, letters_max=8)
    if name in fields.errors:
        return None
    try:
        return datetime.strptime(text[:5], "%H:%M").time()  # noqa: DTZ007 - an hour of every day, no moment
    except ValueError:
        fields.blame(name, "time")
        return None


async def _page(seen: Visit, *, form: Form | None = None, status: int = 200) -> Response[str]:
    _ = seen.gettext
    chosen = await message.preferences(seen.ctx)
    quiet = chosen.quiet_hours
    chrome = seen.chrome(section="account", path=seen.at(HERE))
    view = TellingPage(
        chrome=chrome,
        tabs=account_tabs(seen, HERE),
        channels=tuple(Choice(value=one.value, label=_(word)) for one, word in _CHANNELS.items()),
        topics=tuple(_topic(seen, one) for one in chosen.topics),
        post_url=seen.at(HERE),
        quiet_url=seen.at(f"{HERE}/quiet"),
        zones=_zones(seen, chosen=quiet.time_zone if quiet else chrome.timezone),
        quiet=quiet is not None,
        starts=f"{quiet.starts:%H:%M}" if quiet else _STARTS,
        ends=f"{quiet.ends:%H:%M}" if quiet else _ENDS,
        drop_quiet=Action(label=_("Mail at any hour"), url=seen.at(f"{HERE}/quiet/drop")) if quiet else None,
        mail_returned=await _returned(seen, chosen),
        form=form or Form(),
    )
    return show(seen, view, status=status)


async def _returned(seen: Visit, chosen: Preferences) -> str:
    return (await user.me(seen.ctx)).email if chosen.mail_suppressed else ""


def _topic(seen: Visit, topic: TopicChoices) -> TopicRow:
    by_channel = {choice.channel: choice for choice in topic.choices}
    return TopicRow(
        topic=topic.topic,
        title=topic.title,
        choices=tuple(
            Choice(
                value=channel.value,
                label=seen.gettext(word),
                checked=by_channel[channel].enabled,
                fixed=by_channel[channel].fixed,
            )
            for channel, word in _CHANNELS.items()
            if channel in by_channel
        ),
    )


def _zones(seen: Visit, *, chosen: str) -> tuple[Choice, ...]:
    """Return time zones to choose from, by what the clock says there now; the chosen one is always among them."""
    locale = Locale.parse(BABEL_LOCALES[seen.ctx.locale])
    now = seen.ctx.now()
    names = [*_ZONES] if chosen in _ZONES else [chosen, *_ZONES]
    return tuple(
        Choice(
            value=name,
            label=f"{get_timezone_location(ZoneInfo(name), locale=locale, return_city=True)}"
            f" · {now.astimezone(ZoneInfo(name)):%H:%M}",
            checked=name == chosen,
        )
        for name in names
    )


ROUTES = (show_telling, choose, set_quiet, drop_quiet)
