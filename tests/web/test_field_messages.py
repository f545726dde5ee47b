"""What is wrong with a field is said in the reader's language: every message that the code makes, and the parser's."""

from __future__ import annotations

import ast
import enum
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import msgspec
import pytest

import hansa
from hansa.centers.message._rules.wording import template_errors
from hansa.centers.message.types import Template
from hansa.centers.product._rules.fields import value_errors
from hansa.centers.product.types import Field, FieldKind, OptionValue
from hansa.centers.shop._rules.onboarding import answer_errors
from hansa.centers.shop._rules.saying import slug_errors
from hansa.centers.shop.terms import Requirement, RequirementKind
from hansa.kernel.http.fields import field_error
from hansa.web.api_fields import KINDS, MESSAGES, read
from hansa.web.templating import Pages
from hansa.web.titles import ProblemTitles

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]

SOURCE = Path(hansa.__file__).parent
AT_HOME = {"kernel/plan/codec.py"}
"""Manifests are read at a command line, by operators: English is spoken there."""

CHINESE = {"accept-language": "zh-CN,zh;q=0.9"}

MADE_ELSEWHERE = {
    "centers/message/_rules/wording.py": {"said"},  # asked below
    "centers/message/_service/wording.py": {"unfit.detail[:200]"},  # what the template engine says
    "centers/product/_rules/fields.py": {"*wrong"},  # asked below
    "centers/product/_rules/importing.py": {"what", "str(wrong)"},  # lines of a file: reported, no problem's
    "centers/product/_service/bringing.py": {"wrong.message"},
    "centers/product/_service/import_job.py": {"error.message"},
    "centers/shop/_rules/onboarding.py": {"_LOOKS[asked.kind]"},  # asked below
    "centers/shop/_rules/saying.py": {"rule"},  # asked below
    "centers/trade/_service/drafting.py": {"error.message"},
    "centers/trade/_service/quoting.py": {"error.message"},
    "kernel/http/fields.py": {"sentence", "_in_words(text)"},  # asked below: the parser's
}
"""Where a message is no sentence of its own: said on from another error, or asked for one by one."""


@pytest.fixture(scope="module")
def titles():
    return ProblemTitles(Pages())


def made() -> Iterator[tuple[str, ast.expr]]:
    """Every message of a `FieldError` in the source: the file and the expression."""
    for path in sorted(SOURCE.rglob("*.py")):
        if path.relative_to(SOURCE).as_posix() in AT_HOME:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "FieldError":
                said = [one.value for one in node.keywords if one.arg == "message"]
                (message,) = node.args[2:] or said or [node.args[-1]]
                yield path.relative_to(SOURCE).as_posix(), message


def template_of(message: ast.expr) -> str | None:
    """The template of a sentence that stands in the source; None for what is no sentence there."""
    if isinstance(message, ast.Constant) and isinstance(message.value, str):
        return message.value
    if not isinstance(message, ast.JoinedStr):
        return None
    places = iter("abcdef")
    return "".join(
        str(piece.value) if isinstance(piece, ast.Constant) else f"%({next(places)})s"
        for piece in message.values
    )


def test_every_message_in_the_source_has_a_chinese_one(titles):
    found = [(where, template_of(message), ast.unparse(message)) for where, message in made()]
    assert len(found) > 200

    missing = {template for _, template, _ in found if template is not None and template not in MESSAGES}
    assert missing == set(), "put them into web/api_fields.py, and their Chinese into the catalogue"
    others: dict[str, set[str]] = {}
    for where, template, code in found:
        if template is None:
            others.setdefault(where, set()).add(code)
    assert others == MADE_ELSEWHERE


@pytest.mark.parametrize("template", sorted(MESSAGES))
def test_each_message_is_read_as_what_it_is_and_said_in_chinese(titles, template):
    values = {name: str(ord(name)) for name in "abcdef" if f"%({name})s" in template}

    found = read(template % values if values else template)

    assert found is not None
    assert (found.template, found.values) == (template, values)
    said = titles.field(template % values if values else template, "zh")
    assert said
    assert all(value in said for value in values.values())
    assert any(ord(letter) > 0x2E80 for letter in said)


class Colour(enum.StrEnum):
    """One to choose."""

    RED = "red"


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """A body."""

    name: str


Meta = msgspec.Meta
BARE = (int, float, str, bool, list[int], dict[str, int], None, datetime, date, time, timedelta, UUID, Decimal, bytes, Colour,
        Literal["a"], Asked, int | None, str | int, str | None, list[str] | None, tuple[int, str], set[int])  # fmt: skip
NARROW = (
    Annotated[str, Meta(min_length=1)],
    Annotated[str, Meta(max_length=2)],
    Annotated[str, Meta(pattern="^a$")],
    Annotated[int, Meta(ge=1)],
    Annotated[int, Meta(gt=1)],
    Annotated[int, Meta(le=1)],
    Annotated[int, Meta(lt=1)],
    Annotated[float, Meta(gt=1.0)],
    Annotated[float, Meta(lt=1.0)],
    Annotated[int, Meta(multiple_of=2)],
    Annotated[list[int], Meta(min_length=1)],
    Annotated[list[int], Meta(max_length=1)],
    Annotated[dict[str, int], Meta(max_length=1)],
    Annotated[datetime, Meta(tz=True)],
    Annotated[datetime, Meta(tz=False)],
)
VALUES: tuple[Any, ...] = (0, 1, 3, 10**30, 1.5, 5e300, "", "x", "abc", "2026-01-01T00:00:00", "2026-01-01T00:00:00Z", True, None,
                           [], [1, 2], ["x"], {}, {"name": 1}, {"a": 1, "b": 2})  # fmt: skip


def parser_says() -> set[str]:
    """What the parser finds wrong with each of some values under each type that a body has."""
    said = set()
    for kind in (*BARE, *NARROW):
        for value in VALUES:
            for strict in (True, False):
                try:
                    msgspec.convert(value, kind, strict=strict)
                except msgspec.ValidationError as wrong:
                    said.add(field_error(str(wrong)).message)
    return said


def test_what_the_parser_says_is_said_in_chinese(titles):
    said = parser_says()
    assert len(said) > 100

    for message in sorted(said):
        chinese = titles.field(message, "zh")
        assert chinese, message
        assert not any(kind in chinese for kind in KINDS - {"null"}), (message, chinese)


def messages_made_elsewhere() -> Iterator[str]:
    yield from (one.message for one in slug_errors("-"))
    for kind in RequirementKind:
        asked = Requirement(name="x", title={"en": "X"}, kind=kind)
        yield from (one.message for one in answer_errors(asked, "?"))
    for source in ("{% set a = 1 %}", "{{", "{{ stranger }}", "{{ a|bytes }}", "{{ a is odd }}", "{{ a() }}",
                   "{% for x in a %}{% for y in x %}{% endfor %}{% endfor %}", "{% for x in [1] %}{% endfor %}", "(" * 9 + "{{" + "(" * 2_000):  # fmt: skip
        errors = template_errors(Template(subject=source, text="x", html=None), parameters=["a"])
        assert errors, source
        yield from (one.message for one in errors)
    choices = (OptionValue(code="a", names={"en": "A"}), OptionValue(code="b", names={"en": "B"}))
    for kind in FieldKind:
        field = Field(code="code", names={"en": "Code"}, kind=kind, minimum=5, maximum=9, choices=choices)
        for value in (
            1,
            99,
            True,
            "x",
            "y" * 10,
            "1.5",
            "99.5",
            "2026-11-22",
            "2026-02-30",
            ["a", "a"],
            ["c"],
            "",
            [],
        ):
            yield from (
                one.message for one in value_errors("fields", [field], {"code": value}, complete=True)
            )


def test_what_is_made_elsewhere_is_said_in_chinese(titles):
    said = set(messages_made_elsewhere())
    assert len(said) > 20
    assert [message for message in said if not titles.field(message, "zh")] == []


def test_what_nobody_knows_stays_as_it_is(titles):
    for message in ("", "Tea is too hot", "Invalid enum value " + "x" * 5_000, "At most 5 of them"):
        assert titles.field(message, "zh") is None
    assert titles.field("This is missing", "en") is None
    assert titles.field("Invalid enum value '%s %(a)s {}'", "zh") == "没有 '%s %(a)s {}' 这个选项"


def test_a_program_reads_what_is_wrong_with_fields_in_its_readers_language(surfer):
    body = {"email": 5, "password": "short"}
    english, chinese = (
        surfer.client.post("/bazaar/api/users", json=body, headers={"idempotency-key": str(uuid4())} | asked)
        for asked in ({}, CHINESE)
    )

    assert english.status_code == 422
    said = {one["field"]: one["message"] for one in chinese.json()["errors"]}
    assert said["email"] == "须为文本，而不是整数"
    assert said["name"] == "缺少此项"
    assert [(one["field"], one["code"]) for one in chinese.json()["errors"]] == [
        (one["field"], one["code"]) for one in english.json()["errors"]
    ]
    assert english.json()["errors"][0]["message"].isascii()
    assert int(chinese.headers["content-length"]) == len(chinese.content)


def test_figures_stay_in_what_is_said(surfer):
    chinese = surfer.client.get("/bazaar/api/search?limit=5000", headers=CHINESE)

    assert chinese.status_code == 422
    assert "5000" not in chinese.text
    (one,) = chinese.json()["errors"]
    assert one["field"] == "limit"
    assert "100" in one["message"]
    assert not one["message"].isascii()
