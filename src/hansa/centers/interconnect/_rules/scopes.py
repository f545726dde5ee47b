"""What an app may be given in a shop, and how that is said to whoever is asked: no more than this, ever.

An app is never staff: it does not open or close shops, hire, install other apps or read people's data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from hansa.kernel.problem import FieldError
from hansa.kernel.texts import Texts

SCOPES: dict[str, Texts] = {
    "trade.order.read": {"en": "See the shop's orders", "zh": "查看店铺的订单"},
    "trade.order.ship": {"en": "Mark orders as shipped", "zh": "将订单标记为已发货"},
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
}
"""Permission to what it means, in the languages of whoever is asked."""


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
