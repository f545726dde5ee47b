"""Sample views of the operator's desk, in both languages."""

# ruff: noqa: I001, S704 - long import lists stay readable; charts are drawn here
from __future__ import annotations

from datetime import timedelta

import msgspec
from markupsafe import Markup
from review_samples import photographs
from sampling import NOW, ORDER, Words, chrome, yuan

from hansa.data.charts import Series, bars, columns, legend
from hansa.kernel.money import Money
from hansa.web.operating import (
    Answer, ChangePage, ChangeRow, ChangesPage, Difference, Figure, FiguresPage, OddAmountRow, OddAmountsPage, OperatorDesk,
    OverviewPage, PeoplePage, PersonPage, PersonRow, Piece, RefundRow, RoleRow,
    RefundsPage, ReportPage, ReportRow, ReportsPage, ReviewRow, ReviewsPage, SaidRow, ShopPage, ShopRow,
    ShopsPage, SquareRow, SquaringPage, WaitingRow,
)  # fmt: skip
from hansa.web.parts import Action, Choice, Entry, Fact, Form, Link, Pager, Picture
from hansa.web.selling import MenuLink, Tile

AT = "/bazaar/operate"
MENU = (
    ("", "Overview", "概览", "activity", True), ("shops", "Shops", "店铺", "store", True), ("changes", "Goods", "商品", "tag", True),
    ("reviews", "Reviews", "评价", "star", True), ("reports", "Conversations", "会话", "message-square", False),
    ("refunds", "Refunds", "退款", "undo-2", False), ("odd-amounts", "Odd amounts", "金额异常", "receipt", False),
    ("squaring", "Settling up", "结算", "wallet", False),
    ("people", "People", "用户", "users", False),
    ("figures", "Figures", "经营数据", "banknote", False),
)  # fmt: skip


def frame(t: Words, section: str, **counts: int) -> dict:
    return {
        "chrome": chrome(t, section="operate", person=t("Mei Chen", "陈梅"), path=f"{AT}/{section}".rstrip("/")),
        "desk": OperatorDesk(
            business=t("Bazaar", "巷集"), url=AT, front_url="/bazaar/", attempt="4tt3mpt", others=(Link(label=t("Flagship", "旗舰"), url="/flagship/operate"),),
            menu=tuple(
                MenuLink(label=t(en, zh), url=f"{AT}/{name}".rstrip("/"), icon=icon, current=name == section, main=main, count=counts.get(name, 0))
                for name, en, zh, icon, main in MENU
            ),
        ),
    }  # fmt: skip


def overview(t: Words, *, empty: bool = False) -> OverviewPage:
    waits = (
        ("shops", 3, 2),
        ("changes", 12, 1),
        ("reviews", 4, 0),
        ("reports", 1, 0),
        ("refunds", 2, 6),
        ("odd-amounts", 1, 3),
        ("squaring", 41, -1),
    )
    words = {name: t(en, zh) for name, en, zh, _, _ in MENU}

    def note(days: int) -> str:
        if empty or days < 0:
            return ""
        return (
            t(f"for {days} day{'s' if days > 1 else ''}", f"已等 {days} 天")
            if days
            else t("since today", "今天开始")
        )

    def row(
        what: tuple[str, str], about: tuple[str, str], queue: tuple[str, str], icon: str, hours: int
    ) -> WaitingRow:
        return WaitingRow(
            what=t(*what),
            about=t(*about),
            queue=t(*queue),
            icon=icon,
            since=NOW - timedelta(hours=hours),
            url=AT,
        )

    return OverviewPage(
        **frame(t, "", **({} if empty else {name: count for name, count, _ in waits})),
        tiles=tuple(
            Tile(label=words[name], value="0" if empty else str(count), url=f"{AT}/{name}", note=note(days), tone="plain" if empty else "info" if days < 0 else "warn")
            for name, count, days in waits
        ),
        oldest=() if empty else (
            row(("¥238.00", "¥238.00"), ("buyer changed mind", "买家不想要了"), ("Refund refused by the provider", "渠道拒绝的退款"), "undo-2", 150),
            row(("Celadon House", "青禾茶器"), ("qinghe", "qinghe"), ("Shop to be let in", "待审核店铺"), "store", 50),
            row(("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), ("Celadon House · name, pictures", "青禾茶器 · 名称、图片"), ("Goods to be looked at", "待审核商品"), "tag", 27),
            row(("Add me on WeChat for a better price: teahouse88, we ship everywhere and every day of the year", "加微信 teahouse88 价格更好，全国包邮，天天发货"), ("Review", "评价"), ("Held review", "待审评价"), "star", 9),
            row(("Wants to deal elsewhere", "引导站外交易"), ("See message 2", "见第 2 条消息"), ("Reported conversation", "被举报的会话"), "message-square", 3),
        ),
    )  # fmt: skip


def overview_empty(t: Words) -> OverviewPage:
    return overview(t, empty=True)


def shops_waiting(t: Words, *, none: bool = False) -> ShopsPage:
    named = (
        ("Celadon House", "青禾茶器", "qinghe", 50, 2),
        ("Half-Day Lanterns", "半日灯坊", "banri", 31, 1),
        ("North Loom", "北织", "north-loom", 2, 1),
    )
    words = (("Waiting", "待审核"), ("Selling", "营业中"), ("Suspended", "已停业"))
    return ShopsPage(
        **frame(t, "shops", shops=3), since_word=t("Handed in", "提交时间"), waiting=True, pager=Pager(shown=0 if none else 3),
        tabs=tuple(Link(label=t(*word), url=f"{AT}/shops?state={place}", current=place == 0) for place, word in enumerate(words)),
        shops=() if none else tuple(ShopRow(name=t(en, zh), slug=slug, url=f"{AT}/shops/{slug}", state="ready_for_review", since=NOW - timedelta(hours=hours), times=times) for en, zh, slug, hours, times in named),
    )  # fmt: skip


def shops_none(t: Words) -> ShopsPage:
    return shops_waiting(t, none=True)


def shops_none_suspended(t: Words) -> ShopsPage:
    return msgspec.structs.replace(shops_none(t), waiting=False)


def shop_waiting(t: Words) -> ShopPage:
    said = (("legal_name", "Registered name", "企业注册名称", "龙泉青禾茶器有限公司"), ("registration_number", "Registration number", "统一社会信用代码或注册号", "91330100MA2XXXXX0K"),
            ("country", "Country of registration", "注册国家", t("China", "中国")), ("bank_reference", "Bank reference", "对公账户凭证号", "6222 0000 1234"), ("trademark", "Trademark number", "商标注册号", ""))  # fmt: skip
    return ShopPage(
        **frame(t, "shops", shops=3), name=t("Celadon House", "青禾茶器"), slug="qinghe", state="ready_for_review", opened_at=NOW - timedelta(days=4),
        facts=(Fact(label=t("Address", "地址"), text="qinghe"), Fact(label="中文", text="青禾茶器"), Fact(label="English", text="Celadon House"), Fact(label=t("Handed in so far", "已提交"), text=t("2 times", "2 次"))),
        answers=tuple(Answer(name=f"wrong-{name}", label=t(en, zh), value=value, required=name != "trademark") for name, en, zh, value in said),
        seller=(Fact(label=t("Name", "名称"), text="龙泉青禾茶器有限公司"), Fact(label=t("Kind", "类型"), text=t("Company", "公司")), Fact(label="USCC", text="91330100MA2XXXXX0K")),
        timeline=(
            Entry(at=NOW - timedelta(hours=50), icon="clock", tone="info", what=t("In review", "审核中"), by=t("by the shop's owner", "由店主")),
            Entry(at=NOW - timedelta(days=3), icon="circle-alert", tone="warn", what=t("Rejected", "未通过"), by=t("by you", "由您"), quote=t("The number is one digit short.", "号码少了一位。")),
            Entry(at=NOW - timedelta(days=4), icon="clock", tone="info", what=t("In review", "审核中"), by=t("by the shop's owner", "由店主")),
        ),
        back=Link(label=t("Shops", "店铺"), url=f"{AT}/shops"), decide_url=f"{AT}/shops/1/decision", submission=2,
        forms={"decision": Form(values={"wrong-registration_number": ""}, errors={"reason": t("Please say why", "请说明原因")})},
    )  # fmt: skip


def shop_selling(t: Words) -> ShopPage:
    return msgspec.structs.replace(
        shop_waiting(t), state="active", decide_url="", stop_url=f"{AT}/shops/1/stop", forms={}, seller=()
    )


def shop_stopped(t: Words) -> ShopPage:
    return msgspec.structs.replace(shop_selling(t), state="suspended", stopped=True, answers=())


def changes(t: Words, *, none: bool = False) -> ChangesPage:
    one = ChangeRow(
        url=f"{AT}/changes/1",
        name=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"),
        picture=Picture(art="teapot"),
        shop=t("Celadon House", "青禾茶器"),
        what=t("name, pictures", "名称, 图片"),
        at=NOW - timedelta(hours=27),
    )
    new = msgspec.structs.replace(
        one,
        name=t("Paper lantern on bamboo", "竹骨宣纸灯笼"),
        picture=Picture(art="lantern", wall="blush"),
        shop=t("Half-Day Lanterns", "半日灯坊"),
        what=t("New: put before buyers for the first time", "新品：首次上架"),
        at=NOW - timedelta(hours=3),
    )
    return ChangesPage(**frame(t, "changes", changes=2), changes=() if none else (one, new), pager=Pager(shown=0 if none else 2))  # fmt: skip


def changes_none(t: Words) -> ChangesPage:
    return changes(t, none=True)


def change(t: Words) -> ChangePage:
    same, gone, new = (
        (lambda text: Piece(text=text)),
        (lambda text: Piece(text=text, how="gone")),
        (lambda text: Piece(text=text, how="new")),
    )
    return ChangePage(
        **frame(t, "changes", changes=2), name=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), picture=Picture(art="teapot"), state="in_review",
        facts=(Fact(label=t("Seller", "卖家"), text=t("Celadon House", "青禾茶器")), Fact(label=t("What changes", "变更内容"), text=t("name, description, pictures", "名称, 描述, 图片"))),
        note=t("The new firing holds a little more.", "新窑的容量略大。"), back=Link(label=t("Goods", "商品"), url=f"{AT}/changes"), post_url=f"{AT}/changes/1",
        differences=(
            Difference(label=t("Name · English", "名称 · English"), lang="en", before=(same("Side-handle teapot, "), gone("320"), same(" ml")), after=(same("Side-handle teapot, "), new("340"), same(" ml"))),
            Difference(label=t("Description · 中文", "描述 · 中文"), lang="zh", before=(same("手拉坯，断水利落。"), gone("釉面温润。")), after=(same("手拉坯，断水利落。"), new("釉面温润，越用越亮。\n附赠杯垫。"))),
            Difference(label=t("Pictures", "图片"), before=(), after=(), before_photographs=photographs(t, 1), after_photographs=photographs(t, 3)),
            Difference(label=t("Added variants", "新增规格"), before=(), after=(new("ink: ¥268.00"),)),
        ),
        forms={"decision": Form(errors={"reason": t("Please say why", "请说明原因")})},
    )  # fmt: skip


def change_new(t: Words) -> ChangePage:
    one = change(t)
    alone = tuple(
        msgspec.structs.replace(difference, before=(), before_photographs=())
        for difference in one.differences
    )
    return msgspec.structs.replace(one, differences=alone, first=True, forms={}, note="")  # fmt: skip


def change_over(t: Words) -> ChangePage:
    return msgspec.structs.replace(
        change(t),
        state="declined",
        post_url="",
        forms={},
        reason=t("Please name the volume.", "请注明容量。"),
    )


def held_reviews(t: Words, *, none: bool = False) -> ReviewsPage:
    words = (
        ("", "Why it is refused", "拒绝原因"),
        ("spam", "Advertising", "广告"),
        ("off_topic", "Not about what was bought", "与所购商品无关"),
    )
    one = ReviewRow(
        id="rev_1", kind=t("Review", "评价"), what=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), shop=t("Celadon House", "青禾茶器"), at=NOW - timedelta(hours=9), stars=5, post_url=f"{AT}/reviews/rev_1",
        text="加微信 teahouse88，价格更好。", signs=(t("a way to talk elsewhere", "站外联系方式"), t("the same words as another", "与他人内容相同")), photographs=photographs(t, 2),
    )  # fmt: skip
    reply = msgspec.structs.replace(
        one,
        id="rev_2",
        kind=t("The shop's answer", "店铺回复"),
        stars=0,
        text=t("Look at www.example.com for more.", "更多款式见 www.example.com。"),
        signs=(t("a link", "链接"),),
        photographs=(),
        post_url=f"{AT}/reviews/rev_2",
    )
    bare = msgspec.structs.replace(
        one, id="rev_3", text="", stars=1, signs=(), photographs=(), post_url=f"{AT}/reviews/rev_3"
    )
    return ReviewsPage(
        **frame(t, "reviews", reviews=3), reviews=() if none else (one, reply, bare), reasons=tuple(Choice(value=code, label=t(en, zh)) for code, en, zh in words), pager=Pager(shown=0 if none else 3),
        forms={} if none else {"rev_2": Form(errors={"reason": t("Please choose why it is refused", "请选择拒绝原因")})},
    )  # fmt: skip


def held_reviews_none(t: Words) -> ReviewsPage:
    return held_reviews(t, none=True)


def reports(t: Words, *, none: bool = False) -> ReportsPage:
    one = ReportRow(
        url=f"{AT}/reports/1",
        reason=t("Wants to deal elsewhere", "引导站外交易"),
        by=t("reported by the buyer", "买家举报"),
        at=NOW - timedelta(hours=3),
        note=t("Wants to be paid by bank transfer.", "要求银行转账。"),
    )
    two = msgspec.structs.replace(
        one,
        reason=t("Insults or threats", "辱骂或威胁"),
        by=t("reported by the shop", "店铺举报"),
        note="",
        at=NOW - timedelta(hours=1),
    )
    return ReportsPage(**frame(t, "reports", reports=2), reports=() if none else (one, two), pager=Pager(shown=0 if none else 2), waiting=True,
                       tabs=(Link(label=t("Waiting", "待处理"), url=f"{AT}/reports", current=True), Link(label=t("Dealt with", "已处理"), url=f"{AT}/reports?state=done")))  # fmt: skip


def reports_none(t: Words) -> ReportsPage:
    return reports(t, none=True)


def reports_done(t: Words) -> ReportsPage:
    some = reports(t)
    done = tuple(
        msgspec.structs.replace(one, done=t("The message was taken down", "消息已撤下"))
        for one in some.reports
    )
    return msgspec.structs.replace(some, waiting=False, reports=done)


def reports_none_done(t: Words) -> ReportsPage:
    return msgspec.structs.replace(reports_none(t), waiting=False)


def report(t: Words) -> ReportPage:
    buyer, shop = t("The buyer", "买家"), t("The shop", "店铺")
    said = (
        SaidRow(
            number=1,
            by=buyer,
            at=NOW - timedelta(hours=5),
            text=t("Is the glaze food safe?", "釉面可以接触食物吗？"),
            of_shop=False,
        ),
        SaidRow(
            number=2,
            by=shop,
            at=NOW - timedelta(hours=4),
            text=t("Yes. Pay me by bank transfer and it is ten yuan less.", "可以。银行转账给我便宜十元。"),
            of_shop=True,
            reported=True,
        ),
        SaidRow(
            number=3,
            by=shop,
            at=NOW - timedelta(hours=4),
            text=t("Hello?", "在吗？"),
            of_shop=True,
            gone=t("Neither side sees this any more.", "双方都已看不到这条消息。"),
        ),
    )
    url = f"{AT}/reports/1"
    return ReportPage(
        **frame(t, "reports", reports=2), report=reports(t).reports[0], about=Link(label=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), url="/bazaar/products/prod_1"),
        facts=(Fact(label=t("Seller", "卖家"), text=t("Celadon House", "青禾茶器")), Fact(label=t("About", "关于"), text="prod_1")), said=said, back=Link(label=t("Conversations", "会话"), url=f"{AT}/reports"),
        actions=(Action(label=t("Nothing is wrong", "没有问题"), url=url), Action(label=t("Take the message down", "撤下消息"), url=url, closed_because=t("The report names no single message.", "举报未指明具体消息。")), Action(label=t("End the conversation", "结束会话"), url=url, icon="ban")),
    )  # fmt: skip


def report_done(t: Words) -> ReportPage:
    return msgspec.structs.replace(report(t), report=reports_done(t).reports[0], actions=())


def refunds(t: Words, *, none: bool = False) -> RefundsPage:
    one = RefundRow(
        id="rfd_1",
        refused=yuan(238),
        of=yuan(238),
        at=NOW - timedelta(days=6),
        payment="pay_0198f3c2a7b47d0e9c1f5a6e3d",
        order=ORDER,
        reason=t("buyer changed mind", "买家不想要了"),
        post_url=f"{AT}/refunds/rfd_1",
    )
    part = msgspec.structs.replace(
        one,
        id="rfd_2",
        refused=yuan(40),
        order="",
        reason="",
        post_url=f"{AT}/refunds/rfd_2",
        at=NOW - timedelta(hours=3),
    )
    return RefundsPage(**frame(t, "refunds", refunds=2), refunds=() if none else (one, part), pager=Pager(shown=0 if none else 2),
                       forms={} if none else {"rfd_2": Form(errors={"reference": t("Please say how: at most 200 characters", "请填写方式，最多 200 字")})})  # fmt: skip


def refunds_none(t: Words) -> RefundsPage:
    return refunds(t, none=True)


def odd_amounts(t: Words, *, none: bool = False) -> OddAmountsPage:
    one = OddAmountRow(
        id="pay_1-1",
        reported=yuan(23.8),
        asked=yuan(238),
        at=NOW - timedelta(days=3),
        payment="pay_0198f3c2a7b47d0e9c1f5a6e3d",
        provider="acme",
        event="evt_3QZ8sLkWbG2f",
        post_url=f"{AT}/odd-amounts/pay_1",
    )
    read = msgspec.structs.replace(
        one, id="pay_2-1", reported=Money(23800, "HKD"), event="20261119-000000417", post_url=""
    )
    return OddAmountsPage(**frame(t, "odd-amounts", **{"odd-amounts": 2}), amounts=() if none else (one, read), pager=Pager(shown=0 if none else 2),
                          forms={"pay_1-1": Form(errors={"finding": t("Please say what it was: at most 200 characters", "请说明查明的情况，不超过 200 字")})})  # fmt: skip


def odd_amounts_none(t: Words) -> OddAmountsPage:
    return odd_amounts(t, none=True)


def squaring(t: Words, *, none: bool = False) -> SquaringPage:
    one = SquareRow(
        id="shop_1-CNY",
        shop=Link(label=t("Celadon House", "青禾茶器"), url=f"{AT}/shops/1"),
        earned=yuan(12860.5),
        owed=yuan(238),
        due=yuan(12622.5),
        to_shop=True,
        paid="1262250",
        post_url=f"{AT}/squaring/shop_1",
    )
    owes = msgspec.structs.replace(
        one,
        id="shop_2-CNY",
        shop=Link(label="North Loom", url=""),
        earned=yuan(0),
        owed=yuan(99),
        due=yuan(99),
        to_shop=False,
        paid="-9900",
    )
    held = msgspec.structs.replace(
        one,
        id="shop_3-CNY",
        shop=Link(label=t("Half-Day Lanterns", "半日灯坊"), url=f"{AT}/shops/3"),
        put_by=t("Some of what it earned is put by.", "其收入有一部分被冻结。"),
    )
    read = msgspec.structs.replace(
        one, id="shop_4-CNY", shop=Link(label=t("Linden Honey", "长白蜂场"), url=""), post_url=""
    )
    return SquaringPage(**frame(t, "squaring"), shops=() if none else (one, owes, held, read), pager=Pager(shown=0 if none else 4))  # fmt: skip


def squaring_none(t: Words) -> SquaringPage:
    return squaring(t, none=True)


def figures(t: Words) -> FiguresPage:
    weeks = [f"2026-W{number}" for number in range(34, 48)]
    sales = [8_120_00 + 61_00 * (number * 7 % 11) for number in range(len(weeks))]
    borne = [cents // 9 for cents in sales]
    series = [
        Series(
            t("Sales", "销售额"), [one / 100 for one in sales], [f"{one / 100:,.2f} CNY" for one in sales]
        ),
        Series(
            t("Borne by shops", "店铺承担"),
            [one / 100 for one in borne],
            [f"{one / 100:,.2f} CNY" for one in borne],
        ),
    ]
    parts = [
        (t("Teaware", "茶器"), 61_204_00),
        (t("Tea and food", "茶与食品"), 40_911_00),
        (t("Textiles for the home", "家纺"), 1_204_50),
    ]
    said = [f"{cents / 100:,.2f} CNY" for _, cents in parts]
    by_week, by_part = t("Sales by week", "每周销售额"), t("Sales by department", "各部门销售额")
    return FiguresPage(
        **frame(t, "figures"),
        lede=t("1,204 paid orders, 118,402.00 CNY in sales.", "已支付订单 1,204 笔，销售额 118,402.00 CNY。"),
        exported_at=NOW - timedelta(hours=2),
        figures=(
            Figure(
                title=by_week, chart=Markup(legend(series) + columns(weeks, series, title=by_week)), heads=(t("Week", "周"), *(one.name for one in series)),
                rows=tuple((week, *(one.shown[at] for one in series)) for at, week in enumerate(weeks)),
            ),
            Figure(
                title=by_part, chart=Markup(bars([name for name, _ in parts], [cents for _, cents in parts], said, title=by_part)),
                heads=(t("Department", "部门"), t("Sales", "销售额")), rows=tuple((name, cents) for (name, _), cents in zip(parts, said, strict=True)),
            ),
        ),
    )  # fmt: skip


def figures_none(t: Words) -> FiguresPage:
    return FiguresPage(**frame(t, "figures"))


def figures_none_sold(t: Words) -> FiguresPage:
    return FiguresPage(**frame(t, "figures"), exported_at=NOW)


STAFF = (
    ("Mei Chen", "陈梅", "mei@demo.hansa", ("Operator", "平台运营"), "active", 400),
    ("Wen Zhou", "周文", "wen@demo.hansa", ("Support", "客服"), "active", 90),
    ("Lin Tao", "陶林", "lin.of-a-rather-long-name@accounts.demo.hansa", ("Finance, Auditor", "财务、审计"), "suspended", 30),
)  # fmt: skip
HOUSE_ROLES = (
    ("operator", ("Operator", "平台运营"), ("Runs the house: may do everything, and gives roles.", "负责整个平台：可以做一切，也分配角色。")),
    ("support", ("Support", "客服"), ("Helps buyers and sellers: sees orders, decides about reviews and reports, suspends accounts.", "帮助买家和卖家：查看订单，处理评价和举报，停用账号。")),
    ("finance", ("Finance", "财务"), ("Keeps the books: refunds given back by hand, shops to be squared.", "管账：人工退款、与店铺结清。")),
    ("catalogue", ("Catalogue", "商品管理"), ("Looks after goods and categories.", "管理商品和类目。")),
    ("auditor", ("Auditor", "审计"), ("Sees all of it and changes nothing.", "全部可看，什么都不能改。")),
)  # fmt: skip


def people(t: Words) -> PeoplePage:
    tabs = (("All", "全部"), *(label for _, label, _ in HOUSE_ROLES))
    return PeoplePage(
        **frame(t, "people"), find_url=f"{AT}/people", pager=Pager(shown=3),
        tabs=tuple(Link(label=t(*word), url=f"{AT}/people?role={at}", current=at == 0) for at, word in enumerate(tabs)),
        people=tuple(PersonRow(name=t(en, zh), email=email, url=f"{AT}/people/{email[:3]}", roles=t(*roles), state=state, since=NOW - timedelta(days=days)) for en, zh, email, roles, state, days in STAFF),
    )  # fmt: skip


def people_nobody(t: Words) -> PeoplePage:
    wrong = Form(
        values={"email": "eve@example.com"},
        errors={"email": t("Nobody logs in with this address", "没有账号用这个地址登录")},
    )
    return msgspec.structs.replace(people(t), people=(), pager=Pager(shown=0), forms={"find": wrong})


def person(t: Words, *, role: str = "support") -> PersonPage:
    done = (
        (("Looked up", "被查看"), "search", "plain", ("by you", "由您"), 0),
        (("Role given: Support", "授予角色：客服"), "key-round", "info", ("by Mei Chen", "由陈梅"), 90),
        (("Suspension lifted", "恢复使用"), "check", "ok", ("by Mei Chen", "由陈梅"), 200),
        (("Suspended", "已停用"), "ban", "warn", ("by command, as root", "由命令行账号 root"), 201),
    )
    return PersonPage(
        **frame(t, "people"), name=t("Wen Zhou", "周文"), id="pty_01jd3x7k2m9q4r8t6v0w2y4z6b", state="active",
        facts=(Fact(label=t("E-mail", "邮箱"), text=t("wen@demo.hansa · verified", "wen@demo.hansa · 已验证")), Fact(label=t("Kind", "类型"), text=t("A person with an account", "有账号的个人"))),
        roles=tuple(RoleRow(role=name, label=t(*label), does=t(*does), held=NOW - timedelta(days=90) if name == role else None) for name, label, does in HOUSE_ROLES),
        timeline=tuple(Entry(at=NOW - timedelta(days=days), what=t(*what), icon=icon, tone=tone, by=t(*by)) for what, icon, tone, by, days in done),
        back=Link(label=t("People", "用户"), url=f"{AT}/people"), roles_url=f"{AT}/people/x/roles", suspend_url=f"{AT}/people/x/suspension",
    )  # fmt: skip


def person_suspended(t: Words) -> PersonPage:
    plain = person(t, role="")
    refused = Form(problem=t("You may not do this", "您不能这样做"))
    return msgspec.structs.replace(
        plain,
        state="suspended",
        suspended=True,
        roles=(),
        roles_url="",
        timeline=(),
        forms={"suspend": refused},
    )


OPERATING = {
    f"operate_{make.__name__}": make
    for make in (
        overview, overview_empty, shops_waiting, shops_none, shops_none_suspended, shop_waiting, shop_selling, shop_stopped, changes,
        changes_none, change, change_new, change_over, held_reviews, held_reviews_none, reports, reports_none, reports_done,
        reports_none_done, report, report_done, refunds, refunds_none, odd_amounts, odd_amounts_none, squaring, squaring_none, figures,
        figures_none, figures_none_sold, people, people_nobody, person, person_suspended,
    )
}  # fmt: skip
