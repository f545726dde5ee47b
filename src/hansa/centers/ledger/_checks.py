"""What `hansa verify` audits of the books. Each check counts violations and names the first bad row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.ledger import _store
from hansa.centers.ledger.types import ACCOUNT_ID, account_id
from hansa.kernel.center import Check

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def account_ids(tx: Transaction) -> Sequence[str]:
    """Every account's id is the one its key derives, and its normal side that of its class."""
    async for balance, normal in _store.every_account(tx):
        shown = ACCOUNT_ID.show(balance.account)
        if account_id(balance.key) != balance.account:
            return [f"The account {shown} has an id that its key does not derive."]
        if balance.key.account_class.normal != normal:
            return [f"The account {shown} stands on the wrong side for its class."]
    return ()


CHECKS = (*_store.AUDITS, Check("ledger.account_ids", account_ids))
