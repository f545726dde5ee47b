from __future__ import annotations

import pytest

from hansa.kernel.business import Business
from hansa.kernel.texts import pick

TEA = Business(
    "tea", title={"en": "Tea Club", "zh-Hans": "茶社"}, texts={"lede": {"zh": "好茶", "en": "Good tea"}}
)


@pytest.mark.parametrize("asked", ["zh-Hans", "zh-Hans-CN", "zh-CN", "zh", "zh-Hant"])
def test_a_business_says_a_text_in_the_closest_language_it_has(asked):
    assert TEA.text(asked) == "茶社"
    assert TEA.text(asked, "lede") == "好茶"


def test_a_business_without_the_language_says_its_first():
    assert TEA.text("de") == "Tea Club"
    assert TEA.text("de", "lede") == "好茶"
    assert TEA.text("de", "nothing") == ""
    assert Business("tea", title="Tea").text("zh") == "Tea"


def test_the_closest_script_is_picked_before_any_relative():
    assert pick({"zh-Hant": "茶會", "zh-Hans": "茶会"}, "zh-Hans-CN") == "茶会"
