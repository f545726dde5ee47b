"""The seller's desk as the people of a shop meet it, and as everybody else does not."""

from __future__ import annotations

import csv
import io
import re
from base64 import b64decode

import pytest
from desks import email, open_first_order, open_shop, order
from surfer import Surfer

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]


def test_who_has_no_shop_is_invited_to_open_one(surfer):
    surfer.sign_up(email())

    assert "Open a shop" in surfer.open("/bazaar/sell").text


def test_whoever_has_a_shop_finds_the_way_to_its_desk_on_every_page(surfer, somebody_else):
    surfer.sign_up(email())
    assert 'href="/bazaar/sell"' not in surfer.open("/bazaar/").text
    open_shop(surfer)

    assert 'href="/bazaar/sell"' in surfer.open("/bazaar/").text
    assert 'href="/bazaar/sell"' in surfer.open("/bazaar/cart").text
    assert 'href="/bazaar/sell"' not in somebody_else.open("/bazaar/").text


def test_a_guest_is_led_to_the_log_in(surfer):
    surfer.open("/bazaar/sell")

    assert "/login?next=%2Fbazaar%2Fsell" in str(surfer.page.url)


def test_a_shop_is_opened_and_its_desk_shows_the_next_steps(seller):
    assert "The shop is yours" in seller.page.text
    assert "Say where your goods are" in seller.page.text
    assert "Celadon House" in seller.open("/bazaar/sell").text


def test_an_address_that_is_taken_is_said_beside_its_field(seller, somebody_else):
    somebody_else.sign_up(email())
    somebody_else.open("/bazaar/sell")

    page = somebody_else.send("/sell", **{"name-en": "Another", "slug": seller.desk.rpartition("/")[2]})

    assert page.status_code == 422
    assert "Another shop has this address already" in page.text
    assert 'value="Another"' in page.text


def test_a_shop_needs_a_name_in_one_language_and_an_address(surfer):
    surfer.sign_up(email())
    surfer.open("/bazaar/sell")

    page = surfer.send("/sell", slug="No Good!")

    assert page.status_code == 422
    assert "Say it in at least one language" in page.text


def test_a_paid_order_waits_at_the_desk_and_is_sent(seller, somebody_else, good):
    order(somebody_else, good)

    assert "Lin Xiao" in seller.open(seller.desk).text
    open_first_order(seller)
    assert "武康路 1 号" in seller.page.text
    seller.send("/ship", **{"line-1": "on", "carrier": "SF Express", "tracking": "SF 1388 2047 5519"})

    assert "the buyer sees who carries it" in seller.page.text
    assert "On the way to the buyer" in seller.page.text


def test_sent_twice_is_sent_once(seller, somebody_else, good):
    order(somebody_else, good)
    at = open_first_order(seller)
    address, fields = seller.form("/ship")
    fields |= {"line-1": "on", "carrier": "SF", "tracking": "SF 1"}

    once, twice = (seller.client.post(address, data=fields) for _ in range(2))

    assert once.status_code == twice.status_code == 200
    assert str(twice.url).endswith(at)


def test_a_form_that_names_no_line_sends_nothing(seller, somebody_else, good):
    order(somebody_else, good)
    open_first_order(seller)
    address, fields = seller.form("/ship")
    del fields["line-1"]

    page = seller.client.post(address, data=fields)

    assert page.status_code == 422
    assert "Choose at least one" in page.text


def test_an_order_is_cancelled_with_a_reason_and_the_money_goes_back(seller, somebody_else, good):
    order(somebody_else, good)
    open_first_order(seller)

    assert seller.send("/cancel", reason=" ", text="It broke.").status_code == 422
    seller.send("/cancel", reason="out_of_stock", text="It broke in the kiln.")

    assert "the buyer knows why" in seller.page.text
    assert "The money went back to the buyer." in seller.page.text


def test_an_unpaid_price_is_lowered_never_raised(seller, somebody_else, good):
    order(somebody_else, good, paid=False)
    open_first_order(seller)

    assert "An amount, for example 12.50" in seller.send("/price", off="much").text
    assert seller.send("/price", off="25.00").status_code == 422
    seller.send("/price", off="5")

    assert "20" in seller.page.text
    assert "Price lowered by the shop" in seller.page.text


def test_a_note_is_written_and_taken_back(seller, somebody_else, good):
    order(somebody_else, good)
    open_first_order(seller)

    assert "Fragile lid" in seller.send("/notes", note="Fragile lid").text
    assert "Fragile lid" not in seller.send("/remove").text


PAGES = ("", "/orders", "/shop", "/goods", "/goods/new", "/stock", "/places", "/places/new")


@pytest.mark.parametrize("page", PAGES)
def test_nobody_elses_desk_is_found(seller, somebody_else, page):
    somebody_else.sign_up(email())

    answer = somebody_else.open(f"{seller.desk}{page}")

    assert answer.status_code == 404
    assert "Celadon House" not in answer.text


def test_an_order_of_another_shop_is_not_found_at_ones_own_desk(seller, somebody_else, good, front):
    order(somebody_else, good)
    path = open_first_order(seller)
    stranger = Surfer(front.url)
    stranger.sign_up(email())
    own = open_shop(stranger)
    number = path.rpartition("/")[2]

    for way in ("", "/ship", "/cancel", "/price", "/notes", "/write"):
        at = f"{own}/orders/{number}{way}"
        stranger.open(own)
        token = {"_csrf_token": re.search(r'name="_csrf_token" value="([^"]+)"', stranger.page.text).group(1)}
        answer = stranger.client.post(at, data=token | {"attempt": "x"}) if way else stranger.open(at)
        assert answer.status_code == 404, way
    stranger.client.close()


def new_good(seller, **more):
    """The seller adds something with two glazes; the surfer stands at its page."""
    seller.open(f"{seller.desk}/goods/new")
    typed = {
        "title-en": "Teapot", "title-zh": "茶壶", "price": "238", "code": "TP", "option-1-en": "Glaze",
        "values-1": "青瓷 / Celadon\nInk black",
    }  # fmt: skip
    seller.send("/goods/new", **(typed | more))
    return str(seller.page.url)


def offers(seller):
    return sorted(set(re.findall(r'name="price-(offer_[0-9a-z]+)"', seller.page.text)))


def test_goods_are_a_draft_first_then_priced_and_put_on_sale(seller, somebody_else):
    new_good(seller)
    assert "A draft is kept" in seller.page.text
    first, second = offers(seller)

    seller.send("/prices", **{f"price-{first}": "250.50", f"list-{first}": "300"})
    assert 'value="250.50"' in seller.page.text
    assert 'value="238.00"' in seller.page.text
    path = str(seller.page.url).rpartition("/")[2]
    assert somebody_else.open(f"/bazaar/products/{path}").status_code == 404
    seller.send("/publish")

    assert "It is on sale" in seller.page.text
    assert second in seller.page.text
    assert somebody_else.open(f"/bazaar/products/{path}").status_code == 200


def test_what_cannot_be_right_is_said_beside_its_field_and_nothing_is_lost(seller):
    new_good(seller, price="12.345", **{"title-en": "", "title-zh": ""})

    assert seller.page.status_code == 422
    assert "An amount, for example 12.50" in seller.page.text
    assert "Say it in at least one language" in seller.page.text
    assert "青瓷 / Celadon" in seller.page.text


def test_a_draft_that_is_sent_twice_is_kept_once(seller):
    seller.open(f"{seller.desk}/goods/new")
    address, fields = seller.form("/goods/new")
    fields |= {"title-en": "Cup", "price": "9"}

    once, twice = (seller.client.post(address, data=fields) for _ in range(2))

    assert once.url == twice.url
    assert "1 shown" in seller.open(f"{seller.desk}/goods").text


def test_words_are_changed_and_a_page_that_is_out_of_date_is_refused(seller):
    path = new_good(seller)
    seller.open(path)
    old = seller.form("/edit")
    seller.send("/edit", **{"title-en": "Side-handle teapot", "description-en": "Thrown.\nFired twice."})
    assert "Side-handle teapot" in seller.page.text
    assert "Fired twice." in seller.page.text

    refused = seller.client.post(old[0], data=old[1] | {"title-en": "Mine"})

    assert refused.status_code == 409
    assert "A colleague changed this in the meantime" in refused.text


def test_values_are_added_and_make_variants(seller):
    new_good(seller)

    seller.send("/values", **{"add-glaze": "Plum green", "new-price": "199"})

    assert len(offers(seller)) == 3
    assert "Plum green" in seller.page.text


DOT = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAEUlEQVR42mOMYkAFTAwjWgAAcVYAet/VL98AAAAASUVORK5CYII="
)


def upload(seller, content):
    address, fields = seller.form("/photos")
    del fields["file"]
    seller.page = seller.client.post(
        address, data=fields, files={"file": ("teapot.png", content, "image/png")}
    )
    return seller.page


def test_a_picture_is_taken_by_its_content_and_shown(seller):
    new_good(seller)

    assert "This is no picture" in upload(seller, b"not a picture at all").text
    upload(seller, DOT)

    address = re.search(r'src="([^"]+/medium)"', seller.page.text).group(1)
    assert seller.client.get(address).headers["content-type"] == "image/webp"
    assert "/medium" not in seller.send("/photos/remove").text


def test_a_picture_wants_the_token_of_its_page(seller):
    new_good(seller)
    address, fields = seller.form("/photos")

    answer = seller.client.post(
        address, data=fields | {"_csrf_token": "x"}, files={"file": ("a.png", DOT, "image/png")}
    )

    assert answer.status_code == 403


def test_goods_of_another_shop_are_not_found(seller, somebody_else):
    path = new_good(seller).rpartition("/")[2]
    somebody_else.sign_up(email())
    own = open_shop(somebody_else)

    assert somebody_else.open(f"{own}/goods/{path}").status_code == 404
    assert somebody_else.open(f"{seller.desk}/goods/{path}").status_code == 404


def first_stock(seller):
    """The seller adds goods and a place, and stands before the stock of a variant there."""
    new_good(seller)
    good = str(seller.page.url)
    seller.open(f"{seller.desk}/places/new")
    seller.send("/places/new", **{"name-en": "Home", "address": "Longjing Road 1"})
    seller.open(good)
    seller.open(re.search(rf'href="({seller.desk}/stock/of/[^"]+)"', seller.page.text).group(1))
    seller.open(re.search(rf'href="({seller.desk}/stock/place_[^"]+)"', seller.page.text).group(1))
    return seller


def test_stock_is_taken_in_corrected_and_limited_and_says_why_it_is_so(seller):
    first_stock(seller)
    path = str(seller.page.url)

    seller.send("/receive", quantity="12", reference="Note 118")
    assert seller.send("/adjust", counted="12", reason="counted").status_code == 422
    assert seller.send("/adjust", counted="11", reason="pushed").status_code == 422
    seller.send("/adjust", counted="10", reason="broken", note="two fell")
    seller.send("/limits", safety="3", backorder="0", low_at="8")

    shown = re.findall(r'class="figure">(\d+)<', seller.open(path).text)
    assert shown == ["10", "0", "3", "7"]
    assert "Broken: two fell" in seller.page.text
    assert "Note 118" in seller.page.text
    assert "running out" in seller.open(f"{seller.desk}/stock").text


def test_goods_that_are_taken_in_twice_by_one_form_came_once(seller):
    first_stock(seller)
    address, fields = seller.form("/receive")

    for _ in range(2):
        seller.client.post(address, data=fields | {"quantity": "5"})

    assert re.findall(r'class="figure">(\d+)<', seller.open(str(seller.page.url)).text)[0] == "5"


def test_stock_of_another_shop_is_not_found(seller, somebody_else):
    path = str(first_stock(seller).page.url)
    somebody_else.sign_up(email())
    own = open_shop(somebody_else)
    place_and_sku = path.partition("/stock/")[2]

    assert somebody_else.open(f"{own}/stock/{place_and_sku}").status_code == 404
    somebody_else.desk = own
    own_place = str(first_stock(somebody_else).page.url).partition("/stock/")[2].partition("/")[0]
    assert somebody_else.open(f"{own}/stock/{own_place}/{place_and_sku.partition('/')[2]}").status_code == 404


def test_somebody_is_invited_joins_sees_what_the_role_allows_and_leaves(seller, somebody_else):
    seller.open(f"{seller.desk}/staff")
    address, fields = seller.form("/staff/invite")
    unticked = {name: value for name, value in fields.items() if not name.startswith("role-")}
    assert "Choose at least one" in seller.client.post(address, data=unticked).text
    seller.page = seller.client.post(address, data=unticked | {"role-support": "on"})
    link = re.search(r'data-text="([^"]+/invitation\?secret=[^"]+)"', seller.page.text).group(1)
    assert link not in seller.open(f"{seller.desk}/staff").text

    somebody_else.sign_up(email(), name="Wang")
    somebody_else.open(link[link.index("/bazaar") :])
    somebody_else.send("/invitation/accept")

    assert "Welcome. This is the desk" in somebody_else.page.text
    assert f"{seller.desk}/messages" in somebody_else.page.text
    assert f"{seller.desk}/goods" not in somebody_else.page.text
    assert somebody_else.open(f"{seller.desk}/goods").status_code == 403
    assert "Wang" in seller.open(f"{seller.desk}/staff").text
    seller.send("/staff/remove")
    assert somebody_else.open(seller.desk).status_code == 404


def test_a_buyer_is_written_to_and_answered(seller, somebody_else, good):
    order(somebody_else, good)
    open_first_order(seller)

    seller.send("/write", text="The lid is from the new firing.")

    assert "The lid is from the new firing." in seller.page.text
    assert "/messages/cnv_" in str(seller.page.url)
    answered = re.search(r'action="(/bazaar/sell/[^"]+/messages/cnv_[0-9a-z]+)"', seller.page.text).group(1)
    seller.send(answered.rpartition("/")[2], text="It leaves today.")
    assert "It leaves today." in seller.page.text


def test_a_file_with_a_wrong_line_says_which_one(seller, front):
    seller.open(f"{seller.desk}/imports")
    address, fields = seller.form("/imports")
    del fields["file"]
    rows = "product,title:en,price_minor,currency\nTP-1,Teapot,12800,CNY\nTP-2,Cup,much,CNY\n"

    seller.page = seller.client.post(
        address, data=fields, files={"file": ("g.csv", rows.encode(), "text/csv")}
    )

    assert "/imports/imp_" in str(seller.page.url)
    front.do(front.house.settle_down())
    assert "Nothing was imported" in seller.open(str(seller.page.url)).text
    assert ">3<" in seller.page.text
    here = str(seller.page.url)
    assert f'href="{here[here.index("/bazaar") :]}/wrong.csv"' in seller.page.text
    wrong = seller.open(f"{here}/wrong.csv")
    assert wrong.headers["content-type"] == "text/csv; charset=utf-8"
    lines = list(csv.reader(io.StringIO(wrong.content.decode().removeprefix("\ufeff"))))
    assert lines[0] == ["Line", "Column", "What is wrong"]
    assert [line[:2] for line in lines[1:]] == [["3", "price_minor"]]


def test_nothing_of_a_file_is_run_by_a_spreadsheet_that_opens_what_is_wrong_with_it(seller, front):
    seller.open(f"{seller.desk}/imports")
    address, fields = seller.form("/imports")
    del fields["file"]
    rows = '"=HYPERLINK(""https://evil.example"")",product\n1,TP-1\n'
    seller.page = seller.client.post(
        address, data=fields, files={"file": ("g.csv", rows.encode(), "text/csv")}
    )
    front.do(front.house.settle_down())

    wrong = seller.open(f"{seller.page.url}/wrong.csv").content.decode().removeprefix("\ufeff")

    cells = [cell for line in csv.reader(io.StringIO(wrong)) for cell in line]
    assert any("HYPERLINK" in cell for cell in cells), cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_file_that_is_not_text_is_refused(seller):
    seller.open(f"{seller.desk}/imports")
    address, fields = seller.form("/imports")
    del fields["file"]

    answer = seller.client.post(address, data=fields, files={"file": ("g.csv", b"\xff\xfe\x00", "text/csv")})

    assert answer.status_code == 422
    assert "not in UTF-8" in answer.text


def test_goods_leave_as_a_file_that_can_be_read_again(seller):
    new_good(seller)
    seller.send("/publish")

    answer = seller.open(f"{seller.desk}/export/csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "TP" in answer.text
    assert seller.open(f"{seller.desk}/export/pdf").status_code == 404
