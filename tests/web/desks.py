"""What stories of the seller's desk begin with: a shop, something on sale, an order."""

from __future__ import annotations

import re
from uuid import uuid4

from surfer import ADDRESS, CARD, Forms


def email():
    return f"{uuid4().hex}@example.com"


def slug():
    return f"s{uuid4().hex[:12]}"


def open_shop(surfer):
    named = slug()
    surfer.open("/bazaar/sell")
    surfer.send("/sell", **{"name-en": "Celadon House", "name-zh": "青禾茶器", "slug": named})
    assert str(surfer.page.url).endswith(f"/sell/{named}"), surfer.page.text
    return f"/bazaar/sell/{named}"


def order(buyer, path, *, paid=True):
    """Somebody buys it, and pays for it."""
    buyer.add(path)
    buyer.open("/bazaar/checkout")
    buyer.send("/checkout", **ADDRESS, email=email())
    assert "/pay/" in str(buyer.page.url), buyer.page.text
    if paid:
        at = next(at for at in Forms(buyer.page.text).forms if "/pay/" in at)
        buyer.send(at.partition("?")[0].rpartition("/")[2], **CARD)
        assert "Paid, thank you" in buyer.page.text
    return buyer


def open_first_order(seller):
    seller.open(f"{seller.desk}/orders")
    found = re.search(rf'href="({seller.desk}/orders/ord_[0-9a-z]+)"', seller.page.text)
    assert found is not None, seller.page.text
    seller.open(found.group(1))
    return found.group(1)
