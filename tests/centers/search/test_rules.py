"""Words, typos, keys and facets, by properties."""

from itertools import pairwise
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from hansa.centers.search._rules import words
from hansa.centers.search._rules.facets import by_field, price_ranges
from hansa.centers.search._rules.keys import facet_key, title_keys, word_keys
from hansa.centers.search._rules.ranking import by_popularity
from hansa.centers.search._rules.spelling import correction, distance, trigrams
from hansa.centers.search.types import Popularity, Ranked

HAN = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=12)
LATIN = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
MIXED = st.lists(st.one_of(HAN, LATIN, st.just("2024"), st.just("é")), min_size=1, max_size=5).map(" ".join)


@given(HAN)
def test_every_part_of_a_chinese_text_finds_it(text):
    indexed = set(words.index_terms(text))

    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            assert set(words.query_terms(text[start:end])) <= indexed


@given(HAN, HAN)
def test_bigrams_do_not_cross_what_stands_between(a, b):
    assert set(words.query_terms(f"{a}，{b}")) <= {*words.query_terms(a), *words.query_terms(b)}


def test_bigrams_of_a_teapot():
    assert words.query_terms("紫砂壶") == ("紫砂", "砂壶")
    assert words.query_terms("壶") == ("壶",)
    assert list(words.index_terms("紫砂壶")) == ["紫", "砂", "壶", "紫砂", "砂壶"]
    assert words.query_terms("宜兴紫砂 teapots 2024款") == ("宜兴", "兴紫", "紫砂", "teapot", "2024", "款")


@given(MIXED)
def test_a_text_is_found_by_itself(text):
    assert set(words.query_terms(text)) <= set(words.index_terms(text))


@given(st.text(max_size=200))
def test_any_text_has_terms_that_fit(text):
    for term in (*words.query_terms(text), *words.index_terms(text), *words.spellable(text)):
        assert 0 < len(term) <= words.TERM_MAX
    assert len(words.query_terms(text)) <= words.QUERY_TERMS_MAX
    assert len(list(words.starts(text))) <= 6


@given(st.text(max_size=60))
def test_case_width_and_accents_do_not_matter(text):
    assert words.fold(words.fold(text)) == words.fold(text)
    wide = text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    assert words.fold(wide) == words.fold(text)


def test_plurals_lose_their_s_and_other_words_stay():
    for word, stem in (
        ("teapots", "teapot"),
        ("berries", "berry"),
        ("boxes", "boxe"),
        ("box", "box"),
        ("glass", "glass"),
        ("cactus", "cactus"),
        ("gas", "gas"),
        ("shoes", "shoe"),
    ):
        assert words.stem(word) == stem, word
    assert words.query_terms("Café CAFÉS") == ("cafe",)


def test_letters_and_digits_part():
    assert words.query_terms("iPhone15 Pro-Max") == ("iphone", "15", "pro", "max")
    assert words.query_terms("iphone 15") == ("iphone", "15")


def test_what_somebody_begins_to_type():
    assert list(words.starts("Blue Celadon  Teapot")) == ["blue celadon teapot", "celadon teapot", "teapot"]
    assert list(words.starts("宜兴紫砂壶 大号")) == ["宜兴紫砂壶 大号", "大号"]


@given(LATIN, LATIN)
def test_distance_is_a_distance(a, b):
    far = distance(a, b, slips_max=20)

    assert far == distance(b, a, slips_max=20)
    assert (far == 0) is (a == b)
    assert abs(len(a) - len(b)) <= far <= max(len(a), len(b))


@given(LATIN.filter(lambda word: len(word) >= 4), st.data())
def test_one_slip_is_one_slip(word, data):
    at = data.draw(st.integers(0, len(word) - 2))
    other = data.draw(st.sampled_from("abcxyz"))

    for slipped in (
        word[:at] + word[at + 1 :],
        word[:at] + other + word[at:],
        word[:at] + other + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ):
        assert distance(word, slipped, slips_max=2) <= 1


@given(LATIN)
def test_trigrams_begin_and_end_with_the_word(word):
    grams = trigrams(word)

    assert grams[0] == f"  {word[0]}"
    assert grams[-1][-1] == " " or grams.count(grams[-1]) == 1
    assert len(set(grams)) == len(grams)


def test_typos_are_corrected_within_reason():
    known = ["teapot", "teaspoon", "celadon", "porcelain"]

    assert correction("taepot", known) == "teapot"
    assert correction("teapt", known) == "teapot"
    assert correction("celdon", known) == "celadon"
    assert correction("porclian", known) == "porcelain"
    assert correction("bicycle", known) is None
    assert correction("tea", known) is None


@given(st.lists(st.text(max_size=8), unique=True, max_size=30))
def test_keys_keep_kinds_apart(terms):
    assert len({*word_keys(terms), *title_keys(terms)}) == 2 * len(terms)
    assert all(-(2**63) <= key < 2**63 for key in word_keys(terms))
    assert facet_key("option.glaze", "moss") != facet_key("option", "glaze=moss2")


@given(st.lists(st.integers(0, 10_000), max_size=100))
def test_price_ranges_hold_every_price_once(prices):
    ranges = price_ranges(prices)

    assert sum(one.count for one in ranges) == len(prices)
    assert len(ranges) <= 5
    assert all(one.low <= one.high for one in ranges)
    assert all(a.high < b.low for a, b in pairwise(ranges))


def test_fields_and_values_come_commonest_first():
    counts = {"option.glaze=moss": 2, "option.glaze=celadon": 5, "shop=a": 1, "option.size=l": 7}

    assert by_field(counts, chosen={}) == [
        ("option.glaze", [("celadon", 5), ("moss", 2)]),
        ("option.size", [("l", 7)]),
        ("shop", [("a", 1)]),
    ]


def test_what_is_chosen_is_always_among_the_values():
    counts = {f"option.glaze=g{n:02}": 100 - n for n in range(40)} | {"option.size=l": 7}
    chosen = {"option.glaze": ["g39", "gone"], "option.lid": ["round"], "shop": ["nobody"]}

    fields = dict(by_field(counts, chosen=chosen))

    assert list(fields) == ["option.glaze", "option.lid", "option.size"]
    assert [value for value, _ in fields["option.glaze"]] == [f"g{n:02}" for n in range(20)] + ["g39", "gone"]
    assert fields["option.glaze"][-1] == ("gone", 0)
    assert fields["option.lid"] == [("round", 0)]


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_who_sells_more_ranks_no_lower(a, b):
    def rank(sold):
        return by_popularity(
            Ranked(
                product_id=uuid4(),
                shop_ids=(),
                price_minor=1,
                offers=1,
                languages=1,
                described=False,
                created_at=None,
                popularity=Popularity(sold=sold),
            )
        )

    low, high = sorted((a, b))
    assert 0 <= rank(low) <= rank(high)
