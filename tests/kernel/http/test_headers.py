from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.kernel.http import accepts, etag, parse_key, require_match, unchanged
from hansa.kernel.http.errors import PreconditionFailed, PreconditionRequired
from hansa.kernel.idempotency import KeyMalformed
from hansa.kernel.problem import Malformed
from hansa.kernel.wire import check_json


@pytest.mark.parametrize(
    ("header", "key"),
    [(None, None), ("abc", "abc"), (' "a b" ', "a b"), (r'"a\"b"', 'a"b'), ("x" * 200, "x" * 200)],
)
def test_keys_are_read(header, key):
    assert parse_key(header) == key


@pytest.mark.parametrize(
    "header", ["", '""', '"open', "x" * 201, '"' + "x" * 201 + '"', "ключ", "a b", "a\tb"]
)
def test_what_is_no_key_is_refused(header):
    with pytest.raises(KeyMalformed):
        parse_key(header)


@given(st.text(max_size=250))
def test_any_header_is_a_short_key_or_refused(header):
    try:
        key = parse_key(header)
    except KeyMalformed:
        key = "refused"
    assert key is not None
    assert 0 < len(key) <= 200


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        (None, True),
        ("", True),
        ("*/*", True),
        ("application/*;q=0.1", True),
        ("text/html, application/json;q=0.9", True),
        ("text/html", False),
        ("application/json;q=0", False),
        ("*/*, application/json;q=0", False),
        ("application/json;q=much", False),
        (";;;,,,", False),
    ],
)
def test_the_most_specific_range_decides(header, taken):
    assert accepts(header, "application/json") is taken


def test_an_editor_must_have_seen_the_current_version():
    current = etag("offer", 3)

    require_match(current, current)
    require_match(f'"other", {current}', current)
    require_match(None, current, required=False)
    with pytest.raises(PreconditionFailed):
        require_match(etag("offer", 2), current)
    with pytest.raises(PreconditionFailed):
        require_match(f"W/{current}", current)  # weak tags never match strongly
    with pytest.raises(PreconditionRequired):
        require_match(None, current)
    assert unchanged(f"W/{current}", current)
    assert not unchanged(None, current)


@given(st.binary(max_size=60))
def test_any_bytes_pass_or_are_malformed(raw):
    verdict = ""
    try:
        check_json(raw)
    except Malformed as refused:
        verdict = refused.detail
    assert verdict == "" or "UTF-8" in verdict or "NUL" in verdict or "beyond" in verdict


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":2}',
        b'{"b":[{"a":1,"a":1}]}',
        b'{"a":1,"\\u0061":2}',
        b'{"a":"\\"","a":"b"}',
        b'{"a" : [1e999, 99999999999999999999], "a":1}',
    ],
)
def test_a_name_twice_is_refused(raw):
    with pytest.raises(Malformed):
        check_json(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":{"a":1},"b":[{"a":1},{"a":2}]}',
        b'{"a":"a","b":":"}',
        b'{"a":"x\\":","b":"\\"a\\":1,\\"a\\":2"}',
        b'{"a',
        b"[]",
    ],
)
def test_a_name_here_and_there_is_well(raw):
    check_json(raw)


def written(value):
    """Write a document whose objects are lists of pairs, so that they can have a name twice."""
    if isinstance(value, tuple):
        return "{" + ",".join(f'"{name}":{written(part)}' for name, part in value) + "}"
    return "[" + ",".join(map(written, value)) + "]" if isinstance(value, list) else str(value)


def repeats(value):
    if isinstance(value, list):
        return any(map(repeats, value))
    if not isinstance(value, tuple):
        return False
    names = [name for name, _ in value]
    return len(set(names)) < len(names) or any(repeats(part) for _, part in value)


@given(
    st.recursive(
        st.integers(0, 9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.lists(st.tuples(st.sampled_from("abc"), inner), max_size=3).map(tuple)
        ),
        max_leaves=12,
    )
)
def test_a_name_is_there_twice_within_one_object_alone(value):
    refused = False
    try:
        check_json(written(value).encode())
    except Malformed:
        refused = True
    assert refused == repeats(value)
