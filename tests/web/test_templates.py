from __future__ import annotations

import enum
import re
from functools import cache
from html.parser import HTMLParser

import msgspec
import pytest
from jinja2 import UndefinedError, nodes
from samples import PAGES, SAMPLES, sample

from every import every
from hansa.centers.payment import types as payment_types
from hansa.centers.product import types as product_types
from hansa.centers.shop import types as shop_types
from hansa.centers.trade import types as trade_types
from hansa.web import operating, parts, selling, still_lifes, tones, views
from hansa.web.design import icons
from hansa.web.headers import CONTENT_POLICY
from hansa.web.templating import TEMPLATES, field_id

LANGUAGES = ("en", "zh")


class Reader(HTMLParser):
    """Collects what the tests ask about: every tag with its attributes, and text."""

    def __init__(self, page: str, name: str = "") -> None:
        super().__init__()
        self.name = name
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)

    def __str__(self):
        return self.name

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)

    def all(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


@cache
def pages():
    return [rendered(name, language) for name in SAMPLES for language in LANGUAGES]


def rendered(name, language):
    try:
        return Reader(PAGES.render(sample(name, language)), f"{name}-{language}")
    except Exception as wrong:
        wrong.add_note(f"while {name} was rendered in {language}")
        raise


@every(pages)
def test_a_page_renders_and_nothing_in_it_is_undefined(page):
    assert len(page.all("h1")) == 1
    assert "".join(page.text).strip()


@every(pages)
def test_a_page_carries_no_inline_style_or_script(page):
    for tag, attributes in page.tags:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert tag != "style"
    assert all("src" in attributes for attributes in page.all("script"))


@every(pages)
def test_every_form_that_changes_something_carries_the_token(page):
    posts = [form for form in page.all("form") if form.get("method") == "post"]
    tokens = [field for field in page.all("input") if field.get("name") == "_csrf_token"]
    assert len(tokens) == len(posts)
    assert {field["value"] for field in tokens} == {"c5rf"}


@every(pages)
def test_ids_are_unique_and_labels_lead_somewhere(page):
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    wanted = [label["for"] for label in page.all("label") if "for" in label]
    wanted += [
        name
        for _, attributes in page.tags
        for key in ("aria-describedby", "aria-labelledby")
        for name in (attributes.get(key) or "").split()
    ]
    wanted += [link["href"][1:] for link in page.all("a") if (link.get("href") or "").startswith("#")]
    assert set(wanted) - {""} <= set(ids)


@every(pages)
def test_pictures_and_icons_come_from_the_sprites(page):
    drawn = still_lifes.drawn() | {still_lifes.WINDOW_LIGHT}
    for use in page.all("use"):
        path, _, symbol = str(use["href"]).partition("#")
        assert PAGES.assets.at(path) is not None, path
        assert symbol in (drawn if "/art." in path else icons()), symbol


@every(pages)
def test_files_are_asked_for_under_their_hash(page):
    for attributes in page.all("link") + page.all("script"):
        address = attributes.get("href") or attributes.get("src")
        assert PAGES.assets.at(str(address)) is not None, address


@every(pages)
def test_a_page_says_its_language(page):
    assert page.all("html")[0]["lang"] in {"en", "zh-Hans"}


def test_every_view_has_a_sample_and_every_template_a_view():
    shown = {type(make) for make in (sample(name, "en") for name in SAMPLES)}
    described = {
        view
        for module in (views, selling, operating)
        for view in vars(module).values()
        if isinstance(view, type) and issubclass(view, views.View) and "template" in vars(view)
    }
    assert shown == described
    assert {view.template for view in described} == {
        path.relative_to(TEMPLATES).as_posix()
        for folder in ("pages", "selling", "operating")
        for path in (TEMPLATES / folder).iterdir()
    }


def test_a_template_that_asks_for_more_than_its_view_fails():
    class Bare(views.View, frozen=True, kw_only=True):
        template = "pages/error.html"

    with pytest.raises(UndefinedError):
        PAGES.render(Bare(chrome=sample("home", "en").chrome))


def test_what_people_write_is_shown_as_text():
    view = msgspec.structs.replace(
        sample("missing", "en"), title="<script>alert(1)</script>", detail='" onload="x'
    )
    page = PAGES.render(view)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_templates_mark_no_text_as_safe_but_their_own():
    for path in TEMPLATES.rglob("*.html"):
        tree = PAGES._environments["en"].parse(path.read_text(encoding="utf-8"))
        marked = [node.node for node in tree.find_all(nodes.Filter) if node.name == "safe"]
        assert all(isinstance(inner, nodes.CondExpr | nodes.Const) for inner in marked), path


def test_templates_build_no_address_of_a_business_by_hand():
    for path in TEMPLATES.rglob("*.html"):
        by_hand = re.findall(r'(?:href|action)="/(?!design")[^"]*"', path.read_text(encoding="utf-8"))
        assert by_hand == [], path


def test_on_its_own_host_a_business_has_no_prefix():
    plain = sample("cart", "en")
    own_host = msgspec.structs.replace(plain, chrome=msgspec.structs.replace(plain.chrome, base=""))
    links = {attributes.get("href") for attributes in Reader(PAGES.render(own_host)).all("a")}
    assert {"/", "/cart", "/orders", "/account"} <= links


def test_a_closed_action_stays_visible_and_says_why():
    page = PAGES.render(sample("order", "en"))
    closed = re.search(r'<button type="button"[^>]*aria-disabled="true"[^>]*aria-describedby="([^"]+)"', page)
    assert closed is not None
    assert f'id="{closed.group(1)}"><b>Cancel:</b> Cancelling ended' in page


def test_nothing_yet_and_nothing_matches_are_different_screens():
    nothing, no_match = (PAGES.render(sample(name, "en")) for name in ("nothing_yet", "no_match"))
    assert "Nothing here yet" in nothing
    assert "Nothing matches" not in nothing
    assert "Nothing matches" in no_match
    assert "Show everything" in no_match


def test_an_unknown_drawing_falls_back_to_a_parcel():
    home = sample("home", "en")
    assert isinstance(home, views.ListPage)
    good = msgspec.structs.replace(home.goods[0], picture=parts.Picture(art="unheard-of"))
    page = PAGES.render(msgspec.structs.replace(home, goods=(good,)))
    assert "#unheard-of" not in page
    assert "#parcel" in page


def test_the_policy_allows_neither_inline_code_nor_other_hosts():
    assert "unsafe" not in CONTENT_POLICY
    assert "http" not in CONTENT_POLICY
    assert "default-src 'none'" in CONTENT_POLICY


def test_every_state_has_an_icon_that_exists_and_a_word():
    assert {look.icon for look in tones.STATES.values()} <= set(icons())
    assert set(tones.NOTICE_ICONS.values()) <= set(icons())
    assert all(look.word for look in tones.STATES.values())


def test_every_state_a_center_has_is_in_the_map():
    kinds = [
        kind
        for types in (trade_types, payment_types, shop_types, product_types)
        for kind in vars(types).values()
        if isinstance(kind, type)
        and issubclass(kind, enum.StrEnum)
        and kind.__name__.endswith(("State", "Status"))
    ]
    assert len(kinds) >= 4
    for kind in kinds:
        assert {str(state) for state in kind} <= set(tones.STATES), kind


def test_a_card_that_was_typed_is_not_sent_back():
    assert 'value="9000 0000 0000 0027"' not in PAGES.render(sample("pay_declined", "en"))


def test_a_state_nobody_told_us_about_is_shown_by_its_name():
    look = tones.look("stuck_in_customs")
    assert (look.tone, look.word) == (tones.Tone.PLAIN, "stuck in customs")


def test_an_id_of_a_field_is_an_id_whatever_its_name():
    assert field_id("email") == "f-email"
    assert re.fullmatch(r"f-[0-9a-f]{8}", field_id('a "b" 名'))
