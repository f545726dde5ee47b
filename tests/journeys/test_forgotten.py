"""Whoever is forgotten is forgotten everywhere: every table, every log line, every index is searched for a trace."""

import gzip
import io
import logging
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from centers.user.authenticator import Authenticator
from hansa.centers.interconnect import api as interconnect
from hansa.centers.message import api as message
from hansa.centers.message.types import ReportReason
from hansa.centers.review import api as review
from hansa.centers.review.types import Scores
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import EntityKind, LegalEntity
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import ORDER_ID, DraftLine, LineRequest
from hansa.centers.user import api as user
from hansa.centers.user.types import Address
from hansa.kernel.context import Traffic
from hansa.kernel.deadlines import run_due
from hansa.kernel.idempotency import Answer, IdempotencyKey, answer_once

PASSWORD = "a long enough one"
EVERY_COLUMN = """
SELECT format('%I.%I', n.nspname, c.relname) AS place, quote_ident(a.attname) AS field, t.typname AS kind
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'm', 'p')
  JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  JOIN pg_type t ON t.oid = a.atttypid
 WHERE a.attnum > 0 AND NOT a.attisdropped
 ORDER BY 1, a.attnum
"""


class Somebody:
    """A person of whom every trace can be told from everything else."""

    def __init__(self):
        mark = uuid4().hex
        self.name = f"Zenobia {mark[:12]}"
        self.email = f"zenobia.{mark[12:24]}@example.com"
        self.street = f"Rue {mark[24:]} 7"
        self.phone = f"+4930{int(mark[:8], 16):010d}"[:15]

    def traces(self):
        return [self.name, self.email, self.street, self.phone, self.email.partition("@")[0]]

    def door(self):
        return Address(
            recipient=self.name,
            phone=self.phone,
            country="DE",
            region="Berlin",
            city="Berlin",
            street=self.street,
            postcode="10115",
        )


async def found_in_database(platform, traces):
    """Where any of these texts stands: in text, JSON, arrays, and in octets, packed or not."""
    found = []
    async with platform.db.reading() as tx:
        columns = await tx.raw.fetch(EVERY_COLUMN)
        for column in columns:
            field = column["field"]
            text = f"encode({field}, 'escape')" if column["kind"] == "bytea" else f"{field}::text"
            rows = await tx.raw.fetch(
                f"SELECT {text} AS text FROM {column['place']} WHERE {text} ILIKE ANY($1::text[])",
                [f"%{trace}%" for trace in traces],
            )
            found += [(column["place"], field, row["text"][:200]) for row in rows]
            if column["kind"] == "bytea":
                found += await found_packed(tx, column["place"], field, traces)
    return found


async def found_packed(tx, place, field, traces):
    """Where any of these texts stands in octets that were packed by gzip."""
    rows = await tx.raw.fetch(
        f"SELECT {field} AS octets FROM {place} WHERE substr({field}, 1, 2) = '\\x1f8b'"
    )
    texts = [gzip.decompress(row["octets"]).decode(errors="replace") for row in rows]
    return [(place, field, text[:200]) for text in texts if any(trace in text for trace in traces)]


async def house_rows(house, sql, *args):
    async with house.platform.db.reading() as tx:
        return [dict(row) for row in await tx.raw.fetch(sql, *args)]


def found_in_files(folder, traces):
    """Files of the house, pictures among them, whose name or octets tell of somebody."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    words = [trace.encode() for trace in traces]
    return [path for path in found if any(word in path.read_bytes() + str(path).encode() for word in words)]


async def pass_platform_time(house, span):
    clocks = house.platform.clocks
    moved = clocks.moved().get(("", "sandbox"), (timedelta(), None))[0]
    async with house.platform.db.transaction() as tx:
        await clocks.move(tx, business="", traffic=Traffic.SANDBOX, offset=moved + span)
    kinds = {kind.kind: kind for center in house.platform.centers for kind in center.deadlines}
    await run_due(house.platform, kinds)


@pytest.fixture
def logged():
    """Everything that is logged, at every level."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(before)


async def live_a_little(house, buyer, somebody, seller, goods):
    """Leave traces wherever the house takes them: an address and an order, a passkey, mails, messages, answers."""
    address = await user.add_address(buyer, somebody.door())
    quote = await trade.quote(
        buyer,
        lines=[LineRequest(goods.offer_id, 1, inputs={"engraving": f"For {somebody.name}"})],
        address_id=address,
        notes={seller.shop_id: f"For {somebody.name}, {somebody.street}"},
    )
    placed = await trade.place(buyer, token=trade.seal(buyer, quote))
    (order_id,) = (await house.pay(buyer, placed)).orders
    await message.start_conversation(
        buyer, subject=ORDER_ID.show(order_id), text=f"Please ring at {somebody.street}, {somebody.phone}"
    )
    await user.introduce(buyer, name=somebody.name)
    await user.change_address(buyer, address_id=address, address=somebody.door())
    device = Authenticator(origin=house.platform.settings.url())
    begun = await user.begin_passkey(buyer)
    await user.add_passkey(
        buyer, ceremony=begun.id, credential=device.make(begun.options), name=f"{somebody.name}'s phone"
    )
    await user.issue_token(
        buyer, label=f"for {somebody.name}", grants=(), expires_at=buyer.now() + timedelta(days=9)
    )
    await user.register_app(buyer, name=f"{somebody.name}'s till")
    await user.request_password_reset(buyer, email=somebody.email)
    await user.request_email_change(buyer, email=f"new.{somebody.email}")
    await user.request_export(buyer)
    async with house.platform.db.transaction() as tx:
        await user.pairwise_ids(tx, buyer, party_ids=[buyer.party()])
    await answered_once(house, buyer, somebody)
    await house.settle_down()
    return order_id


async def answered_once(house, buyer, somebody):
    """An answer that says who asked, kept under an idempotency key as the API keeps it."""
    key = IdempotencyKey.of(buyer, route="POST /api/me/addresses", key=uuid4().hex, body=b"{}")

    async def work():
        await user.introduce(buyer, name=somebody.name)
        return Answer(200, f'{{"street": "{somebody.street}"}}'.encode())

    await answer_once(house.platform.db, key, work)


async def finish(house, seller, buyer, order_id):
    """The order comes to its end: nothing is open any more."""
    await trade.ship(seller.ctx, order_id=order_id)
    await trade.receive(buyer, order_id=order_id)
    await house.settle_down()


async def speak_of_it(house, seller, buyer, somebody, order_id):
    """Words on all sides after the order: reviews, replies, reports, notes, and what the shop says of its buyer."""
    scores = Scores(item=5, service=5, delivery=4)
    said = f"{somebody.name} of {somebody.street} is glad"
    review_id = await review.write_review(buyer, order_id=order_id, line_no=1, scores=scores, body=said)
    shop = holding(seller, "review.reply.write", "review.buyer.write", "message.conversation.answer")
    of_buyer = f"{somebody.name} pays at once"
    await review.review_buyer(shop, order_id=order_id, score=5, body=of_buyer)
    await house.settle_down()
    await review.follow_up(buyer, review_id=review_id, body=f"Still good, says {somebody.name}")
    await review.reply(shop, review_id=review_id, body=f"Thank you, {somebody.name}!")
    await trade.add_note(buyer, order_id=order_id, text=f"{somebody.phone} after six")
    (talk,) = (await message.conversations(buyer)).items
    await message.post(
        shop, conversation_id=talk.id, text=f"Dear {somebody.name}, we rang at {somebody.phone}."
    )
    await message.report_conversation(
        buyer, conversation_id=talk.id, reason=ReportReason.SPAM, note=f"They call {somebody.phone}"
    )
    await house.settle_down()


async def be_a_developer(house, buyer, somebody):
    """An app that says whose it is, and where it is told things."""
    app = await interconnect.register_app(
        buyer,
        name=f"Till of {somebody.name}",
        scopes=["trade.order.read"],
        about={"en": f"Ask {somebody.email}"},
        homepage=f"https://{somebody.email.partition('@')[0]}.example.com",
        redirect_uris=[f"https://{somebody.email.partition('@')[0]}.example.com/back"],
    )
    await interconnect.add_endpoint(
        buyer,
        url="https://erp.example.com/hooks",
        types=["order.moved"],
        app_id=app.id,
        description=f"{somebody.name}, {somebody.phone}",
    )


async def cards_of(house, order_id):
    """The last digits that are kept of what an order was paid with."""
    rows = await house_rows(
        house,
        """SELECT rtrim(a.last_four) AS digits FROM payment.attempt a JOIN payment.payment p ON p.id = a.payment_id
            WHERE $1 = ANY(p.share_orders)""",
        order_id,
    )
    return [row["digits"] for row in rows]


def holding(seller, *permissions):
    """The seller with more to do in the shop."""
    more = {f"{one}@shop:{seller.shop_id}" for one in permissions}
    actor = seller.ctx.actor
    return seller.ctx.with_(actor=msgspec.structs.replace(actor, grants=actor.grants | more))


async def test_nothing_tells_who_it_was(house, logged):
    somebody, seller = Somebody(), await house.seller()
    goods = await house.good(seller, price=1000)
    guest = await house.person(guest=True)
    started = await user.sign_up(guest, email=somebody.email, password=PASSWORD, name=somebody.name)
    buyer = guest.with_(actor=started.actor)
    types = ["order.placed", "order.moved", "order.lines_moved", "review.shown", "stock.changed"]
    listening = holding(seller, "interconnect.endpoint.change", "inventory.stock.see", "review.order.read")
    await interconnect.add_endpoint(
        listening, url="https://erp.example.com/hooks", types=types, shop_id=seller.shop_id
    )
    order_id = await live_a_little(house, buyer, somebody, seller, goods)
    await be_a_developer(house, buyer, somebody)
    places = {place for place, _, _ in await found_in_database(house.platform, somebody.traces())}
    assert places >= {
        '"user".person',
        '"user".email_key',
        '"user".address_version',
        '"user".passkey',
        '"user".token',
        '"user".app',
        '"user".proof',
        "kernel.idempotency",
        "message.said",
        "trade.line",
        "trade.note",
        "interconnect.app",
        "interconnect.endpoint",
        '"user".export',
    }

    assert await cards_of(house, order_id) == ["0019"]

    await user.request_erasure(buyer)
    await finish(house, seller, buyer, order_id)
    await speak_of_it(house, seller, buyer, somebody, order_id)
    places = {place for place, _, _ in await found_in_database(house.platform, somebody.traces())}
    assert places >= {"review.entry", "message.report", "message.said", "trade.note"}
    told = await house_rows(
        house, "SELECT DISTINCT type FROM interconnect.message WHERE shop_id = $1", seller.shop_id
    )
    assert {one["type"] for one in told} >= {"order.placed", "order.moved", "review.shown"}
    await pass_platform_time(house, timedelta(days=15))
    await house.settle_down()
    await pass_platform_time(house, timedelta(days=9))

    assert await found_in_database(house.platform, somebody.traces()) == []
    assert [trace for trace in somebody.traces() if trace in logged.getvalue()] == []
    assert found_in_files(house.platform.settings.data_dir, somebody.traces()) == []
    # The books are kept: what was bought, by which number, and for how much.
    order = await trade.order(seller.ctx, order_id=order_id)
    assert (order.buyer, order.payable) == (buyer.party(), 1000)
    assert await cards_of(house, order_id) == [""]
    assert await house.violations() == []


async def test_a_sole_trader_who_closed_the_shop_is_forgotten(house):
    somebody, owner = Somebody(), await house.person()
    opened = await shop.open_shop(owner, slug=f"s{uuid4().hex[:20]}", name={"en": "Tea"}, owner=owner.party())
    entity = LegalEntity(
        kind=EntityKind.SOLE_TRADER,
        name=somebody.name,
        country="DE",
        registration="",
        tax_ids={"vat": "DE136695976"},
        address=somebody.street,
    )
    await shop.state_seller(house.system, shop_id=opened.id, entity=entity)
    await user.request_erasure(owner)
    await shop.close_shop(house.system, shop_id=opened.id)
    await house.wait(timedelta(days=2))
    await pass_platform_time(house, timedelta(days=15))
    await house.settle_down()

    assert await found_in_database(house.platform, somebody.traces()) == []
    (kept,) = await house_rows(
        house, "SELECT country, tax_ids FROM shop.seller WHERE shop_id = $1", opened.id
    )
    assert kept["country"] == "DE"


async def test_a_guest_who_ordered_and_left_is_forgotten(house, logged):
    somebody, seller, guest = Somebody(), await house.seller(), await house.person(guest=True)
    goods = await house.good(seller, price=1000)
    await user.introduce(guest, name=somebody.name, email=somebody.email)
    address = await user.add_address(guest, somebody.door())
    quote = await trade.quote(
        guest,
        lines=[LineRequest(goods.offer_id, 1, inputs={"engraving": f"For {somebody.name}"})],
        address_id=address,
        notes={seller.shop_id: f"For {somebody.name}"},
    )
    (order_id,) = (await house.pay(guest, await trade.place(guest, token=trade.seal(guest, quote)))).orders
    await message.start_conversation(
        guest, subject=ORDER_ID.show(order_id), text=f"Please ring at {somebody.street}"
    )
    await user.request_export(guest)
    await house.settle_down()
    await trade.ship(seller.ctx, order_id=order_id)
    await house.wait(timedelta(days=89))  # the order ends by itself
    await house.settle_down()
    await forget_guests(house)
    assert await found_in_database(house.platform, somebody.traces()) != []

    await house.wait(timedelta(days=2))
    await forget_guests(house)
    await pass_platform_time(house, timedelta(days=9))

    assert await found_in_database(house.platform, somebody.traces()) == []
    assert [trace for trace in somebody.traces() if trace in logged.getvalue()] == []
    order = await trade.order(seller.ctx, order_id=order_id)
    assert (order.buyer, order.payable) == (guest.party(), 1000)


async def forget_guests(house):
    """What a running process does by itself now and then."""
    jobs = [job for center in house.platform.centers for job in center.jobs]
    (job,) = [job for job in jobs if job.name == "user.forget_guests"]
    await job.run(house.platform, b"")


async def test_what_a_guest_ordered_follows_into_the_account(house):
    goods = await house.good(await house.seller())
    guest = await house.person(guest=True)
    order_id = await house.paid_order(guest, goods)

    buyer = await house.sign_up_as(guest)

    assert [order.id for order in (await trade.orders(buyer)).items] == [order_id]
    assert (await trade.order(buyer, order_id=order_id)).buyer == guest.party()  # nothing is rewritten
    held = await user.export_personal_data(buyer)
    assert "trade.order" in {record.kind for record in held.records}


async def test_whoever_asks_reads_everything_that_is_held(house):
    seller, buyer = await house.seller(), await house.person()
    goods, other = await house.good(seller, price=1000), await house.good(seller)
    quote = await trade.quote(buyer, lines=[LineRequest(goods.offer_id, inputs={"engraving": "For Zenobia"})])
    await house.pay(buyer, await trade.place(buyer, token=trade.seal(buyer, quote)))
    await trade.put_in_cart(buyer, offer_id=other.offer_id, quantity=2)
    await trade.write_to_shop(buyer, shop_id=seller.shop_id, text="Ring twice")
    await trade.make_draft(
        holding(seller, "trade.order.draft"),
        shop_id=seller.shop_id,
        buyer=buyer.party(),
        lines=[DraftLine(offer_id=other.offer_id, unit_minor=1, quantity=1)],
        note="As agreed",
    )
    await house.settle_down()

    held = {}
    for record in (await user.export_personal_data(buyer)).records:
        held.setdefault(record.kind, []).append(record.content)

    assert held["trade.order"][0]["lines"][0]["inputs"] == {"engraving": "For Zenobia"}
    assert {one.get("text") for one in held["trade.cart"]} == {None, "Ring twice"}
    assert [one["note"] for one in held["trade.draft"]] == ["As agreed"]
    (paid,) = held["payment.payment"]
    assert (paid["amount_minor"], [one["last_four"] for one in paid["paid_by"]]) == (1000, ["0019"])
