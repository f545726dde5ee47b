"""Forgetting somebody: what has to be over before, and what trade takes away then."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.trade import _store
from hansa.centers.trade._rules.states import FINAL
from hansa.centers.user.extensions import Erasure
from hansa.kernel.db import Transaction
from hansa.kernel.extension import Veto


async def nothing_under_way(tx: Transaction, commands: Sequence[Erasure]) -> list[Veto | None]:
    """Answer `user.may_erase`: not while a live order waits for money, goods or its receipt."""
    persons, parties = _named(commands)
    found = await _store.orders_under_way(tx, persons=persons, parties=parties, final=sorted(FINAL))
    return [
        Veto("trade.orders_under_way", f"{found[at]} orders are under way", {"orders": found[at]})
        if at in found
        else None
        for at in range(len(commands))
    ]


async def erase_texts(tx: Transaction, commands: Sequence[Erasure]) -> list[tuple[str, ...]]:
    """Answer `user.erase`: carts and notes go, and words on drafts and of lines. The books stay."""
    persons, parties = _named(commands)
    gone = await _store.erase_texts(tx, persons=persons, parties=parties)
    return [tuple(sorted(what for at, what in gone if at == person)) for person in range(len(commands))]


def _named(commands: Sequence[Erasure]) -> tuple[list[int], list[UUID]]:
    pairs: list[tuple[int, UUID]] = [
        (at, party) for at, command in enumerate(commands) for party in command.parties
    ]
    return [at for at, _ in pairs], [party for _, party in pairs]
