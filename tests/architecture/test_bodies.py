"""What a stranger's JSON is read into: every struct, however deep, refuses members it does not know."""

from __future__ import annotations

from typing import get_type_hints

import msgspec
import pytest

from hansa.app import CENTERS
from hansa.kernel.problem import Problem

BODIES = sorted(
    {
        hints["data"]
        for center in CENTERS
        for route in center.routes()
        if "data" in (hints := get_type_hints(route.fn))
    },
    key=str,
)


def structs(kind):
    """Every struct in a type."""
    found, left = {}, [msgspec.inspect.type_info(kind)]
    while left:
        one = left.pop()
        if isinstance(one, msgspec.inspect.StructType):
            if one.cls in found:
                continue
            found[one.cls] = one
            left += [field.type for field in one.fields]
        for name in ("item_type", "key_type", "value_type", "item_types", "types", "type"):
            part = getattr(one, name, None)
            left += (
                part if isinstance(part, tuple) else [part] if isinstance(part, msgspec.inspect.Type) else []
            )
    return found


@pytest.mark.parametrize("body", BODIES, ids=lambda kind: getattr(kind, "__name__", str(kind)))
def test_a_body_takes_no_member_it_does_not_know(body):
    assert [kind.__name__ for kind, info in structs(body).items() if not info.forbid_unknown_fields] == []


def test_an_extra_never_takes_the_place_of_what_the_standard_names():
    class Broken(Problem):
        code = "toy.broken"
        status = 409
        title = "Broken"

    told = Broken(status="mended", code="other", where="here").to_dict()

    assert told == {
        "type": "/problems/toy.broken",
        "title": "Broken",
        "status": 409,
        "code": "toy.broken",
        "where": "here",
    }
