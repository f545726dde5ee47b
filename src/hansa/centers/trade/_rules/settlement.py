"""What moves in the books when an order is paid, and when its buyer has received the goods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
from hansa.centers.trade.types import Allocation, Earnings, Funder, FunderKind, Line, Order
from hansa.kernel.context import Ctx

BASIS_POINTS = 10_000
CAPTURED = "trade.captured"
COLLECTED = "trade.collected"
SETTLED = "trade.settled"
REFUNDED = "trade.refunded"
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


def seller_share(line: Line, among: Sequence[Line]) -> tuple[int, int]:
    """Return (to the seller, commission) for a received line, in minor units.

    The seller is credited in full for what other funders bear; what the shop itself bears lowers its
    revenue. Its share of the freight goes to the seller and carries no commission; tax is not the seller's.

    `among` are the lines of its order. What was bought as one line is rounded once, however it was divided: a
    part's commission is that of all pieces up to its last, less that of those before its first. So parts have
    together what the whole has, whichever of them is received first, and no part more than it brings.
    """
    before = sum(_revenue(one) for one in among if _comes_before(one, line))
    revenue = _revenue(line)
    fee = commission(before + revenue, line.commission_bp) - commission(before, line.commission_bp)
    return revenue - fee + line.freight, fee


def _revenue(line: Line) -> int:
    return line.gross - borne_by_shop(line)


def _comes_before(one: Line, line: Line) -> bool:
    """Tell whether pieces were bought in the same line as others, and come before them."""
    bought = (one.part_of or one.line_no) == (line.part_of or line.line_no)
    return bought and one.first_unit < line.first_unit


def borne_by_shop(line: Line) -> int:
    """Return what the shop itself bears of a line's discounts."""
    return sum(share.minor for share in line.allocations if share.funder.kind is FunderKind.SHOP)


def earnings(order: Order, lines: Iterable[Line] | None = None) -> Earnings:
    """Return what lines of an order bring their shop, or all of them: rounded by lines as they were bought."""
    lines = list(order.lines if lines is None else lines)
    return Earnings(
        goods=sum(line.gross for line in lines),
        borne=sum(borne_by_shop(line) for line in lines),
        commission=sum(seller_share(line, order.lines)[1] for line in lines),
        freight=sum(line.freight for line in lines),
    )


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


def collected_journal(ctx: Ctx, order: Order, *, courier: UUID | None) -> Journal:
    """The money was paid on delivery: whoever took it owes it to us, we hold it in escrow.

    A shop that collects owes it as any other receivable, which its earnings meet; a courier has collected for
    us as a provider has. The id is the capture's: an order is paid once, however.
    """
    ctx = ctx.in_books_of(order.entity)
    if courier is None:
        taken_by = AccountKey.of(
            ctx, AccountClass.SELLER_RECEIVABLE, currency=order.currency, party=order.shop_id
        )
    else:
        taken_by = AccountKey.of(ctx, AccountClass.PROVIDER_CLEARING, currency=order.currency, party=courier)
    return Journal(
        ctx=ctx,
        id=JournalId(uuid8(b"trade.captured", order.id.bytes)),
        kind=COLLECTED,
        reference=order.id,
        entries=(
            debit(taken_by, order.payable),
            credit(AccountKey.of(ctx, AccountClass.ESCROW, currency=order.currency), order.payable),
        ),
    )


def settlement_journal(ctx: Ctx, order: Order, lines: Sequence[Line]) -> Journal | None:
    """Lines were received: escrow is released to the seller, the platform and the tax account.

    Funders other than the shop owe what they bear. None when nothing moves (lines of amount zero).
    """
    ctx = ctx.in_books_of(order.entity)
    shares = [seller_share(line, order.lines) for line in lines]
    borne = borne_by(share for line in lines for share in line.allocations)

    def account(kind: AccountClass, party: UUID | None = None) -> AccountKey:
        return AccountKey.of(ctx, kind, currency=order.currency, party=party)

    paid = sum(line.total for line in lines)
    entries: list[Entry] = [debit(account(AccountClass.ESCROW), paid)] if paid else []
    entries += [
        debit(account(AccountClass.FUNDER_RECEIVABLE, funder.party), minor)
        for funder, minor in _others(borne).items()
    ]
    for kind, party, minor in (
        (AccountClass.SELLER_PAYABLE, order.shop_id, sum(seller for seller, _ in shares)),
        (AccountClass.PLATFORM_REVENUE, None, sum(fee for _, fee in shares)),
        (AccountClass.TAX_PAYABLE, None, sum(line.tax for line in lines)),
    ):
        if minor:
            entries.append(credit(account(kind, party), minor))
    if not entries:
        return None
    return Journal(
        ctx=ctx,
        id=JournalId(uuid8(b"trade.settled", _name(order, lines))),
        kind=SETTLED,
        reference=order.id,
        entries=tuple(entries),
    )


def refund_journal(ctx: Ctx, order: Order, lines: Sequence[Line]) -> Journal | None:
    """Lines are refunded: what was paid for them is no longer held for the seller, but owed to the buyer.

    It takes the stored shares of discount and freight as they are. None when nothing was paid for them.
    """
    paid = sum(line.total for line in lines)
    if not paid:
        return None
    ctx = ctx.in_books_of(order.entity)
    return Journal(
        ctx=ctx,
        id=JournalId(uuid8(b"trade.refunded", _name(order, lines))),
        kind=REFUNDED,
        reference=order.id,
        entries=(
            debit(AccountKey.of(ctx, AccountClass.ESCROW, currency=order.currency), paid),
            credit(AccountKey.of(ctx, AccountClass.UNAPPLIED, currency=order.currency), paid),
        ),
    )


def refund_id(order: Order, lines: Sequence[Line]) -> UUID:
    """Return the id of the refund of these lines: a line is refunded once, so this never names two."""
    return uuid8(b"trade.refund", _name(order, lines))


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
    """Money that was owed to its payer, unexpected or refunded, has gone back: by the provider, or from the bank."""
    given_by = AccountClass.CASH if refund.by_hand else AccountClass.PROVIDER_CLEARING
    name = b"trade.returned_by_hand" if refund.by_hand else b"trade.returned"
    return Journal(
        ctx=ctx,
        id=JournalId(uuid8(name, refund.refund_id.bytes)),
        kind=RETURNED,
        reference=refund.payment_id,
        entries=(
            debit(AccountKey.of(ctx, AccountClass.UNAPPLIED, currency=refund.currency), refund.minor),
            credit(AccountKey.of(ctx, given_by, currency=refund.currency), refund.minor),
        ),
    )


def _name(order: Order, lines: Sequence[Line]) -> bytes:
    """Name some lines of an order: each is settled or refunded once."""
    numbers = sorted(line.line_no for line in lines)
    return order.id.bytes + b"".join(number.to_bytes(4, "big") for number in numbers)


def _others(borne: Mapping[Funder, int]) -> dict[Funder, int]:
    """Sum what others than the shop bear, by party."""
    return {funder: minor for funder, minor in borne.items() if funder.kind is not FunderKind.SHOP}
