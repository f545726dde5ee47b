"""Pay: one completion path, whatever tells first that the money is there.

The buyer's own request, a provider's webhook and the poll of a lost callback all end in `settle`: capture,
journal, stock and order in one transaction. Money that comes after closing goes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.types import OrderDemand
from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.types import Posting
from hansa.centers.payment import api as payment
from hansa.centers.payment.types import (
    CaptureDemand,
    Captured,
    Charged,
    Declined,
    PaymentId,
    Source,
)
from hansa.centers.trade import _store
from hansa.centers.trade._rules.settlement import capture_journal, late_journals
from hansa.centers.trade._rules.states import UNPAID
from hansa.centers.trade._service.moves import MOVES, MoveDemand
from hansa.centers.trade.errors import AlreadyClosed, PaymentDeclined
from hansa.centers.trade.events import LateMoneyArrived
from hansa.centers.trade.types import CheckoutId, OrderId, OrderState, Paid, PayState
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.lane import Lane, drive
from hansa.kernel.problem import Problem

LANE = "trade.settle"

PARTICIPANTS = (inventory.ALLOCATE, ledger.POST, payment.CAPTURE, MOVES)


@dataclass(frozen=True, slots=True)
class Settlement:
    """A call of the settling lane: money a provider says it has taken."""

    ctx: Ctx
    key: IdempotencyKey | None
    captured: Charged
