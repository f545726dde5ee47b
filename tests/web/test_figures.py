"""What was sold, as the operator sees it: figures taken from the last export."""

from __future__ import annotations

import pytest
from operators import log_in

from hansa.centers.user.types import Role
from hansa.data import exporting
from hansa.data.figures import Figures

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]

FIGURES = "/bazaar/operate/figures"


@pytest.fixture
def auditor(front):
    """Somebody who may see the books."""
    surfer = log_in(front, Role.AUDITOR)
    yield surfer
    surfer.client.close()


def test_figures_are_those_of_the_last_export(front, auditor):
    async def story():
        seller, buyer = await front.house.seller(), await front.house.person()
        await front.house.paid_order(buyer, await front.house.good(seller, price=123_400))
        await exporting.export(front.house.platform, tell=lambda _: None)
        front.house.platform.add(Figures(front.house.platform))

    front.do(story())

    page = auditor.open(FIGURES)

    assert page.status_code == 200
    assert "Sales by week" in page.text
    assert "1,234.00 CNY" in page.text


def test_whoever_may_not_see_the_books_finds_no_figures(front):
    surfer = log_in(front, None)

    page = surfer.open(FIGURES)

    assert page.status_code == 404
    surfer.client.close()
