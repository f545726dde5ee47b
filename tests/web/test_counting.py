"""Stocktakes and transfers at the desk: a place is counted while it sells, and goods go from place to place."""

from __future__ import annotations

import re

import pytest
from desks import email, open_shop, order

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]


@pytest.fixture
def shelf(seller, good):
    """The seller has nine of a thing at one place, and stands before its stock."""
    page = seller.open(f"{seller.desk}/stock")
    seller.level = re.search(rf'href="({seller.desk}/stock/place_[^"/]+/sku_[^"]+)"', page.text).group(1)
    return seller


def sku_of(seller):
    return seller.level.rpartition("/")[2]


def on_hand(seller):
    return re.findall(r'class="figure">([\d,]+)<', seller.open(seller.level).text)[0]


def figures(seller):
    return re.findall(r'class="figure">([\d,]+)<', seller.page.text)


def begin(seller, **typed):
    seller.open(f"{seller.desk}/stock")
    seller.open(re.search(rf'href="({seller.desk}/stocktakes\?place=[^"]+)"', seller.page.text).group(1))
    return seller.send("/stocktakes", **typed)


def test_a_place_is_counted_and_what_is_off_is_posted(shelf):
    begin(shelf, note="before the holidays")
    assert "/stocktakes/stocktake_" in str(shelf.page.url)
    assert "before the holidays" in shelf.page.text
    assert figures(shelf) == ["0", "1", "0", "0"]
    assert "Count something first." in shelf.page.text

    shelf.send("/counts", **{f"count-{sku_of(shelf)}": "7"})
    assert "Everything that is kept here has been counted." in shelf.page.text
    shelf.open(f"{str(shelf.page.url).partition('?')[0]}?show=off")
    assert figures(shelf) == ["1", "0", "0", "2"]
    assert "\N{MINUS SIGN}2" in shelf.page.text
    assert on_hand(shelf) == "9"  # nothing is posted yet

    begin_again = shelf.open(f"{shelf.desk}/stocktakes").text
    shelf.open(re.search(r'href="([^"]+)">Go on counting', begin_again).group(1))
    shelf.send("/approve")

    assert "The differences are posted" in shelf.page.text
    assert "Posted" in shelf.page.text
    assert "/counts" not in shelf.page.text
    assert on_hand(shelf) == "7"
    assert re.search(r"<td[^>]*>Stocktake</td>", shelf.page.text)


def test_what_was_counted_wrong_is_counted_again_and_a_sheet_can_be_dropped(shelf):
    begin(shelf)
    shelf.send("/counts", **{f"count-{sku_of(shelf)}": "70"})
    shelf.open(f"{str(shelf.page.url).partition('?')[0]}?show=counted")
    shelf.send("/counts", **{f"count-{sku_of(shelf)}": "9"})

    assert figures(shelf) == ["1", "0", "0", "0"]
    assert "Close: nothing is off" in shelf.page.text
    shelf.send("/cancel")

    assert "The sheet was dropped" in shelf.page.text
    assert "Cancelled" in shelf.page.text
    assert "Begin to count" in shelf.page.text
    assert on_hand(shelf) == "9"


@pytest.mark.parametrize("typed", ["many", "-1", "1.5", "9999999999"])
def test_what_is_no_number_of_pieces_is_said_and_nothing_is_written(shelf, typed):
    begin(shelf)

    page = shelf.send("/counts", **{f"count-{sku_of(shelf)}": typed})

    assert page.status_code == 422
    assert "A whole number, please" in page.text
    assert f'value="{typed}"' in page.text
    assert figures(shelf) == ["0", "1", "0", "0"]


def test_a_thing_is_counted_by_its_number_and_an_unknown_one_is_told(shelf):
    shelf.open(f"{shelf.desk}/goods/new")
    shelf.send("/goods/new", **{"title-en": "Cup", "code": "CUP-1", "price": "12"})
    begin(shelf)

    shelf.send("/entry", code="CUP-1", pieces="4")
    assert figures(shelf) == ["1", "1", "4", "0"]
    page = shelf.send("/entry", code="CUP-2", pieces="4")

    assert page.status_code == 422
    assert "Nothing of the shop has this number" in page.text
    assert shelf.send("/entry", code="CUP-1", pieces="").status_code == 422


def test_two_who_begin_at_once_count_on_one_sheet(shelf):
    begin(shelf)
    first = str(shelf.page.url)
    address = f"{shelf.desk}/stocktakes"
    shelf.send("/cancel")
    form = shelf.form("/stocktakes")
    shelf.client.post(address, data=form[1] | {"attempt": "one"})
    second = shelf.client.post(address, data=form[1] | {"attempt": "two"})

    assert str(second.url) != first
    assert "This place is being counted already" in second.text
    assert shelf.open(address).text.count("Being counted") == 1


def test_a_count_below_what_orders_were_promised_is_not_posted(shelf, somebody_else, good):
    order(somebody_else, good)
    begin(shelf)
    shelf.send("/counts", **{f"count-{sku_of(shelf)}": "0"})

    page = shelf.send("/approve")

    assert page.status_code == 409
    assert "Orders were promised more than was counted" in page.text
    assert "Pear" in page.text
    assert on_hand(shelf) == "9"


def test_a_sheet_of_another_shop_is_not_found(shelf, somebody_else):
    begin(shelf)
    sheet = str(shelf.page.url).rpartition("/")[2]
    _, fields = shelf.form("/counts")
    somebody_else.sign_up(email())
    own = open_shop(somebody_else)

    assert somebody_else.open(f"{shelf.desk}/stocktakes").status_code == 404
    assert somebody_else.open(f"{own}/stocktakes/{sheet}").status_code == 404
    somebody_else.open(f"{own}/places/new")
    mine = somebody_else.form("/places/new")[1]
    for step in ("counts", "entry", "approve", "cancel"):
        for desk in (own, shelf.desk):
            sent = fields | {"_csrf_token": mine["_csrf_token"], f"count-{sku_of(shelf)}": "0", "code": "X"}
            answer = somebody_else.client.post(f"{desk}/stocktakes/{sheet}/{step}", data=sent)
            assert answer.status_code == 404, step
    assert figures(shelf) == ["0", "1", "0", "0"]
    assert somebody_else.open(f"{own}/stocktakes/not-an-id").status_code == 404


def test_who_may_only_see_the_stock_does_not_count_it(shelf, somebody_else, hire):
    begin(shelf)
    sheet = str(shelf.page.url)
    hire(shelf, somebody_else, "support")

    assert "/stocktakes" not in somebody_else.open(f"{shelf.desk}/stock").text
    assert somebody_else.open(f"{shelf.desk}/stocktakes").status_code == 403
    assert somebody_else.open(sheet).status_code == 403


def test_pieces_go_to_another_place_and_both_say_why(shelf):
    shelf.open(shelf.level)
    assert 'action="' + shelf.level + '/move"' not in shelf.page.text  # there is nowhere else yet
    shelf.open(f"{shelf.desk}/places/new")
    shelf.send("/places/new", **{"name-en": "Tea house", "address": "Longjing Road 1"})
    shelf.open(shelf.level)
    there = re.search(r'<option value="(place_[^"]+)"', shelf.page.text).group(1)

    shelf.send("/move", pieces="10", place=there)
    assert shelf.page.status_code == 409
    assert shelf.send("/move", pieces="0", place=there).status_code == 422
    assert shelf.send("/move", pieces="4", place="nowhere").status_code == 422
    shelf.send("/move", pieces="4", place=there, why="for the weekend", how="at_once")

    assert "They are booked to the other place." in shelf.page.text
    assert figures(shelf)[0] == "5"
    assert "for the weekend" in shelf.page.text
    shelf.open(f"{shelf.desk}/stock/{there}/{sku_of(shelf)}")
    assert figures(shelf)[0] == "4"
    assert "Came from another place" in shelf.page.text
    assert "for the weekend" in shelf.page.text


@pytest.fixture
def elsewhere(shelf):
    """The shop has another place as well; its id."""
    shelf.open(f"{shelf.desk}/places/new")
    shelf.send("/places/new", **{"name-en": "Tea house", "address": "Longjing Road 1"})
    shelf.open(shelf.level)
    return re.search(r'<option value="(place_[^"]+)"', shelf.page.text).group(1)


def test_goods_are_on_the_way_until_they_are_taken_in_with_what_is_wrong(shelf, elsewhere):
    there = f"{shelf.desk}/stock/{elsewhere}/{sku_of(shelf)}"

    shelf.send("/move", pieces="4", place=elsewhere, why="for the weekend")

    assert "for sale nowhere until they are taken in" in shelf.page.text
    assert "/transfers/transfer_" in str(shelf.page.url)
    goods = str(shelf.page.url).partition("?")[0]
    assert on_hand(shelf) == "5"
    shelf.open(there)
    assert figures(shelf)[0] == "0"
    assert "On the way here" in shelf.page.text
    listed = shelf.open(f"{shelf.desk}/transfers").text
    assert "Tea house" in listed
    assert "for the weekend" in listed

    shelf.open(goods)
    field = f"came-{sku_of(shelf)}"
    assert shelf.send("/receive", **{field: "3"}).status_code == 422
    assert "Choose one" in shelf.page.text
    assert shelf.send("/receive", **{field: "three"}).status_code == 422
    shelf.open(goods)
    shelf.send("/receive", **{field: "3", f"why-{sku_of(shelf)}": "broken"})

    assert "They are taken in, with what was wrong." in shelf.page.text
    assert "Broken" in shelf.page.text
    assert "\N{MINUS SIGN}1" in shelf.page.text
    assert "/receive" not in shelf.page.text
    shelf.open(there)
    assert figures(shelf)[0] == "3"
    assert "On the way here" not in shelf.page.text
    assert goods.rpartition("/")[2] not in shelf.open(f"{shelf.desk}/transfers").text
    assert goods.rpartition("/")[2] in shelf.open(f"{shelf.desk}/transfers?state=all").text


def test_goods_are_called_back_once_and_somebody_who_was_slower_reads_so(shelf, elsewhere):
    shelf.send("/move", pieces="4", place=elsewhere)
    goods = str(shelf.page.url).partition("?")[0]
    action, fields = shelf.form("/receive")

    shelf.send("/recall")

    assert "They are back where they came from." in shelf.page.text
    assert on_hand(shelf) == "9"
    late = shelf.client.post(action, data=fields)
    assert late.status_code == 409
    assert "These goods are not on the way any more" in late.text
    assert shelf.open(goods).status_code == 200


def test_several_things_are_sent_by_their_numbers(shelf, elsewhere):
    here = shelf.level.split("/")[-2]
    shelf.open(f"{shelf.desk}/transfers")
    for lines, said in (
        ("", "Please fill this in"),
        ("PEAR", "This line cannot be read: PEAR"),
        ("PEAR 0", "This line cannot be read: PEAR 0"),
        ("NOBODY 3", "Nothing of the shop has the number NOBODY"),
    ):
        page = shelf.send("/transfers", start=here, goal=elsewhere, lines=lines)
        assert page.status_code == 422, lines
        assert said in page.text
    assert shelf.send("/transfers", start=here, goal=here, lines="PEAR 1").status_code == 422


def test_goods_on_the_way_of_another_shop_are_not_found(shelf, elsewhere, somebody_else):
    shelf.send("/move", pieces="4", place=elsewhere)
    goods = str(shelf.page.url).partition("?")[0].rpartition("/")[2]
    somebody_else.sign_up(email())
    own = open_shop(somebody_else)
    somebody_else.open(f"{own}/places/new")
    mine = somebody_else.form("/places/new")[1]

    for desk in (own, shelf.desk):
        assert somebody_else.open(f"{desk}/transfers/{goods}").status_code == 404
        for step in ("receive", "recall"):
            answer = somebody_else.client.post(f"{desk}/transfers/{goods}/{step}", data=mine)
            assert answer.status_code == 404, step
    assert somebody_else.open(f"{shelf.desk}/transfers").status_code == 404
    assert somebody_else.open(f"{own}/transfers/not-an-id").status_code == 404
    assert "Nothing is on the way." in somebody_else.open(f"{own}/transfers").text
