"""The design-system page: every component once, with words that show what it is for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from types import MappingProxyType

from hansa.kernel.money import Money
from hansa.web.assets import STATIC
from hansa.web.parts import (
    Action,
    Bar,
    Choice,
    Entry,
    Fact,
    Form,
    GoodCard,
    Link,
    Notice,
    OrderRow,
    Pager,
    Picture,
    Rating,
    Review,
    Said,
    Scale,
    SumRow,
    Tag,
    Tile,
)
from hansa.web.tones import STATES
from hansa.web.views import Chrome, DesignPage

_COLOURS = (
    "paper", "surface", "well", "line", "line-field", "ink", "ink-2", "ink-3", "celadon", "celadon-wash", "band",
    "cinnabar", "ok", "warn", "info",
)  # fmt: skip
_SIZES = ("12", "13", "14", "16", "20", "28", "40")


def icons() -> tuple[str, ...]:
    """The names of all icons in the sprite, sorted."""
    sprite = (STATIC / "vendor" / "lucide.svg").read_text(encoding="utf-8")
    return tuple(sorted(re.findall(r'<symbol id="([a-z0-9-]+)"', sprite)))


def design_page(chrome: Chrome, _: Callable[[str], str]) -> DesignPage:
    """The page, in the language of `_` (see `Pages.translator`)."""
    now = chrome.now
    return DesignPage(
        chrome=chrome,
        crumbs=(
            Link(label=_("What runs here"), url="/"),
            Link(label=_("Design"), url="/design", current=True),
        ),
        tokens=MappingProxyType(
            {"colours": _COLOURS, "sizes": _SIZES, "states": tuple(STATES), "icons": icons()}
        ),
        amounts=(
            Money(128450, "CNY"),
            Money(-2000, "CNY"),
            Money(0, "CNY"),
            Money(1980, "JPY"),
            Money(12500, "KWD"),
        ),
        moments=(
            now - timedelta(minutes=12),
            now - timedelta(hours=5),
            now + timedelta(days=1),
            now - timedelta(days=9),
            now - timedelta(days=400),
        ),
        tabs=(
            Link(label=_("You"), url="#rooms", current=True),
            Link(label=_("Security"), url="#rooms"),
            Link(label=_("Privacy"), url="#rooms"),
        ),
        rating=_rating(_),
        reviews=(_review(now),),
        scale=Scale(name="item", label=_("The goods")),
        said=_said(_, now),
        tiles=(
            Tile(label=_("To send"), value="7", url="#desk", note=_("Take a look"), tone="warn"),
            Tile(label=_("Unread messages"), value="2", url="#desk", tone="info"),
            Tile(label=_("Running out"), value="3", url="#desk"),
        ),
        sold=_sold(_, now),
        scopes=(
            Choice(value="one", label=_("Orders"), checked=True),
            Choice(value="two", label=_("Stock")),
            Choice(value="three", label=_("Reviews"), fixed=True),
        ),
        order_id="ord_0198f3c2a7b47d0e9c1f5a6e3d7f3e91",
        actions=_actions(_),
        notices=_notices(_),
        form=Form(
            values={"name": "林晓", "email": "lin@demo"},
            errors={"email": _("This is not an e-mail address.")},
        ),
        sums=_sums(_),
        timeline=_timeline(chrome, _),
        goods=_goods(_),
        pager=Pager(shown=3, total=1000, more_than_total=True, next_url="#goods"),
    )


def _actions(_: Callable[[str], str]) -> tuple[Action, ...]:
    return (
        Action(label=_("Confirm receipt"), url="#main", method="get", primary=True),
        Action(label=_("Return or report"), url="#main", method="get", icon="rotate-ccw"),
        Action(label=_("Cancel"), url="#main", closed_because=_("The parcels have left.")),
    )


def _notices(_: Callable[[str], str]) -> tuple[Notice, ...]:
    return (
        Notice(tone="ok", title=_("Saved."), text=_("The new address is used from now on.")),
        Notice(tone="info", text=_("The seller is closed until Monday; parcels leave then.")),
        Notice(tone="warn", title=_("The price has changed."), text=_("Look it over before you order.")),
    )


def _sums(_: Callable[[str], str]) -> tuple[SumRow, ...]:
    return (
        SumRow(label=_("Goods"), amount=Money(40000, "CNY")),
        SumRow(label=_("Coupon"), amount=Money(-4000, "CNY"), note=_("paid by the platform")),
        SumRow(label=_("To pay"), amount=Money(36000, "CNY"), total=True),
    )


def _timeline(chrome: Chrome, _: Callable[[str], str]) -> tuple[Entry, ...]:
    now = chrome.now
    return (
        Entry(at=now + timedelta(days=7), kind="next", icon="clock", what=_("We confirm receipt for you"),
              by=_("Unless you confirm earlier or open a case")),
        Entry(at=now - timedelta(hours=1), icon="package-check", tone="ok", what=_("Delivered")),
        Entry(at=now - timedelta(hours=3), kind="note", icon="message-square", what="青禾茶器",
              quote="壶已用双层纸盒包好，开箱请留意壶嘴。", lang="zh"),
        Entry(at=now - timedelta(days=1), kind="money", icon="wallet", what=_("Paid"), amount=Money(-33000, "CNY")),
    )  # fmt: skip


def _review(now: datetime) -> Review:
    return Review(
        person="周**",
        stars=5,
        at=now - timedelta(days=3),
        text="釉色比图上更润，出水利落。",
        lang="zh",
        reply="谢谢您！第一泡前请先温壶。",
        reply_by="青禾茶器",
    )


def _said(_: Callable[[str], str], now: datetime) -> tuple[Said, ...]:
    hour = timedelta(hours=1)
    return (
        Said(number=1, by=_("You"), at=now - 2 * hour, own=True, text="请问壶盖可以单配吗？"),
        Said(number=2, by="青禾茶器", at=now - hour, own=False, text="可以，告诉我们壶底的编号就好。"),
    )


def _sold(_: Callable[[str], str], now: datetime) -> tuple[OrderRow, ...]:
    made = (("to_send", 23800, "teapot", "林晓", 20), ("shipped", 8800, "tin", "Marta Kowalska", 190))
    return tuple(
        OrderRow(
            id=f"ord_0198f3c2a7b47d0e9c1f5a6e3d7f3e9{place}",
            url="#desk",
            state=state,
            placed_at=now - timedelta(hours=9 * place + 1),
            what=_("Celadon teapot") if place == 0 else _("Tea tin"),
            pieces=place + 1,
            total=Money(minor, "CNY"),
            pictures=(Picture(art=art),),
            to=to,
            due=now + timedelta(hours=hours),
            due_word=_("to be sent by") if place == 0 else _("confirms itself"),
        )
        for place, (state, minor, art, to, hours) in enumerate(made)
    )


def _rating(_: Callable[[str], str]) -> Rating:
    votes = ((5, 246, 79), (4, 43, 14), (3, 12, 4), (2, 7, 2), (1, 4, 1))
    return Rating(
        score="4.8",
        stars=5,
        votes=312,
        bars=tuple(Bar(stars=stars, count=count, percent=share) for stars, count, share in votes),
        also=(Fact(label=_("Service"), text="4.9"), Fact(label=_("Delivery"), text="4.6")),
    )


def _goods(_: Callable[[str], str]) -> tuple[GoodCard, ...]:
    return (
        GoodCard(name=_("Celadon teapot"), url="#goods", price=Money(23800, "CNY"), was=Money(26800, "CNY"),
                 picture=Picture(art="teapot"), tags=(Tag(text=_("Group of 2")),)),
        GoodCard(name=_("Wool scarf"), url="#goods", price=Money(32900, "CNY"), from_price=True,
                 picture=Picture(art="scarf", wall="stone"), tags=(Tag(text=_("Tomorrow"), plain=True),)),
        GoodCard(name=_("Tea tin"), url="#goods", price=Money(8800, "CNY"), sold_out=True,
                 picture=Picture(art="tin", glaze="cinnabar", wall="sand")),
    )  # fmt: skip
