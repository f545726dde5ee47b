"""A replay is shared by stores: each has one seller, all are as busy, and the slowest says what time it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hansa.complete_journey.files import Files, Weeks
from hansa.complete_journey.progress import Progress

NEW_YEAR = datetime(2017, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def files():
    with Files() as found:
        yield found


@pytest.mark.parametrize("number", [1, 2, 4])
def test_every_store_is_in_one_share_and_the_shares_are_as_busy(files, number):
    year = Weeks()

    shares = files.shares(year, number)

    counted = [files.count(year, share) for share in shares]
    assert sorted(store for share in shares for store in share) == files.stores(year)
    assert tuple(map(sum, zip(*counted, strict=True))) == files.count(year)
    lines = [sold for _, sold in counted]
    assert max(lines) - min(lines) < 0.01 * sum(lines)


def test_more_sellers_than_stores_leaves_some_without_work(files):
    stores = files.stores(Weeks(1, 1))

    shares = files.shares(Weeks(1, 1), len(stores) + 1)

    assert sorted(map(len, shares)) == [0] + [1] * len(stores)
    assert files.count(Weeks(1, 1), frozenset()) == (0, 0)
    assert not list(files.baskets(1, frozenset()))


def test_a_share_has_the_baskets_of_its_stores(files):
    share = files.shares(Weeks(1, 1), 2)[0]

    sold = list(files.baskets(1, share))

    assert sold == [basket for basket in files.baskets(1) if basket.store in share]
    assert len(sold) == files.count(Weeks(1, 1), share)[0]


def test_together_they_are_where_the_slowest_is():
    ahead = Progress(
        10, 90, orders_done=8, lines_done=70, found=2, set_out=5.0, at=NEW_YEAR + timedelta(days=3)
    )
    behind = Progress(10, 95, orders_done=4, lines_done=30, set_out=4.0, at=NEW_YEAR)
    whole = Progress(20, 185)

    whole.add_up([ahead, behind])

    assert (whole.orders_done, whole.lines_done, whole.found) == (12, 100, 2)
    assert (whole.set_out, whole.at) == (4.0, NEW_YEAR)


def test_who_does_not_know_yet_where_it_is_holds_the_time():
    whole = Progress(20, 185)

    whole.add_up([Progress(10, 90, orders_done=4, at=NEW_YEAR), Progress(10, 95)])

    assert whole.at is None


def test_who_is_through_holds_up_nobody():
    later = NEW_YEAR + timedelta(days=1)
    done = Progress(10, 90, orders_done=10, at=NEW_YEAR)
    whole = Progress(20, 185)

    whole.add_up([done, Progress(10, 95, orders_done=4, at=later)])
    assert whole.at == later

    whole.add_up([done, Progress(10, 95, orders_done=10, at=later + timedelta(hours=1)), Progress(0, 0)])
    assert whole.at == later + timedelta(hours=1)
