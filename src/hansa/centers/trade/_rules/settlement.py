"""What moves in the books when an order is paid, and when its buyer has received the goods."""

from __future__ import annotations

from collections.abc import Mapping

from hansa.centers.trade.types import Funder, FunderKind, Order

BASIS_POINTS = 10_000


def commission(net_minor: int, basis_points: int) -> int:
    """Return the platform's commission on net revenue, rounded half up to the minor unit."""
    return (net_minor * basis_points * 2 + BASIS_POINTS) // (2 * BASIS_POINTS)


def seller_share(order: Order, borne: Mapping[Funder, int]) -> tuple[int, int]:
    """Return (to the seller, commission) for a received order, in minor units.

    The seller is credited in full for what other funders bear; what the shop itself bears lowers its
    revenue. Freight goes to the seller and carries no commission; tax is not the seller's.
    """
    own = sum(minor for funder, minor in borne.items() if funder.kind is FunderKind.SHOP)
    revenue = order.goods - own
    fee = commission(revenue, order.terms.commission_bp)
    return revenue - fee + order.freight, fee
