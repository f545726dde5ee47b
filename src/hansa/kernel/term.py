"""Terms: typed facts of a business's manifest that centers register and orders freeze."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec

from hansa.kernel.spans import in_words

SPAN_MAX = timedelta(days=3653)
"""Ten years: the longest that a term can let something take, so that no moment leaves the calendar."""
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

    A field's type names its limits: `Annotated[int, Meta(ge=0, le=10_000)]`. A plan in which a business would be
    left with a value beyond them is not compiled.
    """

    def wrong(self) -> Iterator[str]:
        """Say what cannot be meant: a value beyond its type's limits, a span below zero or beyond `SPAN_MAX`.

        A term with a rule of its own adds it to these.
        """
        for field in msgspec.structs.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, timedelta) and not timedelta() <= value <= SPAN_MAX:
                yield f"{field.name} must be from zero to ten years, not {in_words(value)}"
            try:
                msgspec.convert(msgspec.to_builtins(value), field.type)
            except msgspec.ValidationError as error:
                yield f"{field.name} is {value!r}: {error}"


def stated(term: Term) -> dict[str, Any]:
    """Return the fields a statement names, with their values; all of them when it was not made by a call."""
    names = vars(term).get(_STATED)
    return {name: getattr(term, name) for name in term.__struct_fields__ if names is None or name in names}


def term_name(kind: type[Term]) -> str:
    """Return the name a term has in published configurations: `ReturnRights` is `return_rights`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
