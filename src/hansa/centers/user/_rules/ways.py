"""Which ways into an account may go."""

from __future__ import annotations


def is_last(*, passwords: int, passkeys: int, identities: int) -> bool:
    """Tell whether taking one way away would leave an account that nobody can enter."""
    return passwords + passkeys + identities <= 1
