"""Live traffic forgets as the sandbox does: who bought, and who sold for a company, with their mail sent and answered."""

import asyncio
import logging
from uuid import uuid4

import msgspec
import pytest
from aiosmtpd.smtp import SMTP

from forgetting import (
    PASSWORD,
    Somebody,
    be_a_developer,
    finish,
    found_in_database,
    found_in_files,
    holding,
    live_a_little,
    speak_of_it,
)
from hansa.centers.interconnect import api as interconnect
from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.types import AccountClass
from hansa.centers.message import api as message
from hansa.centers.message.types import Mail, Security
from hansa.centers.place import api as place
from hansa.centers.place.types import PlaceKind
from hansa.centers.review import api as review
from hansa.centers.review.types import Scores
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import EntityKind, LegalEntity
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import ORDER_ID, DraftLine, LineRequest
from hansa.centers.user import api as user
from hansa.kernel.context import Traffic
from hansa.kernel.deadlines import run_due
from hansa.kernel.money import Money
from house import House, Seller

pytestmark = pytest.mark.enable_socket


class Post:
    """A mail server that keeps what it was given, in memory."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the name aiosmtpd calls
        self.letters.append(envelope.content.decode(errors="replace"))
        return "250 kept"


@pytest.fixture
async def live(house, monkeypatch):
    """The house in live traffic, with a mail server."""
    post = Post()
    monkeypatch.setattr(logging.getLogger("mail.log"), "disabled", True)  # what the post office itself logs
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(post), "127.0.0.1", 0)
    mail = Mail(host="127.0.0.1", port=server.sockets[0].getsockname()[1], security=Security.NONE)
    settings = house.platform.settings
    sections = settings._sections | {Mail: mail}
    monkeypatch.setattr(house.platform, "settings", msgspec.structs.replace(settings, _sections=sections))
    found = House(house.platform, traffic=Traffic.LIVE)
    found.post = post
    yield found
    server.close()


async def when_it_is_due(house):
    """Live clocks cannot be moved: the day that erasures wait for comes all the same."""
    kinds = {kind.kind: kind for center in house.platform.centers for kind in center.deadlines}
    for kind in ("user.erase", "user.erase_again"):
        async with house.platform.db.transaction() as tx:
            await tx.raw.execute(
                "UPDATE kernel.deadline SET due_at = now() - interval '1 second' WHERE kind = $1", kind
            )
        await run_due(house.platform, kinds)
        await house.settle_down()


async def someone(house, somebody):
    """This very person, logged in."""
    ctx = house.platform.context(house.business, traffic=house.system.traffic, locale="en")
    started = await user.sign_up(ctx, email=somebody.email, password=PASSWORD, name=somebody.name)
    return ctx.with_(actor=started.actor)


async def test_a_buyer_in_live_traffic_is_forgotten_and_the_books_are_kept(live, logged):
    somebody, seller = Somebody(), await live.seller()
    goods = await live.good(seller, price=1000)
    buyer = await someone(live, somebody)
    order_id = await live_a_little(live, buyer, somebody, seller, goods, at_the_door=True)
    await be_a_developer(live, buyer, somebody)
    await finish(live, seller, buyer, order_id, at_the_door=True)
    await speak_of_it(live, seller, buyer, somebody, order_id)
    assert [letter for letter in live.post.letters if somebody.email in letter] != []
    places = {place for place, _, _ in await found_in_database(live.platform, somebody.traces())}
    assert places >= {'"user".person', '"user".export', "kernel.idempotency", "message.said", "trade.note"}

    await user.request_erasure(buyer)
    await when_it_is_due(live)

    assert await found_in_database(live.platform, somebody.traces()) == []
    assert [trace for trace in somebody.traces() if trace in logged.getvalue()] == []
    assert found_in_files(live.platform.settings.data_dir, somebody.traces()) == []
    order = await trade.order(seller.ctx, order_id=order_id)
    assert (order.buyer, order.payable) == (buyer.party(), 1000)
    assert await live.violations() == []


async def open_for_a_company(house, owner, somebody):
    """A shop of a company, whose owner tells of who they are wherever an owner can."""
    opened = await shop.open_shop(
        owner, slug=f"s{uuid4().hex[:20]}", name={"en": "Kiln"}, owner=owner.party()
    )
    entity = LegalEntity(
        kind=EntityKind.COMPANY,
        name="Kiln Limited",
        country="DE",
        registration="HRB 86891",
        tax_ids={"vat": "DE136695976"},
        address="Ofenweg 1",
    )
    await shop.state_seller(house.system, shop_id=opened.id, entity=entity)
    profile = await shop.profile(house.system, shop_id=opened.id)
    await shop.change_profile(
        house.system,
        profile=msgspec.structs.replace(
            profile,
            tagline={"en": f"By {somebody.name}"},
            story={"en": f"I am {somebody.name}, and live in {somebody.street}."},
            returns={"en": f"Ring {somebody.phone} first."},
        ),
    )
    return opened


async def keep_shop(house, owner, somebody, seller, buyer, order_id):
    """Words of a shopkeeper, to one buyer and to everybody."""
    acting = holding(
        seller,
        "trade.order.draft",
        "trade.order.note",
        "message.conversation.answer",
        "review.reply.write",
        "review.buyer.write",
        "interconnect.endpoint.change",
    )
    await message.start_conversation(buyer, subject=ORDER_ID.show(order_id), text="When?")
    (talk,) = (await message.conversations(buyer)).items
    await message.post(acting, conversation_id=talk.id, text=f"{somebody.name} here: ring {somebody.phone}")
    await trade.add_note(acting, order_id=order_id, text=f"{somebody.name} packed it")
    goods = await house.good(seller)
    await trade.make_draft(
        acting,
        shop_id=seller.shop_id,
        buyer=buyer.party(),
        lines=[DraftLine(offer_id=goods.offer_id, unit_minor=900, quantity=1)],
        note=f"Your {somebody.name}",
    )
    await interconnect.add_endpoint(
        acting,
        url=f"https://{somebody.email.partition('@')[0]}.example.com/hooks",
        types=["order.moved"],
        shop_id=seller.shop_id,
        description=f"{somebody.name}, {somebody.phone}",
    )
    await user.request_export(owner)
    await house.settle_down()
    scores = Scores(item=5, service=5, delivery=4)
    review_id = await review.write_review(buyer, order_id=order_id, line_no=1, scores=scores, body="Lovely")
    await review.review_buyer(acting, order_id=order_id, score=5, body=f"{somebody.name} was glad")
    await house.settle_down()
    await review.reply(acting, review_id=review_id, body=f"Yours, {somebody.name}")


async def test_who_kept_a_companys_shop_is_forgotten_and_the_company_is_not(live, logged):
    somebody, buyer = Somebody(), await live.person()
    owner = await someone(live, somebody)
    opened = await open_for_a_company(live, owner, somebody)
    grants = frozenset({f"trade.order.{one}@shop:{opened.id}" for one in ("ship", "read")})
    acting = owner.with_(actor=msgspec.structs.replace(owner.actor, grants=grants))
    shed = await place.add_place(
        live.system,
        name={"en": f"Shed of {somebody.name}"},
        kind=PlaceKind.WAREHOUSE,
        address=f"Behind the house, {somebody.street}",
        location=None,
        shop_id=opened.id,
    )
    seller = Seller(acting, opened.id, shed.id)
    goods = await live.good(seller, price=1000)
    quote = await trade.quote(
        buyer,
        lines=[LineRequest(goods.offer_id)],
        options={opened.id: "on_delivery"},
        address_id=await live.home(buyer),
    )
    placed = await trade.place(buyer, token=trade.seal(buyer, quote))
    order_id = placed.orders[0].id
    await finish(live, seller, buyer, order_id, at_the_door=True)
    await keep_shop(live, owner, somebody, seller, buyer, order_id)
    await user.request_erasure(owner)
    assert (await user.erasure(owner)).waits_for == "shop.shops_open"

    await shop.close_shop(live.system, shop_id=opened.id)
    await paid_out(live, opened.id)
    await closed(live)
    await when_it_is_due(live)

    assert await found_in_database(live.platform, somebody.traces()) == []
    assert [trace for trace in somebody.traces() if trace in logged.getvalue()] == []
    assert found_in_files(live.platform.settings.data_dir, somebody.traces()) == []
    order = await trade.order(buyer, order_id=order_id)
    assert (order.shop_id, order.payable) == (opened.id, 1000)
    (company,) = (await shop.seller_history(live.system, shop_id=opened.id)).items
    assert company.entity.name == "Kiln Limited"
    assert await live.violations() == []


async def paid_out(house, shop_id):
    """The shop is even: it got by bank what it earned, less what it owes."""
    earned = await house.balance(AccountClass.SELLER_PAYABLE, shop_id)
    owed = await house.balance(AccountClass.SELLER_RECEIVABLE, shop_id)
    await ledger.square_shop(
        house.system, shop_id=shop_id, paid=Money(earned - owed, "CNY"), reference="GIRO 4711"
    )


async def closed(house):
    """Closing looks now and then whether all is done."""
    kinds = {kind.kind: kind for center in house.platform.centers for kind in center.deadlines}
    for _ in range(3):
        async with house.platform.db.transaction() as tx:
            await tx.raw.execute(
                "UPDATE kernel.deadline SET due_at = now() - interval '1 second' WHERE kind LIKE 'shop.%'"
            )
        await run_due(house.platform, kinds)
        await house.settle_down()
