"""Whatever anybody sends, the API answers as its document says: schemathesis over every route, in four roles."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from callers import PASSWORD, PROBLEM, Caller
from described import DOCUMENT, OPERATIONS, Operation

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
ROLES = ("guest", "buyer", "seller", "operator")
SCHEMA = schemathesis.openapi.from_dict(deepcopy(DOCUMENT))

RANDOM = settings(
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
async def cast(books, doors, operation):
    """A guest, a buyer, a seller and an operator, logged in anew: an operation may have logged them out.

    Passwords are changed by somebody whom no other test knows.
    """
    people = [await Caller(doors[0]).be_guest()]
    if operation.path.endswith("/me/password"):
        people += [await Caller(doors[0]).sign_up()] * len(ROLES[1:])
    else:
        people += [await books[role].log_in(doors[0]) for role in ROLES[1:]]
    return {role: one.token for role, one in zip(ROLES, people, strict=True)}


TEXTS = {"en": "Pear", "zh": "梨"}
PLAUSIBLE = {
    "name": TEXTS,
    "names": TEXTS,
    "titles": TEXTS,
    "price": {"minor": 1200, "currency": "CNY"},
    "list_price": None,
    "quantity": 2,
    "seen_version": None,
    "country": "CN",
    "phone": "+8613800138000",
    "password": PASSWORD,
    "permissions": ["product.offer.price"],
    "expires_at": "2027-06-30T00:00:00Z",
    "grants": [],
    "scopes": ["trade.order.read"],
    "types": ["order.moved"],
    "url": "https://erp.example.com/hooks",
    "since": "2026-11-20T00:00:00Z",
    "until": "2026-11-22T00:00:00Z",
    "options": [],
    "skus": [{"price": {"minor": 1200, "currency": "CNY"}}],
    "card": "9000000000000019",
    "measure": None,
    "app": None,
    "gln": None,
}
"""What a person would rather say than random text; taken where the kind of value is the same."""


def plausible(value: Any, known: dict[str, Any]) -> Any:
    """Put what is there, or could be, where a body would have random text."""
    if isinstance(value, list):
        return [plausible(one, known) for one in value]
    if isinstance(value, dict):
        return {
            name: known[name]
            if name in known and (known[name] is None or isinstance(one, type(known[name])))
            else plausible(one, known)
            for name, one in value.items()
        }
    return value


def one_in(data: Any, count: int) -> bool:
    """Draw true once in so many times; numbers would be drawn from their ends."""
    return bool(data.draw(st.sampled_from([*[False] * (count - 1), True])))


def prepared(data: Any, case: Any, known: dict[str, Any], tokens: dict[str, str], *, negative: bool) -> Any:
    """Let somebody of the house say it, most of the time about things that are there."""
    headers = dict(case.headers or {})
    if not one_in(data, 10):
        headers["Authorization"] = f"Bearer {tokens[data.draw(st.sampled_from(ROLES))]}"
    if not negative:
        if not one_in(data, 10):
            headers["Hansa-Business"] = "bazaar"
        if not one_in(data, 5):
            named = case.path_parameters or {}
            case.path_parameters = named | {name: known[name] for name in named if name in known}
            case.body = plausible(case.body, PLAUSIBLE | known)
            case.query = plausible(case.query, {"cursor": None, "sku": [known["sku_id"]]})
            case.query = {name: one for name, one in (case.query or {}).items() if one is not None}
    case.headers = headers
    return case


async def send(door: Any, case: Any) -> Any:
    """Send a case through the edge, in this process."""
    plain = case.as_transport_kwargs(base_url="http://hansa.test")
    plain.pop("cookies", None)
    if "data" in plain:
        plain["content"] = plain.pop("data")
    return await door.request(**plain)


@cache
def cases(operation: Operation, mode: GenerationMode) -> Any:
    """What schemathesis would say to an operation."""
    return SCHEMA[operation.path][operation.method].as_strategy(generation_mode=mode)


MODES = pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"]
)
EVERY = pytest.mark.parametrize("operation", OPERATIONS, ids=str)


@MODES
@EVERY
@given(data=st.data())
@settings(RANDOM, max_examples=2)
async def test_answers_are_as_described(data, operation, mode, cast, books, doors):
    await check(data, operation, mode, cast, books, doors)


@pytest.fixture
def at_length(pytestconfig):
    """Ten minutes or so, many more than by default: not where chaos is asked to be short."""
    if pytestconfig.getoption("--short"):
        pytest.skip("asked to be short")


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("at_length")
@MODES
@EVERY
@given(data=st.data())
@settings(RANDOM, max_examples=150, derandomize=False)
async def test_answers_are_as_described_at_length(data, operation, mode, cast, books, doors):
    await check(data, operation, mode, cast, books, doors)


async def check(data, operation, mode, cast, books, doors):
    """Say one thing, and compare the answer with what the document promises."""
    case = data.draw(cases(operation, mode))
    case = prepared(data, case, books["ids"], cast, negative=mode is GenerationMode.NEGATIVE)
    response = await send(doors[0], case)
    too_long = response.status_code in {413, 431}  # refused, though schemathesis does not count it as such
    case.validate_response(response, checks=CHECKS[:-1] if too_long else CHECKS)
    if response.status_code >= 400:
        code = response.json()["code"]
        assert response.headers["content-type"] == PROBLEM
        assert code in operation.codes(response.status_code), f"{code} is not declared for {operation}"
