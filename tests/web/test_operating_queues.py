"""The operator's desk: what was written, what was reported, and money that waits for a hand."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest
from operators import log_in

from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.types import AccountClass, AccountKey
from hansa.centers.message import api as message
from hansa.centers.message.types import MessageState, ReportReason, Resolution
from hansa.centers.payment import api as payment
from hansa.centers.payment._rules.payments import reference_of
from hansa.centers.payment._sandbox import SANDBOX, SandboxProvider
from hansa.centers.payment._signature import sign
from hansa.centers.payment.extensions import ProviderAnswer, RefundAnswer
from hansa.centers.payment.types import PAYMENT_ID, REFUND_ID, NewRefund, Outcome, PaymentId
from hansa.centers.product import api as product
from hansa.centers.product.types import PRODUCT_ID
from hansa.centers.review import api as review
from hansa.centers.review.types import ENTRY_ID, EntryState, Scores
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade import api as trade
from hansa.centers.user.types import Role
from hansa.kernel.clock import system_now
from hansa.kernel.context import ActorKind
from house import DELAYED_CARD

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]


@pytest.fixture
def operator(front):
    """Somebody who may do everything."""
    surfer = log_in(front, Role.OPERATOR)
    yield surfer
    surfer.client.close()


@pytest.fixture
def auditor(front):
    """Somebody who may see money and move none."""
    surfer = log_in(front, Role.AUDITOR)
    yield surfer
    surfer.client.close()


@pytest.fixture
def received(front):
    """Somebody received what they bought; returns them, the order and the seller."""

    async def story():
        seller = await front.house.seller()
        buyer = await front.house.person()
        order_id = await front.house.paid_order(buyer, await front.house.good(seller, price=1000))
        await trade.ship(seller.ctx, order_id=order_id)
        await trade.receive(buyer, order_id=order_id)
        await front.house.settle_down()
        return buyer, order_id, seller

    return front.do(story())


# ── What was written ──


@pytest.fixture
def held(front, received):
    """A review that tells where to talk elsewhere."""
    buyer, order_id, _seller = received
    written = review.write_review(
        buyer,
        order_id=order_id,
        line_no=1,
        scores=Scores(5, 5, 5),
        body=f"Add me on WeChat: pear{uuid4().hex[:6]}",
    )
    return front.do(written)


def decisions(front, entry):
    return front.do(review.decisions(front.house.system, entry_id=entry))


def test_a_held_review_says_why_it_is_held_and_is_published(front, operator, held):
    id_ = ENTRY_ID.show(held)
    page = operator.open("/bazaar/operate/reviews").text
    row = page.partition(f'id="{id_}"')[2].partition("</li>")[0]
    assert "Add me on WeChat" in row
    assert "a way to talk elsewhere" in row

    page = operator.send(f"/reviews/{id_}", state="published").text

    assert "It is published." in page
    assert f'id="{id_}"' not in page
    (decided,) = decisions(front, held)
    assert (decided.state, decided.reason) == (EntryState.PUBLISHED, "looked_at")
    assert decided.actor.startswith("person:")


def test_refusing_a_review_takes_a_reason_of_the_list(front, operator, held):
    id_ = ENTRY_ID.show(held)
    operator.open("/bazaar/operate/reviews")

    for wrong in ("", "because", "looked_at"):
        page = operator.send(f"/reviews/{id_}", state="refused", reason=wrong)
        assert page.status_code == 422
        assert "Please choose why it is refused" in page.text
    assert operator.send(f"/reviews/{id_}", state="held").status_code == 400
    operator.open("/bazaar/operate/reviews")
    operator.send(f"/reviews/{id_}", state="refused", reason="spam")

    assert [(one.state, one.reason) for one in decisions(front, held)] == [(EntryState.REFUSED, "spam")]


# ── What was reported ──


@pytest.fixture
def reported(front):
    """A buyer reported what a seller said; returns the report and the buyer."""

    async def story():
        seller = await front.house.seller()
        good = await front.house.good(seller)
        offer = (await product.offers(front.house.system, [good.offer_id]))[good.offer_id]
        buyer = await front.house.person()
        talk = await message.start_conversation(
            buyer, subject=PRODUCT_ID.show(offer.product_id), text="Is it ripe?"
        )
        actor = seller.ctx.actor
        grants = frozenset({f"message.conversation.answer@shop:{seller.shop_id}"})
        staff = seller.ctx.with_(actor=type(actor)(ActorKind.PERSON, actor.party, grants))
        await message.post(staff, conversation_id=talk.id, text="Pay me by bank transfer.")
        report = await message.report_conversation(
            buyer, conversation_id=talk.id, reason=ReportReason.OFF_PLATFORM, number=2, note="See there"
        )
        return report, buyer

    return front.do(story())


def open_report(operator):
    page = operator.open("/bazaar/operate/reports").text
    return re.findall(r'href="(/bazaar/operate/reports/rpt_[0-9a-z]+)"', page)[-1]


def test_a_report_is_read_with_what_was_said_and_the_message_is_taken_down(front, operator, reported):
    report, buyer = reported
    here = open_report(operator)
    page = operator.open(here).text
    assert "Wants to deal elsewhere" in page
    assert "Is it ripe?" in page
    assert "Pay me by bank transfer." in page
    assert "This was reported" in page

    page = operator.send(here.rpartition("/")[2], resolution="withheld")

    assert "The report is dealt with." in page.text
    (latest, _first) = front.do(message.messages(buyer, conversation_id=report.conversation)).items
    assert (latest.text, latest.state) == ("", MessageState.WITHHELD)
    assert "Neither side sees this any more." in operator.open(here).text
    assert f'href="{here}"' in operator.open("/bazaar/operate/reports?state=done").text


def test_somebody_else_was_faster(front, operator, reported):
    report, _buyer = reported
    here = open_report(operator)
    operator.open(here)
    done = message.resolve_report(front.house.system, report_id=report.id, resolution=Resolution.DISMISSED)
    front.do(done)

    page = operator.send(here.rpartition("/")[2], resolution="blocked")

    assert page.status_code == 409
    assert "Somebody has dealt with this already, in another way" in page.text


def test_a_report_of_the_whole_has_no_message_to_take_down(front, operator, reported):
    report, buyer = reported
    again = message.report_conversation(buyer, conversation_id=report.conversation, reason=ReportReason.SPAM)
    front.do(again)
    page = operator.open(open_report(operator)).text

    assert "The report names no single message." in page
    assert 'value="withheld"' not in page
    assert 'value="blocked"' in page


# ── Money ──


class Refusing(SandboxProvider):
    """Gives nothing back."""

    def __init__(self, db):
        super().__init__(db, b"a secret of the tests")

    async def refund(self, _ctx, _request):
        return RefundAnswer(provider_reference="no", succeeded=False)


@pytest.fixture
def refused(front, monkeypatch):
    """A refund that its provider refused."""

    async def refuse(self, _ctx, _request):
        return RefundAnswer(provider_reference="no", succeeded=False)

    async def story():
        seller = await front.house.seller()
        buyer = await front.house.person()
        order_id = await front.house.paid_order(buyer, await front.house.good(seller, price=1000))
        order = await trade.order(buyer, order_id=order_id)
        asked = NewRefund(
            ctx=front.house.system,
            id=REFUND_ID.new(),
            payment_id=order.payment_id,
            minor=400,
            reason="goodwill",
            order_id=order_id,
        )
        return await payment.refund(front.house.system, refund=asked)

    monkeypatch.setattr(SandboxProvider, "refund", refuse)
    return front.do(story())


def test_a_refused_refund_waits_until_somebody_says_how_it_went_back(front, operator, auditor, refused):
    id_ = REFUND_ID.show(refused.id)
    operator.open("/bazaar/operate/refunds")
    assert operator.form(f"/refunds/{id_}")[0].endswith(id_)
    assert f"/refunds/{id_}" not in auditor.open("/bazaar/operate/refunds").text
    assert "goodwill" in auditor.page.text

    assert operator.send(f"/refunds/{id_}", reference=" ").status_code == 422
    assert "Please say how" in operator.page.text
    page = operator.send(f"/refunds/{id_}", reference="transfer 17")

    assert "Noted: the money went back." in page.text
    assert f"/refunds/{id_}" not in page.text
    waiting = front.do(payment.refused_refunds(front.house.system, limit=100)).items
    assert refused.id not in {one.id for one in waiting}


def test_an_auditor_gives_nothing_back_and_squares_nobody(auditor, refused, received):
    auditor.open("/bazaar/account")
    token = {"_csrf_token": auditor.form("/preferences")[1]["_csrf_token"], "reference": "transfer 17"}
    shop_id = SHOP_ID.show(received[2].shop_id)

    for act in (f"refunds/{REFUND_ID.show(refused.id)}", f"squaring/{shop_id}"):
        answer = auditor.client.post(
            f"/bazaar/operate/{act}", data=token | {"paid": "950", "currency": "CNY"}
        )
        assert answer.status_code == 403, act


def payable(front, seller):
    key = AccountKey.of(front.house.system, AccountClass.SELLER_PAYABLE, currency="CNY", party=seller.shop_id)
    return front.do(ledger.balances(front.house.system, keys=[key]))[key]


def pages_until(surfer, path, wanted):
    """Go on in a list until it shows something."""
    page = surfer.open(path)
    while wanted not in page.text and (
        more := re.search(r'class="button" href="([^"]+after=[^"]+)"', page.text)
    ):
        page = surfer.open(more[1].replace("&amp;", "&"))
    return page


def test_a_shop_that_earned_something_is_squared_by_the_amount_that_was_shown(front, operator, received):
    seller = received[2]
    ending = f"/squaring/{SHOP_ID.show(seller.shop_id)}"
    page = pages_until(operator, "/bazaar/operate/squaring", ending)
    assert ending in page.text

    assert operator.send(ending, reference="transfer 17", paid="much").status_code == 400
    pages_until(operator, "/bazaar/operate/squaring", ending)
    page = operator.send(ending, reference="transfer 17", paid="949")
    assert page.status_code == 409
    assert "please look at the amount again" in page.text
    pages_until(operator, "/bazaar/operate/squaring", ending)
    page = operator.send(ending, reference=f"transfer {uuid4().hex}")

    assert "you and the shop are even" in page.text
    assert payable(front, seller).minor == 0


def test_what_is_put_by_stays_when_the_rest_is_squared(front, operator, received):
    seller = received[2]
    earned = payable(front, seller).minor
    account = payable(front, seller).account
    front.do(
        ledger.place_hold(
            front.house.system, account_id=account, minor=50, kind="test.lien", reference=uuid4()
        )
    )

    page = pages_until(operator, "/bazaar/operate/squaring", SHOP_ID.show(seller.shop_id))

    assert "Some of what it earned is put by." in page.text
    assert f'name="paid" value="{earned - 50}"' in page.text


@pytest.fixture
def odd(front):
    """A payment of ten yuan of which the provider reported one fen; returns its id and the report's."""

    async def story():
        seller, buyer = await front.house.seller(), await front.house.person()
        placed = await front.house.place(buyer, await front.house.good(seller, price=1000))
        await front.house.pay(buyer, placed, DELAYED_CARD)
        payment_id, event_id = PaymentId(placed.payment_id), f"evt <{uuid4().hex}>"
        answer = ProviderAnswer(
            reference=reference_of(payment_id, 1),
            provider_reference="sbx-x",
            outcome=Outcome.SUCCEEDED,
            minor=1,
            currency="CNY",
            at=front.house.system.now(),
        )
        body = msgspec.json.encode(answer)
        secret = SandboxProvider.of(front.house.platform)._secret
        headers = sign(secret, event_id=event_id, body=body, at=system_now())
        await payment.receive_webhook(front.house.platform, provider=SANDBOX, headers=headers, body=body)
        return PAYMENT_ID.show(payment_id), event_id

    return front.do(story())


def test_an_odd_amount_waits_until_somebody_says_what_it_was(front, operator, auditor, odd):
    payment_id, event_id = odd
    ending = f"/odd-amounts/{payment_id}"
    page = operator.open("/bazaar/operate/odd-amounts").text
    row = page.partition(f"<code>{payment_id}</code>")[0].rpartition("<li")[2]
    assert html.escape(event_id) in row
    assert "instead of" in row
    assert ending not in auditor.open("/bazaar/operate/odd-amounts").text
    assert payment_id in auditor.page.text
    assert "Reported with another amount" in operator.open("/bazaar/operate").text

    operator.open("/bazaar/operate/odd-amounts")
    assert operator.send(ending, finding=" ").status_code == 422
    assert "Please say what it was" in operator.page.text
    assert operator.send(ending, finding="x" * 201).status_code == 422
    page = operator.send(ending, finding="their ticket 4711")

    assert "Noted: it is accounted for." in page.text
    assert payment_id not in page.text
    waiting = front.do(payment.odd_amounts(front.house.system, limit=100)).items
    assert payment_id not in {PAYMENT_ID.show(one.payment_id) for one in waiting}


def test_an_odd_amount_that_somebody_else_accounted_for_says_so(front, operator, odd):
    payment_id, event_id = odd
    operator.open("/bazaar/operate/odd-amounts")
    settled = payment.settle_odd_amount(
        front.house.system,
        payment_id=PAYMENT_ID.read(payment_id),
        provider=SANDBOX,
        event_id=event_id,
        reference="their ticket 4711",
    )
    front.do(settled)

    page = operator.send(f"/odd-amounts/{payment_id}", finding="another ticket")

    assert page.status_code == 409
    assert "Somebody has accounted for this already, in other words" in page.text


# ── The overview ──


def test_the_overview_counts_and_leads_to_the_oldest(front, operator, held, reported, refused):
    page = operator.open("/bazaar/operate").text

    for section in ("reviews", "reports", "refunds"):
        tile = page.partition(f'href="/bazaar/operate/{section}"><span class="label">')[2]
        assert int(re.search(r"<b>(\d+)", tile)[1]) >= 1, section
    assert "Waiting longest" in page
    assert (
        "Held review" in page or "Reported conversation" in page or "Refund refused by the provider" in page
    )


def test_what_waited_for_days_says_so(front, operator, refused):
    front.do(front.house.wait(timedelta(days=3)))

    assert re.search(r"for \d+ days", operator.open("/bazaar/operate").text)


@pytest.mark.parametrize(
    "path", ["shops/x", "changes/x", "reports/x", "reports?after=broken", "shops?after=broken"]
)
def test_an_address_that_cannot_be_is_a_page_that_says_so(operator, path):
    page = operator.open(f"/bazaar/operate/{path}")

    assert page.status_code in {400, 404}
    assert page.headers["content-type"].startswith("text/html")


def test_the_desk_speaks_chinese_too(operator):
    page = operator.open("/bazaar/operate?lang=zh").text

    assert "运营台" in page
    assert "等待决定的事项" in page
