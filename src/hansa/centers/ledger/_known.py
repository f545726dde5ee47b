"""Accounts this process has seen in the books: nobody needs to ask again whether they are there."""

from __future__ import annotations

from collections.abc import Iterable

from hansa.centers.ledger.types import AccountId

_KNOWN_MAX = 100_000


class KnownAccounts:
    """Ids of accounts that existed when they were last locked; an account leaves only with its business."""

    def __init__(self) -> None:
        self._ids: set[AccountId] = set()

    def covers(self, ids: Iterable[AccountId]) -> bool:
        """Tell whether all of these are known."""
        return self._ids.issuperset(ids)

    def saw(self, ids: Iterable[AccountId]) -> None:
        """Remember accounts that are committed."""
        if len(self._ids) > _KNOWN_MAX:
            self._ids.clear()
        self._ids.update(ids)
