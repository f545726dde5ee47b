"""The arithmetic of ratings and the judgements about texts, by properties."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from centers.reviewing import wide
from hansa.centers.review._rules import fraud, moderation, rating
from hansa.centers.review._rules.writing import all_said
from hansa.centers.review.extensions import STRICTEST
from hansa.centers.review.types import Draft, EntryKind, EntryState, Ruling, Scores, Signal, Tally, Verdict

SCORES = st.builds(Scores, *(st.integers(1, 5) for _ in range(3)))
VOTES = st.lists(SCORES, max_size=40)
PRIORS = st.fixed_dictionaries({"prior_votes": st.integers(0, 50), "prior_score": st.integers(100, 500)})
VERDICTS = st.builds(
    Verdict,
    st.sampled_from(Ruling),
    st.sets(st.sampled_from(["link", "spam", "number"])).map(lambda found: tuple(sorted(found))),
)


@given(VOTES, st.randoms())
def test_the_order_of_votes_does_not_matter(votes, random):
    shuffled = list(votes)
    random.shuffle(shuffled)

    assert rating.tally(votes) == rating.tally(shuffled)


@given(VOTES, SCORES)
def test_what_is_added_and_taken_back_leaves_no_trace(votes, one):
    before = rating.tally(votes)

    after = rating.add(rating.add(before, rating.of_one(one)), rating.negated(rating.of_one(one)))

    assert after == before


@given(VOTES)
def test_a_tally_adds_up(votes):
    found = rating.tally(votes)

    assert sum(found.stars) == found.votes == len(votes)
    assert sum(n * count for n, count in enumerate(found.stars, 1)) == found.item
    assert found.votes <= found.service <= 5 * found.votes


@given(st.lists(st.integers(1, 5), max_size=60), st.integers(1, 5), PRIORS)
def test_one_vote_never_moves_a_rating_further_than_its_share(stars, vote, about):
    before = rating.shrunk(sum(stars), len(stars), **about)

    after = rating.shrunk(sum(stars) + vote, len(stars) + 1, **about)

    weight = about["prior_votes"] + len(stars) + 1
    if weight > 1:
        assert abs(after - before) <= 400 / weight + 1  # one for the rounding of each


@given(st.lists(st.integers(1, 5), max_size=60), PRIORS)
def test_a_rating_lies_between_the_votes_and_the_prior(stars, about):
    found = rating.shrunk(sum(stars), len(stars), **about)

    mean = 100 * sum(stars) / len(stars) if stars else about["prior_score"]
    low, high = sorted((mean, float(about["prior_score"])))
    assert low - 0.5 <= found <= high + 0.5
    assert 100 <= found <= 500


@given(st.integers(1, 5), st.integers(0, 30), PRIORS)
def test_a_better_vote_never_lowers_and_many_votes_win(star, count, about):
    assert rating.shrunk(star * count + 5, count + 1, **about) >= rating.shrunk(
        star * count + 1, count + 1, **about
    )
    assert abs(rating.shrunk(star * 100_000, 100_000, **about) - 100 * star) <= 1


def test_a_single_vote_of_a_rival_hardly_shows():
    about = {"prior_votes": 10, "prior_score": 400}

    assert rating.shrunk(0, 0, **about) == 400
    assert rating.shrunk(1, 1, **about) == 373
    assert rating.shrunk(500 + 1, 101, **about) == 487


@given(VERDICTS, VERDICTS, VERDICTS)
def test_the_strictest_verdict_counts_in_any_order(a, b, c):
    assert STRICTEST.broken_laws(a, b, Verdict(c.ruling, c.reasons)) in ([], ["identity"])
    assert moderation.stricter(a, b).ruling == max((a, b), key=lambda v: list(Ruling).index(v.ruling)).ruling


def draft(body="", *signals):
    return Draft(
        kind=EntryKind.REVIEW,
        author=None,
        shop_id=None,
        product_id=None,
        body=body,
        pictures=0,
        scores=(5, 5, 5),
        signals=signals,
    )


def test_plain_words_are_published():
    for body in (
        "",
        "Lovely. I would buy it again.",
        "It is 30 cm high, 1.5 kg, and cost 200.",
        "茶壶很漂亮，包装仔细，物流也快。",
        "Wait... what? Good! No.1 in my book.",
    ):
        assert moderation.by_the_default_rules(draft(body)) == Verdict(Ruling.PUBLISH), body


def test_ways_around_the_house_are_held():
    for body, reason in (
        ("see http://cheap.example", "link"),
        ("go to pears.shop now", "link"),
        ("ask ada@example.org", "mail"),
        ("加微信 pear88", "contact"),
        ("call 138 0013 8000", "number"),
        (wide("13800138000"), "number"),
        ("goooooooooooood", "shouting"),
    ):
        verdict = moderation.by_the_default_rules(draft(body))
        assert verdict.ruling is Ruling.HOLD, body
        assert reason in verdict.reasons, body


@given(st.text(max_size=300))
def test_any_text_gets_a_verdict(body):
    assert moderation.by_the_default_rules(draft(body)).ruling in {Ruling.PUBLISH, Ruling.HOLD}


def test_signals_that_weigh_enough_together_bring_a_moderator_in():
    light, heavy = Signal("shop_burst", 20), Signal("author_burst", 40)

    assert moderation.by_the_default_rules(draft("", light)).ruling is Ruling.PUBLISH
    assert moderation.by_the_default_rules(draft("", light, heavy)).reasons == ("signals",)


@given(
    st.text(
        min_size=8, max_size=80, alphabet=st.characters(categories=["Lu", "Ll", "Nd"], max_codepoint=0x7F)
    )
)
def test_case_space_and_punctuation_do_not_hide_a_copy(body):
    assert fraud.fingerprint(body) == fraud.fingerprint(f"  {'. '.join(body.upper())}!?")


def test_short_praise_has_no_fingerprint():
    assert fraud.fingerprint("好评！") is None
    assert fraud.fingerprint("Great!!!!!!!!!") is None


def test_each_sign_is_seen_by_itself():
    clean = {
        "of_the_house": False,
        "author_recent": 0,
        "shop_recent": 0,
        "same_text": 0,
        "paid_to_receipt": timedelta(days=2),
    }
    assert fraud.signals(fraud.Evidence(**clean)) == ()
    for change, code in (
        ({"of_the_house": True}, "self_dealing"),
        ({"author_recent": fraud.AUTHOR_BURST}, "author_burst"),
        ({"shop_recent": fraud.SHOP_BURST}, "shop_burst"),
        ({"same_text": 1}, "same_text"),
        ({"paid_to_receipt": timedelta(minutes=1)}, "quick_receipt"),
    ):
        assert [one.code for one in fraud.signals(fraud.Evidence(**clean | change))] == [code]


def test_transitions_are_what_the_table_accepts():
    pairs = {(a, b) for a, after in moderation.TRANSITIONS.items() for b in after}

    assert EntryState.HELD not in {b for _, b in pairs}
    assert len(pairs) == 4


@given(st.integers(1, 20), st.integers(0, 20), st.booleans(), st.booleans())
def test_all_is_said_when_neither_side_can_write_more(lines, reviewed, of_buyer, complete):
    said = all_said(lines=lines, complete=complete, reviewed=reviewed, of_buyer=of_buyer)

    assert said is (complete and of_buyer and reviewed >= lines)


def test_nothing_is_the_sum_of_no_votes():
    assert rating.tally([]) == Tally()
