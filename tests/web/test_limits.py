"""Pages are limited as the API is: a business's share, and that of each of its visitors."""

import re
from contextlib import ExitStack
from uuid import uuid4

import pytest

from hansa.kernel.quota import BURST_S, Limits

ACTORS_PER_SECOND = 50  # what the platform gives each


@pytest.fixture
def limits(front):
    """Limits of which nothing comes back, shared by so many processes that an actor has four requests here."""
    platform = front.house.platform
    usual = platform.service(Limits)
    strict = Limits(processes=lambda: round(ACTORS_PER_SECOND * BURST_S / 4), monotonic=lambda: 0.0)

    def put_in_force():
        platform.add(strict)
        return strict

    yield put_in_force
    platform.add(usual)


def test_one_visitor_too_fast_is_shown_a_page_that_asks_to_wait(surfer, somebody_else, limits):
    surfer.sign_up(f"{uuid4().hex}@example.com")
    limits()

    answers = [surfer.open("/bazaar/cart") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert answers[-1].headers["retry-after"] == "1"
    assert answers[-1].headers["content-type"].startswith("text/html")
    assert "quota.rate_limited" in answers[-1].text
    assert somebody_else.open("/bazaar/cart").status_code == 200
    style = re.search(r'href="(/static/[^"]+\.css)"', answers[-1].text)[1]
    assert surfer.client.get(style).status_code == 200  # so the page that asks to wait looks like one


def test_a_business_with_too_much_under_way_shows_a_page_that_asks_to_wait(front, surfer, limits):
    ctx = front.house.platform.context("bazaar")
    with ExitStack() as busy:
        strict = limits()
        for _ in range(ctx.plan.business.quotas.concurrency):
            busy.enter_context(strict.under_way(ctx))
        refused, in_chinese = surfer.open("/bazaar/"), surfer.open("/bazaar/?lang=zh")

    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    assert "quota.exceeded" in refused.text
    assert "这家店现在太忙了" in in_chinese.text
    assert surfer.open("/bazaar/").status_code == 200
