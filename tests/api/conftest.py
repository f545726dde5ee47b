"""The house over HTTP: two servers on one database, and callers at their doors."""

import time
from contextlib import AsyncExitStack
from uuid import uuid4

import msgspec
import pytest

from callers import HOME, Caller, door_of, good
from hansa.app import running
from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.types import HOLD_ID, JOURNAL_ID, AccountClass, AccountKey, Journal
from hansa.centers.message._rules.choosing import OTHER
from hansa.centers.message._service.unsubscribing import way_out
from hansa.centers.message.types import NOTIFICATION_ID, Reference, ReferenceKind
from hansa.centers.payment.types import REFUND_ID
from hansa.centers.product import api as product
from hansa.centers.product.types import CATEGORY_ID
from hansa.centers.review.types import ENTRY_ID
from hansa.centers.shop.types import COMMISSION_RULE_ID, INVITATION_ID
from hansa.centers.trade._service.linking import way_back
from hansa.centers.trade.types import ORDER_ID
from hansa.centers.user import api as user
from hansa.centers.user.types import PARTY_ID, Role
from hansa.kernel.quota import Limits
from hansa.kernel.settings import Secret
from house import House

GOOD_CARD = "9000000000000019"
PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAEUlEQVR42mOMYkAFTAwjWgAAcVYAet/VL98AAAAASUVORK5CYII="
)
BACK = "https://erp.example.com/back"


@pytest.fixture
def home():
    """An address as the API takes it."""
    return HOME


@pytest.fixture(scope="session")
async def houses(server, blank, house_settings, tmp_path_factory):
    """Two platforms on a database of their own.

    Requests made up from the document set rates, texts and clocks for a whole business, and would set them for
    everybody's stories.
    """
    name = f"api_{uuid4().hex[:12]}"
    server.create_database(name, template=blank)
    settings = msgspec.structs.replace(
        house_settings, database_url=Secret(server.url(name)), data_dir=tmp_path_factory.mktemp("api")
    )
    async with AsyncExitStack() as stack:
        yield [House(await stack.enter_async_context(running(settings))) for _ in range(2)]
    server.drop_database(name)


@pytest.fixture(scope="session")
async def doors(houses):
    """A way to each of two server processes, for callers in a hurry: quotas are counted by a clock that runs ahead."""
    for house in houses:
        house.platform.add(Limits(processes=lambda: 1, monotonic=lambda: time.monotonic() * 10_000))
    made = [door_of(house.platform) for house in houses]
    yield made
    for door in made:
        await door.aclose()


@pytest.fixture
def guest(doors):
    """Somebody who has not said who they are."""
    return Caller(doors[0])


@pytest.fixture(scope="session")
def person(doors):
    """Make somebody with an account."""

    async def sign_up():
        return await Caller(doors[0]).sign_up()

    return sign_up


@pytest.fixture(scope="session")
def operator(houses, person):
    """Make an operator of the platform, or somebody with another role of the house."""

    async def make(role=Role.OPERATOR):
        made = await person()
        await user.grant_role(houses[0].system, party=PARTY_ID.read(made.party), role=role)
        return made

    return make


@pytest.fixture(scope="session")
def stall(person):
    """Open a shop with one place and one good over HTTP."""

    async def make(*, price=3600, stock=10):
        seller = await person()
        name = {"en": "Pear cellar", "zh": "梨窖"}
        shop = good(await seller.post("/shops", {"slug": f"s{uuid4().hex[:20]}", "name": name}), 201)
        cellar = {"name": name, "kind": "warehouse", "address": "Kiln lane 1"}
        place = good(await seller.post(f"/shops/{shop['id']}/places", cellar), 201)
        wanted = {
            "titles": {"en": f"Pear {uuid4().hex}"},
            "skus": [{"price": {"minor": price, "currency": "CNY"}}],
        }
        made = good(await seller.post(f"/shops/{shop['id']}/products", wanted), 201)
        shown = good(await seller.post(f"/shops/{shop['id']}/pictures", {"content": PICTURE}), 201)
        edit = {"descriptions": {"en": "Picked today"}, "pictures": [shown["id"]]}
        edited = good(await seller.ask("PATCH", f"/products/{made['id']}", json=edit))
        sale = {"names": {"en": "Sale"}, "starts_at": "2100-01-01T00:00:00Z"}
        prices = good(await seller.post(f"/shops/{shop['id']}/price-lists", sale), 201)
        begun = good(await seller.post(f"/shops/{shop['id']}/imports", {"format": "csv"}), 201)
        sku = made["skus"][0]["id"]
        if stock:
            receipt = {"sku_id": sku, "place_id": place["id"], "quantity": stock}
            good(await seller.post("/stock/receipts", {"receipts": [receipt]}), 201)
        return {
            "seller": seller,
            "shop": shop["id"],
            "slug": shop["slug"],
            "place": place["id"],
            "product": made["id"],
            "change": edited["change"]["id"],
            "prices": prices["id"],
            "import": begun["id"],
            "picture": shown["id"],
            "sku": sku,
            "title": made["titles"]["en"],
            "offer": made["offers"][0]["id"],
        }

    return make


@pytest.fixture(scope="session")
def bought(stall, person):
    """Have a stall, and somebody who bought there and has more of their own; ids by the names routes give them."""

    async def make():
        stand, buyer = await stall(stock=100_000), await person()
        addresses = good(await buyer.post("/me/addresses", HOME), 201)
        wish = {"label": "till", "expires_at": "2027-06-30T00:00:00Z"}
        token = good(await buyer.post("/me/tokens", wish), 201)
        good(await buyer.ask("PUT", f"/cart/{stand['offer']}", json={"quantity": 1}))
        quote = good(
            await buyer.post(
                "/quotes", {"lines": [{"offer_id": stand["offer"]}], "address_id": addresses[0]["id"]}
            )
        )
        placed = good(await buyer.post("/orders", {"token": quote["token"]}), 201)
        sheet = good(await stand["seller"].post(f"/places/{stand['place']}/stocktakes", {}), 201)
        shop_id, elsewhere = (
            stand["shop"],
            {"name": {"en": "Tea house"}, "kind": "store", "address": "Lane 2"},
        )
        away = good(await stand["seller"].post(f"/shops/{shop_id}/places", elsewhere), 201)
        goods = {"to_place_id": away["id"], "lines": [{"sku_id": stand["sku"], "quantity": 1}]}
        sent = good(await stand["seller"].post(f"/places/{stand['place']}/transfers", goods), 201)
        payment = placed["payment_id"]
        good(await buyer.post(f"/payments/{payment}/pay", {"card": GOOD_CARD}))
        order = placed["orders"][0]["id"]
        talk = good(
            await buyer.post("/conversations", {"subject": order, "text": "When does it leave?"}), 201
        )
        note = good(await buyer.post(f"/orders/{order}/notes", {"text": "No hurry"}), 201)
        agreed = {"party_id": buyer.party, "lines": [{"offer_id": stand["offer"], "unit_minor": 900}]}
        draft = good(await stand["seller"].post(f"/shops/{stand['shop']}/drafts", agreed), 201)
        report = good(await buyer.post(f"/conversations/{talk['id']}/reports", {"reason": "spam"}), 201)
        return {
            "seller": stand["seller"],
            "buyer": buyer,
            "ids": {
                "shop_id": stand["shop"],
                "slug": stand["slug"],
                "requirement": "country",
                "invitation_id": INVITATION_ID.show(uuid4()),
                "rule_id": COMMISSION_RULE_ID.show(uuid4()),
                "place_id": stand["place"],
                "from_place_id": stand["place"],
                "to_place_id": stand["place"],
                "stocktake_id": sheet["id"],
                "transfer_id": sent["id"],
                "product_id": stand["product"],
                "change_id": stand["change"],
                "price_list_id": stand["prices"],
                "import_id": stand["import"],
                "media_id": stand["picture"],
                "number": 1,
                "gtin": "4006381333931",
                "sku_id": stand["sku"],
                "offer_id": stand["offer"],
                "order_id": order,
                "note_id": note["id"],
                "draft_id": draft["id"],
                "subject": order,
                "conversation_id": talk["id"],
                "report_id": report["id"],
                "checkout_id": placed["checkout_id"],
                "payment_id": payment,
                "address_id": addresses[0]["id"],
                "token_id": token["id"],
                "party_id": buyer.party,
                "party": str(PARTY_ID.read(buyer.party)),
                "provider": "sandbox",
            },
        }

    return make


@pytest.fixture(scope="session")
def connected():
    """Let an app into a shop, and have it told of webhooks; its owner is the shop's. Ids by the names routes give them."""

    async def make(seller, shop):
        scopes = ["trade.order.read", "inventory.stock.see"]
        app = good(
            await seller.post("/apps", {"name": "ERP", "scopes": scopes, "redirect_uris": [BACK]}), 201
        )["id"]
        seen = good(await seller.get(f"/shops/{shop}/apps/{app}"))["seen"]
        good(await seller.ask("PUT", f"/shops/{shop}/apps/{app}", json={"scopes": scopes, "seen": seen}))
        wish = {"label": "till", "expires_at": "2027-06-30T00:00:00Z"}
        token = good(await seller.post(f"/apps/{app}/installations/{shop}/tokens", wish), 201)
        where = {"url": "https://erp.example.com/hooks", "types": ["order.moved"], "shop_id": shop}
        endpoint = good(await seller.post("/webhooks/endpoints", where), 201)["id"]
        pinged = good(await seller.post(f"/webhooks/endpoints/{endpoint}/ping"), 201)
        return {
            "app_id": app,
            "token_id": token["id"],
            "endpoint_id": endpoint,
            "delivery_id": pinged["delivery_id"],
        }

    return make


@pytest.fixture(scope="session")
async def books(houses, operator, bought, connected):
    """What there is besides: the platform's books, with a journal that nothing hangs on, and a category."""
    ctx = houses[0].system
    cash = AccountKey.of(ctx, AccountClass.CASH, currency="CNY")
    cost = AccountKey.of(ctx, AccountClass.PLATFORM_EXPENSE, currency="CNY")
    journal = Journal(
        ctx=ctx, id=JOURNAL_ID.new(), kind="test.stamps", reference=uuid4(), entries=((cost, 80), (cash, -80))
    )
    async with ctx.transaction() as tx:
        await ledger.post(tx, [journal])
    branch = await product.add_category(ctx, slug=f"c{uuid4().hex[:12]}", names={"en": "Fruit"})
    sold, keeper = await bought(), await operator()
    outside = await connected(sold["seller"], sold["ids"]["shop_id"])
    accounts = good(await keeper.get("/ledger/accounts"))["items"]
    guest, stand = await houses[0].buyer(), await houses[0].seller()
    about = Reference(
        ReferenceKind.ORDER, ORDER_ID.show(await houses[0].paid_order(guest, await houses[0].good(stand)))
    )
    mailed = await way_back(ctx, guest.party(), about)
    ids = {
        "order_link": (mailed or "").rpartition("/")[2],
        "account_id": accounts[0]["id"],
        "journal_id": JOURNAL_ID.show(journal.id),
        **{name: outside[name] for name in ("app_id", "endpoint_id", "delivery_id")},
        "hold_id": HOLD_ID.show(uuid4()),
        "refund_id": REFUND_ID.show(uuid4()),
        "category_id": CATEGORY_ID.show(branch.id),
        "notification_id": NOTIFICATION_ID.show(uuid4()),
        "entry_id": ENTRY_ID.show(uuid4()),
        "review_id": ENTRY_ID.show(uuid4()),
        "line_no": "1",
        "topic": "other",
        "channel": "email",
        "template": "trade.order_shipped",
        "language": "en",
        "link": way_out(ctx, uuid4(), OTHER, "en").page.rpartition("/")[2],
    }
    return sold | {"operator": keeper, "ids": sold["ids"] | ids}
