"""Addresses of the platform itself and names of businesses share one space: they never meet."""

import subprocess
import sys

import pytest
from litestar import Router

from hansa import served
from hansa.kernel.business import Business
from hansa.kernel.http import API_PATH
from hansa.kernel.http.edge import OPERATIONS
from hansa.kernel.plan import Bounds, Code, PlanInvalid
from hansa.served import SERVED
from hansa.web.app import STATIC_PATH
from hansa.web.routes import ROUTES


def addresses():
    yield from (API_PATH, STATIC_PATH, *OPERATIONS)
    for route in ROUTES:
        if isinstance(route, Router):
            yield from (inner.path for inner in route.routes)
        else:
            yield from route.paths


def test_what_is_answered_is_what_is_kept_from_businesses():
    assert {address.split("/")[1] for address in addresses()} - {""} == set(served.ANSWERED)
    assert "tea-house" not in SERVED


def test_no_business_can_hide_what_the_platform_serves_itself():
    code = Code(packages=[Business("api")], bounds=Bounds(reserved=SERVED))
    with pytest.raises(PlanInvalid, match="the platform itself answers at /api"):
        code.compile()
    assert code.hash != Code(packages=[Business("api")]).hash


@pytest.mark.parametrize(
    "heavy", ["litestar", "uvicorn", "hansa.web.routes", "pgqueuer", "duckdb", "alembic"]
)
def test_who_only_asks_the_platform_does_not_bring_in_what_serves_it(heavy):
    asked = (
        f"import sys, hansa.app, hansa.cli.business, hansa.cli.reading; sys.exit({heavy!r} in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
