from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.kernel.i18n import negotiate

SPOKEN = ("en", "zh-Hans", "de")


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ({}, "en"),
        ({"query": "zh-Hans"}, "zh-Hans"),
        ({"query": "zh_CN"}, "zh-Hans"),
        ({"query": "fr", "cookie": "de"}, "de"),
        ({"query": "zh", "cookie": "de", "accept_language": "en"}, "zh-Hans"),
        ({"accept_language": "fr, de-AT;q=0.7, zh;q=0.8"}, "zh-Hans"),
        ({"accept_language": "de-AT-1996, en;q=0.9"}, "de"),
        ({"accept_language": "*, de;q=0.5"}, "en"),
        ({"accept_language": "de;q=0, en-GB"}, "en"),
        ({"accept_language": "de;q=much"}, "en"),
        ({"query": "", "cookie": "../../etc"}, "en"),
    ],
)
def test_the_language_asked_for_is_found(asked, answer):
    assert negotiate(SPOKEN, **asked) == answer


@given(text=st.text())
def test_whatever_is_asked_the_answer_is_spoken(text):
    assert negotiate(SPOKEN, query=text, cookie=text, accept_language=text) in SPOKEN
