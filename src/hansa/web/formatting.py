"""Amounts, times, numbers and ids as people read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import get_currency_symbol
from babel.support import NullTranslations
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from hansa.kernel.money import Money, minor_digits
from hansa.web.i18n import N_

_MINUS = "\u2212"

# Signs as written at home, in every language: in English "¥" and "JP¥" stay as easy to tell apart as in Chinese.
_SIGN_LOCALE = "zh_Hans_CN"

# Times nearer than this are told as a distance ("12 minutes ago"); further ones by day and hour.
_NEAR = timedelta(hours=1)

_ID_TAIL = 6

_MONEY = Markup('<span class="money">%s<span class="sign">%s</span>%s<span class="minor">%s</span></span>')
_MONEY_WHOLE = Markup('<span class="money">%s<span class="sign">%s</span>%s</span>')
_COPYABLE = Markup(
    '<copy-id data-text="%s" data-label="%s" data-done="%s"><code title="%s">%s</code></copy-id>'
)
_TIME = Markup('<time datetime="%s" title="%s">%s</time>')


class Formatter:
    """The filters of one language. `locale` is a Babel locale name."""

    def __init__(self, locale: str, catalogue: NullTranslations) -> None:
        self._locale = Locale.parse(locale)
        self._gettext = catalogue.gettext

    def filters(self) -> Mapping[str, Callable[..., object]]:
        """The filters, by the names templates use."""
        return {
            "money": self.money,
            "plain_money": self.plain_money,
            "when": when_filter(self),
            "moment": moment_filter(self),
            "day": day_filter(self),
            "number": self.number,
            "short_id": self.short_id,
        }

    def money(self, amount: Money, *, signed: bool = False) -> Markup:
        """An amount in HTML: the sign stands back, the minor units are smaller. `signed` shows a plus too."""
        lead, sign, whole, minor = self._pieces(amount, signed=signed)
        return _MONEY % (lead, sign, whole, minor) if minor else _MONEY_WHOLE % (lead, sign, whole)

    def plain_money(self, amount: Money) -> str:
        """The same amount as mere text, for titles and labels."""
        return "".join(self._pieces(amount, signed=False))

    def number(self, value: int) -> str:
        """A whole number with its thousands grouped, which both languages do alike."""
        return f"{value:,}"

    def short_id(self, identifier: str) -> Markup:
        """An id by its kind and its last characters: the end of a UUIDv7 tells two apart, its head is only time.

        The whole id is in `title` and is what the copy button takes.
        """
        kind, separator, rest = identifier.rpartition("_")
        cut = f"{kind}{separator}…{rest[-_ID_TAIL:]}" if len(rest) > _ID_TAIL + 2 else identifier
        return self.copyable(identifier, shown=cut)

    def copyable(self, text: str, *, shown: str) -> Markup:
        """Mono text that is copied on a click where scripts run, and can be selected where they do not."""
        return _COPYABLE % (text, self._gettext("Copy"), self._gettext("Copied"), text, shown)

    def when(self, at: datetime, *, now: datetime, zone: str) -> Markup:
        """A moment as one would say it now, with the exact one in `title`."""
        here = ZoneInfo(zone)
        local, today = at.astimezone(here), now.astimezone(here)
        days = (local.date() - today.date()).days
        clock = format_time(local, "HH:mm", locale=self._locale)
        if abs(at - now) < _NEAR:
            told = format_timedelta(at - now, add_direction=True, locale=self._locale)
        elif days in _NAMED_DAYS:
            told = f"{self._gettext(_NAMED_DAYS[days])} {clock}"
        else:
            told = self._dated(local, today)
        return self._time(at, told, exact=self._exact(local))

    def moment(self, at: datetime, *, now: datetime, zone: str) -> Markup:
        """A moment by date and hour, where one compares rather than tells."""
        here = ZoneInfo(zone)
        local = at.astimezone(here)
        return self._time(at, self._dated(local, now.astimezone(here)), exact=self._exact(local))

    def day(self, at: datetime, *, zone: str) -> Markup:
        """A date."""
        local = at.astimezone(ZoneInfo(zone))
        return self._time(
            at,
            format_date(local, "d MMM y" if self._latin else "y年M月d日", locale=self._locale),
            exact=self._exact(local),
        )

    @property
    def _latin(self) -> bool:
        return self._locale.language != "zh"

    def _dated(self, local: datetime, today: datetime) -> str:
        year = local.year != today.year
        if self._latin:
            pattern = "d MMM y, HH:mm" if year else "d MMM, HH:mm"
        else:
            pattern = "y年M月d日 HH:mm" if year else "M月d日 HH:mm"
        return format_datetime(local, pattern, locale=self._locale)

    def _exact(self, local: datetime) -> str:
        return f"{local:%Y-%m-%d %H:%M:%S} {local.tzname()}"

    @staticmethod
    def _time(at: datetime, told: str, *, exact: str) -> Markup:
        machine = at.astimezone(UTC).isoformat(timespec="seconds")
        return _TIME % (machine, exact, told)

    def _pieces(self, amount: Money, *, signed: bool) -> tuple[str, str, str, str]:
        digits = minor_digits(amount.currency)
        whole, minor = divmod(abs(amount.minor), 10**digits)
        lead = _MINUS if amount.minor < 0 else "+" if signed and amount.minor > 0 else ""
        return lead, _sign(amount.currency), self.number(whole), f".{minor:0{digits}d}" if digits else ""


@lru_cache(maxsize=256)
def _sign(currency: str) -> str:
    sign = str(get_currency_symbol(currency, locale=_SIGN_LOCALE))
    return sign if sign != currency else f"{sign}\u00a0"  # a code is a word: it needs room before the figure


_NAMED_DAYS = {-1: N_("Yesterday"), 0: N_("Today"), 1: N_("Tomorrow")}


def _clock(context: Context) -> tuple[datetime, str]:
    chrome = context["chrome"]
    return chrome.now, chrome.timezone


def when_filter(formatter: Formatter) -> Callable[[Context, datetime], Markup]:
    """`when`, told from the reader's now."""

    @pass_context
    def when(context: Context, at: datetime) -> Markup:
        now, zone = _clock(context)
        return formatter.when(at, now=now, zone=zone)

    return when


def moment_filter(formatter: Formatter) -> Callable[[Context, datetime], Markup]:
    """`moment`, in the reader's time zone."""

    @pass_context
    def moment(context: Context, at: datetime) -> Markup:
        now, zone = _clock(context)
        return formatter.moment(at, now=now, zone=zone)

    return moment


def day_filter(formatter: Formatter) -> Callable[[Context, datetime], Markup]:
    """`day`, in the reader's time zone."""

    @pass_context
    def day(context: Context, at: datetime) -> Markup:
        return formatter.day(at, zone=_clock(context)[1])

    return day
