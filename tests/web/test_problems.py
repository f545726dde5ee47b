"""A problem names its type by an address: what stands there."""

from __future__ import annotations

import pytest

from hansa.kernel.problem import problems

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
