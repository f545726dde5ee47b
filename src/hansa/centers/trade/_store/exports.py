"""What trade hands out for analysis: orders, their lines and who bore which discount.

Parties are ids, and of what was said of lines it is the figures: words are people's own, and files are not forgotten.
"""

from __future__ import annotations

from hansa.kernel.center import Export

_FOLLOWS = {
    "trade.checkout_placed": "orders",
    "trade.order_moved": "order_id",
    "trade.lines_moved": "order_id",
    "trade.order_redirected": "order_id",
    "trade.price_lowered": "order_id",
}
_EVERYTHING = 'SELECT id FROM trade."order"'

EXPORTS = (
    Export(
        name="trade_order",
        query="""SELECT o.id, o.checkout_id, o.business, o.traffic, o.entity, o.buyer, o.shop_id, o.place_id,
                        o.state, o.version, o.currency, o.goods, o.discount, o.freight, o.tax, o.placed_at, o.paid_at,
                        o.finished_at, o.closed_at
                 FROM trade."order" o WHERE o.id = ANY($1::uuid[])""",
        follows=_FOLLOWS,
        everything=_EVERYTHING,
    ),
    Export(
        name="trade_line",
        query="""SELECT l.order_id, l.line_no, l.product_id, l.sku_id, l.offer_id, l.quantity, l.measure_amount,
                        l.measure_unit, l.gross, l.discount, l.tax, l.freight, l.commission_bp, l.state,
                        (SELECT jsonb_object_agg(said.key, said.value) FROM jsonb_each(l.inputs) said
                          WHERE jsonb_typeof(said.value) = 'number') AS inputs
                 FROM trade."order" o JOIN trade.line l ON l.buyer = o.buyer AND l.order_id = o.id
                 WHERE o.id = ANY($1::uuid[])""",
        follows=_FOLLOWS,
        everything=_EVERYTHING,
        id_column="order_id",
    ),
    Export(
        name="trade_allocation",
        query="""SELECT a.order_id, a.line_no, a.ordinal, a.layer, a.funder_kind, a.funder_party, a.minor
                 FROM trade."order" o JOIN trade.allocation a ON a.buyer = o.buyer AND a.order_id = o.id
                 WHERE o.id = ANY($1::uuid[])""",
        follows=_FOLLOWS,
        everything=_EVERYTHING,
        id_column="order_id",
    ),
)
