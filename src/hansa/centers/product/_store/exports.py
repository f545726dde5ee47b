"""What product hands out for analysis: which product stands in which branch."""

from __future__ import annotations

from hansa.kernel.center import Export

EXPORTS = (
    Export(
        name="product_product",
        query="""SELECT id, business, category_id, code, titles, attributes FROM product.product_now""",
    ),
    Export(
        name="product_category",
        query="""SELECT id, business, slug, names, parent_id, lineage[1] AS top_id FROM product.category""",
    ),
)
