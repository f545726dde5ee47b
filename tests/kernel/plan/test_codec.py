"""Manifests as JSON and TOML: what is written is read back, and every wrong field is named at once."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.kernel.business import Business, Play, Quota
from hansa.kernel.context import Traffic
from hansa.kernel.plan import Codec
from hansa.kernel.problem import Invalid, Malformed
from hansa.kernel.term import Term


class ReturnRights(Term):
    within: timedelta = timedelta(days=14)
    free: bool = True
    reasons: tuple[str, ...] = ()


class FlashSale(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    per_user: int = 1

    def __post_init__(self):
        if self.per_user < 1:
            raise ValueError("per_user must be at least 1")


SALE = Play("flash_sale", FlashSale, lambda _: [])
CODEC = Codec(terms=[ReturnRights], plays=[SALE], spoken={"zh", "en"})

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)
businesses = st.builds(
    Business,
    st.sampled_from(["tea", "tea.green", "tea-club.x1"]),
    title=st.one_of(words, st.dictionaries(st.sampled_from(["en", "de", "zh-Hans"]), words)),
    texts=st.dictionaries(
        words, st.dictionaries(st.sampled_from(["en", "de"]), words, min_size=1), max_size=2
    ),
    currency=st.sampled_from(["", "EUR"]),
    languages=st.lists(st.sampled_from(["en", "de"]), max_size=2),
    traffic=st.sampled_from([None, Traffic.SANDBOX]),
    hosts=st.lists(st.sampled_from(["a.example", "b.example"]), max_size=2),
    look=st.dictionaries(
        words, st.one_of(words, st.integers(0, 9), st.booleans(), st.lists(words)), max_size=3
    ),
    terms=st.lists(
        st.sampled_from(
            [ReturnRights(free=True), ReturnRights(within=timedelta(hours=5), reasons=("a", "b"))]
        ),
        max_size=1,
    ),
    plays=st.lists(st.builds(lambda t, n: SALE(title=t, per_user=n), words, st.integers(1, 9)), max_size=1),
    quotas=st.builds(Quota, orders_per_second=st.none() | st.integers(1, 9), weight=st.none() | st.just(0.5)),
)


@settings(deadline=None)
@given(businesses)
def test_what_is_written_is_read_back(business):
    plain = CODEC.plain(business)

    assert CODEC.plain(CODEC.read_json(CODEC.json(business))) == plain
    assert CODEC.plain(CODEC.read_toml(CODEC.toml(business))) == plain


def test_lengths_of_time_are_shown_as_people_write_them_and_held_as_iso_8601():
    tea = Business("tea", terms=[ReturnRights(within=timedelta(days=7))])

    assert 'within = "7 days"' in CODEC.toml(tea)
    assert CODEC.plain(tea)["terms"] == {"return_rights": {"within": "P7D"}}
    for written in ("7 days", "168 hours", "P7D"):
        assert CODEC.read_toml(CODEC.toml(tea).replace("7 days", written)).terms == tea.terms
    for wrong in ("7", "7d", "a week"):
        found = refusals({"path": "tea", "terms": {"return_rights": {"within": wrong}}})
        assert found == {
            "terms.return_rights.within": (
                "type",
                "A length of time is written so: 15 minutes, 36 hours, 7 days",
            )
        }


def test_only_what_is_stated_is_written(compiled):
    business = Business("tea", terms=[ReturnRights(free=True)])

    assert CODEC.plain(business) == {"path": "tea", "terms": {"return_rights": {"free": True}}}
    parent = Business("a", terms=[ReturnRights(free=False, within=timedelta(1))])
    child = CODEC.business({"path": "a.b", "terms": {"return_rights": {"free": True}}})
    plan = compiled([], [parent, child], terms=[ReturnRights])
    assert plan.of("a.b").term(ReturnRights) == ReturnRights(free=True, within=timedelta(1))


def test_a_person_can_read_and_write_it():
    business = CODEC.read_toml(
        """
        path = "flagship.tea"
        title = { en = "The Tea Club" }
        hosts = ["tea.example"]

        [terms.return_rights]
        within = "P30D"

        [plays.flash_sale]
        title = "Harvest"
        per_user = 2

        [quotas]
        orders_per_second = 20
        """
    )

    assert business.terms == [ReturnRights(within=timedelta(days=30))]
    assert business.plays == [SALE(title="Harvest", per_user=2)]
    assert business.quotas == Quota(orders_per_second=20)
    assert CODEC.toml(business).splitlines()[:3] == ['path = "flagship.tea"', 'hosts = ["tea.example"]', ""]


def refusals(plain):
    with pytest.raises(Invalid) as caught:
        CODEC.business(plain)
    return {error.field: (error.code, error.message) for error in caught.value.errors}


def test_a_field_that_is_stated_says_something():
    assert refusals({"path": "tea", "languages": [], "entity": "", "currency": "", "title": {}}) == {
        "languages": ("empty", "This is at least one language of en, zh, or is left out to be inherited"),
        "entity": ("empty", "This is the legal entity that keeps the books, or is left out to be inherited"),
        "currency": ("empty", "This is an ISO 4217 code, or is left out to be inherited"),
        "title": ("empty", "This is what people call it, or is left out to be inherited"),
    }


def test_every_wrong_field_is_named_at_once():
    found = refusals(
        {
            "path": "Tea!",
            "currency": 7,
            "hosts": ["a", 5],
            "traffic": "pretend",
            "colour": "red",
            "terms": {"return_rights": {"within": "soon", "fre": True}, "deadlines": {}},
            "plays": {"flash_sale": {"per_user": "two"}},
            "quotas": {"orders_per_second": "many"},
            "look": {"accent": "te\0al"},
        }
    )

    assert {field: code for field, (code, _) in found.items()} == {
        "path": "path",
        "currency": "type",
        "hosts[1]": "type",
        "traffic": "type",
        "colour": "unknown",
        "terms.return_rights.within": "type",
        "terms.return_rights.fre": "unknown",
        "terms.deadlines": "unknown",
        "plays.flash_sale.per_user": "type",
        "plays.flash_sale.title": "required",
        "quotas.orders_per_second": "type",
        "look.accent": "characters",
    }
    assert found["terms.return_rights.fre"][1] == "There is no such field; there are: within, free, reasons"
    assert found["terms.deadlines"][1] == "Not registered here; there are: return_rights"
    assert found["terms.return_rights.within"][1] == (
        "A length of time is written so: 15 minutes, 36 hours, 7 days"
    )
    assert found["traffic"][1] == ("Invalid enum value 'pretend'; there are: live, sandbox, replay, shadow")


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        "tea",
        5,
        {},
        {"path": 5},
        {"path": "a", "terms": []},
        {"path": "a", "plays": {"flash_sale": 1}},
    ],
)
def test_what_is_no_manifest_at_all_is_refused(plain):
    assert refusals(plain)


def test_a_parameter_that_its_play_refuses_is_refused_by_name():
    found = refusals({"path": "a", "plays": {"flash_sale": {"title": "x", "per_user": 0}}})

    assert found == {"plays.flash_sale": ("value", "per_user must be at least 1")}


@pytest.mark.parametrize("text", [b"{", b"\xff", b'{"path": "' + b"a" * 300_000 + b'"}'])
def test_broken_json_is_malformed(text):
    with pytest.raises(Malformed):
        CODEC.read_json(text)


def test_broken_toml_is_malformed():
    with pytest.raises(Malformed):
        CODEC.read_toml("path = ")
