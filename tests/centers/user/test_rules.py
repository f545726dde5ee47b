"""The rules hold for whatever people type."""

import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from hansa.centers.user._rules.devices import read_device
from hansa.centers.user._rules.email import EmailAddress, read_email
from hansa.centers.user._rules.grants import (
    covered,
    is_covered,
    is_permission,
    read_grant,
    show_grant,
    slid,
)
from hansa.centers.user._rules.texts import (
    COUNTRIES,
    check_address,
    check_password,
    check_text,
    normal_password,
)
from hansa.centers.user._rules.tokens import RANDOM_OCTETS, is_token, make_token, token_hash
from hansa.centers.user.types import Address, Device, TokenKind
from hansa.kernel.problem import FieldError

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LOCALS = st.text(string.ascii_letters + string.digits + "._+-", min_size=1, max_size=64)


def key_of(text):
    read = read_email(text)
    assert isinstance(read, EmailAddress)
    return read.key


@pytest.mark.parametrize(
    "text",
    [
        "", "@", "ada", "ada@", "@example.com", "ada@example", "ada@@example.com", "a da@example.com",
        "ada@exa mple.com", "ada@-example.com", "ada@example-.com", ".ada@example.com", "ada.@example.com",
        "a..da@example.com", "ada@example..com", "ada@example.123", '"a\nb"@example.com', "ada@example.com\nBcc: x@y.z",
        "ada\0@example.com", "a" * 65 + "@example.com", "ada@" + "a" * 64 + ".com", "ada@[127.0.0.1]", "ada\u200b@example.com",
        "ada\u202e@example.com", "ada\ud800@example.com", "ada@example.com, bob@example.com", "<ada@example.com>",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text):
    assert isinstance(read_email(text), FieldError)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        ("  ada@example.com\n", "ada@example.com"),
        ("ada@EXAMPLE.com", "ada@example.com"),
        ("\uff41\uff44\uff41@example.com", "ada@example.com"),  # full-width letters
        ("ada\uff20example.com", "ada@example.com"),  # full-width at
        ("用户@例子.中国", "用户@xn--fsqu00a.xn--fiqs8s"),
        ("user@例子。中国", "user@例子.中国"),
        ("e\u0301mile@example.com", "émile@example.com"),
    ],
)
def test_the_same_address_has_one_key(one, other):
    assert key_of(one) == key_of(other)


def test_plus_and_dots_are_the_owners_own_business():
    keys = {key_of(text) for text in ("ada@example.com", "a.da@example.com", "ada+shop@example.com")}
    assert len(keys) == 3


@given(st.text(max_size=80) | st.builds("{}@{}.com".format, LOCALS, LOCALS))
@example("ᾳ\u0345@example.com")
def test_reading_an_address_again_changes_nothing(text):
    read = read_email(text)
    if not isinstance(read, EmailAddress):
        return
    assert read_email(read.shown) == read
    assert key_of(read.key) == read.key
    assert not any(letter.isspace() or not letter.isprintable() for letter in read.shown)


@given(st.builds("{}@{}.com".format, LOCALS, LOCALS))
def test_case_never_makes_another_address(text):
    keys = {getattr(read_email(way), "key", None) for way in (text, text.upper(), text.swapcase())}
    assert len(keys) == 1


@given(st.sampled_from(TokenKind), st.binary(min_size=RANDOM_OCTETS, max_size=RANDOM_OCTETS))
def test_a_token_is_known_by_its_shape(kind, random):
    token = make_token(kind, random)
    assert is_token(token)
    assert len(token) == 53
    assert len(token_hash(token)) == 32


@given(
    st.binary(min_size=RANDOM_OCTETS, max_size=RANDOM_OCTETS),
    st.integers(0, 52),
    st.sampled_from(string.ascii_letters + string.digits + "_-\n "),
)
def test_a_mistyped_token_is_none(random, at, letter):
    token = make_token(TokenKind.API, random)
    assume(token[at] != letter)
    assert not is_token(token[:at] + letter + token[at + 1 :])


@given(st.text(max_size=60))
def test_what_is_made_up_is_no_token(text):
    assert not is_token(text)


@given(
    st.binary(min_size=RANDOM_OCTETS, max_size=RANDOM_OCTETS),
    st.binary(min_size=RANDOM_OCTETS, max_size=RANDOM_OCTETS),
)
def test_other_octets_make_another_token(one, other):
    assert (make_token(TokenKind.SESSION, one) == make_token(TokenKind.SESSION, other)) == (one == other)


@pytest.mark.parametrize(
    "password", ["short", "aaaaaaaaaaaa", "ada@example.com", "with\0zero1", "x" * 129, "pass\nword12"]
)
def test_a_bad_password_is_refused(password):
    error = check_password(password, email="ada@example.com")
    assert error is not None
    assert error.field == "password"


@pytest.mark.parametrize("password", ["correct horse battery", "密码密码密码一二", "x1" * 64])
def test_a_good_password_needs_no_digits_or_signs(password):
    assert check_password(password, email="ada@example.com") is None


def test_a_password_is_the_same_from_every_keyboard():
    assert normal_password("cafe\u0301") == normal_password("caf\u00e9")


GOOD = Address(
    recipient="王小明",
    phone="+86 138-0013-8000",
    country="cn",
    region="浙江省",
    city="杭州市",
    district="余杭区",
    street=" 文一西路  969 号 ",
    postcode="311121",
)


def test_an_address_is_tidied():
    address, errors = check_address(GOOD)
    assert errors == []
    assert (address.phone, address.country, address.street) == ("+8613800138000", "CN", "文一西路 969 号")


def test_every_wrong_field_of_an_address_is_named_at_once():
    _, errors = check_address(
        Address(
            recipient=" ", phone="12", country="XX", region="", city="a" * 65, street="x\0y", postcode="!"
        )
    )
    assert [error.field for error in errors] == [
        "recipient", "region", "city", "street", "phone", "country", "postcode",
    ]  # fmt: skip


LINES = st.text(max_size=80)


@given(LINES, LINES, LINES, LINES, LINES, LINES, LINES, LINES)
def test_a_checked_address_is_right_and_stays_as_it_is(a, b, c, d, e, f, g, h):
    address = Address(recipient=a, phone=b, country=c, region=d, city=e, street=f, district=g, postcode=h)
    checked, errors = check_address(address)
    assert {error.field for error in errors} <= set(Address.__struct_fields__)
    if not errors:
        assert check_address(checked) == (checked, [])
        assert "\0" not in "".join(getattr(checked, name) for name in Address.__struct_fields__)


@given(st.text(max_size=100), st.integers(1, 50))
def test_a_checked_text_fits(text, letters_max):
    tidied, error = check_text("name", text, letters_max=letters_max)
    if error is None:
        assert 1 <= len(tidied) <= letters_max
        assert tidied.encode()
        assert tidied == tidied.strip()


def test_there_are_249_countries():
    assert len(COUNTRIES) == 249


NAMES = st.from_regex(r"[a-z]{1,5}\.[a-z]{1,5}\.[a-z]{1,5}", fullmatch=True)
PERMISSIONS = NAMES | st.builds("{}@shop:{}".format, NAMES, st.uuids())


@given(st.frozensets(PERMISSIONS, max_size=5), st.frozensets(PERMISSIONS, max_size=5))
def test_a_token_never_does_more_than_its_holder(wanted, held):
    effective = covered(wanted, held)
    assert effective <= wanted
    assert all(is_covered(grant, held) and is_permission(grant) for grant in effective)
    assert covered(effective, held) == effective


@given(PERMISSIONS)
def test_a_grant_is_read_as_it_is_shown_and_as_it_is_kept(grant):
    shown = show_grant(grant)
    assert read_grant(shown) == read_grant(grant) == grant
    assert ":" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "trade.order.read@shop_",
        "trade.order.read@shop_01",
        "trade.order.read@shop_" + "u" * 26,
        "trade.order.read@shop_" + "z" * 26,
        "trade.order.read@shop_" + "0" * 25 + "O",
        "trade.order.read@Shop_" + "0" * 26,
        "trade.order.read@shop:" + "0" * 36,
        "trade.order.read@shop_" + "0" * 26 + "@shop_" + "0" * 26,
        "@shop_" + "0" * 26,
        "\ud800@\0",
    ],
)
def test_what_is_not_a_grant_is_not_read_as_one(text):
    assert not is_permission(read_grant(text))


def test_a_permission_for_everything_covers_one_shop_but_not_the_other_way_round():
    one_shop = "trade.order.ship@shop:00000000-0000-0000-0000-000000000000"
    assert is_covered(one_shop, {"trade.order.ship"})
    assert not is_covered("trade.order.ship", {one_shop})


@given(st.timedeltas(timedelta(), timedelta(days=400)), st.timedeltas(timedelta(), timedelta(days=400)))
def test_sliding_never_shortens_and_never_passes_the_end(used_after, longest):
    idle = timedelta(days=30)
    ends_at = NOW + longest
    expires_at = min(NOW + idle, ends_at)
    later = slid(expires_at, now=NOW + used_after, idle=idle, ends_at=ends_at)
    if later is not None:
        assert expires_at < later <= ends_at
    if used_after < idle / 10:
        assert later is None


CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 {}Safari/537.36{}"


@pytest.mark.parametrize(
    ("agent", "browser", "system"),
    [
        (CHROME.format("Windows NT 10.0; Win64; x64", "", ""), "Chrome", "Windows"),
        (CHROME.format("Windows NT 10.0; Win64; x64", "", " Edg/141.0.0.0"), "Edge", "Windows"),
        (CHROME.format("X11; Linux x86_64", "", " OPR/120.0.0.0"), "Opera", "Linux"),
        (CHROME.format("X11; CrOS x86_64 14541.0.0", "", ""), "Chrome", "ChromeOS"),
        (CHROME.format("Linux; Android 10; K", "Mobile ", ""), "Chrome", "Android"),
        (
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko)"
                " SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"
            ),
            "Samsung Internet",
            "Android",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
                " Mobile/15E148 MicroMessenger/8.0.60(0x18003c2f) NetType/WIFI Language/zh_CN"
            ),
            "WeChat",
            "iOS",
        ),
        (
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
                " Version/26.0 Safari/605.1.15"
            ),
            "Safari",
            "macOS",
        ),
        (
            (
                "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0"
                " Safari/537.36 ArkWeb/4.1.6.1 Mobile HuaweiBrowser/5.0.4.300"
            ),
            "Huawei Browser",
            "HarmonyOS",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox", "Linux"),
        ("curl/8.14.1", "", ""),
        ("", "", ""),
    ],
)
def test_a_device_is_told_by_what_its_browser_says(agent, browser, system):
    assert read_device(agent) == Device(browser, system)


@given(st.text(max_size=400))
def test_a_device_is_one_of_the_list_whatever_a_program_says(agent):
    found = read_device(agent)
    assert len(found.browser) < 20
    assert len(found.system) < 20
    assert not {*found.browser, *found.system} & set("/<>;()")
