"""Sample views of what waits for a decision, and of what is offered beside others."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from sampling import NOW, Words, yuan
from selling_samples import AT, frame

from hansa.web.parts import Action, Form, Link, Pager, Picture
from hansa.web.selling import BesidePage, BesideRow, ChangeRow, MasterRow, WaitingPage


def rooms(t: Words, current: str) -> tuple[Link, ...]:
    named = (("", "All", "全部"), ("published", "On sale", "在售"), ("draft", "Drafts", "草稿"), ("archived", "Put away", "已收起"), ("changes", "In review", "审核中"), ("beside", "Beside others", "跟卖"))  # fmt: skip
    return tuple(Link(label=t(en, zh), url=f"{AT}/{room}", current=room == current) for room, en, zh in named)


def waiting(t: Words) -> WaitingPage:
    back = Action(label=t("Take the change back", "撤回修改"), url=f"{AT}/goods/1/withdraw-change")
    return WaitingPage(
        **frame(t, "goods"), tabs=rooms(t, "changes"), pager=Pager(shown=2),
        changes=(
            ChangeRow(name=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), url=f"{AT}/goods/1", picture=Picture(art="teapot"), what=t("name, pictures", "名称、图片"), at=NOW - timedelta(days=1), note=t("The new firing holds a little more.", "新窑的容量略大。"), withdraw=back),
            ChangeRow(name=t("Paper lantern on bamboo", "竹骨宣纸灯笼"), url=f"{AT}/goods/2", picture=Picture(art="lantern", wall="blush"), what=t("Put on sale", "上架"), at=NOW - timedelta(hours=3), withdraw=back),
        ),
    )  # fmt: skip


def waiting_none(t: Words) -> WaitingPage:
    return msgspec.structs.replace(waiting(t), changes=(), pager=Pager(shown=0))


def beside(t: Words) -> BesidePage:
    return BesidePage(
        **frame(t, "goods"), tabs=rooms(t, "beside"), pager=Pager(shown=2), currency="CNY", here=f"{AT}/beside", query=t("cups", "茶杯"), prices_url=f"{AT}/beside/prices", make_url=f"{AT}/beside/make",
        rows=(
            BesideRow(offer="offer_1", name=t("Lapsang souchong, 100 g", "正山小种 红茶 100 g"), url="/bazaar/products/1", picture=Picture(art="tin", wall="sand"), keeper=t("Tongmu Tea", "桐木茶行"), price="88.00", version=3, active=True, stock_url=f"{AT}/stock/of/1", step=Action(label=t("Take off sale", "下架"), url=f"{AT}/beside/withdraw")),
            BesideRow(offer="offer_2", name=t("Noodle bowl with chopsticks", "青花面碗 · 附筷"), option=t("Blue line", "青线"), url="/bazaar/products/2", picture=Picture(art="bowl", wall="mist"), keeper="North Loom", price="59.00", version=1, active=False, stock_url=f"{AT}/stock/of/2", step=Action(label=t("Put on sale", "上架"), url=f"{AT}/beside/restore")),
        ),
        found=(
            MasterRow(sku="sku_1", name=t("Tasting cups, set of three", "三色品茗杯 一套"), url="/bazaar/products/3", picture=Picture(art="cups", wall="stone"), keeper=t("Jingde Kiln", "景德小窑"), gtin="06901234567892", from_price=yuan(92), sellers=2),
            MasterRow(sku="sku_2", name=t("Tasting cups, set of three", "三色品茗杯 一套"), option=t("Ink black", "乌金"), url="/bazaar/products/3", picture=Picture(art="cups", glaze="ink", wall="sand"), keeper=t("Jingde Kiln", "景德小窑")),
        ),
        forms={"make-sku_2": Form(values={"price": "abc"}, errors={"price": t("An amount, for example 12.50", "请填写金额，例如 12.50")})},
    )  # fmt: skip


def beside_none(t: Words) -> BesidePage:
    return msgspec.structs.replace(beside(t), rows=(), found=(), forms={}, query="", pager=Pager(shown=0))


BESIDE = (waiting, waiting_none, beside, beside_none)
