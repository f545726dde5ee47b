"""What the demo sells: seven small shops of the bazaar, two brands at the flagship and one that waits there, and their goods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hansa.centers.place.types import Location


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant of a product: its glaze or size in both languages, and what is drawn."""

    code: str
    zh: str
    en: str
    art: str


@dataclass(frozen=True, slots=True)
class Good:
    """A product: titles, price in fen, what is drawn, and its variants where it has some."""

    zh: str
    en: str
    category: str
    fen: int
    art: str
    zh_text: str
    en_text: str
    was_fen: int | None = None
    stock: int = 200
    option: tuple[str, str] = ("", "")
    """What the variants differ in, in both languages."""
    variants: Sequence[Variant] = ()


@dataclass(frozen=True, slots=True)
class DemoShop:
    """A shop, its one place, and its goods."""

    slug: str
    zh: str
    en: str
    city: str
    location: Location
    goods: Sequence[Good] = field(default_factory=tuple)
    business: str = "bazaar"


CATEGORIES = (
    ("tea-ware", "茶器", "Tea ware"),
    ("food-and-tea", "食物与茶", "Food and tea"),
    ("home", "家居", "Home"),
    ("textiles", "织物", "Textiles"),
)

GLAZE = ("釉色", "Glaze")

SHOPS = (
    DemoShop(
        "qinghe", "青禾茶器", "Qinghe Tea Ware", "浙江省龙泉市", Location(28.07, 119.14),
        (
            Good(
                "横把壶 320 ml", "Side-handle teapot, 320 ml", "tea-ware", 23800, "teapot",
                "手拉坯，断水利落。釉面温润，越用越亮。", "Thrown by hand, with a spout that does not drip. The glaze brightens with use.",
                was_fen=26800, option=GLAZE,
                variants=(
                    Variant("plum-green", "梅子青", "Plum green", "teapot celadon mist"),
                    Variant("ink", "乌金", "Ink black", "teapot ink stone"),
                    Variant("white", "甜白", "Sweet white", "teapot porcelain sky"),
                ),
            ),
            Good(
                "三色品茗杯 一套", "Tasting cups, set of three", "tea-ware", 9600, "cups celadon stone",
                "三只杯，三种釉，正好与两位朋友对饮。", "Three cups in three glazes, for you and two friends.",
            ),
        ),
    ),
    DemoShop(
        "laiyang", "莱阳果园", "Laiyang Orchard", "山东省莱阳市", Location(36.98, 120.71),
        (
            Good(
                "秋月梨 6 枚礼盒", "Autumn pears, box of six", "food-and-tea", 3600, "pears pear sand",
                "当日采摘，单果约 350 克，皮薄无渣。", "Picked the same day, about 350 g each, thin-skinned and crisp.", stock=600,
            ),
            Good(
                "霜降柿子 8 枚", "Persimmons after the frost, eight", "food-and-tea", 4200, "persimmons cinnabar blush",
                "霜降后采收，放软再吃。", "Picked after the first frost; wait until they are soft.",
            ),
        ),
    ),
    DemoShop(
        "banri", "半日灯坊", "Half-day Lanterns", "福建省泉州市", Location(24.87, 118.68),
        (
            Good(
                "竹骨宣纸灯笼", "Paper lantern on bamboo", "home", 12800, "lantern cinnabar blush",
                "竹骨手扎，宣纸可换。", "Bamboo ribs tied by hand; the paper can be renewed.", was_fen=15800, stock=80,
            ),
            Good(
                "油纸伞", "Oiled paper umbrella", "home", 16800, "umbrella cobalt sky",
                "桐油三遍，雨天可用。", "Three coats of tung oil: made for rain, not for show.", stock=60,
            ),
        ),
    ),
    DemoShop(
        "jingde", "景德小窑", "Little Kiln of Jingde", "江西省景德镇市", Location(29.27, 117.18),
        (
            Good(
                "青花面碗 · 附筷", "Noodle bowl with chopsticks", "home", 5900, "bowl cobalt sky",
                "手绘青花，釉下彩，可进洗碗机。", "Painted under the glaze, safe in the dishwasher.", stock=400,
            ),
            Good(
                "青线白瓷梅瓶", "White plum vase, blue line", "home", 19900, "vase porcelain blush",
                "插一枝即可。", "One branch is enough.", stock=40,
            ),
        ),
    ),
    DemoShop(
        "northloom", "北织", "North Loom", "内蒙古鄂尔多斯市", Location(39.61, 109.78),
        (
            Good(
                "长绒羊毛围巾", "Long wool scarf", "textiles", 32900, "scarf cobalt stone",
                "长绒羊毛，200 × 35 厘米。", "Long-staple wool, 200 by 35 cm.", was_fen=39900, stock=120,
                option=("颜色", "Colour"),
                variants=(
                    Variant("deep-sea", "深海蓝", "Deep sea", "scarf cobalt stone"),
                    Variant("ochre", "赭黄", "Ochre", "scarf ochre sand"),
                ),
            ),
        ),
    ),
    DemoShop(
        "yanshang", "岩上", "Above the Rocks", "福建省武夷山市", Location(27.76, 118.04),
        (
            Good(
                "正山小种 红茶 100 g", "Lapsang souchong, 100 g", "food-and-tea", 8800, "tin jade mist",
                "桐木关，松烟香。", "From Tongmu, smoked over pine.", stock=300,
            ),
            Good(
                "团扇 · 一叶", "Round fan, one leaf", "home", 7800, "fan porcelain sky",
                "真丝扇面，竹柄。", "Silk on a bamboo handle.", stock=90,
            ),
        ),
    ),
    DemoShop(
        "changbai", "长白蜂场", "Changbai Apiary", "吉林省安图县", Location(43.11, 128.91),
        (
            Good(
                "椴树雪蜜 500 g", "Linden honey, 500 g", "food-and-tea", 6450, "honey ochre sand",
                "结晶细腻如雪，温水冲服。", "Sets as fine as snow; stir it into warm water.", was_fen=7200, stock=260,
            ),
            Good(
                "柳编提篮", "Willow basket", "home", 5400, "basket wood mist",
                "去市集用的篮子。", "The one to take to the market.", stock=70,
            ),
        ),
    ),
    DemoShop(
        "yanshang-house", "岩上茶行旗舰", "Above the Rocks, the house", "福建省武夷山市", Location(27.75, 118.03),
        (
            Good(
                "大红袍礼罐 120 g", "Da Hong Pao, gift tin of 120 g", "food-and-tea", 58800, "tin cinnabar sand",
                "正岩产区，足火慢焙，岩韵绵长。附防伪码与发票。", "From the inner cliffs, roasted slowly. With a proof of origin and an invoice.",
                stock=400,
            ),
            Good(
                "肉桂小罐 50 g", "Rou Gui, small tin of 50 g", "food-and-tea", 26800, "tin celadon mist",
                "桂皮香清晰，回甘快。", "A clear note of cassia and a quick sweetness.", was_fen=29800, stock=400,
            ),
        ),
        business="flagship",
    ),
    DemoShop(
        "beizhi-house", "北织旗舰", "North Loom, the house", "内蒙古自治区呼和浩特市", Location(40.84, 111.75),
        (
            Good(
                "羊绒围巾", "Cashmere scarf", "textiles", 89900, "scarf stone",
                "阿拉善白绒，双面梭织，四季可用。", "White cashmere from Alxa, woven on both sides, for all seasons.", stock=150,
            ),
        ),
        business="flagship",
    ),
)  # fmt: skip

APPLICANT = DemoShop(
    "jingde-house", "景德小窑旗舰", "Little Kiln of Jingde, the house", "江西省景德镇市", Location(29.27, 117.18), business="flagship"
)  # fmt: skip
"""A shop that waits to be let in, so that operators find something to decide."""

APPLICANT_SAYS = {
    "legal_name": "景德镇小窑陶瓷有限公司",
    "registration_number": "91360200DEMO0002XK",
    "bank_reference": "6217 0000 0002",
    "trademark": "第 20261122 号",
}
