"""Terms: typed facts of a business's manifest that centers register and orders freeze."""

from __future__ import annotations

import re
from typing import Any

import msgspec

_STATED = "_stated"


class _Statement(msgspec.StructMeta):
    """Remember which fields a call names: `Deadlines(pay=...)` states `pay`, even when it equals the default.

    Inheritance needs the difference between "fifteen minutes, on purpose" and "whatever the platform says".
    """

    def __call__(cls, *args: Any, **fields: Any) -> Any:  # noqa: N805 - a metaclass's instances are classes
        made = super().__call__(*args, **fields)
        vars(made)[_STATED] = frozenset(fields)
        return made


class Term(msgspec.Struct, frozen=True, kw_only=True, dict=True, metaclass=_Statement):
    """A set of settings that a center asks of every business: `class Deadlines(Term): pay: ...`.

    Every field has a default, the platform's answer. A business states what differs; a child path
    inherits its parent's statement field by field. Centers register their terms in `plug.py`.
    """


def stated(term: Term) -> dict[str, Any]:
    """Return the fields a statement names, with their values; all of them when it was not made by a call."""
    names = vars(term).get(_STATED)
    return {name: getattr(term, name) for name in term.__struct_fields__ if names is None or name in names}


def term_name(kind: type[Term]) -> str:
    """Return the name a term has in published configurations: `ReturnRights` is `return_rights`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
