"""Terms: typed facts of a business's manifest that centers register and orders freeze."""

from __future__ import annotations

import msgspec


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A set of settings that a center asks of every business: `class Deadlines(Term): pay: ...`.

    Every field has a default, the platform's answer. A business states what differs; a child path
    inherits its parent's statement field by field. Centers register their terms in `plug.py`.
    """
