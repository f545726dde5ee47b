"""terms.md: what a business may state, and what holds where it states nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec

from hansa.kernel.spans import in_words
from hansa.kernel.term import Term, term_name
from tools.reference import markdown as md
from tools.reference.house import House


def page(house: House) -> str:
    """Return every term with its fields and defaults."""
    parts = [_term(center.name, kind) for center in house.centers for kind in center.terms]
    return md.page("Terms", _INTRODUCTION, *parts)


_INTRODUCTION = """\
Typed facts of a business's manifest. What a business leaves out it takes, field by field, from the path above
it, and in the end from the defaults here. In Python a term is an object in `terms=[...]`; in a published TOML
manifest it is a table under `[terms]`. Orders keep a copy of the terms they were placed under."""


def _term(owner: str, kind: type[Term]) -> str:
    default = kind()
    fields = msgspec.structs.fields(kind)
    stated = [f"{field.name} = {_toml(getattr(default, field.name))}" for field in fields]
    return "\n\n".join(
        [
            f"## {term_name(kind)}",
            f"Registered by `{owner}`: `from {kind.__module__} import {kind.__name__}`",
            md.docstring(kind.__doc__),
            md.code("toml", "\n".join([f"[terms.{term_name(kind)}]", *stated])),
        ]
    )


def _toml(value: Any) -> str:
    if isinstance(value, timedelta):
        value = in_words(value)
    if not isinstance(value, str | int | float | bool):
        value = msgspec.to_builtins(value)
    return json.dumps(value, ensure_ascii=False)
