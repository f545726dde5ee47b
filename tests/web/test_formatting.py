# ruff: noqa: RUF001 - a minus sign is a minus sign
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.kernel.money import Money
from hansa.web.formatting import Formatter
from hansa.web.i18n import BABEL_LOCALES, translations

NOW = datetime(2026, 11, 21, 8, 20, 41, tzinfo=UTC)


@pytest.fixture(params=["en", "zh"])
def formatter(request):
    return Formatter(BABEL_LOCALES[request.param], translations(request.param))


def english():
    return Formatter("en_GB", translations("en"))


def chinese():
    return Formatter("zh_Hans_CN", translations("zh"))


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Money(128450, "CNY"), "¥1,284.50"),
        (Money(-5, "CNY"), "−¥0.05"),
        (Money(0, "CNY"), "¥0.00"),
        (Money(1980, "JPY"), "JP¥1,980"),
        (Money(12500, "KWD"), "KWD\u00a012.500"),
        (Money(-(2**63), "CNY"), "−¥92,233,720,368,547,758.08"),
    ],
)
def test_an_amount_reads_the_same_in_both_languages(formatter, amount, shown):
    assert formatter.plain_money(amount) == shown


def test_the_sign_stands_back_and_the_minor_units_are_small():
    assert (
        english().money(Money(-2000, "CNY"))
        == '<span class="money">−<span class="sign">¥</span>20<span class="minor">.00</span></span>'
    )
    assert english().money(Money(7, "JPY")) == '<span class="money"><span class="sign">JP¥</span>7</span>'


def test_in_a_timeline_money_shows_which_way_it_went():
    assert english().money(Money(535, "CNY"), signed=True).startswith('<span class="money">+')
    assert "+" not in english().money(Money(0, "CNY"), signed=True)


@settings(deadline=None)  # the first use of a locale reads it from disk
@given(st.integers(-(2**63), 2**63 - 1))
def test_no_minor_unit_is_lost_on_the_way_to_the_page(minor):
    text = english().plain_money(Money(minor, "CNY"))
    assert int(text.replace("¥", "").replace(",", "").replace(".", "").replace("−", "-")) == minor


@pytest.mark.parametrize(
    ("ago", "in_english", "in_chinese"),
    [
        (timedelta(minutes=12), "12 minutes ago", "12分钟前"),
        (timedelta(hours=5), "Today 11:20", "今天 11:20"),
        (timedelta(days=1), "Yesterday 16:20", "昨天 16:20"),
        (timedelta(days=-1), "Tomorrow 16:20", "明天 16:20"),
        (timedelta(days=9), "12 Nov, 16:20", "11月12日 16:20"),
        (timedelta(days=400), "17 Oct 2025, 16:20", "2025年10月17日 16:20"),
    ],
)
def test_a_moment_is_told_as_one_would_say_it(ago, in_english, in_chinese):
    for formatter, told in ((english(), in_english), (chinese(), in_chinese)):
        shown = formatter.when(NOW - ago, now=NOW, zone="Asia/Shanghai")
        assert f">{told}</time>" in shown
        assert "Z" not in shown
        assert 'datetime="20' in shown


def test_today_is_a_matter_of_the_place():
    late = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # the 21st in Shanghai, still the 20th in London
    assert "Today" in english().when(late, now=NOW, zone="Asia/Shanghai")
    assert "Yesterday" in english().when(late, now=NOW, zone="Europe/London")


def test_an_id_is_cut_to_what_tells_it_apart_and_copied_whole():
    whole = "ord_0198f3c2a7b47d0e9c1f5a6e3d7f3e91"
    shown = english().short_id(whole)
    assert ">ord_…7f3e91</code>" in shown
    assert f'data-text="{whole}"' in shown
    assert ">pay_1</code>" in english().short_id("pay_1")


def test_an_id_cannot_break_out_of_its_attribute():
    assert "<img" not in english().short_id('x_"><img src=x onerror=alert(1)>')
