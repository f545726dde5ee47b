"""The OpenAPI document itself: whole, in words, and with examples that hold."""

from __future__ import annotations

import jsonschema_rs

from described import DOCUMENT, OPERATIONS, PROBLEM, WRITES, resolve
from every import every
from hansa.kernel.problem import problems

WITHOUT_KEY = {
    "POST /api/me/identities": "what came back from an issuer is used once",
    "POST /api/me/identities/{issuer}": "the visit's binding is kept nowhere readable",
    "POST /api/me/links/offer": "the code is kept nowhere",
    "POST /api/me/passkeys/ceremony": "a challenge is used once",
    "POST /api/session/issuer": "a session's secret is kept nowhere",
    "POST /api/session/issuers/{issuer}": "the visit's binding is kept nowhere readable",
    "POST /api/session/passkey": "a session's secret is kept nowhere",
    "POST /api/session/passkey/ceremony": "a challenge is used once",
    "POST /api/session/proof": "proving again does no harm",
    "POST /api/session/proof/ceremony": "a challenge is used once",
    "POST /api/session/proof/passkey": "a challenge is used once",
    "POST /api/apps/{app_id}/installations/{shop_id}/tokens": "its secret is kept nowhere readable",
    "POST /api/apps/{app_id}/installations/{shop_id}/tokens/{token_id}/rotation": "its secret is kept nowhere readable",
    "POST /api/apps/{app_id}/sandbox": "its secret is kept nowhere readable",
    "POST /api/apps/{app_id}/client-secret": "its secret is kept nowhere readable",
    "POST /api/oauth/authorization": "its code is kept nowhere readable",
    "POST /api/oauth/authorization/refusal": "nothing is stored",
    "POST /api/webhooks/endpoints": "its secret is kept nowhere readable",
    "POST /api/webhooks/endpoints/{endpoint_id}/secret": "its secret is kept nowhere readable",
    "POST /api/users": "a session's secret is kept nowhere",
    "POST /api/session": "as above",
    "POST /api/session/guest": "as above",
    "POST /api/me/tokens": "a token's secret is kept nowhere",
    "POST /api/message-templates/{template}/{language}/preview": "nothing is stored",
    "POST /api/order-links/{order_link}/receive": "nobody in particular asks, and what is received stays so",
    "POST /api/quotes": "nothing is stored",
    "POST /api/cart/quote": "nothing is stored",
    "POST /api/unsubscribe/{link}": "a mail program sends it without one, and twice is as once (RFC 8058)",
    "POST /api/payment-webhooks/{provider}": "the callback's own id makes it idempotent",
}
KNOWN = {kind.code: kind for kind in problems()}


def validator(schema):
    """A schema with the document's components beside it, so that references are found."""
    return jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def test_operations_have_names_of_their_own():
    names = [one.described["operationId"] for one in OPERATIONS]
    assert len(set(names)) == len(names)


@every(lambda: OPERATIONS)
def test_an_operation_is_told_in_words(operation):
    told = operation.described
    assert told["summary"]
    assert told["description"].endswith(".")
    assert told["tags"]
    for one in told.get("parameters", ()):
        assert one["schema"], one["name"]


@every(lambda: OPERATIONS)
def test_every_answer_has_its_shape(operation):
    for status, answer in operation.described["responses"].items():
        assert answer["description"]
        if status in {"204", "303"}:
            assert not answer.get("content")
            continue
        (media_type,) = answer["content"]
        assert media_type == ("application/json" if status.startswith("2") else PROBLEM)
        assert answer["content"][media_type]["schema"]


@every(lambda: OPERATIONS)
def test_every_problem_that_is_declared_is_one(operation):
    details = validator(DOCUMENT["components"]["schemas"]["ProblemDetails"])
    for status in operation.described["responses"]:
        for code in operation.codes(int(status)):
            declared = operation.described["responses"][status]["content"][PROBLEM]["examples"][code]
            shown = resolve(DOCUMENT, declared)
            assert set(shown) == {"summary", "value"}
            assert details.is_valid(shown["value"])
            assert KNOWN[code].status == int(status)
            assert f"`{code}`" in operation.described["responses"][status]["description"]


@every(lambda: OPERATIONS)
def test_every_write_can_be_repeated(operation):
    keys = [one for one in operation.parameters("header") if one["name"] == "Idempotency-Key"]
    wanted = operation.method in WRITES and str(operation) not in WITHOUT_KEY
    assert [bool(one["description"]) for one in keys] == ([True] if wanted else [])
    assert ("idempotency.key_reused" in operation.codes(422)) is wanted


@every(lambda: [one for one in OPERATIONS if one.body is not None])
def test_every_body_has_an_example_that_holds(operation):
    content = operation.described["requestBody"]["content"]["application/json"]
    assert validator(content["schema"]).validate(content["example"]) is None


@every(lambda: [one for one in OPERATIONS if "requestBody" in one.described])
def test_a_body_is_required_unless_it_may_be_null(operation):
    body = operation.described["requestBody"]
    may_be_null = any(
        {"type": "null"} in content["schema"].get("oneOf", ()) for content in body["content"].values()
    )
    assert body["required"] is not may_be_null
