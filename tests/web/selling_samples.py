"""Sample views of the seller's desk, in both languages."""

# ruff: noqa: I001 - Chinese sentences use Chinese punctuation; long import lists stay readable
from __future__ import annotations

from datetime import timedelta

import msgspec
from sampling import COUNTRIES, NOW, ORDER, Words, chrome, yuan

from hansa.web.parts import Action, Choice, Entry, Fact, Form, Link, Pager, Picture, SumRow
from hansa.web.selling import (
    Asked, Desk, GoodPage, GoodRow, GoodsPage, LowRow, MenuLink, NewGoodPage, OrderRow, Question, SellerOrderPage,
    SellerOrdersPage, ShopCard, ShopPage, ShopsPage, SoldLine, SoldNote, Step, Tile, TodayPage, VariantRow, WaitingChange,
)  # fmt: skip

AT = "/bazaar/sell/qinghe"


def around(t: Words, section: str, *, state: str = "active", **counts: int) -> Desk:
    menu = (
        ("", "Today", "今日", "activity", True), ("orders", "Orders", "订单", "package", True),
        ("messages", "Messages", "消息", "message-square", True), ("goods", "Goods", "商品", "tag", True),
        ("stock", "Stock", "库存", "layers", False), ("prices", "Price lists", "价目表", "banknote", False),
        ("agreed", "Agreed orders", "议价单", "file-text", False), ("reviews", "Reviews", "评价", "star", False),
        ("places", "Places", "地点", "map-pin", False), ("staff", "Staff", "员工", "users", False),
        ("apps", "Apps", "应用", "code", False), ("shop", "The shop", "店铺", "store", False),
    )  # fmt: skip
    return Desk(
        shop=t("Celadon House", "青禾茶器"), state=state, url=AT, front_url="/bazaar/?shop=qinghe" if state == "active" else "",
        shops_url="/bazaar/sell", attempt="4tt3mpt",
        menu=tuple(
            MenuLink(label=t(en, zh), url=f"{AT}/{name}".rstrip("/"), icon=icon, current=name == section, main=main, count=counts.get(name, 0))
            for name, en, zh, icon, main in menu
        ),
    )  # fmt: skip


def frame(t: Words, section: str, *, state: str = "active", **counts: int) -> dict:
    return {
        "chrome": chrome(t, section="sell", person=t("Qinghe", "青禾"), path=f"{AT}/{section}".rstrip("/")),
        "desk": around(t, section, state=state, **counts),
    }


def shops(t: Words, *, none: bool = False) -> ShopsPage:
    return ShopsPage(
        chrome=chrome(t, section="sell", path="/bazaar/sell"), post_url="/bazaar/sell", reviewed=not none,
        asked=() if none else (t("Registered name", "企业注册名称"), t("Registration number", "统一社会信用代码或注册号"), t("Country of registration", "注册国家"), t("Bank reference", "对公账户凭证号")),
        shops=() if none else (
            ShopCard(name=t("Celadon House", "青禾茶器"), url=AT, state="active", slug="qinghe", role=t("Owner", "店主")),
            ShopCard(name=t("Half-Day Lanterns", "半日灯坊"), url="/bazaar/sell/banri", state="onboarding", slug="banri", role=t("Owner", "店主"), next=t("3 answers are missing", "还缺 3 项回答")),
            ShopCard(name="North Loom", url="/bazaar/sell/north-loom", state="active", slug="north-loom", role=t("Dispatch", "发货")),
        ),
        form=Form() if none else Form(values={"name-en": "Celadon House", "slug": "Qing He"}, errors={"slug": t("Small letters, digits and hyphens", "只能用小写字母、数字和连字符")}),
    )  # fmt: skip


def shops_none(t: Words) -> ShopsPage:
    return shops(t, none=True)


def rows(t: Words) -> tuple[OrderRow, ...]:
    made = (
        ("to_send", ("Side-handle teapot, 320 ml and 2 more", "梅子青横把壶 320 ml 等 3 种"), 4, 330, "林晓", ("teapot", "mist"), 20, ("to be sent by", "发货截止")),
        ("partly_shipped", ("Tasting cups, set of three", "三色品茗杯 一套"), 2, 192, "Marta Kowalska", ("cups", "stone"), 9, ("to be sent by", "发货截止")),
        ("awaiting_payment", ("Dark clay teapot, 260 ml", "乌泥提梁壶 260 ml"), 1, 298, "周宁", ("teapot", "stone"), 1, ("closes unpaid", "未付款关闭")),
        ("shipped", ("Lapsang souchong, 100 g", "正山小种 红茶 100 g"), 6, 528, "Jonas Weber", ("tin", "sand"), 190, ("confirms itself", "自动确认收货")),
        ("finished", ("White plum vase, blue line", "青线白瓷梅瓶"), 1, 199, "王建国", ("vase", "blush"), 0, ("", "")),
    )  # fmt: skip
    return tuple(
        OrderRow(
            id=ORDER[:-1] + str(place), url=f"{AT}/orders/{place}", state=state, placed_at=NOW - timedelta(hours=7 * place + 1), what=t(*what), pieces=pieces,
            total=yuan(total), pictures=(Picture(art=art[0], wall=art[1]),), to=to, due=NOW + timedelta(hours=due) if due else None, due_word=t(*word),
        )
        for place, (state, what, pieces, total, to, art, due, word) in enumerate(made)
    )  # fmt: skip


def today(t: Words) -> TodayPage:
    return TodayPage(
        **frame(t, "", orders=7, messages=2),
        tiles=(
            Tile(label=t("To send", "待发货"), value="7", url=f"{AT}/orders?state=awaiting_shipment", note=t("2 of them by tonight", "其中 2 单今晚截止"), tone="warn"),
            Tile(label=t("Unread messages", "未读消息"), value="2", url=f"{AT}/messages", tone="info"),
            Tile(label=t("Running out", "即将售罄"), value="3", url=f"{AT}/stock"),
            Tile(label=t("Drafts", "草稿"), value="1", url=f"{AT}/goods?state=draft", note=t("not yet before buyers", "买家还看不到")),
        ),
        orders=rows(t)[:2], orders_url=f"{AT}/orders?state=awaiting_shipment", low_url=f"{AT}/stock",
        low=(
            LowRow(name=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), option=t("Ink black", "乌金"), url=f"{AT}/stock/1", place=t("Hangzhou, dispatch", "杭州发货仓"), left=2, picture=Picture(art="teapot", glaze="ink", wall="stone")),
            LowRow(name=t("Tasting cups, set of three", "三色品茗杯 一套"), url=f"{AT}/stock/1", place=t("Hangzhou, dispatch", "杭州发货仓"), left=0, picture=Picture(art="cups", wall="stone")),
        ),
    )  # fmt: skip


def today_new(t: Words) -> TodayPage:
    return TodayPage(
        **frame(t, "", state="onboarding"), tiles=(),
        steps=(
            Step(label=t("Answer what the business asks", "回答平台的问题"), url=f"{AT}/shop"), Step(label=t("Hand the shop in for review", "提交店铺审核"), url=f"{AT}/shop"),
            Step(label=t("Say where your goods are", "填写货物所在地点"), url=f"{AT}/places", done=True), Step(label=t("Add the first goods", "添加第一件商品"), url=f"{AT}/goods/new"),
        ),
    )  # fmt: skip


def sales(t: Words, *, empty: str = "") -> SellerOrdersPage:
    words = (
        ("All", "全部"),
        ("To send", "待发货"),
        ("Partly sent", "部分发货"),
        ("Awaiting payment", "待付款"),
        ("On the way", "运送中"),
        ("Completed", "已完成"),
        ("Refunded", "已退款"),
        ("Closed", "已关闭"),
    )
    return SellerOrdersPage(
        **frame(t, "orders"), orders=() if empty else rows(t), clear_url=f"{AT}/orders", empty=empty,  # type: ignore[arg-type]
        pager=Pager(shown=0 if empty else 5, next_url="" if empty else f"{AT}/orders?after=c5"),
        tabs=tuple(Link(label=t(*word), url=f"{AT}/orders?state={place}", current=place == (6 if empty else 0)) for place, word in enumerate(words)),
    )  # fmt: skip


def sales_no_match(t: Words) -> SellerOrdersPage:
    return sales(t, empty="no_match")


def sale(t: Words) -> SellerOrderPage:
    here = f"{AT}/orders/1"
    teapot = SoldLine(
        number=1,
        name=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"),
        option=t("Plum green", "梅子青"),
        code="TP-CELADON",
        picture=Picture(art="teapot"),
        quantity=1,
        total=yuan(238),
        state="to_send",
        unsent=True,
    )
    return SellerOrderPage(
        **frame(t, "orders"), order_id=ORDER, state="partly_shipped", headline=t("Partly sent", "部分已发货"), lede=t("Some lines still have to leave.", "还有商品需要发出。"), placed_at=NOW - timedelta(hours=26),
        lines=(teapot, msgspec.structs.replace(teapot, number=2, name=t("Tasting cups, set of three", "三色品茗杯 一套"), option="", code="CUP-3", picture=Picture(art="cups", wall="stone"), total=yuan(96), quantity=2),
               msgspec.structs.replace(teapot, number=3, name=t("Autumn pears, box of six", "莱阳秋月梨 6 枚礼盒"), option="", code="", picture=Picture(art="pears", wall="sand"), total=yuan(36), state="shipped", unsent=False)),
        sums=(SumRow(label=t("Goods", "商品"), amount=yuan(370)), SumRow(label=t("Autumn offer", "秋日优惠"), amount=yuan(-40), note=t("paid by the seller", "由卖家承担")), SumRow(label=t("Delivery", "运费"), amount=yuan(0)), SumRow(label=t("Paid by the buyer", "买家已付"), amount=yuan(330), total=True)),
        facts=(Fact(label=t("Delivery", "配送"), text=t("Standard delivery", "标准配送")), Fact(label=t("To", "收货"), text="林晓, 上海市静安区武康路 1 号 3 室"), Fact(label=t("Phone", "电话"), text="+86 138 0000 0000"), Fact(label=t("Invoice", "发票"), text=t("wanted", "需要"))),
        timeline=(
            Entry(at=NOW + timedelta(hours=20), kind="next", icon="clock", what=t("The order is cancelled, and the money goes back", "订单将取消，货款退回"), by=t("Unless it is sent before", "除非在此之前发货")),
            Entry(at=NOW - timedelta(hours=3), icon="truck", tone="info", what=t("Partly sent", "部分已发货"), by=t("by you · Autumn pears, box of six", "您 · 莱阳秋月梨 6 枚礼盒")),
            Entry(at=NOW - timedelta(hours=26), kind="money", icon="wallet", tone="ok", what=t("Paid", "已付款"), by=t("by the buyer", "买家"), amount=yuan(330)),
            Entry(at=NOW - timedelta(hours=26, minutes=4), icon="shopping-cart", what=t("Ordered", "已下单"), by=t("by the buyer", "买家")),
        ),
        notes=(SoldNote(text=t("Please leave it with the porter.", "请放在物业前台。"), by=t("the buyer", "买家"), at=NOW - timedelta(hours=26)), SoldNote(text=t("The lid is from the new firing.", "壶盖是新窑的。"), by=t("you", "您"), at=NOW - timedelta(hours=4), remove=Action(label=t("Take back", "收回"), url=f"{here}/notes/1/remove"))),
        closed=(Action(label=t("Cancel", "取消"), url="", closed_because=t("Something of it has left already.", "已有商品发出。")),),
        ship_url=f"{here}/ship", tracked=True, note_url=f"{here}/notes", write_url=f"{here}/write", draft_url=f"{AT}/agreed/new?order=1", payable=yuan(330), freight=yuan(0),
    )  # fmt: skip


def sale_unpaid(t: Words) -> SellerOrderPage:
    full = sale(t)
    here = f"{AT}/orders/1"
    return msgspec.structs.replace(
        full, state="awaiting_payment", headline=t("Waiting for the buyer's payment", "等待买家付款"), lede=t("The goods are put by until then.", "在此之前商品已为买家留存。"), ship_url="", lower_url=f"{here}/price", timeline=full.timeline[-1:], notes=(), cancel_url=f"{here}/cancel",
        lines=tuple(msgspec.structs.replace(line, state="waiting", url=f"{AT}/goods/1") for line in full.lines), closed=(Action(label=t("Send", "发货"), url="", closed_because=t("It is not paid yet.", "尚未付款。")),),
        forms={"lower": Form(values={"off": "400"}, errors={"off": t("A price can only be lowered, and not to nothing", "只能降价，且不能降为零")})},
    )  # fmt: skip


def wares(t: Words, *, empty: str = "") -> GoodsPage:
    made = (
        (
            "Side-handle teapot, 320 ml",
            "梅子青横把壶 320 ml",
            "teapot",
            "mist",
            "on_sale",
            "TP-320",
            5,
            238,
            298,
            41,
        ),
        ("Tasting cups, set of three", "三色品茗杯 一套", "cups", "stone", "on_sale", "CUP-3", 1, 96, 0, 0),
        ("White plum vase, blue line", "青线白瓷梅瓶", "vase", "blush", "draft", "", 1, 199, 0, 12),
        ("Thread-bound notebook", "线装宣纸本", "book", "stone", "archived", "NB-1", 2, 39, 0, 7),
    )
    return GoodsPage(
        **frame(t, "goods"), empty=empty, clear_url=f"{AT}/goods", new_url=f"{AT}/goods/new", import_url=f"{AT}/imports", pager=Pager(shown=0 if empty else 4),  # type: ignore[arg-type]
        exports=(Link(label="CSV", url=f"{AT}/export/csv"), Link(label="JSONL", url=f"{AT}/export/jsonl")),
        tabs=tuple(Link(label=t(*word), url=f"{AT}/goods?state={place}", current=place == 0) for place, word in enumerate((("All", "全部"), ("On sale", "在售"), ("Drafts", "草稿"), ("Put away", "已收起")))),
        goods=() if empty else tuple(
            GoodRow(name=t(en, zh), url=f"{AT}/goods/{place}", picture=Picture(art=art, wall=wall), state=state, code=code, variants=variants, price=yuan(price), dearest=yuan(dear) if dear else None, left=left)
            for place, (en, zh, art, wall, state, code, variants, price, dear, left) in enumerate(made)
        ),
    )  # fmt: skip


def wares_none(t: Words) -> GoodsPage:
    return msgspec.structs.replace(wares(t, empty="nothing_yet"), tabs=wares(t).tabs)


KINDS = (
    ("", "Not in any kind yet", "尚未归类"),
    ("cat_1", "Tea ware", "茶器"),
    ("cat_2", "Tea ware · Pots", "茶器 · 壶"),
)


def ware_new(t: Words) -> NewGoodPage:
    return NewGoodPage(
        **frame(t, "goods"), post_url=f"{AT}/goods/new", currency="CNY", categories=tuple(Choice(value=value, label=t(en, zh), checked=value == "cat_2") for value, en, zh in KINDS),
        forms={"new": Form(values={"title-zh": "梅子青横把壶", "option-1-zh": "釉色", "values-1": "梅子青 / Plum green\n乌金 / Ink black"}, errors={"price": t("An amount, like 12.50", "请填写金额，例如 12.50")})},
    )  # fmt: skip


def ware(t: Words) -> GoodPage:
    glazes = (
        ("Plum green", "梅子青", "celadon", "mist", 12),
        ("Ink black", "乌金", "ink", "stone", 2),
        ("White", "甜白", "porcelain", "mist", 0),
    )
    here = f"{AT}/goods/1"
    return GoodPage(
        **frame(t, "goods"), name=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), state="on_sale", version=7, front_url="/bazaar/products/1", currency="CNY", edit_url=f"{here}/edit", prices_url=f"{here}/prices", photo_url=f"{here}/photos", values_url=f"{here}/values", reviewed=True,
        actions=(Action(label=t("Put away", "收起"), url=f"{here}/archive", icon="archive"),),
        texts=Form(values={"title-zh": "梅子青横把壶 320 ml", "title-en": "Side-handle teapot, 320 ml", "description-zh": "龙泉手拉坯，侧把，出水利落。", "description-en": "Thrown in Longquan; the handle at its side, a clean pour."}),
        categories=tuple(Choice(value=value, label=t(en, zh), checked=value == "cat_2") for value, en, zh in KINDS),
        asked=(Asked(name="attr-volume", label=t("Volume", "容量"), value="320", unit="ml", required=True), Asked(name="attr-material", label=t("Material", "材质"), choices=(Choice(value="", label=t("not said", "未填写")), Choice(value="clay", label=t("Clay", "陶"), checked=True))),
               Asked(name="attr-use", label=t("Good for", "适用"), many=True, choices=(Choice(value="green", label=t("Green tea", "绿茶"), checked=True), Choice(value="black", label=t("Black tea", "红茶"))))),
        variants=tuple(
            VariantRow(offer=f"offer_{place}", name=t(en, zh), code=f"TP-{glaze.upper()}", picture=Picture(art="teapot", glaze=glaze, wall=wall), price="238.00", list_price="268.00" if place == 0 else "", version=2, active=place < 2, left=left, stock_url=f"{AT}/stock/of/{place}", withdraw=Action(label=t("Take off sale", "下架"), url=f"{here}/withdraw", fields=(("offer", f"offer_{place}"),)) if place < 2 else None)
            for place, (en, zh, glaze, wall, left) in enumerate(glazes)
        ),
        photos=(), options=(Link(label=t("Glaze", "釉色"), url="glaze"),),
        changes=(WaitingChange(state="in_review", at=NOW - timedelta(hours=2), what=t("name, pictures", "名称、图片"), withdraw=Action(label=t("Take the change back", "撤回修改"), url=f"{here}/withdraw-change")), WaitingChange(state="declined", at=NOW - timedelta(days=3), what=t("description", "描述"), reason=t("Please name the volume.", "请注明容量。"))),
    )  # fmt: skip


def ware_draft(t: Words) -> GoodPage:
    full = ware(t)
    return msgspec.structs.replace(
        full, state="draft", front_url="", changes=(), reviewed=False, actions=(Action(label=t("Put on sale", "上架"), url=f"{AT}/goods/1/publish", primary=True),),
        forms={"prices": Form(values={"price-offer_0": "abc"}, errors={"price-offer_0": t("An amount, like 12.50", "请填写金额，例如 12.50")}), "values": Form(errors={"new-price": t("Please fill this in", "请填写")})},
    )  # fmt: skip


def shop_page(t: Words) -> ShopPage:
    return ShopPage(
        **frame(t, "shop", state="rejected"), headline=t("Something has to be mended", "有内容需要修改"), lede=t("Change what is named below and hand it in again.", "请修改以下内容后重新提交。"), slug="qinghe", close_url=f"{AT}/shop/close",
        reasons=(t("The register knows no such company.", "登记机关没有这家企业的记录。"),), actions=(Action(label=t("Hand it in for review", "提交审核"), url=f"{AT}/shop/submit", primary=True, closed_because=t("1 answer is missing.", "还缺 1 项回答。")),),
        questions=(Question(name="answer-legal_name", label=t("Registered name", "企业注册名称"), value="青禾茶器有限公司", kind="text"), Question(name="answer-registration_number", label=t("Registration number", "统一社会信用代码或注册号"), value="91330100MA2", kind="text", problem=t("This number has 18 characters", "该代码应为 18 位")), Question(name="answer-country", label=t("Country of registration", "注册国家"), value="CN", kind="country"), Question(name="answer-founded", label=t("Founded", "成立日期"), value="", kind="date", required=False)),
        countries=COUNTRIES, answers_url=f"{AT}/shop/answers", profile_url=f"{AT}/shop/profile", profile=Form(values={"name-zh": "青禾茶器", "name-en": "Celadon House", "tagline-zh": "龙泉手作青瓷", "version": "3"}),
        timeline=(Entry(at=NOW - timedelta(hours=5), icon="circle-alert", tone="warn", what=t("Rejected", "已退回"), quote=t("The register knows no such company.", "登记机关没有这家企业的记录。")), Entry(at=NOW - timedelta(days=1), icon="clock", tone="info", what=t("In review", "审核中"), by=t("by you", "您")), Entry(at=NOW - timedelta(days=2), icon="hourglass", tone="info", what=t("Being set up", "筹备中"), by=t("by you", "您"))),
    )  # fmt: skip


SELLING = (
    shops, shops_none, today, today_new, shop_page, sales, sales_no_match, sale, sale_unpaid, wares, wares_none, ware_new,
    ware, ware_draft,
)  # fmt: skip
