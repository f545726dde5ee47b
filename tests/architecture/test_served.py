"""Addresses of the platform itself and names of businesses share one space: they never meet."""

import pytest

from hansa.asgi import served_names
from hansa.kernel.business import Business
from hansa.kernel.plan import Bounds, Code, PlanInvalid


def test_no_business_can_hide_what_the_platform_serves_itself():
    names = served_names()

    assert {
        "api",
        "static",
        "health",
        "metrics",
        "login",
        "cart",
        "orders",
        "products",
        "preferences",
    } <= names
    assert {"", "tea-house"}.isdisjoint(names)
    assert all("{" not in name for name in names)
    code = Code(packages=[Business("api")], bounds=Bounds(reserved=names))
    with pytest.raises(PlanInvalid, match="the platform itself answers at /api"):
        code.compile()
    assert code.hash != Code(packages=[Business("api")]).hash
