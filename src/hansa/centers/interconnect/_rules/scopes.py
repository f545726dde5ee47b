"""What an app may be given in a shop, and how that is said to whoever is asked: no more than this, ever.

An app is never staff: it does not open or close shops, hire or install other apps. Of people it learns where orders go
and nothing else, where the shop gives it that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from hansa.kernel.problem import FieldError
from hansa.kernel.texts import Texts

SCOPES: dict[str, Texts] = {
    "trade.order.read": {"en": "See the shop's orders", "zh": "查看店铺的订单"},
    "trade.order.address": {
        "en": "See where orders go: names, addresses and telephone numbers of those who receive them",
        "zh": "查看订单寄往何处：收货人的姓名、地址和电话",
    },
    "trade.order.ship": {"en": "Mark orders as shipped", "zh": "将订单标记为已发货"},
    "trade.order.cancel": {"en": "Cancel orders", "zh": "取消订单"},
    "trade.order.price": {"en": "Lower the price of unpaid orders", "zh": "修改未付款订单的价格"},
    "trade.order.collect": {
        "en": "Take in the money of orders paid on delivery",
        "zh": "确认货到付款订单的收款",
    },
    "trade.order.draft": {"en": "Make orders for buyers to accept", "zh": "为买家代下订单"},
    "trade.order.note": {"en": "Write notes on orders", "zh": "添加订单备注"},
    "review.order.read": {"en": "See reviews of orders", "zh": "查看订单评价"},
    "review.reply.write": {"en": "Reply to reviews in the shop's name", "zh": "以店铺名义回复评价"},
    "review.buyer.write": {"en": "Review buyers in the shop's name", "zh": "以店铺名义评价买家"},
    "inventory.stock.see": {"en": "See stock and its movements", "zh": "查看库存及其变动"},
    "inventory.stock.receive": {"en": "Take goods into stock", "zh": "商品入库"},
    "inventory.stock.adjust": {"en": "Correct and set stock", "zh": "调整和设定库存"},
    "inventory.stock.count": {"en": "Run stocktakes", "zh": "盘点库存"},
    "inventory.stock.limit": {"en": "Set safety stock and backorders", "zh": "设定安全库存和缺货销售"},
    "product.product.create": {"en": "Create products", "zh": "创建商品"},
    "product.product.edit": {"en": "See and edit products", "zh": "查看和编辑商品"},
    "product.offer.price": {"en": "Set prices", "zh": "设定价格"},
    "product.offer.withdraw": {"en": "Take products off sale", "zh": "下架商品"},
    "place.place.add": {"en": "Add places such as warehouses", "zh": "添加仓库等地点"},
    "place.place.edit": {"en": "Change places", "zh": "修改地点"},
    "shop.shop.see": {"en": "See how the shop stands and its history", "zh": "查看店铺状态和历史"},
    "ledger.shop.see": {"en": "See what the shop has earned and owes", "zh": "查看店铺的收入与应付"},
    "shop.commission.see": {"en": "See the shop's commission rates", "zh": "查看店铺的佣金费率"},
    "shop.seller.see": {"en": "See the shop's legal entity", "zh": "查看店铺的经营主体"},
}
"""Permission to what it means, in the languages of whoever is asked."""

KEPT: dict[str, str] = {
    "interconnect.app.install": "no app lets another in",
    "interconnect.endpoint.change": "an app has endpoints of its own, for every shop that let it in",
    "interconnect.endpoint.see": "as above",
    "message.conversation.answer": "what buyers and a shop say to each other is between people",
    "shop.seller.change": "who sells, by law, is said by who does",
    "shop.shop.apply": "whoever answers for a shop hands it in",
    "shop.shop.close": "a shop is closed by people",
    "shop.shop.edit": "what a shop calls itself and promises is its people's word",
    "shop.staff.change": "an app hires nobody",
    "shop.staff.see": "who works at a shop is those people's matter",
}
"""What can be held for a shop and is never given to an app, and why."""


def scope_errors(
    scopes: Collection[str], *, among: Collection[str], field: str = "scopes"
) -> list[FieldError]:
    """Say which scopes cannot be asked for; an empty list when all can."""
    if not scopes:
        return [FieldError(field, "required", "Name at least one")]
    if len(scopes) > len(SCOPES):
        return [FieldError(field, "too_many", f"At most {len(SCOPES)}")]
    return [
        FieldError(f"{field}.{at}", "unknown", "This cannot be given to an app here")
        for at, scope in enumerate(scopes)
        if scope not in among
    ]


def tidy(scopes: Iterable[str]) -> tuple[str, ...]:
    """Return scopes each once, in the order in which they are shown."""
    wanted = set(scopes)
    return tuple(scope for scope in SCOPES if scope in wanted)


def digest(scopes: Iterable[str]) -> str:
    """Return what tells one list of scopes from another: whoever consents says which one was seen."""
    return hashlib.blake2b("\n".join(tidy(scopes)).encode(), digest_size=12).hexdigest()
