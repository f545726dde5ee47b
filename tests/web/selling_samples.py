"""Sample views of the seller's desk, in both languages."""

# ruff: noqa: I001 - Chinese sentences use Chinese punctuation; long import lists stay readable
from __future__ import annotations

from datetime import timedelta

import msgspec
from sampling import COUNTRIES, NOW, ORDER, Words, chrome, yuan

from hansa.web.parts import (
    Action,
    Choice,
    Entry,
    Fact,
    Form,
    Line,
    Link,
    Pager,
    Parcel,
    PieceChoice,
    Picture,
    Said,
    Scale,
    SumRow,
)
from hansa.web.selling import (
    AgreeLine, AgreeWithPage, AgreedOrderPage, AgreedOrdersPage, AgreedRow, AgreeingPage, AppPage,
    AppRow, AppsPage, Asked, AttemptRow, BadLine, ChosenGood, CountRow, DeliveryPage, DeliveryRow, Desk, DeskTalk,
    DeskTalkPage, DeskTalksPage, GoodPage, GoodRow, GoodsPage, HookPage, HookRow, HooksPage, ImportPage,
    ImportRow, ImportsPage, InvitationPage, InvitationRow, JudgeBuyer, LevelPage, LowRow, MenuLink, MoneyPage,
    Movement, NewGoodPage, NewHookPage, NewPriceListPage, OrderRow, PlacePage, PlaceRow, PlacesPage,
    PriceListPage, PriceListRow, PriceListsPage, PriceRow, Question, ReviewRow, ReviewsPage, RoleChoice,
    SellerOrderPage, SellerOrdersPage, SentParcel, SheetPage, SheetRow, SheetsPage, ShopCard, OnTheWayRow, TransferPage, TransferRow, TransfersPage, ShopPage, ShopsPage, SoldLine, SoldNote, StaffPage,
    StaffRow, StatementRow, Step, StockPage, StockRow, Sum, Tile, TodayPage, TokenRow, VariantRow,
    WaitingChange, Weekday, WithWhom,
)  # fmt: skip

AT = "/bazaar/sell/qinghe"


def around(t: Words, section: str, *, state: str = "active", **counts: int) -> Desk:
    menu = (
        ("", "Today", "今日", "activity", True), ("orders", "Orders", "订单", "package", True),
        ("agreed", "Agreed orders", "议价单", "file-text", False), ("messages", "Messages", "消息", "message-square", True), ("goods", "Goods", "商品", "tag", True),
        ("prices", "Price lists", "价格表", "calendar", False), ("stock", "Stock", "库存", "layers", False), ("reviews", "Reviews", "评价", "star", False), ("money", "Earnings", "资金", "wallet", False),
        ("places", "Places", "地点", "map-pin", False), ("staff", "Staff", "员工", "users", False),
        ("apps", "Apps", "应用", "layout-grid", False), ("webhooks", "Webhooks", "事件推送", "code", False),
        ("shop", "The shop", "店铺", "store", False),
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
        **frame(t, "orders"), orders=() if empty else rows(t), clear_url=f"{AT}/orders", here=f"{AT}/orders", empty=empty,  # type: ignore[arg-type]
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
        ship_url=f"{here}/ship", to_send=pieces(t), carriers=("顺丰速运", "中通快递", "DHL"), cancel_url=f"{here}/cancel", to_cancel=pieces(t), reasons=causes(t),
        parcels=(SentParcel(parcel=Parcel(carrier="顺丰速运", number="SF1388204755190", url="https://www.kuaidi100.com/chaxun?com=shunfeng&nu=SF1388204755190"), holds=t("Autumn pears, box of six", "莱阳秋月梨 6 枚礼盒")),), note_url=f"{here}/notes", write_url=f"{here}/write", payable=yuan(330), freight=yuan(0), agree_url=f"{AT}/agreed/new?with=ord_1",
        earned=(SumRow(label=t("Goods", "商品"), amount=yuan(370)), SumRow(label=t("Taken off by the shop", "店铺自担优惠"), amount=yuan(-40)), SumRow(label=t("Commission", "佣金"), amount=yuan(-16.5), note="5%"), SumRow(label=t("To the shop", "归店铺"), amount=yuan(313.5), total=True)),
    )  # fmt: skip


def pieces(t: Words) -> tuple[PieceChoice, ...]:
    return (
        PieceChoice(number=1, name=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), option=t("Plum green", "梅子青"), code="TP-CELADON", picture=Picture(art="teapot"), pieces=1, total=yuan(238), said=(Fact(label="engraving", text=t("For Zenobia", "赠林晓")),)),
        PieceChoice(number=2, name=t("Tasting cups, set of three", "三色品茗杯 一套"), code="CUP-3", picture=Picture(art="cups", wall="stone"), pieces=2, total=yuan(96)),
    )  # fmt: skip


def causes(t: Words) -> tuple[Choice, ...]:
    said = (("out_of_stock", "The goods are not there", "缺货"), ("price_wrong", "The price was wrong", "价格有误"), ("cannot_deliver", "It cannot be delivered there", "无法送达"), ("agreed", "Agreed between buyer and seller", "双方协商一致"), ("other", "Something else", "其他原因"))  # fmt: skip
    return tuple(Choice(value=code, label=t(*words)) for code, *words in said)


def sale_cancelling(t: Words) -> SellerOrderPage:
    full = sale(t)
    typed = {"line-2": "yes", "pieces-2": "1", "text": t("One cup broke in the kiln.", "有一只在窑里裂了。")}
    return msgspec.structs.replace(
        full, forms={"cancel": Form(values=typed, errors={"reason": t("Please say why", "请说明原因")})}
    )


def sale_at_the_door(t: Words) -> SellerOrderPage:
    full = sale(t)
    here = f"{AT}/orders/1"
    return msgspec.structs.replace(
        full, state="shipped", headline=t("To be paid on delivery", "货到付款"), lede=t("The goods are put by. Take the money when you hand them over, and note it.", "商品已留存。交货时收款，并在此记录。"), ship_url="", cancel_url="", collect_url=f"{here}/collect", not_taken_url=f"{here}/not-taken",
        lines=tuple(msgspec.structs.replace(line, state="shipped", unsent=False) for line in full.lines), timeline=full.timeline[-1:], notes=(),
    )  # fmt: skip


def sale_received(t: Words) -> SellerOrderPage:
    full = sale_at_the_door(t)
    return msgspec.structs.replace(
        full, state="finished", headline=t("Received; you have been credited", "已收货，货款已入账"), lede=t("Nothing is left to do.", "没有待办事项。"), collect_url="", not_taken_url="",
        lines=tuple(msgspec.structs.replace(line, state="received") for line in full.lines),
        judge=JudgeBuyer(post_url=f"{AT}/orders/1/buyer", scale=Scale(name="score", label=t("How was it to deal with the buyer?", "与这位买家的交易如何？")), until=NOW + timedelta(days=14)),
    )  # fmt: skip


def sale_judged(t: Words) -> SellerOrderPage:
    said = JudgeBuyer(
        stars=5, text=t("Paid at once, friendly words. Gladly again.", "付款及时，沟通愉快，欢迎再来。")
    )
    return msgspec.structs.replace(sale_received(t), judge=said)


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


def shelf_rows(t: Words) -> tuple[StockRow, ...]:
    made = (
        (
            "Side-handle teapot, 320 ml",
            "梅子青横把壶 320 ml",
            "Plum green",
            "梅子青",
            "teapot",
            "mist",
            "TP-CELADON",
            14,
            2,
            12,
            False,
        ),
        (
            "Side-handle teapot, 320 ml",
            "梅子青横把壶 320 ml",
            "Ink black",
            "乌金",
            "teapot",
            "stone",
            "TP-INK",
            3,
            1,
            2,
            True,
        ),
        ("Tasting cups, set of three", "三色品茗杯 一套", "", "", "cups", "stone", "CUP-3", 1, 1, 0, True),
        ("Lapsang souchong, 100 g", "正山小种 红茶 100 g", "", "", "tin", "sand", "", 1284, 16, 1268, False),
    )
    return tuple(
        StockRow(name=t(en, zh), option=t(option, option_zh), picture=Picture(art=art, wall=wall), code=code, url=f"{AT}/stock/p/{place}", on_hand=on_hand, promised=promised, left=left, low=low)
        for place, (en, zh, option, option_zh, art, wall, code, on_hand, promised, left, low) in enumerate(made)
    )  # fmt: skip


def shelf(t: Words) -> StockPage:
    return StockPage(
        **frame(t, "stock"), heading=t("Stock", "库存"), lede="", rows=shelf_rows(t), pager=Pager(shown=4), goods_url=f"{AT}/goods", places_url=f"{AT}/places/new",
        places=(Link(label=t("Hangzhou, dispatch", "杭州发货仓"), url="?place=1", current=True), Link(label=t("Longjing Road store", "龙井路门店"), url="?place=2")), count_url=f"{AT}/stocktakes?place=1",
    )  # fmt: skip


def shelf_none(t: Words) -> StockPage:
    return msgspec.structs.replace(shelf(t), rows=(), places=(), empty="no_place")


def shelf_of_one(t: Words) -> StockPage:
    one = shelf_rows(t)[0]
    return msgspec.structs.replace(shelf(t), heading=one.name, lede=one.option, places=(), rows=(msgspec.structs.replace(one, place=t("Hangzhou, dispatch", "杭州发货仓")), msgspec.structs.replace(one, place=t("Longjing Road store", "龙井路门店"), on_hand=0, promised=0, left=0)))  # fmt: skip


def sheets(t: Words, *, begun: bool = True) -> SheetsPage:
    return SheetsPage(
        **frame(t, "stock"), place="place_1", heading=t("Hangzhou, dispatch", "杭州发货仓"), pager=Pager(shown=3 if begun else 0), back=Link(label=t("Stock", "库存"), url=f"{AT}/stock"), places=shelf(t).places,
        post_url="" if begun else f"{AT}/stocktakes", go_on=Link(label=t("Go on counting", "继续盘点"), url=f"{AT}/stocktakes/1") if begun else None,
        sheets=(
            SheetRow(url=f"{AT}/stocktakes/1", state="counting", opened_at=NOW - timedelta(hours=2), note=t("before the holidays", "节前盘点"), by=t("by you", "您")),
            SheetRow(url=f"{AT}/stocktakes/2", state="posted", opened_at=NOW - timedelta(days=90), note=t("end of the quarter", "季度盘点"), by=t("by you", "您")),
            SheetRow(url=f"{AT}/stocktakes/3", state="cancelled", opened_at=NOW - timedelta(days=91)),
        ) if begun else (),
    )  # fmt: skip


def sheets_none(t: Words) -> SheetsPage:
    return sheets(t, begun=False)


def counted_rows(t: Words, *pieces: tuple[int, int] | None) -> tuple[CountRow, ...]:
    return tuple(
        CountRow(name=row.name, picture=row.picture, option=row.option, code=row.code, field=f"count-sku_{place}", expected=found[0] if found else None, counted=found[1] if found else None)
        for place, (row, found) in enumerate(zip(shelf_rows(t), pieces, strict=True))
    )  # fmt: skip


def sheet(t: Words, *, show: str = "to_count") -> SheetPage:
    here = f"{AT}/stocktakes/1"
    tabs = (
        ("to_count", "Still to count", "待盘点"),
        ("counted", "Counted", "已盘点"),
        ("off", "Differences", "差异"),
    )
    return SheetPage(
        **frame(t, "stock"), heading=t("Hangzhou, dispatch", "杭州发货仓"), state="counting", lede=t("before the holidays", "节前盘点"), back=Link(label=t("Stocktakes", "盘点"), url=f"{AT}/stocktakes"), show=show, here=here,
        figures=tuple(Fact(label=t(*label), text=text) for label, text in ((("Counted", "已盘点"), "24"), (("Still to count", "待盘点"), "4"), (("Pieces too many", "盘盈件数"), "1"), (("Pieces missing", "盘亏件数"), "3"))),
        tabs=tuple(Link(label=t(en, zh), url=f"{here}?show={name}", current=name == show) for name, en, zh in tabs), pager=Pager(shown=4),
        rows=counted_rows(t, None, None, None, None) if show == "to_count" else counted_rows(t, (14, 12), (3, 3), (1, 2), (1284, 1283)), count_url=f"{here}/counts", entry_url=f"{here}/entry",
        actions=(Action(label=t("Post the differences", "过账差异"), url=f"{here}/approve", primary=True), Action(label=t("Drop this count", "放弃本次盘点"), url=f"{here}/cancel")),
        forms={"entry": Form(values={"code": "TP-99", "pieces": "2"}, errors={"code": t("Nothing of the shop has this number", "店铺没有这个编号的商品")})} if show == "to_count" else {},
    )  # fmt: skip


def sheet_counted(t: Words) -> SheetPage:
    return sheet(t, show="counted")


def sheet_closed(t: Words) -> SheetPage:
    full = sheet(t, show="off")
    return msgspec.structs.replace(
        full, state="posted", actions=(), count_url="", entry_url="", tabs=full.tabs[1:], figures=(full.figures[0], *full.figures[2:]), lede=t("The differences were posted; what nobody counted stayed as it was.", "差异已过账，未盘点的库存保持不变。"),
        rows=tuple(row for row in full.rows if row.difference),
    )  # fmt: skip


def between(t: Words, *, none: bool = False) -> TransfersPage:
    kiln, store = t("Hangzhou, dispatch", "杭州发货仓"), t("Longjing Road store", "龙井路门店")
    rows = (
        TransferRow(url=f"{AT}/transfers/1", start=kiln, goal=store, state="shipped", sent_at=NOW - timedelta(hours=3), note=t("for the weekend", "周末备货")),
        TransferRow(url=f"{AT}/transfers/2", start=store, goal=kiln, state="arrived", sent_at=NOW - timedelta(days=4)),
        TransferRow(url=f"{AT}/transfers/3", start=kiln, goal=store, state="recalled", sent_at=NOW - timedelta(days=9)),
    )  # fmt: skip
    return TransfersPage(
        **frame(t, "stock"), rows=() if none else rows, on_the_way=none, pager=Pager(shown=0 if none else 3), back=Link(label=t("Stock", "库存"), url=f"{AT}/stock"), post_url=f"{AT}/transfers",
        tabs=(Link(label=t("On the way", "在途"), url=f"{AT}/transfers", current=none), Link(label=t("All of them", "全部"), url=f"{AT}/transfers?state=all", current=not none)),
        places=(Choice(value="place_1", label=kiln), Choice(value="place_2", label=store)),
        forms={} if none else {"send": Form(values={"lines": "TP-99 x", "start": "place_1"}, errors={"lines": t("One thing per line: its number, then how many", "每行一种：编号，然后是件数")}, problem=t("This line cannot be read: TP-99 x", "无法读取这一行：TP-99 x"))},
    )  # fmt: skip


def between_none(t: Words) -> TransfersPage:
    return between(t, none=True)


def on_the_way(t: Words) -> TransferPage:
    here = f"{AT}/transfers/1"
    return TransferPage(
        **frame(t, "stock"), start=t("Hangzhou, dispatch", "杭州发货仓"), goal=t("Longjing Road store", "龙井路门店"), state="shipped", sent_at=NOW - timedelta(hours=3), note=t("for the weekend", "周末备货"),
        rows=tuple(OnTheWayRow(name=row.name, picture=row.picture, option=row.option, code=row.code, field=f"came-sku_{place}", why=f"why-sku_{place}", sent=sent) for place, (row, sent) in enumerate(zip(shelf_rows(t), (6, 12, 1), strict=False))),
        back=Link(label=t("On the way", "在途"), url=f"{AT}/transfers"), receive_url=f"{here}/receive", actions=(Action(label=t("Call it back", "召回"), url=f"{here}/recall", icon="undo-2"),),
        forms={"receive": Form(values={"came-sku_0": "5"}, errors={"why-sku_0": t("Choose one", "请选择")})},
        reasons=(Choice(value="", label=t("came as it was sent", "与发出一致")), Choice(value="broken", label=t("Broken", "破损")), Choice(value="lost", label=t("Lost", "丢失"))),
    )  # fmt: skip


def on_the_way_arrived(t: Words) -> TransferPage:
    sent = on_the_way(t)
    return msgspec.structs.replace(
        sent, state="arrived", came=True, receive_url="", actions=(), forms={}, closed_at=NOW,
        rows=tuple(msgspec.structs.replace(row, received=row.sent + off, reason=why) for row, off, why in zip(sent.rows, (-1, 1, 0), (t("Broken", "破损"), t("Found", "盘出"), ""), strict=True)),
    )  # fmt: skip


def level(t: Words) -> LevelPage:
    here = f"{AT}/stock/p/s"
    return LevelPage(
        **frame(t, "stock"), row=shelf_rows(t)[1], seen=3, back=Link(label=t("Hangzhou, dispatch", "杭州发货仓"), url=f"{AT}/stock"), receive_url=f"{here}/receive", adjust_url=f"{here}/adjust", limits_url=f"{here}/limits", limits=Form(values={"safety": "0", "backorder": "0", "low_at": "2"}), move_url=f"{here}/move", reasons=tuple(Choice(value=en.lower(), label=t(en, zh)) for en, zh in (("Counted", "盘点"), ("Broken", "破损"), ("Lost", "丢失"))), others=(Choice(value="place_2", label=t("Longjing Road store", "龙井路门店")),), pager=Pager(shown=3, next_url=f"{here}?after=c"),
        figures=tuple(Fact(label=t(*label), text=text) for label, text in ((("On hand", "在库"), "3"), (("Promised to orders", "已承诺"), "1"), (("Kept back", "保留"), "0"), (("To be had", "可售"), "2"))),
        movements=(Movement(at=NOW - timedelta(hours=2), what=t("Corrected", "更正"), quantity=-1, why=t("broken", "破损"), by=t("by you", "您")), Movement(at=NOW - timedelta(hours=9), what=t("Sent to a buyer", "发给买家"), quantity=-2), Movement(at=NOW - timedelta(days=6), what=t("Came in", "入库"), quantity=6, why=t("delivery note 118", "送货单 118"))),
        forms={"adjust": Form(values={"counted": "3", "reason": ""}, errors={"counted": t("That is what is there already", "与现有数量相同"), "reason": t("Please fill this in", "请填写")})},
    )  # fmt: skip


def spots(t: Words, *, none: bool = False) -> PlacesPage:
    return PlacesPage(
        **frame(t, "places"), new_url=f"{AT}/places/new",
        places=() if none else (
            PlaceRow(name=t("Hangzhou, dispatch", "杭州发货仓"), url=f"{AT}/places/1", kind=t("Warehouse", "仓库"), icon="package", address=t("Xiangshan Road 352, Hangzhou", "杭州市象山路 352 号"), state="in_use"),
            PlaceRow(name=t("Longjing Road store", "龙井路门店"), url=f"{AT}/places/2", kind=t("Store", "门店"), icon="store", address=t("Longjing Road 1, Hangzhou", "杭州市龙井路 1 号"), state="in_use", open=t("open now", "营业中")),
            PlaceRow(name=t("Old kiln", "老窑"), url=f"{AT}/places/3", kind=t("Warehouse", "仓库"), icon="package", address=t("Longquan", "龙泉"), state="paused"),
        ),
    )  # fmt: skip


def spots_none(t: Words) -> PlacesPage:
    return spots(t, none=True)


def spot(t: Words) -> PlacePage:
    days = (
        ("Monday", "星期一"),
        ("Tuesday", "星期二"),
        ("Wednesday", "星期三"),
        ("Thursday", "星期四"),
        ("Friday", "星期五"),
        ("Saturday", "星期六"),
        ("Sunday", "星期日"),
    )
    can = (
        ("stock", "Goods are kept here", "存放货物"),
        ("ship", "Goods are sent from here", "从这里发货"),
        ("pickup", "Buyers collect here", "买家自提"),
        ("sale", "Buyers shop here in person", "到店购买"),
    )
    return PlacePage(
        **frame(t, "places"), heading=t("Longjing Road store", "龙井路门店"), post_url=f"{AT}/places/2", kinds=(), countries=COUNTRIES, state="in_use", version=4, actions=(Action(label=t("Pause", "暂停"), url=f"{AT}/places/2/pause"),),
        forms={"place": Form(values={"name-zh": "龙井路门店", "name-en": "Longjing Road store", "address": t("Longjing Road 1, Hangzhou", "杭州市龙井路 1 号"), "country": "CN", "opens-1": "09:30", "closes-1": "18:00", "opens-2": "09:30"}, errors={"closes-2": t("An hour to open and one to close", "请填写开门和关门时间")})},
        capabilities=tuple(Choice(value=value, label=t(en, zh), checked=value != "pickup") for value, en, zh in can),
        week=tuple(Weekday(day=day, label=t(*words)) for day, words in enumerate(days, 1)), timezones=(Choice(value="Asia/Shanghai", label="Asia/Shanghai", checked=True), Choice(value="Europe/Berlin", label="Europe/Berlin")),
    )  # fmt: skip


def letters(t: Words, *, none: bool = False) -> DeskTalksPage:
    return DeskTalksPage(
        **frame(t, "messages", messages=0 if none else 2), empty="nothing_yet" if none else "", pager=Pager(shown=0 if none else 3),
        tabs=(Link(label=t("All", "全部"), url=f"{AT}/messages", current=True), Link(label=t("Unread", "未读"), url=f"{AT}/messages?unread=1")),
        talks=() if none else (
            DeskTalk(url=f"{AT}/messages/1", about=t("Order …7f3e91", "订单 …7f3e91"), at=NOW - timedelta(minutes=12), state="open", unread=2, icon="package"),
            DeskTalk(url=f"{AT}/messages/2", about=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), at=NOW - timedelta(hours=5), state="open", icon="tag"),
            DeskTalk(url=f"{AT}/messages/3", about=t("White plum vase, blue line", "青线白瓷梅瓶"), at=NOW - timedelta(days=9), state="closed", icon="tag"),
        ),
    )  # fmt: skip


def letters_none(t: Words) -> DeskTalksPage:
    return letters(t, none=True)


def letter(t: Words) -> DeskTalkPage:
    return DeskTalkPage(
        **frame(t, "messages"), about=Link(label=t("Order …7f3e91", "订单 …7f3e91"), url=f"{AT}/orders/1"), back=Link(label=t("Messages", "消息"), url=f"{AT}/messages"), post_url=f"{AT}/messages/1", seen=2, earlier_url=f"{AT}/messages/1?before=c",
        said=(Said(number=1, by=t("The buyer", "买家"), at=NOW - timedelta(hours=2), text=t("Is the lid glazed as well?", "壶盖也上釉吗？"), own=False), Said(number=2, by=t("You", "您"), at=NOW - timedelta(minutes=40), text=t("It is, inside and out.", "内外都上釉。"), own=True)),
        actions=(Action(label=t("Close", "关闭"), url=f"{AT}/messages/1/move", icon="archive", fields=(("state", "closed"),)), Action(label=t("Block", "屏蔽"), url=f"{AT}/messages/1/move", icon="ban", fields=(("state", "blocked"),))),
    )  # fmt: skip


def crew(t: Words, *, link: str = "") -> StaffPage:
    roles = (
        (
            "manager",
            "Manager",
            "店长",
            "Everything but closing the shop or handing it over",
            "除关店和转让外的全部权限",
        ),
        ("fulfilment", "Dispatch", "发货", "Sends orders, keeps stock and places", "发货、管理库存和地点"),
        (
            "support",
            "Support",
            "客服",
            "Answers buyers and reviews, reads orders",
            "回复买家和评价，查看订单",
        ),
    )
    return StaffPage(
        **frame(t, "staff"), invite_url=f"{AT}/staff/invite", link=link, roles=tuple(RoleChoice(value=value, label=t(en, zh), does=t(does, does_zh)) for value, en, zh, does, does_zh in roles),
        people=(StaffRow(name="青禾", roles=t("Owner", "店主"), since=NOW - timedelta(days=400)), StaffRow(name="王师傅", roles=t("Dispatch", "发货"), since=NOW - timedelta(days=31), more=t("1 single permission", "1 项单独权限"), remove=Action(label=t("Remove", "删除"), url=f"{AT}/staff/remove"))),
        invitations=(InvitationRow(roles=t("Support", "客服"), until=NOW + timedelta(days=6), withdraw=Action(label=t("Take back", "收回"), url=f"{AT}/staff/withdraw")), InvitationRow(roles=t("Manager", "店长"), until=NOW - timedelta(days=1), over=True)),
        forms={} if link else {"invite": Form(errors={"role": t("Choose at least one", "请至少选择一项")})},
    )  # fmt: skip


def crew_link(t: Words) -> StaffPage:
    return crew(t, link="https://hansa.example/bazaar/invitation?secret=hsi_4f9c2b7a1d8e6035")


def invitation(t: Words) -> InvitationPage:
    return InvitationPage(chrome=chrome(t, section="account", path="/bazaar/invitation"), secret="s", accept_url="/bazaar/invitation/accept", decline_url="/bazaar/invitation/decline", problem=t("This invitation is over, or it is for somebody else", "该邀请已失效，或者不是发给您的"))  # fmt: skip


def voices(t: Words, *, none: bool = False) -> ReviewsPage:
    return ReviewsPage(
        **frame(t, "reviews"), reasons=(Choice(value="spam", label=t("Advertising", "广告")), Choice(value="abusive", label=t("Insults or threatens", "辱骂或威胁"))), pager=Pager(shown=0 if none else 2), figures=() if none else tuple(Fact(label=t(*label), text=text) for label, text in ((("Reviews", "评价"), "128"), (("Goods", "商品"), "4.7"), (("Service", "服务"), "4.8"), (("Delivery", "配送"), "4.2"))),
        reviews=() if none else (
            ReviewRow(id="rev_1", stars=4, service=5, delivery=3, what=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), option=t("Plum green", "梅子青"), at=NOW - timedelta(hours=3), text=t("A fine pour. The box was dented.", "出水很好，盒子有点压痕。"), reply_url=f"{AT}/reviews/rev_1", report_url=f"{AT}/reviews/rev_1/report"),
            ReviewRow(id="rev_2", stars=5, service=5, delivery=5, what=t("Tasting cups, set of three", "三色品茗杯 一套"), at=NOW - timedelta(days=2), text=t("Light in the hand.", "拿着很轻。"), follow_up=t("Still whole after a month.", "用了一个月，依然完好。"), reply=t("Thank you!", "谢谢！")),
        ),
        forms={} if none else {"rev_1": Form(errors={"body": t("Please fill this in", "请填写")})},
    )  # fmt: skip


def voices_none(t: Words) -> ReviewsPage:
    return voices(t, none=True)


def files(t: Words) -> ImportsPage:
    return ImportsPage(
        **frame(t, "goods"), post_url=f"{AT}/imports", sample="product,title:en,title:zh,price_minor,currency\nTP-1,Teapot,茶壶,12800,CNY",
        imports=(ImportRow(url=f"{AT}/imports/1", at=NOW - timedelta(minutes=2), state="writing", read=2000, bad=0), ImportRow(url=f"{AT}/imports/2", at=NOW - timedelta(hours=3), state="rejected", read=2000, bad=2), ImportRow(url=f"{AT}/imports/3", at=NOW - timedelta(days=3), state="done", read=120, bad=0)),
    )  # fmt: skip


def file_wrong(t: Words) -> ImportPage:
    return ImportPage(
        **frame(t, "goods"), state="rejected", headline=t("Nothing was imported", "没有导入任何内容"), lede=t("Some lines cannot be right. Mend them and send the file again.", "有些行不正确，请修改后重新上传。"), done=0, whole=1, back=Link(label=t("Import", "导入"), url=f"{AT}/imports"), pager=Pager(shown=2),
        figures=tuple(Fact(label=t(*label), text=text) for label, text in ((("Lines read", "已读行数"), "2,000"), (("Lines that cannot be right", "有误行数"), "2"), (("Lines written", "已写入行数"), "0"))),
        file_url=f"{AT}/imports/1/wrong.csv",
        bad=(BadLine(line=17, wrong=(Fact(label="price_minor", text=t("A whole number, please", "请填写整数")),)), BadLine(line=204, wrong=(Fact(label="title:zh", text=t("Please fill this in", "请填写")), Fact(label="currency", text=t("This cannot be right", "内容有误"))))),
    )  # fmt: skip


def file_under_way(t: Words) -> ImportPage:
    return msgspec.structs.replace(file_wrong(t), state="writing", headline=t("The goods are being written", "正在写入商品"), lede=t("Buyers see nothing of it yet.", "买家还看不到。"), done=900, whole=4000, bad=(), refresh_url=f"{AT}/imports/1", stop=Action(label=t("Stop it", "停止"), url=f"{AT}/imports/1/stop"))  # fmt: skip


def funds(t: Words) -> MoneyPage:
    made = (
        (("Received by the buyer", "买家已收货"), "7f3e91", 313.5, 1742.38, 5), (("Settled by bank transfer", "银行转账结算"), "", -4210, 1428.88, 31),
        (("Taken back: Received by the buyer", "冲回：买家已收货"), "3b07ac", -182.4, 5638.88, 60), (("Received by the buyer", "买家已收货"), "51d2f0", 2450, 5821.28, 80),
    )  # fmt: skip
    return MoneyPage(
        **frame(t, "money"), here=f"{AT}/money", file_url=f"{AT}/money/statement.csv", account="", owes=False, opening=yuan(3371.28), closing=yuan(1742.38), pager=Pager(shown=4, next_url=f"{AT}/money?after=c4"), period=Form(values={"from": "2026-11-01", "to": "2026-11-21"}),
        sums=(
            Sum(label=t("Yours", "可结算"), amount=yuan(1742.38), note=t("earned and not paid out yet", "已入账、尚未打款")), Sum(label=t("Held until received", "待确认收货"), amount=yuan(6120.4), note=t("9 orders, buyers paid ¥6,480.00", "9 单，买家共付 ¥6,480.00")),
            Sum(label=t("Owed to the business", "应付平台"), amount=yuan(120), note=t("comes off what is paid out", "将从打款中扣除")),
        ),
        accounts=(Link(label=t("Earned", "应得货款"), url=f"{AT}/money", current=True), Link(label=t("Owed to the business", "应付平台"), url=f"{AT}/money?account=seller_receivable")),
        quick=tuple(Link(label=t(*word), url=f"{AT}/money?from={place}", current=not place) for place, word in enumerate((("This month", "本月"), ("Last month", "上月"), ("This year", "今年")))),
        rows=tuple(
            StatementRow(at=NOW - timedelta(hours=hours), what=t(*what), amount=yuan(amount), balance=yuan(balance), about=Link(label=t(f"Order …{order}", f"订单 …{order}"), url=f"{AT}/orders/{order}") if order else None)
            for what, order, amount, balance, hours in made
        ),
        rates=(Fact(label=t("In general", "一般费率"), text="5%"), Fact(label=t("Tea ware", "茶器"), text="3.5%")),
    )  # fmt: skip


def funds_none(t: Words) -> MoneyPage:
    full = funds(t)
    return msgspec.structs.replace(
        full, rows=(), accounts=(), rates=(), sums=full.sums[:1], opening=yuan(0), closing=yuan(0), pager=Pager(shown=0),
        period=Form(values={"from": "2026-11-21", "to": "2026-11-01"}, errors={"to": t("This is before the first day", "不能早于开始日期")}),
    )  # fmt: skip


def event_choices(t: Words) -> tuple[Choice, ...]:
    made = (
        ("order.placed", "An order was placed", "有新订单", True), ("order.moved", "An order moved on", "订单状态变化", True), ("order.lines_moved", "Lines of an order moved on", "订单明细变化", False),
        ("stock.changed", "Stock changed", "库存变化", True), ("product.changed", "A product changed", "商品变化", False), ("review.shown", "A review is shown", "有新评价", False),
    )  # fmt: skip
    return tuple(Choice(value=value, label=t(en, zh), checked=checked) for value, en, zh, checked in made)


def hooks(t: Words) -> HooksPage:
    return HooksPage(
        **frame(t, "webhooks"), new_url=f"{AT}/webhooks/new",
        hooks=(
            HookRow(url=f"{AT}/webhooks/1", target="https://erp.qinghe.example/hansa/events", state="active", types=6, description=t("The ERP in the kiln", "窑口 ERP")),
            HookRow(url=f"{AT}/webhooks/2", target="https://hooks.chat.example/services/T0AB12/B77/averylongpathwithoutanybreak", state="failed", types=1, failing_since=NOW - timedelta(hours=30)),
            HookRow(url=f"{AT}/webhooks/3", target="https://old.example/in", state="disabled", types=2),
        ),
    )  # fmt: skip


def hooks_none(t: Words) -> HooksPage:
    return msgspec.structs.replace(hooks(t), hooks=())


def hook_new(t: Words) -> NewHookPage:
    return NewHookPage(
        **frame(t, "webhooks"), post_url=f"{AT}/webhooks/new", back=Link(label=t("Webhooks", "事件推送"), url=f"{AT}/webhooks"),
        types=tuple(msgspec.structs.replace(one, checked=False) for one in event_choices(t)),
        forms={"hook": Form(values={"url": "http://10.0.0.1/in"}, errors={"url": t("This address is not on the internet", "此地址不在互联网上"), "types": t("Choose at least one", "请至少选择一项")})},
    )  # fmt: skip


def hook(t: Words) -> HookPage:
    here = f"{AT}/webhooks/1"
    made = (
        ("order.placed", "An order was placed", "有新订单", "arrived", 1, 0.1),
        ("stock.changed", "Stock changed", "库存变化", "waiting", 3, 2),
        ("order.moved", "An order moved on", "订单状态变化", "failed", 12, 70),
        ("webhook.ping", "A test", "测试", "skipped", 0, 90),
    )
    return HookPage(
        **frame(t, "webhooks"), target="https://erp.qinghe.example/hansa/events", state="failed", why=t("The last events did not arrive; they are tried again by and by.", "最近的事件未送达，将自动重试。"),
        facts=(Fact(label=t("Told", "推送"), text=t("3 kinds of events", "3 类事件")), Fact(label=t("Description", "描述"), text=t("The ERP in the kiln", "窑口 ERP"))),
        hook=Form(values={"url": "https://erp.qinghe.example/hansa/events", "description": t("The ERP in the kiln", "窑口 ERP")}), types=event_choices(t), edit_url=f"{here}/edit", rotate_url=f"{here}/secret", remove_url=f"{here}/remove",
        deliveries=tuple(DeliveryRow(url=f"{here}/{place}", type=kind, means=t(en, zh), state=state, at=NOW - timedelta(hours=hours), attempts=attempts) for place, (kind, en, zh, state, attempts, hours) in enumerate(made)),
        tabs=tuple(Link(label=t(*word), url=f"{here}?state={place}", current=not place) for place, word in enumerate((("All", "全部"), ("Arrived", "已送达"), ("Waiting", "等待中"), ("Failed", "失败"), ("Not sent", "未发送")))),
        pager=Pager(shown=4), back=Link(label=t("Webhooks", "事件推送"), url=f"{AT}/webhooks"), actions=(Action(label=t("Send a test", "发送测试"), url=f"{here}/test", icon="activity"), Action(label=t("Pause", "停用"), url=f"{here}/state")),
        overlaps=(Choice(value="0", label=t("At once: the old one signs no more", "立即失效")), Choice(value="24", label=t("Both sign for a day", "新旧并用一天"), checked=True)),
    )  # fmt: skip


def hook_secret(t: Words) -> HookPage:
    return msgspec.structs.replace(
        hook(t),
        state="active",
        why="",
        deliveries=(),
        pager=Pager(shown=0),
        secret="whsec_bm90IGEgc2VjcmV0LCBidXQgYXMgbG9uZyBhcyBvbmU=",
    )


def delivery(t: Words) -> DeliveryPage:
    here = f"{AT}/webhooks/1"
    return DeliveryPage(
        **frame(t, "webhooks"), type="order.moved", means=t("An order moved on", "订单状态变化"), state="failed", delivery_id="dlv_0198f3c2a7b47d0e9c1f5a6e3d7f3e91", at=NOW - timedelta(hours=70), back=Link(label="https://erp.qinghe.example/hansa/events", url=here),
        payload='{\n  "id": "msg_0198f3c2a7b47d0e9c1f5a6e3d7f3e91",\n  "type": "order.moved",\n  "data": {\n    "order_id": "ord_0198f3c2a7b47d0e9c1f5a6e3d7f3e91",\n    "state": "shipped"\n  }\n}',
        attempts=(AttemptRow(at=NOW - timedelta(hours=1), what=t("Answered otherwise than with 2xx (503)", "返回非 2xx（503）"), ok=False, took="412 ms", response="<html><body>Service Unavailable</body></html>"), AttemptRow(at=NOW - timedelta(hours=70), what=t("No answer in time", "超时无应答"), ok=False, took="15.0 s", response="")),
        replay=Action(label=t("Send it again", "重新发送"), url=f"{here}/1/replay", icon="rotate-ccw"),
    )  # fmt: skip


def delivery_due(t: Words) -> DeliveryPage:
    return msgspec.structs.replace(
        delivery(t), state="due", attempts=(), replay=None, refresh_url=f"{AT}/webhooks/1/1"
    )


def scope_choices(t: Words) -> tuple[Choice, ...]:
    made = (
        ("trade.order.read", "See the shop's orders", "查看店铺的订单", True, False),
        ("trade.order.ship", "Mark orders as shipped", "将订单标记为已发货", True, False),
        ("inventory.stock.adjust", "Correct and set stock", "调整和设定库存", False, False),
        ("product.offer.price", "Set prices", "设定价格", False, True),
    )
    return tuple(Choice(value=value, label=t(en, zh), checked=checked, fixed=fixed) for value, en, zh, checked, fixed in made)  # fmt: skip


def apps(t: Words) -> AppsPage:
    does = tuple(one.label for one in scope_choices(t)[:3])
    return AppsPage(
        **frame(t, "apps"), register_url=f"{AT}/apps", find_url=f"{AT}/apps", scopes=scope_choices(t),
        installed=(AppRow(url=f"{AT}/apps/1", name="KilnERP", does=does, since=NOW - timedelta(days=40), homepage="https://kilnerp.example", installed=True),),
        own=(AppRow(url=f"{AT}/apps/2", name=t("Shelf labels", "价签打印"), does=does[:1], since=NOW - timedelta(days=3)),),
        forms={"register": Form(values={"name": "Labels"}, errors={"scopes": t("Choose at least one", "请至少选择一项")}), "find": Form(values={"app": "pty_x"}, errors={"app": t("There is no such app", "没有这个应用")})},
    )  # fmt: skip


def apps_none(t: Words) -> AppsPage:
    return msgspec.structs.replace(apps(t), installed=(), own=(), forms={})


def app(t: Words) -> AppPage:
    here = f"{AT}/apps/2"
    return AppPage(
        **frame(t, "apps"), app_id="pty_0198f3c2a7b47d0e9c1f5a6e3d7f3e91", name="KilnERP", about=t("Keeps stock and orders of small kilns in one place.", "为小窑口统一管理库存和订单。"), homepage="https://kilnerp.example", installed=True, scopes=scope_choices(t), seen="d1g35t",
        install_url=f"{here}/install", back=Link(label=t("Apps", "应用"), url=f"{AT}/apps"), remove=Action(label=t("Take it out", "移除"), url=f"{here}/remove", icon="trash-2"), token_url=f"{here}/tokens", secret="hansa_bm90IGEgdG9rZW4gYnV0IGFzIGxvbmc",
        tokens=(TokenRow(label=t("ERP, stock", "ERP、库存"), until=NOW + timedelta(days=80), end=Action(label=t("End it", "停用"), url=f"{here}/tokens/end")),),
        days=tuple(Choice(value=str(day), label=t(f"{day} days", f"{day} 天"), checked=day == 90) for day in (30, 90, 365)),
    )  # fmt: skip


def app_asking(t: Words) -> AppPage:
    return msgspec.structs.replace(
        app(t),
        installed=False,
        remove=None,
        tokens=(),
        token_url="",
        secret="",
        forms={
            "install": Form(
                problem=t(
                    "The app asks for something else by now; please look again",
                    "应用申请的权限已变化，请重新查看",
                )
            )
        },
    )


def price_lists(t: Words) -> PriceListsPage:
    made = (
        ("coming", "Double Twelve", "双十二", 20, 12, 10),
        ("in_force", "Autumn prices", "秋季价格", -480, 40, 0),
        ("over", "Opening week", "开业一周", -2000, -1800, 5),
    )
    return PriceListsPage(
        **frame(t, "prices"), new_url=f"{AT}/prices/new", pager=Pager(shown=3),
        lists=tuple(PriceListRow(url=f"{AT}/prices/{place}", name=t(en, zh), state=state, starts=NOW + timedelta(hours=begins), ends=NOW + timedelta(hours=ends + begins) if place else None, priority=rank) for place, (state, en, zh, begins, ends, rank) in enumerate(made)),
    )  # fmt: skip


def price_lists_none(t: Words) -> PriceListsPage:
    return msgspec.structs.replace(price_lists(t), lists=(), pager=Pager(shown=0))


def price_list_new(t: Words) -> NewPriceListPage:
    return NewPriceListPage(
        **frame(t, "prices"), post_url=f"{AT}/prices/new", back=Link(label=t("Price lists", "价格表"), url=f"{AT}/prices"),
        forms={"list": Form(values={"name-zh": "双十二", "starts": "2026-12-12T00:00", "ends": "2026-12-11T00:00", "priority": "10"}, errors={"ends": t("After it begins", "须晚于开始时间")})},
    )  # fmt: skip


def price_list(t: Words) -> PriceListPage:
    here = f"{AT}/prices/1"
    gone = Action(label=t("Take it out", "移除"), url=f"{here}/drop", fields=(("offer", "offer_1"),))
    return PriceListPage(
        **frame(t, "prices"), name=t("Double Twelve", "双十二"), state="coming", version=3, here=here, edit_url=f"{here}/edit", prices_url=f"{here}/set", add_url=f"{here}/add", clear_url=f"{here}/drop", currency="CNY", query="", pager=Pager(shown=2), back=Link(label=t("Price lists", "价格表"), url=f"{AT}/prices"),
        terms=Form(values={"name-zh": "双十二", "name-en": "Double Twelve", "starts": "2026-12-12T00:00", "ends": "2026-12-13T00:00", "priority": "10"}),
        rows=(
            PriceRow(offer="offer_1", name=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), option=t("Plum green", "梅子青"), picture=Picture(art="teapot"), now=yuan(238), price="199.00", drop=gone),
            PriceRow(offer="offer_2", name=t("Lapsang souchong", "正山小种 红茶"), picture=Picture(art="tin", wall="sand"), now=yuan(320), price="280.00", per="kg", drop=gone),
        ),
        goods=(
            ChosenGood(offer="offer_3", name=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), option=t("Ink black", "乌金"), price=yuan(238), picture=Picture(art="teapot", glaze="ink", wall="stone")),
            ChosenGood(offer="offer_4", name=t("Tasting cups, set of three", "三色品茗杯 一套"), price=yuan(96), picture=Picture(art="cups", wall="stone")),
        ),
        forms={"prices": Form(values={"price-offer_1": "a lot"}, errors={"price-offer_1": t("An amount, for example 12.50", "请填写金额，例如 12.50")}), "add-offer_4": Form(values={"price": ""}, errors={"price": t("Please fill this in", "请填写此项")})},
    )  # fmt: skip


def price_list_empty(t: Words) -> PriceListPage:
    return msgspec.structs.replace(
        price_list(t), rows=(), goods=(), forms={}, query="zzz", pager=Pager(shown=0)
    )


def agreed_list(t: Words) -> AgreedOrdersPage:
    made = (
        ("open", ("Side-handle teapot, 320 ml and 1 more", "梅子青横把壶 320 ml 等 2 种"), 1098, "teapot", ("As we said: five pots and the cups together.", "如前所说：五把壶与杯一起。"), 21),
        ("accepted", ("Tasting cups, set of three", "三色品茗杯 一套"), 160, "cups", ("", ""), 0),
        ("expired", ("Lapsang souchong, 1,250 g", "正山小种 红茶"), 528, "tin", ("For the tea house.", "茶馆用。"), 0),
    )  # fmt: skip
    return AgreedOrdersPage(
        **frame(t, "agreed"), new_url=f"{AT}/agreed/new", pager=Pager(shown=3),
        rows=tuple(
            AgreedRow(id=f"dft_0198f3c2a7b47d0e9c1f5a6e3d7f3e9{place}", url=f"{AT}/agreed/{place}", state=state, what=t(*what), total=yuan(total), made_at=NOW - timedelta(hours=3 + 30 * place), note=t(*note), until=NOW + timedelta(hours=hours) if hours else None, pictures=(Picture(art=art),))
            for place, (state, what, total, art, note, hours) in enumerate(made)
        ),
    )  # fmt: skip


def agreed_none(t: Words) -> AgreedOrdersPage:
    return msgspec.structs.replace(agreed_list(t), rows=(), pager=Pager(shown=0))


def agreed_one(t: Words) -> AgreedOrderPage:
    return AgreedOrderPage(
        **frame(t, "agreed"), draft_id="dft_0198f3c2a7b47d0e9c1f5a6e3d7f3e91", state="open", headline=t("Waiting for the buyer", "等待买家接受"), lede=t("The buyer was told. Nothing is put by until it is accepted.", "买家已收到通知。接受之前不会预留库存。"), made_at=NOW - timedelta(hours=3), expires_at=NOW + timedelta(hours=69),
        lines=(
            Line(name=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), option=t("Plum green", "梅子青"), picture=Picture(art="teapot"), quantity=5, total=yuan(1000), before=yuan(1190), url=f"{AT}/goods/1"),
            Line(name=t("Lapsang souchong", "正山小种 红茶"), picture=Picture(art="tin", wall="sand"), quantity=1, amount="350 g", total=yuan(98)),
        ),
        sums=(SumRow(label=t("Goods, as agreed", "约定商品价"), amount=yuan(1098)), SumRow(label=t("Delivery", "运费"), amount=yuan(0)), SumRow(label=t("To pay", "应付"), amount=yuan(1098), total=True)),
        note=t("As we said: five pots and the tea together.", "如前所说：五把壶与茶叶一起。"), back=Link(label=t("Agreed orders", "议价单"), url=f"{AT}/agreed"), actions=(Action(label=t("Take it back", "撤回"), url=f"{AT}/agreed/1/withdraw"),),
    )  # fmt: skip


def agree_with(t: Words) -> AgreeWithPage:
    return AgreeWithPage(
        **frame(t, "agreed"), back=Link(label=t("Agreed orders", "议价单"), url=f"{AT}/agreed"),
        people=(
            WithWhom(label=t("Wrote to the shop", "给店铺留过言"), what=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), url=f"{AT}/agreed/new?with=cnv_1", at=NOW - timedelta(minutes=20), icon="message-square"),
            WithWhom(label=t("Order …7f3e91", "订单 …7f3e91"), what=t("Tasting cups, set of three", "三色品茗杯 一套"), url=f"{AT}/agreed/new?with=ord_1", at=NOW - timedelta(hours=9), icon="package"),
        ),
    )  # fmt: skip


def agree_with_nobody(t: Words) -> AgreeWithPage:
    return msgspec.structs.replace(agree_with(t), people=())


def agreeing(t: Words) -> AgreeingPage:
    where = f"{AT}/agreed/new?with=cnv_1"
    return AgreeingPage(
        **frame(t, "agreed"), about=Link(label=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), url=f"{AT}/messages/cnv_1"), post_url=where, back=Link(label=t("Agreed orders", "议价单"), url=f"{AT}/agreed"), currency="CNY", total=None,
        forms={"agree": Form(values={"many-1": "5", "price-1": "200", "many-2": "20", "price-2": "280.00", "note": t("As we said: five pots and the tea together.", "如前所说：五把壶与茶叶一起。"), "freight": "0"}, errors={"many-2": t("From 50 g to 5,000 g, in steps of 50 g", "从 50 g 到 5,000 g，以 50 g 递增")})},
        lines=(
            AgreeLine(number=1, offer="offer_1", name=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), option=t("Plum green", "梅子青"), picture=Picture(art="teapot"), usual=yuan(238)),
            AgreeLine(number=2, offer="offer_2", name=t("Lapsang souchong", "正山小种 红茶"), picture=Picture(art="tin", wall="sand"), usual=yuan(320), per="kg", measured_in="g", terms=t("From 50 g to 5,000 g, in steps of 50 g", "从 50 g 到 5,000 g，以 50 g 递增")),
        ),
        goods=(
            ChosenGood(offer="offer_3", name=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), option=t("Ink black", "乌金"), price=yuan(238), picture=Picture(art="teapot", glaze="ink", wall="stone")),
            ChosenGood(offer="offer_4", name=t("Tasting cups, set of three", "三色品茗杯 一套"), price=yuan(96), picture=Picture(art="cups", wall="stone")),
        ),
        days=tuple(Choice(value=str(day), label=t(f"{day} days" if day > 1 else "1 day", f"{day} 天"), checked=day == 3) for day in (1, 2, 3)),
    )  # fmt: skip


def agreeing_empty(t: Words) -> AgreeingPage:
    return msgspec.structs.replace(
        agreeing(t),
        forms={
            "agree": Form(values={"query": "zzz"}, errors={"query": t("Add something first", "请先添加商品")})
        },
        lines=(),
        goods=(),
    )


SELLING = (
    shops, shops_none, today, today_new, shop_page, sales, sales_no_match, sale, sale_cancelling, sale_at_the_door, sale_received, sale_judged, sale_unpaid, wares, wares_none, ware_new,
    ware, ware_draft, files, file_wrong, file_under_way, shelf, shelf_none, shelf_of_one, sheets, sheets_none, sheet, sheet_counted, sheet_closed, between, between_none, on_the_way, on_the_way_arrived, level, spots, spots_none, spot,
    price_lists, price_lists_none, price_list_new, price_list, price_list_empty,
    hooks, hooks_none, hook_new, hook, hook_secret, delivery, delivery_due, apps, apps_none, app, app_asking,
    funds, funds_none, agreed_list, agreed_none, agreed_one, agree_with, agree_with_nobody, agreeing, agreeing_empty,
    letters, letters_none, letter, voices, voices_none, crew, crew_link, invitation,
)  # fmt: skip
