"""Whatever anybody sends, the API answers as its document says: schemathesis over every route, in four roles."""

from __future__ import annotations

import os
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

from callers import PROBLEM, Caller
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
EXAMPLES = int(os.environ.get("HANSA_TEST_EXAMPLES", "16"))
SCHEMA = schemathesis.openapi.from_dict(deepcopy(DOCUMENT))

random = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
async def cast(books, doors):
    """A guest, a buyer, a seller and an operator, logged in anew: an operation may have logged them out."""
    people = [await Caller(doors[0]).be_guest()]
    people += [await books[role].log_in(doors[0]) for role in ROLES[1:]]
    return {role: one.token for role, one in zip(ROLES, people, strict=True)}


def with_ids(value: Any, known: dict[str, str]) -> Any:
    """Put ids of things that are there where a body names things."""
    if isinstance(value, list):
        return [with_ids(one, known) for one in value]
    if isinstance(value, dict):
        return {
            name: known[name] if name in known and isinstance(one, str) else with_ids(one, known)
            for name, one in value.items()
        }
    return value


def prepared(data: Any, case: Any, known: dict[str, str], tokens: dict[str, str], *, negative: bool) -> Any:
    """Let somebody of the house say it, most of the time about things that are there."""
    role = data.draw(st.sampled_from(ROLES))
    headers = dict(case.headers or {})
    if data.draw(st.integers(0, 9)):
        headers["Authorization"] = f"Bearer {tokens[role]}"
    if not negative:
        if data.draw(st.integers(0, 9)):
            headers["Hansa-Business"] = "bazaar"
        if data.draw(st.integers(0, 3)):
            named = case.path_parameters or {}
            case.path_parameters = named | {name: known[name] for name in named if name in known}
            case.body = with_ids(case.body, known)
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


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
@given(data=st.data())
@random
async def test_answers_are_as_described(data, operation, mode, cast, books, doors):
    case = data.draw(cases(operation, mode))
    case = prepared(data, case, books["ids"], cast, negative=mode is GenerationMode.NEGATIVE)
    response = await send(doors[0], case)
    case.validate_response(response, checks=CHECKS)
    if response.status_code >= 400:
        code = response.json()["code"]
        assert response.headers["content-type"] == PROBLEM
        assert code in operation.codes(response.status_code), f"{code} is not declared for {operation}"
