"""Reviews: who may write what about what, when both sides may read it, and who decides."""

from datetime import timedelta
from uuid import uuid4

import pytest

from centers.reviewing import AFTER_THE_WINDOW, BAD, GOOD, WINDOW, wide, words
from hansa.centers.message import api as message
from hansa.centers.review import api as review
from hansa.centers.review._service import judging
from hansa.centers.review._service.personal import erase_words, personal_entries
from hansa.centers.review._service.receiving import open_received
from hansa.centers.review.errors import (
    AlreadyWritten,
    ContentRefused,
    LineNotReceived,
    ReviewNotFound,
    TooLate,
)
from hansa.centers.review.types import ENTRY_ID, EntryState, ReportReason, Ruling, Scores, Verdict
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopRole
from hansa.centers.trade import api as trade
from hansa.centers.trade.events import LinesMoved
from hansa.centers.user.extensions import Erasure
from hansa.kernel.event import Envelope
from hansa.kernel.extension import ExtensionFailed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated
from house import kinds, race


async def test_only_who_received_a_line_reviews_it(bazaar, house):
    received = await bazaar.received()
    stranger = await house.buyer()

    with pytest.raises(LineNotReceived):
        await bazaar.write(received, by=stranger)
    with pytest.raises(LineNotReceived):
        await bazaar.write(received, line_no=2)
    with pytest.raises(LineNotReceived):
        await bazaar.write(received, by=received.seller)


async def test_what_is_paid_but_not_received_cannot_be_reviewed(bazaar, house):
    seller, buyer = await house.seller(), await house.buyer()
    order_id = await house.paid_order(buyer, await house.good(seller))
    await house.deliver()

    with pytest.raises(LineNotReceived):
        await review.write_review(buyer, order_id=order_id, line_no=1, scores=GOOD)
    assert (await review.reviewable(buyer)).items == []


async def test_a_line_is_reviewed_once(bazaar):
    received = await bazaar.received()
    assert [one.line_no for one in (await review.reviewable(received.buyer)).items] == [1]

    await bazaar.write(received)

    with pytest.raises(AlreadyWritten):
        await bazaar.write(received, BAD)
    assert (await review.reviewable(received.buyer)).items == []


async def test_two_browsers_race_to_review_one_line(bazaar):
    received = await bazaar.received()

    outcomes = await race(*(bazaar.write(received, body="Very good indeed") for _ in range(5)))

    assert kinds(outcomes) == {"UUID": 1, "AlreadyWritten": 4}


async def test_both_sides_race_to_write_and_are_revealed_once(bazaar):
    received = await bazaar.received()

    await race(bazaar.write(received), bazaar.rate_buyer(received))

    assert len(await bazaar.shown(received)) == 1
    assert (await bazaar.rating(received)).votes == 1


async def test_neither_side_reads_the_other_before_both_have_written(bazaar):
    received = await bazaar.received()
    await bazaar.write(received, BAD)

    told_seller = await review.order_reviews(received.seller, order_id=received.order_id)
    told_buyer = await review.order_reviews(received.buyer, order_id=received.order_id)
    assert told_seller.reviews == ()
    assert told_seller.revealed_at is None
    assert [one.scores for one in told_buyer.reviews] == [BAD]
    assert await bazaar.shown(received) == []
    assert (await bazaar.rating(received)).votes == 0

    await bazaar.rate_buyer(received, 4)

    told_seller = await review.order_reviews(received.seller, order_id=received.order_id)
    told_buyer = await review.order_reviews(received.buyer, order_id=received.order_id)
    assert [one.scores for one in told_seller.reviews] == [BAD]
    assert told_buyer.of_buyer.score == 4
    assert [one.scores for one in await bazaar.shown(received)] == [BAD]
    assert (await bazaar.rating(received)).votes == 1


async def test_the_seller_who_wrote_first_waits_for_every_line(bazaar):
    received = await bazaar.received(lines=2)
    await bazaar.rate_buyer(received)
    await bazaar.write(received, line_no=1)
    assert (await review.order_reviews(received.buyer, order_id=received.order_id)).of_buyer is None

    await bazaar.write(received, line_no=2)

    assert (await review.order_reviews(received.buyer, order_id=received.order_id)).of_buyer is not None


async def test_when_the_window_ends_what_was_written_is_shown_and_nothing_more_is_written(bazaar, house):
    received = await bazaar.received()
    await bazaar.write(received, GOOD)
    await house.wait(WINDOW - timedelta(minutes=1))
    assert await bazaar.shown(received) == []

    await house.wait(timedelta(minutes=2))

    (shown,) = await bazaar.shown(received)
    assert shown.words.shown_at is not None
    with pytest.raises(TooLate):
        await bazaar.rate_buyer(received, 1)


async def test_an_order_that_nobody_wrote_about_is_revealed_in_silence(bazaar, house):
    received = await bazaar.received()

    await house.wait(AFTER_THE_WINDOW)

    told = await review.order_reviews(received.buyer, order_id=received.order_id)
    assert told.revealed_at == told.open_until
    assert (told.reviews, told.of_buyer) == ((), None)
    with pytest.raises(TooLate):
        await bazaar.write(received)


async def test_one_follow_up_within_its_time(bazaar, house):
    received, written = await bazaar.reviewed()
    await house.wait(timedelta(days=179))

    await review.follow_up(received.buyer, review_id=written, body="Half a year on, not a crack")

    with pytest.raises(AlreadyWritten):
        await review.follow_up(received.buyer, review_id=written, body="And one more thing")
    assert (await bazaar.shown(received))[0].follow_up.body == "Half a year on, not a crack"


async def test_a_follow_up_is_the_authors_and_not_too_late(bazaar, house):
    received, written = await bazaar.reviewed()

    with pytest.raises(ReviewNotFound):
        await review.follow_up(received.seller, review_id=written, body="I am the buyer, truly")
    await house.wait(timedelta(days=181))
    with pytest.raises(TooLate):
        await review.follow_up(received.buyer, review_id=written, body="It broke after all")


async def test_nothing_follows_what_is_still_blind(bazaar):
    received = await bazaar.received()
    written = await bazaar.write(received)

    with pytest.raises(ReviewNotFound):
        await review.follow_up(received.buyer, review_id=written, body="Already more to say")
    with pytest.raises(ReviewNotFound):
        await review.reply(received.seller, review_id=written, body="We saw that")


async def test_one_reply_by_the_shop_itself_within_its_time(bazaar, house):
    received, written = await bazaar.reviewed()
    rival = await bazaar.received()

    with pytest.raises(Forbidden):
        await review.reply(rival.seller, review_id=written, body="Come to us instead")
    await review.reply(received.seller, review_id=written, body="Thank you very much")
    with pytest.raises(AlreadyWritten):
        await review.reply(received.seller, review_id=written, body="And again")
    assert (await bazaar.shown(received))[0].reply.body == "Thank you very much"

    other, later = await bazaar.reviewed()
    await house.wait(timedelta(days=31))
    with pytest.raises(TooLate):
        await review.reply(other.seller, review_id=later, body="So sorry to be late")


async def test_another_seller_neither_rates_the_buyer_nor_reads_the_order(bazaar):
    received, rival = await bazaar.received(), await bazaar.received()

    with pytest.raises(LineNotReceived):
        await bazaar.rate_buyer(received, by=rival.seller)
    with pytest.raises(LineNotReceived):
        await review.order_reviews(rival.seller, order_id=received.order_id)
    with pytest.raises(LineNotReceived):
        await review.order_reviews(rival.buyer, order_id=received.order_id)


async def test_everything_wrong_is_said_at_once(bazaar):
    received = await bazaar.received()
    picture = uuid4()

    with pytest.raises(Invalid) as refused:
        await bazaar.write(received, Scores(0, 6, 3), "x" * 2001, media=[picture, picture])

    assert [error.field for error in refused.value.errors] == ["item", "service", "text", "pictures"]


async def test_texts_with_ways_around_the_house_wait_for_a_moderator(bazaar):
    received, written = await bazaar.reviewed(body=f"Cheaper at {wide('www.example.com')}, 加微信")
    assert await bazaar.shown(received) == []
    assert (await bazaar.rating(received)).votes == 0
    (own,) = (await review.my_reviews(received.buyer)).items
    assert own.words.state is EntryState.HELD

    waiting = {one.words.id: one for one in (await _all_waiting(bazaar))}
    assert waiting[written].reasons == ("contact", "link")

    await review.decide(bazaar.moderator, entry_id=written, state=EntryState.PUBLISHED, reason="harmless")
    assert len(await bazaar.shown(received)) == 1
    assert (await bazaar.rating(received)).votes == 1


async def test_what_was_published_can_be_refused_and_published_again(bazaar):
    received, written = await bazaar.reviewed(BAD)
    assert (await bazaar.shop_rating(received)).votes == 1

    await review.decide(bazaar.moderator, entry_id=written, state=EntryState.REFUSED, reason="off_topic")
    assert await bazaar.shown(received) == []
    assert (await bazaar.shop_rating(received)).votes == 0

    await review.decide(bazaar.moderator, entry_id=written, state=EntryState.PUBLISHED, reason="appeal")
    assert (await bazaar.shop_rating(received)).votes == 1
    decided = await review.decisions(bazaar.moderator, entry_id=written)
    assert [(one.state, one.reason, one.actor) for one in decided] == [
        (EntryState.REFUSED, "off_topic", "system"),
        (EntryState.PUBLISHED, "appeal", "system"),
    ]


async def test_moderators_race_and_every_decision_counts_once(bazaar):
    received, written = await bazaar.reviewed()

    await race(
        *(
            review.decide(bazaar.moderator, entry_id=written, state=EntryState.REFUSED, reason=f"try_{n}")
            for n in range(6)
        )
    )

    assert (await bazaar.rating(received)).votes == 0
    assert len(await review.decisions(bazaar.moderator, entry_id=written)) == 1


async def test_what_is_held_when_the_window_ends_stays_hidden(bazaar, house):
    received = await bazaar.received()
    written = await bazaar.write(received, body="write to me@example.com")

    await house.wait(AFTER_THE_WINDOW)

    assert await bazaar.shown(received) == []
    await review.decide(bazaar.moderator, entry_id=written, state=EntryState.PUBLISHED, reason="harmless")
    assert len(await bazaar.shown(received)) == 1


async def test_only_moderators_moderate_and_reasons_are_codes(bazaar, house):
    received, written = await bazaar.reviewed()

    for call in (
        review.waiting(received.seller),
        review.decide(received.seller, entry_id=written, state=EntryState.REFUSED, reason="rude"),
        review.decisions(received.buyer, entry_id=written),
    ):
        with pytest.raises((Forbidden, Unauthenticated)):
            await call
    for reason in ("", "Bob said so", "x" * 49):
        with pytest.raises(Invalid):
            await review.decide(bazaar.moderator, entry_id=written, state=EntryState.REFUSED, reason=reason)
    with pytest.raises(Invalid):
        await review.decide(bazaar.moderator, entry_id=written, state=EntryState.HELD, reason="wait")


async def test_the_shops_own_people_are_found_out(bazaar, house):
    seller = await house.seller()
    received = await bazaar.received(seller=seller, buyer=seller.ctx)

    written = await bazaar.write(received, body="The best shop in all the world")

    (one,) = [one for one in await _all_waiting(bazaar) if one.words.id == written]
    assert ("self_dealing", 100) in [(signal.code, signal.weight) for signal in one.signals]


async def test_the_same_words_twice_wait_for_a_moderator(bazaar, house):
    seller = await house.seller()
    said = words()
    first = await bazaar.write(await bazaar.received(seller=seller), body=said)
    second = await bazaar.write(await bazaar.received(seller=seller), body=f"  {said.upper()}!! ")

    waiting = {one.words.id: one for one in await _all_waiting(bazaar)}

    assert first not in waiting
    assert "same_text" in [signal.code for signal in waiting[second].signals]


async def test_goods_that_never_travelled_leave_a_mark_but_are_published(bazaar, house):
    received = await bazaar.received(days=0)

    written = await bazaar.write(received)

    assert written not in {one.words.id for one in await _all_waiting(bazaar)}
    rows = await _rows(house, "SELECT code FROM review.signal WHERE entry_id = $1", written)
    assert [row["code"] for row in rows] == ["quick_receipt"]


async def test_people_are_told_when_something_can_be_read(bazaar, house):
    received, written = await bazaar.reviewed()
    support = await house.person()
    await shop.add_staff(
        house.system, shop_id=received.shop_id, party=support.party(), roles=[ShopRole.SUPPORT]
    )
    await review.reply(received.seller, review_id=written, body="Thank you very much")

    await house.deliver()

    for one in (received.seller, support):
        assert "review.review" in [note.template for note in (await message.inbox(one)).items]
    told_buyer = [one.template for one in (await message.inbox(received.buyer)).items]
    assert {"review.reply", "review.of_buyer"} <= set(told_buyer)


async def test_an_order_that_is_told_twice_is_received_once(bazaar, house):
    received, _ = await bazaar.reviewed()
    order = await trade.order(received.buyer, order_id=received.order_id)
    told_again = Envelope(
        id=uuid4(),
        business=order.business,
        traffic=order.traffic,
        entity=order.entity,
        actor="system",
        trace="",
        occurred_at=house.system.now(),
        event=LinesMoved(
            order_id=order.id,
            buyer=order.buyer,
            shop_id=order.shop_id,
            seller=order.seller,
            lines=(1,),
            previous=("shipped",),
            states=("received",),
            order_version=order.version,
            cause="received",
        ),
    )

    async with house.platform.db.transaction() as tx:
        await open_received(tx, [told_again])

    told = await review.order_reviews(received.buyer, order_id=received.order_id)
    assert told.revealed_at is not None
    assert len(await bazaar.shown(received)) == 1


async def test_pages_of_reviews_follow_each_other(bazaar, house):
    seller = await house.seller()
    for _ in range(3):
        await bazaar.reviewed(seller=seller)

    first = await review.shop_reviews(house.system, shop_id=seller.shop_id, limit=2)
    second = await review.shop_reviews(house.system, shop_id=seller.shop_id, limit=2, cursor=first.cursor)

    seen = [one.words.id for one in (*first.items, *second.items)]
    assert len(set(seen)) == 3
    assert seen == sorted(seen, reverse=True)
    assert second.cursor is None


async def test_reviews_are_found_by_stars(bazaar):
    received, _ = await bazaar.reviewed(Scores(3, 5, 5))
    about = {"product_id": received.product_id}

    assert len((await review.product_reviews(bazaar.house.system, stars=3, **about)).items) == 1
    assert (await review.product_reviews(bazaar.house.system, stars=5, **about)).items == []
    assert (await review.product_reviews(bazaar.house.system, pictures=True, **about)).items == []


async def test_an_extension_may_refuse_and_a_broken_one_holds(bazaar, monkeypatch):
    received = await bazaar.received(lines=2)

    class Asked:
        def __init__(self, answer):
            self.answer = answer

        def of(self, ctx):
            async def call(ctx, draft):
                if isinstance(self.answer, Exception):
                    raise self.answer
                return self.answer

            return call

    monkeypatch.setattr(judging, "MODERATE", Asked(Verdict(Ruling.REFUSE, ("swearing",))))
    with pytest.raises(ContentRefused) as refused:
        await bazaar.write(received)
    assert refused.value.extras["reasons"] == ["swearing"]

    monkeypatch.setattr(judging, "MODERATE", Asked(ExtensionFailed()))
    await bazaar.write(received)
    (own,) = (await review.my_reviews(received.buyer)).items
    assert own.words.state is EntryState.HELD


async def test_what_a_guest_received_is_reviewed_by_whom_it_turned_out_to_be(bazaar, house):
    received = await bazaar.received(lines=2)
    first = await bazaar.write(received, body=words(), line_no=1)

    account = await house.sign_up_as(received.buyer)

    assert [one.line_no for one in (await review.reviewable(account)).items] == [2]
    second = await bazaar.write(received, by=account, line_no=2)
    with pytest.raises(AlreadyWritten):
        await bazaar.write(received, by=account, line_no=1)
    assert {one.words.id for one in (await review.my_reviews(account)).items} == {first, second}
    assert len((await review.order_reviews(account, order_id=received.order_id)).reviews) == 2
    await bazaar.rate_buyer(received)
    await review.follow_up(account, review_id=first, body="Still mine, and still good")
    assert len(await personal_entries(house.system, account.party())) == 3


async def test_who_is_forgotten_leaves_scores_and_no_words(bazaar, house):
    received, _ = await bazaar.reviewed(body="My name is Ada and I live in Well Lane")
    party = received.buyer.party()
    (record,) = await personal_entries(house.system, party)
    assert record.content["text"] == "My name is Ada and I live in Well Lane"

    async with house.platform.db.transaction() as tx:
        gone = await erase_words(tx, [Erasure(house.system, (party,))])
    async with house.platform.db.transaction() as tx:
        again = await erase_words(tx, [Erasure(house.system, (party,))])

    assert gone == [["review.words"]]
    assert again == [[]]
    (shown,) = await bazaar.shown(received)
    assert (shown.words.body, shown.words.erased, shown.scores) == ("", True, GOOD)
    assert await _rows(house, "SELECT 1 FROM review.entry WHERE body LIKE '%Ada%'") == []


async def _all_waiting(bazaar):
    found, cursor = [], None
    while True:
        page = await review.waiting(bazaar.moderator, cursor=cursor, limit=100)
        found += page.items
        if (cursor := page.cursor) is None:
            return found


async def _rows(house, sql, *args):
    async with house.platform.db.transaction() as tx:
        return await tx.raw.fetch(sql, *args)


async def test_what_readers_report_stays_until_a_moderator_decides(bazaar, house):
    received, written = await bazaar.reviewed(BAD, "They sell broken pears")
    reader = await house.person()
    for who in (received.seller, received.seller, reader):
        await review.report_entry(who, entry_id=written, reason=ReportReason.ABUSIVE)

    assert len(await bazaar.shown(received)) == 1
    (held,) = [one for one in (await review.waiting(bazaar.moderator)).items if one.words.id == written]
    assert held.reasons == ("reported_abusive",)
    await review.decide(bazaar.moderator, entry_id=written, state=EntryState.PUBLISHED, reason="harmless")
    assert written not in [one.words.id for one in (await review.waiting(bazaar.moderator)).items]
    assert len(await bazaar.shown(received)) == 1
    (upheld,) = await review.decisions(bazaar.moderator, entry_id=written)
    assert (upheld.previous, upheld.state) == (EntryState.PUBLISHED, EntryState.PUBLISHED)

    another = await house.person()
    await review.report_entry(another, entry_id=written, reason=ReportReason.SPAM)
    await review.decide(bazaar.moderator, entry_id=written, state=EntryState.REFUSED, reason="spam")
    assert await bazaar.shown(received) == []
    with pytest.raises(ReviewNotFound):
        await review.report_entry(reader, entry_id=written, reason=ReportReason.SPAM)
    assert await house.violations() == []


async def test_what_cannot_be_read_is_not_reported(bazaar, house):
    received = await bazaar.received()
    blind = await bazaar.write(received)
    for entry in (blind, ENTRY_ID.new()):
        with pytest.raises(ReviewNotFound):
            await review.report_entry(await house.person(), entry_id=entry, reason=ReportReason.SPAM)


async def test_an_author_takes_a_review_back_and_the_rating_follows(bazaar, house):
    received, written = await bazaar.reviewed(BAD, words())
    await review.reply(received.seller, review_id=written, body="So sorry")
    await review.follow_up(received.buyer, review_id=written, body="Still broken")
    assert (await bazaar.rating(received)).votes == 1
    for stranger in (received.seller, await house.person()):
        with pytest.raises(ReviewNotFound):
            await review.withdraw_review(stranger, review_id=written)

    await review.withdraw_review(received.buyer, review_id=written)

    assert await bazaar.shown(received) == []
    assert ((await bazaar.rating(received)).votes, (await bazaar.shop_rating(received)).votes) == (0, 0)
    with pytest.raises(ReviewNotFound):
        await review.withdraw_review(received.buyer, review_id=written)
    await bazaar.write(received, GOOD, words())
    assert (await bazaar.rating(received)).votes == 1
    assert await house.violations() == []


async def test_two_withdrawals_race_and_one_counts(bazaar, house):
    received, written = await bazaar.reviewed(BAD, words())

    outcomes = await race(*[review.withdraw_review(received.buyer, review_id=written) for _ in range(3)])

    assert sorted(type(one).__name__ for one in outcomes) == ["NoneType", "ReviewNotFound", "ReviewNotFound"]
    assert (await bazaar.rating(received)).votes == 0
