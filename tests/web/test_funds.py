"""What a shop sees of its money: what is held, what was earned, and nobody else's."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from desks import email, open_first_order, open_shop, order
from surfer import Surfer

from hansa.centers.ledger import api as ledger
from hansa.centers.shop import api as shop
from hansa.kernel.money import Money
from hansa.web.routes.selling import funds

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]


def plain(page):
    return re.sub(r"<[^>]+>", " ", page.text.replace('<span class="minor">', "")).replace("\u00a0", " ")


@pytest.fixture
def sold(seller, somebody_else, good):
    """The seller has sent something for 25 yuan, and its buyer stands before the order."""
    order(somebody_else, good)
    open_first_order(seller)
    seller.send("/ship", **{"line-1": "on"})
    somebody_else.open("/bazaar/orders")
    at = re.search(r'href="(/bazaar/orders/ord_[0-9a-z]+)"', somebody_else.page.text).group(1)
    somebody_else.open(at)
    return somebody_else


def test_money_is_held_until_the_goods_are_received_and_then_the_shops(seller, sold):
    before = plain(seller.open(f"{seller.desk}/money"))
    assert "Held until received" in before
    assert "1 order, buyers paid ¥25.00" in before
    assert "23.75" in before  # less 5% commission
    assert "Nothing happened in these days." in before
    sold.send("/receive")

    page = plain(seller.open(f"{seller.desk}/money"))

    assert "Received by the buyer" in page
    assert "1 order, buyers paid" not in page
    assert page.count("23.75") >= 4  # the balance, the entry, what stands after it, what stands at the end
    seller.open(re.search(rf'href="({seller.desk}/orders/ord_[0-9a-z]+)"', seller.page.text).group(1))
    assert "What the shop gets" in seller.page.text
    assert re.search(r"Commission\s+5%\s+\S?\s*¥\s*1\.25", plain(seller.page))


def test_what_was_paid_out_leaves_the_balance(seller, sold, front):
    sold.send("/receive")

    async def pay_out():
        own = await shop.shop_by_slug(front.house.system, slug=seller.desk.rpartition("/")[2])
        await ledger.square_shop(
            front.house.system, shop_id=own.id, paid=Money(2375, "CNY"), reference="transfer 1"
        )

    front.do(pay_out())

    page = plain(seller.open(f"{seller.desk}/money"))
    assert "Settled by bank transfer" in page
    assert re.search(r"Balance after\s+¥\s*0\.00", page)


def test_a_period_shows_what_happened_in_it(seller, sold, front):
    sold.send("/receive")
    today = front.house.system.now().date()
    month = {"from": str(today - timedelta(days=400)), "to": str(today - timedelta(days=300))}

    earlier = seller.open(f"{seller.desk}/money?" + "&".join(f"{k}={v}" for k, v in month.items()))

    assert "Nothing happened in these days." in earlier.text
    seller.open(re.search(r'href="([^"]+)">This year<', earlier.text).group(1).replace("&amp;", "&"))
    assert "Received by the buyer" in seller.page.text


def rows_of(answer):
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    text = answer.content.decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


@pytest.mark.parametrize("at_once", [100, 1])
def test_the_statement_leaves_as_a_file_whose_amounts_add_up(seller, sold, front, monkeypatch, at_once):
    monkeypatch.setattr(funds, "LIMIT_MAX", at_once)
    sold.send("/receive")
    order_id = open_first_order(seller).rpartition("/")[2]

    async def pay_out():
        own = await shop.shop_by_slug(front.house.system, slug=seller.desk.rpartition("/")[2])
        await ledger.square_shop(
            front.house.system, shop_id=own.id, paid=Money(2375, "CNY"), reference="transfer 1"
        )

    front.do(pay_out())
    link = re.search(r'href="([^"]+/statement\.csv\?[^"]+)"', seller.open(f"{seller.desk}/money").text).group(
        1
    )

    head, *rows = rows_of(seller.open(link.replace("&amp;", "&")))

    assert head[1:] == ["What happened", "Order", "Amount in CNY", "Balance in CNY", "Booking"]
    assert head[0].startswith("When (")
    assert [row[1:5] for row in rows] == [
        ["Balance after", "", "", "0.00"],
        ["Settled by bank transfer", "", "-23.75", "0.00"],
        ["Received by the buyer", order_id, "23.75", "23.75"],
        ["Balance before", "", "", "0.00"],
    ]
    amounts = [Decimal(row[3]) for row in rows if row[3]]
    assert Decimal(rows[-1][4]) + sum(amounts) == Decimal(rows[0][4])
    in_chinese = Surfer(front.url, language="zh")
    in_chinese.client.cookies.update(seller.client.cookies)
    assert "金额（CNY）" in rows_of(in_chinese.open(link.replace("&amp;", "&")))[0]
    in_chinese.client.close()


def test_no_file_is_made_of_other_days_than_were_asked_for(seller):
    page = seller.open(f"{seller.desk}/money/statement.csv?from=2026-11-22&to=2026-11-01")

    assert page.status_code == 422
    assert "This is before the first day" in page.text


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("from=soon", "A day, like 2026-11-22"),
        ("to=2026-02-30", "A day, like 2026-11-22"),
        ("from=9999-12-31", "A day, like 2026-11-22"),
        ("to=0001-01-01", "A day, like 2026-11-22"),
        ("from=2026-11-22&to=2026-11-01", "This is before the first day"),
    ],
)
def test_what_is_no_period_is_said_beside_its_field(seller, asked, says):
    page = seller.open(f"{seller.desk}/money?{asked}")

    assert page.status_code == 422
    assert says in page.text
    assert "Statement" in page.text


@pytest.mark.parametrize("asked", ["account=escrow", "account=nothing", "from=2026-11-20", "to=2026-11-20"])
def test_what_is_half_said_is_understood_as_far_as_it_goes(seller, asked):
    assert seller.open(f"{seller.desk}/money?{asked}").status_code == 200


def test_nobody_else_sees_it(seller, somebody_else):
    somebody_else.sign_up(email())
    open_shop(somebody_else)

    assert somebody_else.open(f"{seller.desk}/money").status_code == 404
    assert somebody_else.open(f"{seller.desk}/money/statement.csv").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("finance", 200), ("manager", 200), ("support", 403), ("catalogue", 403)]
)
def test_staff_see_it_as_their_role_allows(seller, somebody_else, hire, role, status):
    hire(seller, somebody_else, role)

    assert somebody_else.open(f"{seller.desk}/money").status_code == status
    assert somebody_else.open(f"{seller.desk}/money/statement.csv").status_code == status
    assert ("/money" in somebody_else.open(seller.desk).text) == (status == 200)


def test_who_may_not_know_the_commission_does_not_see_what_the_shop_gets(seller, sold, front, hire):
    here = open_first_order(seller)
    assert "What the shop gets" in seller.page.text
    colleague = hire(seller, Surfer(front.url), "support")

    assert "What the shop gets" not in colleague.open(here).text
    colleague.client.close()
