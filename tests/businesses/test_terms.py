"""What no business can state: terms under which nothing could be sold, or more would be kept than was paid."""

from datetime import timedelta

import pytest

from hansa.app import CENTERS
from hansa.centers.review.terms import Reviews
from hansa.centers.shop.terms import ClosingShop, Onboarding, Requirement
from hansa.centers.shop.types import Commission
from hansa.centers.trade.terms import Deadlines, Returns
from hansa.centers.user.terms import Consents, PurposeText

DAY = timedelta(days=1)


@pytest.mark.parametrize("kind", [kind for center in CENTERS for kind in center.terms])
def test_what_the_platform_says_by_itself_is_right(kind):
    assert [*kind().wrong()] == []


@pytest.mark.parametrize(
    ("term", "said"),
    [
        (Commission(basis_points=10_001), "basis_points is 10001"),
        (Commission(basis_points=-1), "basis_points is -1"),
        (Deadlines(pay=timedelta()), "pay must be longer than zero"),
        (Deadlines(quote=timedelta()), "quote must be longer than zero"),
        (Deadlines(confirm=-DAY), "confirm must be from zero to ten years"),
        (Deadlines(ship=DAY * 99_999_999), "ship must be from zero to ten years"),
        (Returns(within=-DAY), "within must be from zero to ten years"),
        (Reviews(prior_votes=-1), "prior_votes is -1"),
        (Reviews(prior_score=0), "prior_score is 0"),
        (ClosingShop(ask_again=timedelta()), "ask_again must be"),
    ],
)
def test_what_cannot_be_meant_is_named(term, said):
    assert [fault for fault in term.wrong() if fault.startswith(said)]


def test_it_is_found_deep_within_as_well():
    endless = Requirement(name="n", title={"en": "N"}, length_max=10**9)
    unborn = PurposeText(purpose="news", version=0, texts={"en": "News"})

    assert [*Onboarding(requirements=(endless,)).wrong()]
    assert [*Consents(purposes=(unborn,)).wrong()]


def test_a_promise_may_be_for_nothing():
    assert [*Deadlines(cancel=timedelta(), confirm=timedelta(), extension=timedelta()).wrong()] == []
