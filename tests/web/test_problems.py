"""A problem names its type by an address: what stands there."""

from __future__ import annotations

import pytest

from hansa.kernel.problem import problems
from hansa.web.api_words import TITLES
from hansa.web.templating import Pages
from hansa.web.titles import ProblemTitles

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]

JSON = {"accept": "application/json"}


def test_every_code_has_its_meaning_for_programs(surfer):
    for kind in [one for one in problems() if one.__module__.startswith("hansa.")]:
        told = surfer.client.get(f"/problems/{kind.code}", headers=JSON)

        assert told.status_code == 200, kind.code
        assert told.headers["content-type"] == "application/json"
        assert (told.json()["code"], told.json()["status"]) == (kind.code, kind.status)
        assert told.json()["meaning"], kind.code


def test_the_type_of_an_answer_is_an_address(surfer):
    refused = surfer.client.get("/api/bazaar/nothing", headers=JSON).json()

    assert surfer.client.get(refused["type"], headers=JSON).json()["code"] == refused["code"]


def test_people_get_a_page_in_their_language(surfer):
    english = surfer.open("/problems/payment.closed")
    chinese = surfer.open("/problems/payment.closed?lang=zh")

    assert english.status_code == 200
    assert "This payment is closed; please order again" in english.text
    assert "payment.closed" in english.text
    assert '<html lang="zh-Hans"' in chinese.text
    assert "This payment is closed" not in chinese.text


def test_a_code_that_does_not_exist_is_not_there(surfer):
    assert surfer.open("/problems/tea.too_hot").status_code == 404
    assert surfer.open("/problems/%00").status_code == 400


CHINESE = {"accept-language": "zh-CN,zh;q=0.9"}
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/bazaar/?q=%zz", 400),
        ("/bazaar/products/%00", 400),
        ("/bazaar/orders?after=%ff", 400),
        ("/%c0%af", 400),
        ("/bazaar/?q=" + "x" * 9_000, 400),
    ],
)
def test_an_address_that_cannot_be_read_is_answered_by_a_page_in_the_readers_language(
    surfer, address, status
):
    answer = surfer.client.get(address, headers=BROWSER | CHINESE)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="zh-Hans"' in answer.text
    assert "无法读取" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_an_address_of_the_api_that_cannot_be_read_is_a_problem_whoever_asks(surfer):
    answer = surfer.client.get("/bazaar/api/orders?x=%zz", headers=BROWSER | CHINESE)

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "request.malformed"
    assert answer.json()["title"] != "The request cannot be read"


@pytest.mark.parametrize("body", [b"name=%ff", b"\xff\xfe", b"&" * 3_000])
def test_a_form_that_cannot_be_read_is_answered_by_a_page(surfer, body):
    surfer.open("/bazaar/login")
    headers = BROWSER | CHINESE | {"content-type": "application/x-www-form-urlencoded"}

    answer = surfer.client.post("/bazaar/login", content=body, headers=headers)

    assert answer.status_code in {400, 403}
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_a_form_that_is_too_long_is_answered_by_a_page(surfer):
    headers = BROWSER | CHINESE | {"content-type": "application/x-www-form-urlencoded"}

    answer = surfer.client.post("/bazaar/login", content=b"name=" + b"x" * (64 << 20), headers=headers)

    assert answer.status_code == 413
    assert '<html lang="zh-Hans"' in answer.text


def test_a_program_reads_titles_in_its_readers_language(surfer):
    english = surfer.client.get("/bazaar/api/orders", headers={"accept-language": "en"})
    chinese = surfer.client.get("/bazaar/api/orders", headers=CHINESE)

    assert english.json()["title"] == "Please log in first"
    assert chinese.json() == english.json() | {"title": "请先登录"}
    assert chinese.headers["content-language"] == "zh"


AT_HOME = (
    "business.kept",
    "clock.",
    "complete_journey.",
    "data.",
    "database.",
    "interconnect.secret_unreadable",
    "payment.providers_broken",
    "plan.",
    "search.rebuild",
)
"""What only operators meet, at a command line: English is spoken there."""


def test_whatever_a_program_may_be_refused_has_a_title_in_chinese():
    titles = ProblemTitles(Pages())
    met = [
        one for one in problems() if one.__module__.startswith("hansa.") and not one.code.startswith(AT_HOME)
    ]

    assert [one.code for one in met if titles.title(one.code, "zh") is None] == []


def test_titles_that_pages_have_no_words_for_are_the_problems_own():
    known = {one.code: one.title for one in problems()}

    assert dict(TITLES) == {code: known[code] for code in TITLES}
