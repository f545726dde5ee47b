"""What shop hands out for analysis: shops by name. Who owns them stays here."""

from __future__ import annotations

from hansa.kernel.center import Export

EXPORTS = (Export(name="shop_shop", query="SELECT id, business, traffic, slug, name, status FROM shop.shop"),)
