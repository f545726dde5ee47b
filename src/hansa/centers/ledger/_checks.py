"""What `hansa verify` audits of the books. Each check counts violations and names the first bad row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.ledger import _store
from hansa.centers.ledger._rules.sealing import ChainKey, Head, fault
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


async def seals(tx: Transaction) -> Sequence[str]:
    """Every chain runs from its first seal to its head, and every journal in it is what was sealed."""
    heads = await _store.every_head(tx)
    reached: dict[ChainKey, Head] = {}
    async for seal, journals in _store.every_seal(tx):
        wrong = fault(seal, reached.get(seal.chain, Head()), journals)
        if wrong:
            return [f"In the chain {_name(seal.chain)} {wrong}."]
        reached[seal.chain] = Head(seal.seq, seal.hash)
    for chain in sorted(heads.keys() | reached.keys()):
        head, end = heads.get(chain, Head()), reached.get(chain, Head())
        if head != end:
            return [f"The chain {_name(chain)} ends at seal {end.seq}, and its head is seal {head.seq}."]
    return ()


def _name(chain: ChainKey) -> str:
    return f"{chain.business or 'platform'}/{chain.traffic}/{chain.shard}"


CHECKS = (*_store.AUDITS, Check("ledger.account_ids", account_ids), Check("ledger.seals", seals))
