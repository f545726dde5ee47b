"""Words that mean the same find the same, in both languages, once a document was written with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centers.searching import made_up
from hansa.centers.search import api as search
from hansa.centers.search._rules.synonyms import other_terms
from hansa.centers.search._rules.words import index_terms, query_terms
from hansa.centers.search.types import Synonyms

words = st.one_of(st.text("abcdefg", min_size=3, max_size=8), st.text("茶杯壶碗盘瓷", min_size=1, max_size=4))


@pytest.fixture
def alike(house, monkeypatch):
    """Have the business say which words mean the same."""

    def say(*groups):
        said = tuple(Synonyms(group) for group in groups)
        monkeypatch.setitem(house.system.plan.calls, "search.synonyms", lambda _ctx: said)

    return say


async def test_what_one_word_finds_the_other_finds(library, alike):
    alike(("马克杯", "mug", "drinking vessel"))
    mark = made_up()
    await library.put({"en": f"A mug {mark}", "zh": f"马克杯 {mark}"})
    await library.put(f"Drinking vessel {mark}")
    await library.put(f"A bowl {mark}")

    for word in ("mug", "mugs", "马克杯", "drinking vessel"):
        assert set(await library.titles(f"{word} {mark}")) == {f"A mug {mark}", f"Drinking vessel {mark}"}
    assert await library.titles(f"bowl {mark}") == [f"A bowl {mark}"]


async def test_a_list_that_changed_is_known_after_a_rebuild(library, house, alike):
    mark = made_up()
    await library.put(f"Kettle {mark}")
    assert (await library.find(f"龘靐 {mark}")).corrected == mark  # nothing is called so: it is left out

    alike(("kettle", "龘靐"))
    assert (await library.find(f"龘靐 {mark}")).corrected == mark
    await search.rebuild(house.platform)
    found = await library.find(f"龘靐 {mark}")

    assert [hit.titles["en"] for hit in found.hits] == [f"Kettle {mark}"]
    assert found.corrected is None


async def test_businesses_have_words_of_their_own(library, house, alike):
    alike(("saucer", "碟"))
    mark = made_up()
    await library.put(f"Saucer {mark}")
    flagship = house.platform.context("flagship")
    assert await library.titles(f"碟 {mark}") == [f"Saucer {mark}"]
    assert await library.titles(f"碟 {mark}", ctx=flagship) == []


@given(st.lists(words, min_size=2, max_size=6), words, st.booleans())
def test_each_word_of_a_group_is_found_by_each_other(group, beside, has_one):
    terms = set(index_terms(beside)) | (set(index_terms(group[0])) if has_one else set())
    added = set(other_terms(terms, [Synonyms(tuple(group))]))

    if has_one:
        assert all(set(query_terms(word)) <= terms | added for word in group)
    assert not added & terms
    assert not set(other_terms(terms | added, [Synonyms(tuple(group))]))
