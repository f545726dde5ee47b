"""Somebody who leaves traces all over the house, and a search for them in every column, file and log line."""

from __future__ import annotations

import gzip
from datetime import timedelta
from uuid import uuid4

import msgspec

from centers.user.authenticator import Authenticator
from hansa.centers.interconnect import api as interconnect
from hansa.centers.message import api as message
from hansa.centers.message.types import ReportReason
from hansa.centers.review import api as review
from hansa.centers.review.types import Scores
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import ORDER_ID, LineRequest
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


LETTERS = str.maketrans("0123456789", "ghijklmnop")


class Somebody:
    """A person of whom every trace can be told from everything else.

    No name and no street is made of digits: what reads like a telephone number is held by moderation.
    """

    def __init__(self):
        mark = uuid4().hex.translate(LETTERS)
        self.name = f"Zenobia {mark[:12]}"
        self.email = f"zenobia.{mark[12:24]}@example.com"
        self.street = f"Rue {mark[24:]} 7"
        self.phone = f"+4930{uuid4().int % 10**10:010d}"

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
    """Where any of these texts stands in octets that were packed by gzip: its mark, and the one method there is."""
    rows = await tx.raw.fetch(
        f"SELECT {field} AS octets FROM {place} WHERE substr({field}, 1, 3) = '\\x1f8b08'"
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


async def live_a_little(house, buyer, somebody, seller, goods, *, at_the_door=False):
    """Leave traces wherever the house takes them: an address and an order, a passkey, mails, messages, answers."""
    address = await user.add_address(buyer, somebody.door())
    quote = await trade.quote(
        buyer,
        lines=[LineRequest(goods.offer_id, 1, inputs={"engraving": f"For {somebody.name}"})],
        address_id=address,
        options={seller.shop_id: "on_delivery"} if at_the_door else None,
        notes={seller.shop_id: f"For {somebody.name}, {somebody.street}"},
    )
    placed = await trade.place(buyer, token=trade.seal(buyer, quote))
    order_id = placed.orders[0].id if at_the_door else (await house.pay(buyer, placed)).orders[0]
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


async def finish(house, seller, buyer, order_id, *, at_the_door=False):
    """The order comes to its end: nothing is open any more."""
    await trade.ship(seller.ctx, order_id=order_id)
    if at_the_door:
        await trade.collect(house.system, order_id=order_id)
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
