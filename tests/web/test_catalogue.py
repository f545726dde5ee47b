from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from hansa.web import i18n

WEB = Path(i18n.__file__).parent
_PLACE = re.compile(r"%\((\w+)\)s")

# The same map as babel.cfg, which the command line reads.
_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]


def msgids():
    found = extract_from_dir(
        WEB,
        _METHODS,
        {"templates/**.html": {"trimmed": "true", "silent": "false"}},
        keywords={"N_": None, "_": None, "gettext": None, "ngettext": (1, 2)},
        strip_comment_tags=True,
    )
    return {message for _, _, message, _, _ in found if message}


@pytest.fixture(scope="module")
def chinese():
    with (WEB / "locale" / "zh" / "LC_MESSAGES" / "web.po").open("rb") as file:
        return read_po(file, locale="zh_Hans_CN")


def test_every_text_has_a_chinese_one(chinese):
    ids = msgids()
    assert len(ids) > 200
    missing = [
        message for message in ids if not (found := chinese.get(message)) or not found.string or found.fuzzy
    ]
    missing += [
        message
        for message in ids
        if (found := chinese.get(message)) and isinstance(found.string, tuple) and not all(found.string)
    ]
    assert missing == []


def test_no_translation_is_left_over(chinese):
    ids = {message[0] if isinstance(message, tuple) else message for message in msgids()}
    kept = {
        message.id[0] if isinstance(message.id, tuple) else message.id for message in chinese if message.id
    }
    assert kept - ids == set()


def test_a_translation_names_the_same_places(chinese):
    for message in chinese:
        if not message.id:
            continue
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        told = message.string if isinstance(message.string, tuple) else (message.string,)
        places = set(_PLACE.findall(originals[-1]))
        assert all(set(_PLACE.findall(text)) == places for text in told), message.id


def test_english_needs_no_catalogue_and_chinese_is_read_without_a_build():
    assert i18n.translations("en").gettext("Cart") == "Cart"
    assert i18n.translations("zh").gettext("Cart") == "购物车"
    assert i18n.translations("zh").ngettext("%(num)s piece", "%(num)s pieces", 3) == "%(num)s 件"
