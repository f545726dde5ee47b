"""One or more sample views per page, in both languages: what the tests render and photograph."""

# ruff: noqa: I001 - Chinese sentences use Chinese punctuation; long import lists stay readable
from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
from account_samples import ACCOUNT, rooms
from review_samples import REVIEWS, rated, said
from sampling import COUNTRIES, NOW, ORDER, Words, chrome, yuan
from operating_samples import OPERATING
from beside_samples import BESIDE
from selling_samples import SELLING

from hansa.web.design import design_page
from hansa.web.parts import (
    CollectRow,
    Action, Address, BusinessCard, CartLine, CartShop, CenterCard, Ceremony, CheckoutGroup, Choice, DeliveryOption, Door,
    Entry, Facet, Fact, Figure, Form, Funder, Funding, FundingRow, GoodCard, Line, Link, Notice, OptionGroup,
    OptionValue, OrderCard, OrderShop, Pager, Parcel, PieceChoice, Picture, SellerSays, SumRow, Tag,
    TestCard,
)  # fmt: skip
from hansa.web.templating import Pages
from hansa.web.views import (
    AccountPage, CancelPage, CartPage, CheckoutPage, DraftPage, DraftsPage, ErrorPage, ListPage, LoginPage, NearPage, OrderPage, OrdersPage, PayPage,
    PortalPage, ProductPage, ProofPage, SignupPage, View,
)  # fmt: skip


def goods(t: Words) -> tuple[GoodCard, ...]:
    rows = [
        ("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml", "青禾茶器", 238, 268, "teapot", "", "mist", ("Group of 2", "2 人拼团"), 1284),
        ("Autumn pears, box of six", "莱阳秋月梨 6 枚礼盒", "莱阳果园", 36, 0, "pears", "", "sand", ("*Tomorrow", "*次日达"), 9310),
        ("Paper lantern on bamboo", "竹骨宣纸灯笼", "半日灯坊", 128, 158, "lantern", "", "blush", ("Today only", "限时"), 402),
        ("Noodle bowl with chopsticks", "青花面碗 · 附筷", "景德小窑", 59, 0, "bowl", "", "sky", ("3 for 10% off", "满 3 件 9 折"), 2207),
        ("Long wool scarf, deep sea", "长绒羊毛围巾 深海蓝", "North Loom", 329, 399, "scarf", "", "stone", ("40 off 300", "满 300 减 40"), 518),
        ("Lapsang souchong, 100 g", "正山小种 红茶 100 g", "岩上", 88, 0, "tin", "", "mist", ("Group of 2", "2 人拼团"), 3644),
        ("White plum vase, blue line", "青线白瓷梅瓶", "景德小窑", 199, 0, "vase", "", "blush", ("", ""), 167),
        ("Linden honey, 500 g", "椴树雪蜜 500 g", "长白蜂场", 64.5, 72, "honey", "", "sand", ("*Tomorrow", "*次日达"), 1970),
        ("Tasting cups, set of three", "三色品茗杯 一套", "青禾茶器", 96, 0, "cups", "", "stone", ("20 off 200", "满 200 减 20"), 883),
        ("Hand-painted silk fan", "手绘竹影团扇", "姑苏扇庄", 78, 0, "fan", "", "sky", ("*New", "*新品"), 96),
        ("Ink stone and brush", "端砚配狼毫笔", "文房四友", 268, 0, "ink", "", "sand", ("", ""), 58),
        ("Willow basket of persimmons", "柳编提篮 柿子", "莱阳果园", 72, 0, "basket", "", "mist", ("*Tomorrow", "*次日达"), 640),
        ("Oil-paper umbrella", "手工油纸伞", "半日灯坊", 168, 0, "umbrella", "jade", "sky", ("", ""), 77),
        ("Fuping persimmons, 2 kg", "富平尖柿 2 kg", "莱阳果园", 45.8, 0, "persimmons", "", "blush", ("*Tomorrow", "*次日达"), 4012),
        ("Thread-bound notebook", "线装宣纸本", "文房四友", 39, 0, "book", "", "stone", ("", ""), 312),
        ("Dark clay teapot, 260 ml", "乌泥提梁壶 260 ml", "青禾茶器", 298, 0, "teapot", "ink", "stone", ("", ""), 214),
    ]  # fmt: skip
    return tuple(
        GoodCard(
            name=t(en, zh), also=f"{t(zh, en)} · {shop}" if t.language == "en" else f"{en} · {shop}",
            url=f"/bazaar/products/prd_{place}", price=yuan(price), was=yuan(was) if was else None,
            picture=Picture(art=art, glaze=glaze, wall=wall), note=t(f"{bought:,} bought", f"{bought:,} 人已买"),
            tags=(Tag(text=t(*tag).lstrip("*"), plain=tag[0].startswith("*")),) if tag[0] else (),
            sold_out=place == 15, score="4.8" if place % 3 else "", price_note=t("per kg", "每 kg") if art == "persimmons" else "",
        )
        for place, (en, zh, shop, price, was, art, glaze, wall, tag, bought) in enumerate(rows)
    )  # fmt: skip


def doors(t: Words) -> tuple[Door, ...]:
    return (
        Door(role=t("Buyer", "买家"), person="林晓", does=t("Shops, pays, returns", "逛、付款、退换"), login="lin@demo.hansa", password="demo",
             link=Link(label=t("Open the shop", "进店看看"), url="/bazaar/")),
        Door(role=t("Seller", "卖家"), person="青禾茶器", does=t("Packs orders, sets prices, reads settlements", "备货、定价、看结算"), login="qinghe@demo.hansa", password="demo",
             link=Link(label=t("Seller console", "卖家后台"), url="/seller/")),
        Door(role=t("Operator", "平台运营"), person="陈 Mei", does=t("Sees every business, changes plans, explains orders", "查看所有业务、调整方案、解释订单"), login="mei@demo.hansa", password="demo",
             link=Link(label=t("Operator console", "运营后台"), url="/operator/")),
    )  # fmt: skip


def portal(t: Words, *, alone: bool = False) -> PortalPage:
    shops = (
        ("bazaar", "Bazaar", "巷集", t("A marketplace of 31 sellers: group buying, coupons, one cart over many shops.", "31 位卖家的集市：拼团、优惠券，一个购物车逛多家店。"), "mist", ("teapot", "pears", "lantern")),
        ("flagship.tea", "Flagship Tea", "岩上茶行", t("One brand, its own price list and presales.", "一个品牌，自己的价目表与预售。"), "sand", ("tin", "cups", "book")),
        ("grocery", "Grocery", "晨鲜", t("Weighed goods from the nearest store, paid within 15 minutes, delivered the same day.", "就近门店称重，15 分钟内付款，当日送达。"), "sky", ("honey", "persimmons", "bowl")),
    )  # fmt: skip
    names = [
        ("user", "People", "用户"), ("message", "Messages", "消息"), ("shop", "Shops", "店铺"), ("place", "Places", "地点"), ("product", "Products", "商品"), ("inventory", "Stock", "库存"),
        ("ledger", "Ledger", "账本"), ("payment", "Payment", "支付"), ("marketing", "Offers", "营销"), ("trade", "Orders", "交易"), ("review", "Reviews", "评价"), ("search", "Search", "搜索"),
    ]  # fmt: skip
    return PortalPage(
        chrome=chrome(t, business="Hansa", business_also="", base="", path="/", storefront=False, section="", cart_count=0, sandbox=False),
        businesses=tuple(
            BusinessCard(
                id=id_, name=t(en, zh), also=t(zh, en), lede=lede, url=f"/{id_}/", wall=wall,
                things=tuple(Picture(art=thing) for thing in things),
                figures=(Figure(label=t("Orders today", "今日订单"), value="1,846"), Figure(label=t("Sellers", "卖家"), value="31"), Figure(label=t("Extensions", "扩展"), value="7")),
                doors=(Link(label=t("Seller console", "卖家后台"), url="/seller/"),),
            )
            for id_, en, zh, lede, wall, things in (shops[:1] if alone else shops)
        ),
        centers=tuple(CenterCard(id=id_, name=t(en, zh), figure=t("214/min", "214/分")) for id_, en, zh in names),
        doors=doors(t), pulse=t("14 orders a minute · plan 218", "每分钟 14 单 · 方案 218"),
    )  # fmt: skip


def home(t: Words) -> ListPage:
    return ListPage(
        chrome=chrome(t), heading=t("A table for autumn", "秋日茶席"), lede=t("Tea ware, fruit and lamps from 31 small sellers, in one cart.", "31 家小店的茶器、水果与灯，一个购物车带回家。"),
        goods=goods(t), pager=Pager(shown=16, total=182, next_url="/bazaar/?after=c16"), search_url="/bazaar/", clear_url="/bazaar/",
        things=(Picture(art="vase"), Picture(art="teapot"), Picture(art="cups"), Picture(art="persimmons")), wall="sand",
        shortcuts=(Link(label=t("Tea ware", "茶器"), url="?c=tea"), Link(label=t("Food and tea", "食物与茶"), url="?c=food"), Link(label=t("Home", "家居"), url="?c=home")),
        sorts=(Link(label=t("Our order", "综合排序"), url="?", current=True), Link(label=t("Price", "价格"), url="?sort=price")),
    )  # fmt: skip


def search(t: Words) -> ListPage:
    facet = Facet(
        name="category", label=t("Kind", "品类"),
        choices=(Choice(value="tea", label=t("Tea ware", "茶器"), count=64, checked=True), Choice(value="food", label=t("Food and tea", "食物与茶"), count=118), Choice(value="home", label=t("Home", "家居"), count=73)),
    )  # fmt: skip
    sellers = Facet(
        name="shop",
        label=t("Seller", "卖家"),
        choices=(
            Choice(value="1", label="青禾茶器", count=28),
            Choice(value="2", label="景德小窑", count=35),
            Choice(value="3", label="North Loom", count=19),
        ),
    )
    stock = Facet(
        name="stock",
        label=t("Availability", "有无现货"),
        choices=(Choice(value="in", label=t("In stock only", "仅看有货"), checked=True),),
    )
    glaze = Facet(
        name="f.option.glaze",
        label=t("Glaze", "釉色"),
        choices=(
            Choice(value="celadon", label=t("Celadon", "梅子青"), count=21, checked=True),
            Choice(value="ink", label=t("Ink black", "乌金"), count=9),
        ),
    )
    prices = Facet(
        name="price",
        label=t("Price", "价格"),
        choices=(
            Choice(value="", label=t("Any price", "不限"), checked=True),
            Choice(value="0-5900", label="¥0.00 – ¥59.00", count=31),
            Choice(value="5901-23800", label="¥59.01 – ¥238.00", count=33),
        ),
        many=False,
    )
    return msgspec.structs.replace(
        home(t), goods=tuple(good for good in home(t).goods if not good.sold_out), chrome=chrome(t, query=t("tea", "茶"), section=""), heading=t("“tea”", "“茶”"), lede=t("64 products", "64 件商品"), things=(), facets=(stock, facet, sellers, prices, glaze),
        chosen=(Link(label=t("Tea ware", "茶器"), url="/bazaar/?q=tea"), Link(label=t("In stock only", "仅看有货"), url="/bazaar/?q=tea&category=tea")), shortcuts=(), pager=Pager(shown=16, total=1000, more_than_total=True, next_url="?after=c16", first_url="?"),
    )  # fmt: skip


def search_corrected(t: Words) -> ListPage:
    return msgspec.structs.replace(search(t), asked=t("teepot", "横吧壶"), corrected=t("teapot", "横把壶"))


def category(t: Words) -> ListPage:
    return msgspec.structs.replace(
        search(t), chrome=chrome(t, section=""), heading=t("Tea ware", "茶器"), chosen=(),
        crumbs=(Link(label=t("Bazaar", "巷集"), url="/bazaar/"), Link(label=t("Tea ware", "茶器"), url="?c=tea", current=True)),
        shortcuts=(Link(label=t("Teapots", "茶壶"), url="?c=pots"), Link(label=t("Cups", "茶杯"), url="?c=cups")),
    )  # fmt: skip


def search_near(t: Words) -> ListPage:
    found = search(t)
    km = t("%s km", "%s 公里")
    within = Facet(
        name="within",
        label=t("Distance", "距离"),
        choices=tuple(
            Choice(value=str(one), label=t(f"Within {one} km", f"{one} 公里以内"), checked=one == 50)
            for one in (5, 20, 50, 200)
        ),
        many=False,
    )
    return msgspec.structs.replace(
        found, facets=(found.facets[0], within), chosen=(Link(label=t("Near me", "离我最近"), url="/bazaar/?q=tea"),), lede="", heading=t("All goods", "全部商品"),
        goods=tuple(msgspec.structs.replace(one, near=f"{km % far} · {one.also}") for one, far in zip(goods(t), ("0.8", "2.3", "14", "31"), strict=False)),
        sorts=(*found.sorts[:1], Link(label=t("Nearest", "距离最近"), url="?sort=distance", current=True)), pager=Pager(shown=4, total=4),
    )  # fmt: skip


def near(t: Words) -> NearPage:
    towns = (
        ("Longquan, Zhejiang", "浙江省龙泉市"),
        ("Quanzhou, Fujian", "福建省泉州市"),
        ("Jingdezhen, Jiangxi", "江西省景德镇市"),
        ("Laiyang, Shandong", "山东省莱阳市"),
    )
    return NearPage(
        chrome=chrome(t, section="", path="/bazaar/near"),
        next_url="/bazaar/?sort=distance&near=",
        towns=tuple(Link(label=t(*town), url="/bazaar/?near=28.070,119.140") for town in towns),
        back=Link(label=t("Back", "返回"), url="/bazaar/"),
    )


def near_nothing(t: Words) -> NearPage:
    return msgspec.structs.replace(near(t), towns=())


def no_match(t: Words) -> ListPage:
    return msgspec.structs.replace(
        search(t), goods=(), empty="no_match", lede="", facets=(), sorts=(), shortcuts=home(t).shortcuts
    )


def nothing_yet(t: Words) -> ListPage:
    return msgspec.structs.replace(
        home(t), goods=(), empty="nothing_yet", pager=Pager(shown=0), things=(), sorts=(), shortcuts=()
    )


def product(t: Words) -> ProductPage:
    glazes = [
        ("Plum green", "梅子青", "celadon", "mist"),
        ("Dark clay", "乌泥", "ink", "stone"),
        ("Deep sea", "霁蓝", "cobalt", "mist"),
        ("White", "甜白", "porcelain", "mist"),
        ("Vermilion", "朱砂", "cinnabar", "stone"),
    ]
    return ProductPage(
        chrome=chrome(t, section="", path="/bazaar/products/prd_1"), name=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"),
        also=t("梅子青横把壶 · 龙泉手拉坯", "Side-handle teapot, thrown in Longquan"), also_lang=t("zh", "en"), offer="offer_1", price=yuan(238), was=yuan(268), price_note=t("A group of 2 pays ¥30 less each", "2 人成团每人立减 30 元"),
        breakdown=(SumRow(label=t("Price alone", "单独购买价"), amount=yuan(268)), SumRow(label=t("Autumn offer", "秋日优惠"), note=t("paid by 青禾茶器", "由青禾茶器承担"), amount=yuan(-30)), SumRow(label=t("You pay", "实付"), amount=yuan(238), total=True)),
        pictures=(Picture(art="teapot", glaze="celadon", alt=t("Celadon teapot on a pale table", "淡色桌上的青瓷茶壶"), beside="cups"), Picture(art="teapot", glaze="celadon", alt=t("Teapot", "茶壶")), Picture(art="cups", wall="stone", alt=t("With cups", "配杯")), Picture(art="teapot", glaze="ink", wall="stone", alt=t("Dark clay", "乌泥")), Picture(art="teapot", glaze="cobalt", wall="sky", alt=t("Deep sea", "霁蓝")), Picture(art="tin", wall="sand", alt=t("Tea that suits it", "相配的茶")), Picture(art="teapot", glaze="porcelain", wall="blush", alt=t("White", "甜白"))),
        shop=Link(label="青禾茶器", url="/bazaar/?shop=1"), rating=rated(t), ask=Link(label=t("Ask the seller", "咨询卖家"), url="/bazaar/talk/off_1"), remarks=(t("1,284 bought", "1,284 人已买"),),
        crumbs=(Link(label=t("Tea ware", "茶器"), url="/bazaar/?c=tea"), Link(label=t("Teapots", "茶壶"), url="/bazaar/?c=pots"), Link(label=t("Side-handle teapot", "横把壶"), url="", current=True)),
        options=(
            OptionGroup(label=t("Glaze", "釉色"), values=tuple(OptionValue(label=t(en, zh), also=t(zh, ""), url=f"?sku={g}", picture=Picture(art="teapot", glaze=g, wall=w), current=g == "celadon", sold_out=g == "cinnabar") for en, zh, g, w in glazes)),
            OptionGroup(label=t("Size", "容量"), values=(OptionValue(label="220 ml", url="?sku=s"), OptionValue(label="320 ml", url="?sku=m", current=True))),
        ),
        stock_state="in_stock", stock_note=t("14 in Hangzhou", "杭州仓 14 件"), limit=14,
        actions=(Action(label=t("Buy now", "立即购买"), url="/bazaar/checkout", primary=True), Action(label=t("Add to cart", "加入购物车"), url="/bazaar/cart", icon="shopping-cart")),
        facts=(Fact(label=t("Delivery", "配送"), text=t("Tomorrow, by 18:00 · free from ¥99", "明天 18:00 前 · 满 99 元免运费")), Fact(label=t("Returns", "退货"), text=t("7 days, no reason needed", "7 天无理由")), Fact(label=t("Material", "材质"), text=t("Longquan celadon, food safe", "龙泉青瓷，食品级"))),
        description=(t("Thrown by hand and fired twice. The glaze is thick at the shoulder and thins toward the rim, so that the light stays in it.", "手工拉坯，两次烧成。釉在肩部凝厚，至口沿渐薄，光便停在里面——“青如玉”，大抵如此。"),),
        reviews=said(t),
        reviews_url="/bazaar/products/prd_1/reviews", similar=goods(t)[5:9],
    )  # fmt: skip


def product_gone(t: Words) -> ProductPage:
    return msgspec.structs.replace(
        product(t), stock_state="sold_out", stock_note="", rating=None, reviews=(), similar=(), options=(), pictures=product(t).pictures[:1],
        actions=(Action(label=t("Buy now", "立即购买"), url="/bazaar/checkout", primary=True, closed_because=t("Sold out; more is expected on 28 Nov.", "已售罄，预计 11 月 28 日到货。")),),
        form=Form(values={"quantity": "3"}, errors={"quantity": t("Only 2 are left.", "仅剩 2 件。")}),
    )  # fmt: skip


def product_photographed(t: Words) -> ProductPage:
    """One whose shop has photographs of it."""
    at = "/bazaar/api/pictures"
    first = Picture(url=f"{at}/1/large", alt=t("Teapot", "茶壶"))
    others = (
        Picture(
            url=f"{at}/{n}/thumb",
            large_url=f"{at}/{n}/large",
            alt=t(f"Teapot, picture {n}", f"茶壶，图片 {n}"),
        )
        for n in (2, 3, 4)
    )
    return msgspec.structs.replace(product(t), pictures=(first, *others))  # fmt: skip


def product_near(t: Words) -> ProductPage:
    """One that can be collected, for somebody who said where they are."""
    return msgspec.structs.replace(
        product(t), options=(), similar=(), near=Link(label=t("From somewhere else", "换个位置"), url="/bazaar/near"),
        collect=(
            CollectRow(name=t("Celadon House, Hubin", "青禾茶器 湖滨店"), address=t("12 Hubin Road, Hangzhou", "杭州市湖滨路 12 号"), state="in_stock", far=t("2.3 km", "2.3 公里"), opening=t("open now", "营业中")),
            CollectRow(name=t("Celadon House, the kiln", "青禾茶器 龙泉窑"), address=t("Longquan, Zhejiang", "浙江省龙泉市"), state="sold_out", far=t("312 km", "312 公里"), opening=t("closed now", "休息中")),
            CollectRow(name=t("A counter at the market", "集市柜台"), address=t("Lishui, Zhejiang", "浙江省丽水市"), state="in_stock"),
        ),
    )  # fmt: skip


def product_measured(t: Words) -> ProductPage:
    return msgspec.structs.replace(
        product(t), name=t("Mountain cheese", "高山奶酪"), also=t("高山奶酪", "Mountain cheese"), price=yuan(128), was=None, breakdown=(), options=(), rating=None, reviews=(), similar=(),
        price_note=t("per kg", "每 kg"), stock_state="low_stock", stock_note=t("only 450 g left", "仅剩 450 g"), least=100, step=50, limit=450, measured_in="g",
        terms=t("From 100 g to 5,000 g, in steps of 50 g", "100 g 至 5,000 g，每次增减 50 g"),
        form=Form(values={"quantity": "120"}, errors={"quantity": t("From 100 g to 5,000 g, in steps of 50 g", "100 g 至 5,000 g，每次增减 50 g")}),
    )  # fmt: skip


def lines(t: Words) -> tuple[Line, ...]:
    return (
        Line(name=t("Side-handle teapot, 320 ml", "梅子青横把壶 320 ml"), option=t("plum green", "梅子青"), picture=Picture(art="teapot"), quantity=1, total=yuan(212.27), before=yuan(268), url="/bazaar/products/prd_1"),
        Line(name=t("Tasting cups, set of three", "三色品茗杯 一套"), picture=Picture(art="cups", wall="stone"), quantity=1, total=yuan(85.62), before=yuan(96)),
        Line(name=t("Autumn pears, box of six", "莱阳秋月梨 6 枚礼盒"), picture=Picture(art="pears", wall="sand"), quantity=2, total=yuan(32.11), before=yuan(36)),
    )  # fmt: skip


def sums(t: Words) -> tuple[SumRow, ...]:
    return (
        SumRow(label=t("Goods", "商品"), amount=yuan(400)), SumRow(label=t("Delivery", "运费"), amount=yuan(10)),
        SumRow(label=t("Discounts", "优惠"), amount=yuan(-80)), SumRow(label=t("To pay", "应付"), amount=yuan(330), total=True),
    )  # fmt: skip


def cart(t: Words, *, empty: bool = False) -> CartPage:
    def line(place: int, shown: Line, problem: str = "") -> CartLine:
        return CartLine(
            id=f"l{place}",
            name=shown.name,
            url="/bazaar/products/prd_1",
            picture=shown.picture,
            option=shown.option,
            quantity=shown.quantity,
            limit=9,
            unit=shown.before or shown.total,
            total=shown.before or shown.total,
            problem=problem,
            update_url="/bazaar/cart/quantity",
            remove_url="/bazaar/cart/remove",
        )

    a, b, c = lines(t)
    weighed = msgspec.structs.replace(
        line(4, c), quantity=1250, least=250, step=250, limit=5000, measured_in="g", unit=yuan(16), per="kg", total=yuan(20)
    )  # fmt: skip
    shops = (
        CartShop(shop=Link(label="青禾茶器", url="/bazaar/?shop=1"), lines=(line(1, a), line(2, b)), notes=(t("¥36 more and delivery is free.", "再买 36 元免运费。"),)),
        CartShop(shop=Link(label="莱阳果园", url="/bazaar/?shop=2"), lines=(line(3, c, t("Price went up from ¥32 to ¥36 since you put it in.", "加入购物车后价格由 32 元涨至 36 元。")), weighed)),
    )  # fmt: skip
    return CartPage(
        chrome=chrome(t, section="cart", path="/bazaar/cart", cart_count=0 if empty else 3), shops=() if empty else shops, sums=sums(t), pieces=4,
        checkout=Action(label=t("To checkout", "去结算"), url="/bazaar/checkout", method="get", primary=True), picks=goods(t)[9:13],
    )  # fmt: skip


def checkout(t: Words, *, guest: bool = False) -> CheckoutPage:
    a, b, c = lines(t)
    wrong = Form(
        values={"person": "林", "phone": "12"},
        errors={
            "phone": t("This phone number is too short.", "手机号太短。"),
            "street": t("Where does the courier ring?", "请填写街道与门牌。"),
        },
    )

    def options(kind: str) -> tuple[DeliveryOption, ...]:
        return (
            DeliveryOption(
                id="standard",
                label=t("Standard", "标准配送"),
                promise=t("Tomorrow, by 18:00", "明天 18:00 前"),
                price=yuan(10),
                checked=True,
            ),
            DeliveryOption(
                id=f"shop-{kind}",
                label=t("Collect at 武康路 store", "武康路门店自提"),
                promise=t("Ready in 2 h", "2 小时后可取"),
                price=yuan(0),
            ),
        )

    return CheckoutPage(
        chrome=chrome(t, section="cart", path="/bazaar/checkout", person="" if guest else t("Lin Xiao", "林晓")),
        groups=(CheckoutGroup(id="g1", shop="青禾茶器", lines=(a, b), delivery=options("1")), CheckoutGroup(id="g2", shop="莱阳果园", lines=(c,), delivery=options("2")[:1])),
        sums=sums(t), total=yuan(330), post_url="/bazaar/checkout", quote="qt_1", attempt="9f", countries=COUNTRIES, expires_at=NOW + timedelta(minutes=14, seconds=30), terms_url="/bazaar/terms", guest=guest,
        addresses=() if guest else (Address(id="adr_1", person="林晓", phone="138 **** 6214", text="上海市静安区武康路 100 弄 3 室", selected=True), Address(id="adr_2", person="林晓", phone="138 **** 6214", text="上海市徐汇区漕溪北路 595 号 12 楼")),
        form=wrong if guest else Form(),
    )  # fmt: skip


def checkout_at_the_door(t: Words) -> CheckoutPage:
    full = checkout(t)
    door = DeliveryOption(
        id="on_delivery",
        label=t("Standard delivery", "标准配送"),
        promise=t("Tomorrow, by 18:00", "明天 18:00 前"),
        price=yuan(10),
        checked=True,
    )
    other = DeliveryOption(
        id="evening",
        label=t("In the evening", "晚间配送"),
        promise=t("18:00 to 22:00", "18:00 至 22:00"),
        price=yuan(15),
    )
    choices = (
        Choice(value="now", label=t("Now, on the next page", "现在支付，在下一页")),
        Choice(value="door", label=t("When it is handed over to you", "货到付款"), checked=True),
    )
    return msgspec.structs.replace(full, payments=choices, groups=tuple(msgspec.structs.replace(group, door=(door,) if place else (door, other)) for place, group in enumerate(full.groups)))  # fmt: skip


def checkout_guest(t: Words) -> CheckoutPage:
    return checkout(t, guest=True)


def pay(t: Words, *, state: str = "created", wrong: bool = False) -> PayPage:
    return PayPage(
        chrome=chrome(t, section="cart", path="/bazaar/pay/pay_1"), payment_id="pay_0198f3c2a7b47d0e9c1f5a6e3d7f3e92", amount=yuan(330), state=state, post_url="/bazaar/pay/pay_1", attempt="9f",
        order=Link(label=t("To the order", "查看订单"), url="/bazaar/orders/1"), lines=lines(t), expires_at=NOW + timedelta(minutes=28), refresh_url="/bazaar/pay/pay_1", further=("_2", "_3"),
        cards=(
            TestCard(number="9000 0000 0000 0019", outcome=t("Paid at once", "立即成功"), explanation=t("The provider confirms within a second.", "渠道一秒内确认。")),
            TestCard(number="9000 0000 0000 0027", outcome=t("Declined", "被拒绝"), explanation=t("The order stays open; try another card.", "订单保留，可换卡再试。")),
            TestCard(number="9000 0000 0000 0068", outcome=t("Paid after a while", "延迟成功"), explanation=t("The page waits for the provider’s message.", "页面会等待渠道通知。")),
            TestCard(number="9000 0000 0000 0092", outcome=t("Message lost", "通知丢失"), explanation=t("No message comes; reconciliation finds the payment.", "没有通知，由对账补上。")),
        ),
        form=Form(problem=t("The card was declined. Nothing was charged; try another one.", "此卡被拒绝，没有扣款，请换一张卡。"), values={"card": "9000 0000 0000 0027"}, errors={"expiry": t("This date has passed.", "有效期已过。")}) if wrong else Form(),
    )  # fmt: skip


def pay_waiting(t: Words) -> PayPage:
    return pay(t, state="pending")


def pay_declined(t: Words) -> PayPage:
    return pay(t, wrong=True)


def pay_done(t: Words) -> PayPage:
    return pay(t, state="captured")


def pay_closed(t: Words) -> PayPage:
    return msgspec.structs.replace(
        pay(t, state="closed"),
        over=(
            t("Nothing was paid in time", "未在期限内付款"),
            t(
                "The order closed and the goods are free again. Nothing was charged.",
                "订单已关闭，商品已放回货架，没有扣款。",
            ),
        ),
    )


def pay_late(t: Words) -> PayPage:
    return msgspec.structs.replace(
        pay(t, state="late"),
        over=(
            t("Your money came too late and goes back", "付款来得太晚，将原路退回"),
            t(
                "The order had closed by then. The whole amount is returned to the card it came from.",
                "届时订单已关闭，全部款项将退回原卡。",
            ),
        ),
    )


def pay_split(t: Words) -> PayPage:
    return msgspec.structs.replace(
        pay(t),
        form=Form(
            values={"amount_2": "400"},
            errors={
                "amount_2": t("Together this is more than there is to pay", "合计超过了应付金额"),
                "card_3": t("Please type a card number", "请输入卡号"),
            },
        ),
    )


def order(t: Words) -> OrderPage:
    a, b, c = lines(t)
    hours = lambda h: NOW - timedelta(hours=h)  # noqa: E731 - a table of times reads better with it
    row = FundingRow(
        label=t("Side-handle teapot", "横把壶"),
        price=yuan(268),
        shares=(yuan(-30), yuan(-25.73), None),
        paid=yuan(212.27),
    )
    return OrderPage(
        chrome=chrome(t, section="orders", path="/bazaar/orders/1"), order_id=ORDER, state="delivered", headline=t("Everything has arrived", "全部送达"), lede=t("Two parcels, today at 16:20. Look them over; the sellers are paid once you confirm.", "两个包裹已于今天 16:20 送达。请查看，确认后货款才会付给卖家。"),
        placed_at=hours(26), stamp=t("Delivered", "送达"), shops=(OrderShop(shop=Link(label="青禾茶器", url="/bazaar/?shop=1"), lines=(a, b), state="delivered"), OrderShop(shop=Link(label="莱阳果园", url="/bazaar/?shop=2"), lines=(c,), state="part_refunded")),
        sums=(*sums(t)[:3], SumRow(label=t("Paid", "已付"), amount=yuan(330), total=True), SumRow(label=t("Refunded", "已退"), amount=yuan(-5.35))),
        actions=(Action(label=t("Confirm receipt", "确认收货"), url="/bazaar/orders/1/receive", primary=True), Action(label=t("Return or report", "退货或反馈"), url="/bazaar/orders/1/case", method="get"), Action(label=t("Cancel", "取消"), url="", closed_because=t("Cancelling ended when the parcels left on 20 Nov, 18:40. Returns are open until 27 Nov.", "包裹已于 11 月 20 日 18:40 发出，不能再取消。11 月 27 日前可以退货。"))),
        of_buyer=SellerSays(stars=5, text=t("Paid at once, friendly words. Gladly again.", "付款及时，沟通愉快，欢迎再来。"), at=hours(1)),
        facts=(Fact(label=t("To", "收货"), text="林晓, 静安区武康路 ··· 3 室"), Fact(label=t("Invoice", "发票"), text=t("e-fapiao, 2 files", "电子发票 2 张"), url="/bazaar/orders/1/invoice"), Fact(label=t("Terms", "条款"), text=t("Bazaar, as of 20 Nov", "巷集，11 月 20 日版"))),
        timeline=(
            Entry(at=NOW + timedelta(days=7), kind="next", icon="clock", what=t("We confirm receipt for you, and the sellers are paid", "系统自动确认收货，货款付给卖家"), by=t("Unless you confirm earlier or open a case", "除非您提前确认或申请售后")),
            Entry(at=NOW - timedelta(minutes=15), kind="money", icon="undo-2", what=t("Refunded: one of six pears, bruised", "退款：六个梨中一个碰伤"), by=t("by 莱阳果园 · to card ··· 6214", "莱阳果园 · 退至尾号 6214"), amount=yuan(5.35)),
            Entry(at=NOW - timedelta(minutes=32), kind="note", icon="message-square", what=t("You wrote to 莱阳果园", "您写给莱阳果园"), quote="有一只梨路上碰伤了，其余五只都很好，谢谢。", lang="zh"),
            Entry(at=hours(1), icon="package-check", tone="ok", what=t("Delivered, received by 物业前台", "已送达，物业前台签收"), by=t("by courier 王师傅", "快递员王师傅")),
            Entry(at=hours(8), icon="truck", what=t("Out for delivery, 2 parcels", "派送中，2 个包裹")),
            Entry(at=hours(22), icon="package", what=t("Packed and handed over", "已打包并交付快递"), by=t("by 青禾茶器, Hangzhou", "青禾茶器，杭州")),
            Entry(at=hours(26), kind="money", icon="wallet", what=t("Paid with card ··· 6214", "尾号 6214 卡支付"), by=t("Held by Bazaar until you confirm", "由巷集保管至您确认收货"), amount=yuan(-330)),
            Entry(at=hours(26.1), icon="shopping-cart", what=t("Ordered from 2 sellers", "向 2 位卖家下单"), by=t("by you, on the phone", "您，通过手机")),
        ),
        funding=Funding(
            summary=t("¥80.00 from three funders", "三方共承担 80.00 元"), funders=(Funder(name="青禾茶器", offer=t("group price", "拼团价")), Funder(name=t("Bazaar", "巷集"), offer=t("40 off 300", "满 300 减 40")), Funder(name="SF Express", offer=t("free delivery", "免运费"))),
            rows=(row, FundingRow(label=t("Tasting cups", "品茗杯"), price=yuan(96), shares=(None, yuan(-10.38), None), paid=yuan(85.62)), FundingRow(label=t("Autumn pears", "秋月梨"), price=yuan(36), shares=(None, yuan(-3.89), None), paid=yuan(32.11)), FundingRow(label=t("Delivery", "运费"), price=yuan(10), shares=(None, None, yuan(-10)), paid=yuan(0))),
            total=FundingRow(label=t("Total", "合计"), price=yuan(410), shares=(yuan(-30), yuan(-40), yuan(-10)), paid=yuan(330)),
        ), note_url="/bazaar/orders/1/notes", addresses=(Choice(value="adr_2", label=t("Lin Xiao, Room 12, 595 Caoxi North Road, Shanghai", "林晓, 上海市徐汇区漕溪北路 595 号 12 楼")),), redirect_url="/bazaar/orders/1/redirect",
    )  # fmt: skip


def pieces(t: Words) -> tuple[PieceChoice, ...]:
    _, b, c = lines(t)
    return (
        PieceChoice(number=2, name=b.name, picture=b.picture, pieces=1, total=b.total),
        PieceChoice(number=3, name=c.name, picture=c.picture, pieces=3, total=c.total),
    )


def order_at_the_door(t: Words) -> OrderPage:
    full = order(t)
    return msgspec.structs.replace(
        full, state="shipped", headline=t("To be paid on delivery", "货到付款"), lede=t("You pay when it is handed over to you.", "商品交到您手中时付款。"), stamp="", funding=None, addresses=(), sums=sums(t),
        shops=(msgspec.structs.replace(full.shops[0], state="", at=NOW - timedelta(hours=5), parcel=Parcel(carrier="SF Express", number="SF1388204755190", url="https://www.kuaidi100.com/chaxun?com=shunfeng&nu=SF1388204755190")),),
        actions=(Action(label=t("Write to the seller", "联系卖家"), url="/bazaar/talk/ord_1", method="get", icon="message-square"),),
        facts=(full.facts[0], Fact(label=t("Payment", "付款"), text=t("¥330.00, when it is handed over to you", "¥330.00，货到付款"))), timeline=full.timeline[-1:],
    )  # fmt: skip


def cancel(t: Words, *, wrong: bool = False) -> CancelPage:
    reasons = (("changed_mind", "No longer wanted", "不想要了"), ("ordered_by_mistake", "Ordered by mistake", "下错单了"), ("wrong_address", "The address is wrong", "地址有误"), ("found_cheaper", "Found for less elsewhere", "别处更便宜"),
               ("takes_too_long", "It takes too long", "等待太久"), ("agreed", "Agreed between buyer and seller", "双方协商一致"), ("other", "Something else", "其他原因"))  # fmt: skip
    return CancelPage(
        chrome=chrome(t, section="orders", path="/bazaar/orders/1/cancel"), order_id=ORDER, state="awaiting_shipment", order=Link(label=t("Back to the order", "返回订单"), url="/bazaar/orders/1"),
        reasons=tuple(Choice(value=code, label=t(*said)) for code, *said in reasons), post_url="/bazaar/orders/1/cancel", parts=() if wrong else pieces(t), orders=2 if wrong else 1, back=None if wrong else yuan(121.62),
        form=Form(values={"text": "x"}, errors={"reason": t("Please say why", "请说明原因")}) if wrong else Form(),
    )  # fmt: skip


def cancel_wrong(t: Words) -> CancelPage:
    return cancel(t, wrong=True)


def order_unpaid(t: Words) -> OrderPage:
    full = order(t)
    return msgspec.structs.replace(
        full, state="awaiting_payment", headline=t("Waiting for your payment", "等待付款"), lede=t("The goods are held for 28 minutes.", "商品为您保留 28 分钟。"), stamp="", funding=None, note_url="", timeline=full.timeline[-1:],
        shops=full.shops[:1], sums=sums(t), actions=(Action(label=t("Pay ¥330.00", "付款 ¥330.00"), url="/bazaar/pay/1", method="get", primary=True), Action(label=t("Cancel the order", "取消订单"), url="/bazaar/orders/1/cancel")),
        chrome=msgspec.structs.replace(full.chrome, notices=(Notice(tone="ok", title=t("Order placed.", "下单成功。"), text=t("You find it under Orders at any time.", "可随时在“订单”中查看。")),)),
    )  # fmt: skip


def order_parts(t: Words) -> OrderPage:
    full = order(t)
    a, b, c = lines(t)
    shop = Link(label="青禾茶器", url="/bazaar/?shop=1")
    return msgspec.structs.replace(
        full, state="partly_shipped", headline=t("Partly on the way", "部分已发货"), lede=t("Confirm once everything is there; only then the seller is paid.", "全部收到后请确认，货款届时付给卖家。"), stamp="", funding=None,
        shops=(
            OrderShop(shop=shop, title=t("Parcel 1 of 2", "包裹 1 / 2"), state="received", at=NOW - timedelta(days=2), lines=(a,), parcel=Parcel(carrier="中通快递", number="75812204467719", url="https://www.kuaidi100.com/chaxun?com=zhongtong&nu=75812204467719")),
            OrderShop(shop=shop, title=t("Parcel 2 of 2", "包裹 2 / 2"), state="shipped", at=NOW - timedelta(hours=5), lines=(b,), parcel=Parcel(carrier="顺丰速运", number="SF1388204755190", url="https://www.kuaidi100.com/chaxun?com=shunfeng&nu=SF1388204755190"), receive=Action(label=t("This parcel is there", "此包裹已收到"), url="/bazaar/orders/1/receive", icon="package-check", fields=(("part", "yes"), ("line-2", "yes")))),
            OrderShop(shop=shop, title=t("Still to be sent", "待发货"), state="awaiting_shipment", lines=(c,)),
        ),
        actions=(Action(label=t("Confirm receipt", "确认收货"), url="/bazaar/orders/1/receive", primary=True), Action(label=t("5 more days to confirm", "延长收货 5 天"), url="/bazaar/orders/1/extend", icon="clock"), Action(label=t("Cancel", "取消"), url="", closed_because=t("Please ask the seller to cancel it.", "请联系卖家取消。")), Action(label=t("Write to the seller", "联系卖家"), url="/bazaar/talk/ord_1", method="get", icon="message-square")),
        parts=pieces(t), receive_url="/bazaar/orders/1/receive",
        part_form=Form(errors={"line": t("Please tick what is there", "请勾选已收到的商品")}), form=Form(errors={"note": t("Please write something", "请写点什么")}),
        chrome=msgspec.structs.replace(full.chrome, notices=(Notice(tone="info", title=t("The seller lowered the price.", "卖家降低了价格。"), text=t("It was ¥350.00; now you pay ¥330.00.", "原为 ¥350.00，现需支付 ¥330.00。")),)),
    )  # fmt: skip


def drafts(t: Words) -> DraftsPage:
    first = orders(t).orders[0]
    made = msgspec.structs.replace(
        first,
        state="open",
        next=t("made for you alone, at an agreed price", "专为您准备，价格已约定"),
        actions=(),
    )
    return DraftsPage(
        chrome=chrome(t, section="orders", path="/bazaar/drafts"),
        drafts=(made, msgspec.structs.replace(made, id=ORDER[:-1] + "7", state="expired", next="")),
        pager=Pager(shown=2),
    )


def drafts_none(t: Words) -> DraftsPage:
    return msgspec.structs.replace(drafts(t), drafts=())


def draft(t: Words) -> DraftPage:
    a, b, _ = lines(t)
    return DraftPage(
        chrome=chrome(t, section="orders", path="/bazaar/drafts/dft_1"), draft_id="dft_0198f3c2a7b47d0e9c1f5a6e3d7f3e93", state="open", shop=Link(label="青禾茶器", url="/bazaar/?shop=1"), lines=(a, b),
        sums=(SumRow(label=t("Goods, as agreed", "约定商品价"), amount=yuan(297.89)), SumRow(label=t("Delivery", "运费"), amount=yuan(0)), SumRow(label=t("To pay", "应付"), amount=yuan(297.89), total=True)),
        made_at=NOW - timedelta(hours=3), expires_at=NOW + timedelta(hours=21), post_url="/bazaar/drafts/dft_1", note=t("As we said: the pot and the cups together, from the new firing.", "如前所说：茶壶与品茗杯一起，都是新窑。"), write=Action(label=t("Write to the seller", "联系卖家"), url="/bazaar/talk/prod_1", method="get", icon="message-square"),
        countries=COUNTRIES, addresses=checkout(t).addresses,
    )  # fmt: skip


def draft_wrong(t: Words) -> DraftPage:
    return msgspec.structs.replace(draft(t), addresses=(), form=checkout_guest(t).form)


def draft_over(t: Words) -> DraftPage:
    return msgspec.structs.replace(
        draft(t),
        state="expired",
        closed=Notice(
            tone="info", text=t("The time to accept this offer is over.", "此报价的接受时间已过。")
        ),
    )


def orders(t: Words, *, empty: str = "") -> OrdersPage:
    def card(place: int, state: str, next_: str, *arts: str, actions: tuple[Action, ...] = ()) -> OrderCard:
        return OrderCard(
            id=ORDER[:-1] + str(place),
            url=f"/bazaar/orders/{place}",
            placed_at=NOW - timedelta(days=place * 2),
            state=state,
            shops=t("青禾茶器 and one more", "青禾茶器 等 2 家"),
            pieces=3,
            total=yuan(330 / place),
            pictures=tuple(
                Picture(art=art, wall=wall)
                for art, wall in zip(arts, ("mist", "stone", "sand"), strict=False)
            ),
            next=next_,
            actions=actions,
        )

    return OrdersPage(
        chrome=chrome(t, section="orders", path="/bazaar/orders"), empty=empty, clear_url="/bazaar/orders",  # type: ignore[arg-type]
        beside=(Link(label=t("Offers made for you", "专属报价"), url="/bazaar/drafts", icon="file-text"), Link(label=t("Reviews", "评价"), url="/bazaar/reviews", icon="star")),
        tabs=tuple(Link(label=label, url=f"?state={place}", current=place == 0) for place, label in enumerate((t("All", "全部"), t("To pay", "待付款"), t("On the way", "运送中"), t("To confirm", "待收货"), t("After-sales", "售后")))),
        orders=() if empty else (
            card(1, "awaiting_payment", t("closes in 28 minutes", "28 分钟后关闭"), "teapot", "cups", actions=(Action(label=t("Pay", "付款"), url="/bazaar/pay/1", method="get", primary=True),)),
            card(2, "shipped", t("arrives tomorrow by 18:00", "明天 18:00 前送达"), "pears"),
            card(3, "delivered", t("confirms itself on 28 Nov", "11 月 28 日自动确认"), "lantern", "scarf", "tin", actions=(Action(label=t("Confirm receipt", "确认收货"), url="/bazaar/orders/3/receive", primary=True),)),
            card(4, "cancelled", "", "honey"),
        ),
        pager=Pager(shown=0 if empty else 4, total=0 if empty else 4),
    )  # fmt: skip


def orders_none(t: Words) -> OrdersPage:
    return msgspec.structs.replace(orders(t, empty="nothing_yet"), tabs=())


def orders_no_match(t: Words) -> OrdersPage:
    return orders(t, empty="no_match")


def login(t: Words) -> LoginPage:
    return LoginPage(chrome=chrome(t, section="account", path="/bazaar/login", person="", cart_count=0), post_url="/bazaar/login", signup_url="/bazaar/signup", forgot_url="/bazaar/forgot", next="/bazaar/cart", doors=doors(t)[:2],
                     passkey=Ceremony(begin_url="/bazaar/login/passkey/begin", post_url="/bazaar/login/passkey"), issuers=(Action(label=t("Go on with Acme", "使用 Acme 继续"), url="/bazaar/login/with/acme", icon="globe"),),
                     form=Form(values={"email": "lin@demo.hansa"}, problem=t("E-mail and password do not belong together.", "邮箱与密码不匹配。")))  # fmt: skip


def signup(t: Words) -> SignupPage:
    return SignupPage(chrome=chrome(t, section="account", path="/bazaar/signup", person=""), post_url="/bazaar/signup", login_url="/bazaar/login",
                      form=Form(values={"name": "小林", "email": "lin@"}, errors={"email": t("This is not an e-mail address.", "邮箱地址不完整。"), "password": t("This password is too short.", "密码太短。")}))  # fmt: skip


def forgot(t: Words) -> ProofPage:
    return ProofPage(chrome=chrome(t, section="account", path="/bazaar/forgot", person=""), title=t("Forgot your password?", "忘记密码？"), button=t("Send me a link", "发送链接"), wants="email", post_url="/bazaar/forgot",
                     form=Form(values={"email": "lin@"}, errors={"email": t("This is not an e-mail address.", "邮箱地址不完整。")}))  # fmt: skip


def proof(t: Words) -> ProofPage:
    return ProofPage(chrome=chrome(t, section="account", path="/bazaar/proof/reset-password", person=""), title=t("Choose a new password", "设置新密码"), button=t("Set the password", "确认设置"), wants="password", token="x",
                     post_url="/bazaar/proof/reset-password", form=Form(problem=t("This link no longer works, please ask for a new one", "此链接已失效，请重新申请")))  # fmt: skip


def account(t: Words) -> AccountPage:
    return AccountPage(
        chrome=chrome(t, section="account", path="/bazaar/account", sells=True), email="lin@demo.hansa", since=NOW - timedelta(days=420), post_url="/bazaar/account", address_url="/bazaar/account/addresses", countries=COUNTRIES, tabs=rooms(t, 0),
        logout=Action(label=t("Log out", "退出登录"), url="/bazaar/logout", icon="log-out"),
        addresses=(Address(id="adr_1", person="林晓", phone="138 **** 6214", text="上海市静安区武康路 100 弄 3 室", selected=True, actions=(Action(label=t("Remove", "删除"), url="/bazaar/account/addresses", fields=(("address", "adr_1"),)),)),),
    )  # fmt: skip


def missing(t: Words) -> ErrorPage:
    return ErrorPage(chrome=chrome(t, section=""), status=404, code="product.not_found", title=t("This product is not here", "找不到这件商品"), detail=t("It may have been taken off the shelf, or the address has a slip.", "可能已下架，或者地址有误。"), trace="7f3e91c2")  # fmt: skip


def broken(t: Words) -> ErrorPage:
    return ErrorPage(chrome=chrome(t, section="", storefront=False, business="Hansa"), status=503, code="lane.full", title=t("Too many at once", "人太多了"), detail=t("Nothing was ordered and nothing was charged. Try again in a moment.", "没有下单，也没有扣款。请稍后再试。"), trace="7f3e91c2",
                     hints=(Fact(label=t("Wait", "等待"), text=t("about 5 seconds", "约 5 秒")),), actions=(Action(label=t("Try again", "再试一次"), url="/bazaar/checkout", method="get", primary=True),))  # fmt: skip


def portal_alone(t: Words) -> PortalPage:
    return portal(t, alone=True)


def cart_empty(t: Words) -> CartPage:
    return cart(t, empty=True)


PAGES = Pages()


def design(t: Words) -> View:
    return design_page(
        chrome(t, storefront=False, business="Hansa", path="/design", section=""),
        PAGES.translator(t.language),
    )


SAMPLES: dict[str, Callable[[Words], View]] = {
    make.__name__: make
    for make in (
        portal, portal_alone, home, search, search_corrected, category, search_near, near, near_nothing, no_match, nothing_yet, product, product_near, product_gone, product_photographed, product_measured, cart, cart_empty, checkout, checkout_at_the_door,
        checkout_guest, pay, pay_waiting, pay_declined, pay_done, pay_closed, pay_late, pay_split, order, order_parts, order_at_the_door, order_unpaid, cancel, cancel_wrong, orders, drafts, drafts_none, draft, draft_wrong, draft_over, orders_none,
        orders_no_match, login, signup, forgot, proof, account, *ACCOUNT, *REVIEWS, missing, broken, design, *SELLING, *BESIDE,
    )
} | OPERATING  # fmt: skip


def sample(name: str, language: str, *, theme: str = "system") -> View:
    """A sample view by name, in a language and a brightness."""
    view = SAMPLES[name](Words(language))
    return msgspec.structs.replace(view, chrome=msgspec.structs.replace(view.chrome, theme=theme))
