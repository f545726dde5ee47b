"""What moves in the books when an order is paid, and when its buyer has received the goods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from hansa.centers.ledger.types import (
    AccountClass,
    AccountKey,
    Entry,
    Journal,
    JournalId,
    credit,
    debit,
    uuid8,
)
from hansa.centers.payment.events import RefundSettled
from hansa.centers.payment.types import Facts
from hansa.centers.trade.types import Allocation, Funder, FunderKind, Order
from hansa.kernel.context import Ctx

BASIS_POINTS = 10_000
CAPTURED = "trade.captured"
SETTLED = "trade.settled"
UNAPPLIED = "trade.unapplied"
RETURNED = "trade.returned"


def commission(net_minor: int, basis_points: int) -> int:
    """Return the platform's commission on net revenue, rounded half up to the minor unit."""
    return (net_minor * basis_points * 2 + BASIS_POINTS) // (2 * BASIS_POINTS)


def borne_by(allocations: Iterable[Allocation]) -> dict[Funder, int]:
    """Sum allocations by funder, in the order in which funders first appear."""
    sums: dict[Funder, int] = {}
    for share in allocations:
        sums[share.funder] = sums.get(share.funder, 0) + share.minor
    return sums


def seller_share(order: Order, borne: Mapping[Funder, int]) -> tuple[int, int]:
    """Return (to the seller, commission) for a received order, in minor units.

    The seller is credited in full for what other funders bear; what the shop itself bears lowers its
    revenue. Freight goes to the seller and carries no commission; tax is not the seller's.
    """
    own = sum(minor for funder, minor in borne.items() if funder.kind is FunderKind.SHOP)
    revenue = order.goods - own
    fee = commission(revenue, order.terms.commission_bp)
    return revenue - fee + order.freight, fee


def capture_journal(ctx: Ctx, *, order_id: UUID, minor: int, currency: str) -> Journal:
    """The buyer's money has arrived: the provider owes it to us, we hold it in escrow."""
    return Journal(
        ctx=ctx,
        id=JournalId(uuid8(b"trade.captured", order_id.bytes)),
        kind=CAPTURED,
        reference=order_id,
        entries=(
            debit(AccountKey.of(ctx, AccountClass.PROVIDER_CLEARING, currency=currency), minor),
            credit(AccountKey.of(ctx, AccountClass.ESCROW, currency=currency), minor),
        ),
    )


def settlement_journal(ctx: Ctx, order: Order, borne: Mapping[Funder, int]) -> Journal | None:
    """The goods were received: escrow is released to the seller, the platform and the tax account.

    Funders other than the shop owe what they bear. None when nothing moves (an order of amount zero).
    """
    to_seller, fee = seller_share(order, borne)

    def account(kind: AccountClass, party: UUID | None = None) -> AccountKey:
        return AccountKey.of(ctx, kind, currency=order.currency, party=party)

    entries: list[Entry] = [debit(account(AccountClass.ESCROW), order.payable)] if order.payable else []
    entries += [
        debit(account(AccountClass.FUNDER_RECEIVABLE, funder.party), minor)
        for funder, minor in _others(borne).items()
    ]
    for kind, party, minor in (
        (AccountClass.SELLER_PAYABLE, order.shop_id, to_seller),
        (AccountClass.PLATFORM_REVENUE, None, fee),
        (AccountClass.TAX_PAYABLE, None, order.tax),
    ):
        if minor:
            entries.append(credit(account(kind, party), minor))
    if not entries:
        return None
    return Journal(
        ctx=ctx,
        id=JournalId(uuid8(b"trade.settled", order.id.bytes)),
        kind=SETTLED,
        reference=order.id,
        entries=tuple(entries),
    )


def unapplied_journal(ctx: Ctx, facts: Facts, reference: UUID) -> Journal:
    """Money has arrived that no order waits for: we owe it to its payer."""
    return Journal(
        ctx=ctx,
        id=JournalId(reference),
        kind=UNAPPLIED,
        reference=facts.payment_id,
        entries=(
            debit(AccountKey.of(ctx, AccountClass.PROVIDER_CLEARING, currency=facts.currency), facts.minor),
            credit(AccountKey.of(ctx, AccountClass.UNAPPLIED, currency=facts.currency), facts.minor),
        ),
    )


def returned_journal(ctx: Ctx, refund: RefundSettled) -> Journal:
    """Unexpected money has gone back to its payer."""
    return Journal(
        ctx=ctx,
        id=JournalId(uuid8(b"trade.returned", refund.refund_id.bytes)),
        kind=RETURNED,
        reference=refund.payment_id,
        entries=(
            debit(AccountKey.of(ctx, AccountClass.UNAPPLIED, currency=refund.currency), refund.minor),
            credit(
                AccountKey.of(ctx, AccountClass.PROVIDER_CLEARING, currency=refund.currency), refund.minor
            ),
        ),
    )


def _others(borne: Mapping[Funder, int]) -> dict[Funder, int]:
    """Sum what others than the shop bear, by party."""
    return {funder: minor for funder, minor in borne.items() if funder.kind is not FunderKind.SHOP}
