"""Who may do what: every role at every route, and everybody at what belongs to somebody else."""

from __future__ import annotations

from typing import Any

import pytest

from callers import Caller, good, problem
from described import OPERATIONS, Operation
from hansa.centers.interconnect.api import app_scopes
from hansa.centers.shop.api import grantable_permissions
from hansa.centers.shop.types import SHOP_ID, ShopRole
from hansa.centers.user.types import PARTY_ID, Role
from requests_of import request_to

ROLES = ("nobody", "guest", "buyer", "rival", "seller", "operator")
"""Without a token; with a session alone; who bought; another seller; whose shop it is; the platform's operator."""
HOUSE = tuple(role.value for role in Role if role is not Role.OPERATOR)
"""Who does a part of what the operator does."""

EVERYBODY = frozenset((*ROLES, *HOUSE))
SOMEBODY = EVERYBODY - {"nobody"}
PERSON = SOMEBODY - {"guest"}
SHOP = frozenset({"seller", "operator"})
OPERATOR = frozenset({"operator"})
NOT_YET: frozenset[str] = frozenset()
"""The order is not received: what can be said about it later looks as if it were not there."""
DEVELOPER = frozenset({"seller"})
"""Whoever registered the app: the operator of a platform does not act for other people's programs."""
BUYER = frozenset({"buyer"})
PARTIES = frozenset({"buyer", "seller", "operator"})

MAY = {
    "GET /api/apps": SOMEBODY,
    "POST /api/apps": SOMEBODY,
    "GET /api/apps/{app_id}": EVERYBODY,
    "PATCH /api/apps/{app_id}": DEVELOPER,
    "DELETE /api/apps/{app_id}": DEVELOPER,
    "GET /api/apps/{app_id}/installations": DEVELOPER,
    "GET /api/apps/{app_id}/installations/{shop_id}/tokens": DEVELOPER,
    "POST /api/apps/{app_id}/installations/{shop_id}/tokens": DEVELOPER,
    "DELETE /api/apps/{app_id}/installations/{shop_id}/tokens/{token_id}": DEVELOPER,
    "POST /api/apps/{app_id}/installations/{shop_id}/tokens/{token_id}/rotation": DEVELOPER,
    "POST /api/apps/{app_id}/sandbox": DEVELOPER,
    "POST /api/apps/{app_id}/client-secret": DEVELOPER,
    "GET /api/oauth/authorization": SOMEBODY,
    "POST /api/oauth/authorization": SHOP,
    "POST /api/oauth/authorization/refusal": SOMEBODY,
    "GET /api/oauth/metadata": EVERYBODY,
    "GET /api/availability": EVERYBODY,
    "GET /api/cart": SOMEBODY,
    "PUT /api/cart/notes/{shop_id}": SOMEBODY,
    "POST /api/cart/quote": SOMEBODY,
    "GET /api/cart/review": SOMEBODY,
    "PUT /api/cart/{offer_id}": SOMEBODY,
    "GET /api/categories": EVERYBODY,
    "POST /api/categories": OPERATOR,
    "DELETE /api/categories/{category_id}": OPERATOR,
    "PATCH /api/categories/{category_id}": OPERATOR,
    "PUT /api/categories/{category_id}/attributes": OPERATOR,
    "GET /api/categories/{category_id}/template": EVERYBODY,
    "POST /api/checkouts/{checkout_id}/cancel": BUYER,
    "POST /api/conversation-pictures": SOMEBODY,
    "GET /api/conversation-reports": OPERATOR,
    "PUT /api/conversation-reports/{report_id}": OPERATOR,
    "GET /api/conversations": SOMEBODY,
    "POST /api/conversations": SOMEBODY,
    "GET /api/conversations/unread": SOMEBODY,
    "GET /api/conversations/{conversation_id}": PARTIES,
    "GET /api/conversations/{conversation_id}/messages": PARTIES,
    "POST /api/conversations/{conversation_id}/messages": PARTIES,
    "POST /api/conversations/{conversation_id}/read": PARTIES,
    "POST /api/conversations/{conversation_id}/reports": PARTIES,
    "PUT /api/conversations/{conversation_id}/state": PARTIES,
    "GET /api/custom-fields": EVERYBODY,
    "PUT /api/custom-fields/products": OPERATOR,
    "PUT /api/custom-fields/skus": OPERATOR,
    "GET /api/drafts": SOMEBODY,
    "GET /api/drafts/{draft_id}": PARTIES,
    "POST /api/drafts/{draft_id}/accept": BUYER,
    "POST /api/drafts/{draft_id}/withdraw": SHOP,
    "GET /api/ledger/accounts": OPERATOR,
    "GET /api/ledger/accounts/{account_id}": OPERATOR,
    "GET /api/ledger/accounts/{account_id}/entries": OPERATOR,
    "GET /api/ledger/accounts/{account_id}/holds": OPERATOR,
    "POST /api/ledger/accounts/{account_id}/holds": OPERATOR,
    "GET /api/ledger/chains": OPERATOR,
    "GET /api/ledger/holds/{hold_id}": OPERATOR,
    "POST /api/ledger/holds/{hold_id}/void": OPERATOR,
    "GET /api/ledger/journals": OPERATOR,
    "POST /api/ledger/journals": OPERATOR,
    "GET /api/ledger/journals/{journal_id}": OPERATOR,
    "POST /api/ledger/journals/{journal_id}/reversal": OPERATOR,
    "GET /api/ledger/seals": OPERATOR,
    "POST /api/ledger/shops/{shop_id}/squaring": OPERATOR,
    "GET /api/ledger/shops/{shop_id}/balances": SHOP,
    "GET /api/ledger/shops/{shop_id}/statement": SHOP,
    "GET /api/ledger/trial-balance": OPERATOR,
    "POST /api/mail-bounces": OPERATOR,
    "GET /api/me": SOMEBODY,
    "PATCH /api/me": SOMEBODY,
    "GET /api/me/addresses": SOMEBODY,
    "POST /api/me/addresses": SOMEBODY,
    "PUT /api/me/addresses/{address_id}": BUYER,
    "DELETE /api/me/addresses/{address_id}": BUYER,
    "POST /api/me/apps": SOMEBODY - {"guest"},
    "GET /api/me/data": SOMEBODY,
    "GET /api/me/notification-preferences": SOMEBODY,
    "PUT /api/me/notification-preferences/{topic}/{channel}": SOMEBODY,
    "GET /api/me/notifications": SOMEBODY,
    "POST /api/me/notifications/read": SOMEBODY,
    "GET /api/me/notifications/unread": SOMEBODY,
    "DELETE /api/me/quiet-hours": SOMEBODY,
    "PUT /api/me/quiet-hours": SOMEBODY,
    "GET /api/me/reviewable": SOMEBODY,
    "GET /api/me/reviews": SOMEBODY,
    "GET /api/me/tokens": SOMEBODY,
    "POST /api/me/tokens": SOMEBODY - {"guest"},
    "DELETE /api/me/tokens/{token_id}": BUYER,
    "GET /api/message-templates": OPERATOR,
    "DELETE /api/message-templates/{template}/{language}": OPERATOR,
    "GET /api/message-templates/{template}/{language}": OPERATOR,
    "PUT /api/message-templates/{template}/{language}": OPERATOR,
    "POST /api/message-templates/{template}/{language}/preview": OPERATOR,
    "GET /api/message-templates/{template}/{language}/versions": OPERATOR,
    "POST /api/offers/{offer_id}/withdrawal": SHOP,
    "PUT /api/offers/{offer_id}/price": SHOP,
    "GET /api/orders": SOMEBODY,
    "POST /api/orders": EVERYBODY,  # a quote says itself whose it is
    "GET /api/order-links/{order_link}": EVERYBODY,  # the link is proof enough
    "POST /api/order-links/{order_link}/receive": EVERYBODY,
    "GET /api/orders/{order_id}": PARTIES,
    "PUT /api/orders/{order_id}/address": BUYER,
    "POST /api/orders/{order_id}/buyer-review": NOT_YET,
    "POST /api/orders/{order_id}/cancel": PARTIES,
    "POST /api/orders/{order_id}/collect": SHOP,
    "POST /api/orders/{order_id}/extend": BUYER,
    "POST /api/orders/{order_id}/give-up-delivery": SHOP,
    "POST /api/orders/{order_id}/hold": OPERATOR,
    "POST /api/orders/{order_id}/refund": OPERATOR,
    "POST /api/orders/{order_id}/refund-decision": OPERATOR,
    "POST /api/orders/{order_id}/refund-decline": OPERATOR,
    "POST /api/orders/{order_id}/release": OPERATOR,
    "GET /api/orders/{order_id}/history": PARTIES,
    "POST /api/orders/{order_id}/lines/{line_no}/review": NOT_YET,
    "POST /api/orders/{order_id}/lower-price": SHOP,
    "GET /api/orders/{order_id}/notes": PARTIES,
    "POST /api/orders/{order_id}/notes": PARTIES,
    "DELETE /api/orders/{order_id}/notes/{note_id}": BUYER,
    "POST /api/orders/{order_id}/receive": BUYER,
    "GET /api/orders/{order_id}/reviews": NOT_YET,
    "POST /api/orders/{order_id}/ship": SHOP,
    "GET /api/parties/{party_id}/notifications/{notification_id}/deliveries": OPERATOR,
    "DELETE /api/parties/{party_id}/mail-standing": OPERATOR,
    "GET /api/parties/{party_id}/mail-standing": OPERATOR,
    "GET /api/payment-odd-amounts": OPERATOR,
    "POST /api/payment-odd-amounts/settle": OPERATOR,
    "GET /api/payment-refunds/refused": OPERATOR,
    "POST /api/payment-refunds/{refund_id}/return-by-hand": OPERATOR,
    "GET /api/payment-statements/{provider}/{day}": OPERATOR,
    "POST /api/payment-statements/{provider}/{day}": OPERATOR,
    "GET /api/payment-statements/{provider}/{day}/differences": OPERATOR,
    "POST /api/payment-webhooks/{provider}": EVERYBODY,
    "GET /api/payments/{payment_id}": BUYER | OPERATOR,
    "POST /api/payments/{payment_id}/pay": BUYER,
    "GET /api/place-capabilities": EVERYBODY,
    "GET /api/places": EVERYBODY,
    "POST /api/places": OPERATOR,
    "GET /api/places/nearby": EVERYBODY,
    "GET /api/pictures/{media_id}": SHOP,
    "POST /api/pictures/{media_id}/removal": SHOP,
    "PUT /api/pictures/{media_id}/alt": SHOP,
    "GET /api/places/{place_id}": EVERYBODY,
    "GET /api/places/towns": EVERYBODY,
    "GET /api/places/{place_id}/opening": EVERYBODY,
    "GET /api/places/{place_id}/versions": SHOP,
    "PATCH /api/places/{place_id}": SHOP,
    "GET /api/places/{place_id}/stock": SHOP,
    "GET /api/places/{place_id}/stock/{sku_id}/movements": SHOP,
    "GET /api/places/{place_id}/stocktakes": SHOP,
    "POST /api/places/{place_id}/stocktakes": SHOP,
    "GET /api/places/{place_id}/transfers": SHOP,
    "POST /api/places/{place_id}/transfers": SHOP,
    "GET /api/price-lists/{price_list_id}": SHOP,
    "PUT /api/price-lists/{price_list_id}": SHOP,
    "POST /api/price-lists/{price_list_id}/clearing": SHOP,
    "GET /api/price-lists/{price_list_id}/prices": SHOP,
    "PUT /api/price-lists/{price_list_id}/prices": SHOP,
    "POST /api/price-lists/{price_list_id}/removals": SHOP,
    "GET /api/product-changes": OPERATOR,
    "GET /api/shops/{shop_id}/product-changes": SHOP,
    "GET /api/product-changes/{change_id}": SHOP,
    "POST /api/product-changes/{change_id}/decision": OPERATOR,
    "POST /api/product-changes/{change_id}/withdrawal": SHOP,
    "GET /api/product-imports/{import_id}": SHOP,
    "GET /api/product-imports/{import_id}/bad-rows": SHOP,
    "PUT /api/product-imports/{import_id}/parts/{number}": SHOP,
    "POST /api/product-imports/{import_id}/start": SHOP,
    "POST /api/product-imports/{import_id}/stop": SHOP,
    "GET /api/products": EVERYBODY,
    "GET /api/products/{product_id}": EVERYBODY,
    "PATCH /api/products/{product_id}": SHOP,
    "GET /api/products/{product_id}/rating": EVERYBODY,
    "GET /api/products/{product_id}/reviews": EVERYBODY,
    "POST /api/products/{product_id}/archiving": SHOP,
    "GET /api/products/{product_id}/changes": SHOP,
    "GET /api/products/{product_id}/history": SHOP,
    "POST /api/products/{product_id}/publication": SHOP,
    "POST /api/products/{product_id}/redrafting": SHOP,
    "POST /api/quotes": SOMEBODY,
    "POST /api/review-pictures": SOMEBODY,
    "DELETE /api/reviews/{review_id}": SOMEBODY,
    "POST /api/reviews/{review_id}/reports": SOMEBODY,
    "GET /api/reviews/waiting": OPERATOR,
    "GET /api/reviews/{entry_id}/decisions": OPERATOR,
    "POST /api/reviews/{entry_id}/decisions": OPERATOR,
    "POST /api/reviews/{review_id}/follow-up": SOMEBODY,  # each finds its own alone
    "POST /api/reviews/{review_id}/reply": SOMEBODY,
    "GET /api/search": EVERYBODY,
    "GET /api/search/suggestions": EVERYBODY,
    "DELETE /api/session": SOMEBODY,
    "POST /api/session": EVERYBODY,
    "POST /api/session/guest": EVERYBODY,
    "GET /api/commission-rules": OPERATOR,
    "POST /api/commission-rules": OPERATOR,
    "POST /api/commission-rules/{rule_id}/end": OPERATOR,
    "GET /api/me/shops": SOMEBODY,
    "POST /api/shop-invitations/acceptance": SOMEBODY - {"guest"},
    "POST /api/shop-invitations/refusal": SOMEBODY - {"guest"},
    "GET /api/shop-requirements": EVERYBODY,
    "GET /api/shop-reviews": OPERATOR,
    "GET /api/shops": EVERYBODY,
    "POST /api/shops": SOMEBODY - {"guest"},
    "GET /api/shops/by-slug/{slug}": EVERYBODY,
    "GET /api/shops/{shop_id}": EVERYBODY,
    "GET /api/shops/{shop_id}/conversations": SHOP,
    "GET /api/shops/{shop_id}/conversations/unread": SHOP,
    "PATCH /api/shops/{shop_id}": SHOP,
    "GET /api/shops/{shop_id}/drafts": SHOP,
    "POST /api/shops/{shop_id}/drafts": SHOP,
    "POST /api/shops/{shop_id}/offers": SHOP,
    "GET /api/shops/{shop_id}/offers-beside": SHOP,
    "POST /api/shops/{shop_id}/approval": OPERATOR,
    "GET /api/shops/{shop_id}/closing": SHOP,
    "POST /api/shops/{shop_id}/closing": SHOP,
    "DELETE /api/shops/{shop_id}/closing": SHOP,
    "GET /api/shops/{shop_id}/commission-rules": SHOP,
    "GET /api/shops/{shop_id}/dossier": SHOP,
    "PUT /api/shops/{shop_id}/dossier/{requirement}": SHOP,
    "GET /api/shops/{shop_id}/invitations": SHOP,
    "POST /api/shops/{shop_id}/invitations": SHOP,
    "DELETE /api/shops/{shop_id}/invitations/{invitation_id}": SHOP,
    "POST /api/shops/{shop_id}/opening": SHOP,
    "GET /api/shops/{shop_id}/apps": SHOP,
    "GET /api/shops/{shop_id}/apps/{app_id}": SHOP,
    "PUT /api/shops/{shop_id}/apps/{app_id}": SHOP,
    "DELETE /api/shops/{shop_id}/apps/{app_id}": SHOP,
    "GET /api/shops/{shop_id}/events": SHOP,
    "GET /api/shops/{shop_id}/orders": SHOP,
    "GET /api/shops/{shop_id}/places": EVERYBODY,
    "POST /api/shops/{shop_id}/places": SHOP,
    "GET /api/shops/{shop_id}/imports": SHOP,
    "POST /api/shops/{shop_id}/imports": SHOP,
    "GET /api/shops/{shop_id}/pictures": SHOP,
    "POST /api/shops/{shop_id}/pictures": SHOP,
    "POST /api/shops/{shop_id}/pictures/files": SHOP,
    "GET /api/shops/{shop_id}/price-lists": SHOP,
    "POST /api/shops/{shop_id}/price-lists": SHOP,
    "GET /api/shops/{shop_id}/products": SHOP,
    "POST /api/shops/{shop_id}/products": SHOP,
    "GET /api/shops/{shop_id}/products/export": SHOP,
    "GET /api/shops/{shop_id}/rating": EVERYBODY,
    "GET /api/shops/{shop_id}/reviews": EVERYBODY,
    "GET /api/shops/{shop_id}/profile": EVERYBODY,
    "PUT /api/shops/{shop_id}/profile": SHOP,
    "POST /api/shops/{shop_id}/rejection": OPERATOR,
    "GET /api/shops/{shop_id}/seller": EVERYBODY,
    "PUT /api/shops/{shop_id}/seller": SHOP,
    "GET /api/shops/{shop_id}/sellers": SHOP,
    "PUT /api/shops/{shop_id}/slug": SHOP,
    "GET /api/shops/{shop_id}/staff-changes": SHOP,
    "GET /api/shops/{shop_id}/status-changes": SHOP,
    "POST /api/shops/{shop_id}/submission": SHOP,
    "DELETE /api/shops/{shop_id}/submission": SHOP,
    "GET /api/shops/{shop_id}/staff": SHOP,
    "DELETE /api/shops/{shop_id}/staff/{party}": SHOP,
    "PUT /api/shops/{shop_id}/staff/{party}": SHOP,
    "PUT /api/shops/{shop_id}/status": OPERATOR,
    "GET /api/skus/by-gtin/{gtin}": EVERYBODY,
    "PUT /api/stock": SHOP,
    "POST /api/stock/adjustments": SHOP,
    "PUT /api/stock/limits": SHOP,
    "POST /api/stock/receipts": SHOP,
    "POST /api/stock/transfers": SHOP,
    "GET /api/stocktakes/{stocktake_id}": SHOP,
    "POST /api/stocktakes/{stocktake_id}/approval": SHOP,
    "POST /api/stocktakes/{stocktake_id}/cancellation": SHOP,
    "GET /api/stocktakes/{stocktake_id}/counts": SHOP,
    "POST /api/stocktakes/{stocktake_id}/counts": SHOP,
    "GET /api/stocktakes/{stocktake_id}/tally": SHOP,
    "GET /api/stocktakes/{stocktake_id}/uncounted": SHOP,
    "GET /api/transfers/{transfer_id}": SHOP,
    "POST /api/transfers/{transfer_id}/recall": SHOP,
    "POST /api/transfers/{transfer_id}/receipt": SHOP,
    "GET /api/unsubscribe/{link}": EVERYBODY,  # the link is proof enough
    "POST /api/unsubscribe/{link}": EVERYBODY,
    "GET /api/people": OPERATOR,
    "GET /api/people/{person_id}": OPERATOR,
    "PUT /api/people/{person_id}/roles/{role}": OPERATOR,
    "DELETE /api/people/{person_id}/roles/{role}": OPERATOR,
    "PUT /api/people/{person_id}/suspension": OPERATOR,
    "DELETE /api/people/{person_id}/suspension": OPERATOR,
    "POST /api/email/change": EVERYBODY,
    "POST /api/email/restoration": EVERYBODY,
    "POST /api/email/verification": EVERYBODY,
    "GET /api/issuers": EVERYBODY,
    "GET /api/me/consents": SOMEBODY,
    "POST /api/me/consents": SOMEBODY,
    "GET /api/me/consents/history": SOMEBODY,
    "POST /api/me/email/change": PERSON,
    "POST /api/me/email/verification": PERSON,
    "DELETE /api/me/erasure": SOMEBODY,
    "GET /api/me/erasure": SOMEBODY,
    "POST /api/me/erasure": SOMEBODY,
    "GET /api/me/export": SOMEBODY,
    "POST /api/me/export": SOMEBODY,
    "GET /api/me/export/file": SOMEBODY,
    "POST /api/me/identities": PERSON,
    "DELETE /api/me/identities/{identity_id}": PERSON,
    "POST /api/me/identities/{issuer}": PERSON,
    "GET /api/me/links": PERSON,
    "POST /api/me/links": PERSON,
    "POST /api/me/links/offer": PERSON,
    "DELETE /api/me/links/{party_id}": PERSON,
    "POST /api/me/passkeys": PERSON,
    "POST /api/me/passkeys/ceremony": PERSON,
    "PATCH /api/me/passkeys/{passkey_id}": PERSON,
    "DELETE /api/me/passkeys/{passkey_id}": PERSON,
    "PUT /api/me/password": PERSON,
    "GET /api/me/sessions": PERSON,
    "POST /api/me/sessions/end-others": PERSON,
    "DELETE /api/me/sessions/{session_id}": PERSON,
    "GET /api/me/ways-in": PERSON,
    "POST /api/password/reset-requests": EVERYBODY,
    "POST /api/password/resets": EVERYBODY,
    "POST /api/session/issuer": EVERYBODY,
    "POST /api/session/issuers/{issuer}": EVERYBODY,
    "POST /api/session/passkey": EVERYBODY,
    "POST /api/session/passkey/ceremony": EVERYBODY,
    "POST /api/session/proof": PERSON,
    "POST /api/session/proof/ceremony": PERSON,
    "POST /api/session/proof/passkey": PERSON,
    "POST /api/users": EVERYBODY,
    "GET /api/webhooks/endpoints": SOMEBODY,
    "POST /api/webhooks/endpoints": SOMEBODY,
    "GET /api/webhooks/endpoints/{endpoint_id}": SHOP,
    "PATCH /api/webhooks/endpoints/{endpoint_id}": SHOP,
    "DELETE /api/webhooks/endpoints/{endpoint_id}": SHOP,
    "GET /api/webhooks/endpoints/{endpoint_id}/deliveries": SHOP,
    "GET /api/webhooks/endpoints/{endpoint_id}/deliveries/{delivery_id}": SHOP,
    "POST /api/webhooks/endpoints/{endpoint_id}/deliveries/{delivery_id}/replay": SHOP,
    "POST /api/webhooks/endpoints/{endpoint_id}/ping": SHOP,
    "POST /api/webhooks/endpoints/{endpoint_id}/replay": SHOP,
    "POST /api/webhooks/endpoints/{endpoint_id}/secret": SHOP,
    "GET /api/webhooks/types": EVERYBODY,
}

SEES = {
    ("finance", "auditor"): (
        "GET /api/ledger/accounts",
        "GET /api/ledger/accounts/{account_id}",
        "GET /api/ledger/accounts/{account_id}/entries",
        "GET /api/ledger/accounts/{account_id}/holds",
        "GET /api/ledger/chains",
        "GET /api/ledger/holds/{hold_id}",
        "GET /api/ledger/journals",
        "GET /api/ledger/journals/{journal_id}",
        "GET /api/ledger/seals",
        "GET /api/ledger/trial-balance",
        "GET /api/payment-odd-amounts",
        "GET /api/payment-refunds/refused",
        "GET /api/payments/{payment_id}",
    ),
    ("support", "finance", "auditor"): (
        "GET /api/orders/{order_id}",
        "GET /api/orders/{order_id}/history",
        "GET /api/orders/{order_id}/notes",
        "GET /api/shops/{shop_id}/orders",
    ),
    ("support", "catalogue", "auditor"): (
        "GET /api/places/{place_id}/stock",
        "GET /api/places/{place_id}/stock/{sku_id}/movements",
        "GET /api/places/{place_id}/transfers",
        "GET /api/transfers/{transfer_id}",
    ),
    ("support", "auditor"): (
        "GET /api/parties/{party_id}/mail-standing",
        "GET /api/parties/{party_id}/notifications/{notification_id}/deliveries",
        "GET /api/people",
        "GET /api/people/{person_id}",
        "GET /api/shops/{shop_id}/invitations",
        "GET /api/shops/{shop_id}/staff",
        "GET /api/shops/{shop_id}/staff-changes",
    ),
    HOUSE: ("GET /api/shops/{shop_id}/events",),  # what one may see of them
}
DOES = {
    "support": (
        "GET /api/conversation-reports",
        "PUT /api/conversation-reports/{report_id}",
        "PUT /api/people/{person_id}/suspension",
        "DELETE /api/people/{person_id}/suspension",
        "GET /api/reviews/waiting",
        "GET /api/reviews/{entry_id}/decisions",
        "POST /api/reviews/{entry_id}/decisions",
    ),
    "finance": (
        "POST /api/ledger/journals/{journal_id}/reversal",
        "POST /api/ledger/shops/{shop_id}/squaring",
        "POST /api/payment-odd-amounts/settle",
        "POST /api/payment-refunds/{refund_id}/return-by-hand",
    ),
    "catalogue": (
        "POST /api/categories",
        "DELETE /api/categories/{category_id}",
        "PATCH /api/categories/{category_id}",
        "PUT /api/categories/{category_id}/attributes",
        "POST /api/offers/{offer_id}/withdrawal",
        "GET /api/pictures/{media_id}",
        "PUT /api/pictures/{media_id}/alt",
        "POST /api/pictures/{media_id}/removal",
        "PATCH /api/places/{place_id}",
        "GET /api/places/{place_id}/versions",
        "GET /api/product-changes",
        "GET /api/product-changes/{change_id}",
        "POST /api/product-changes/{change_id}/decision",
        "POST /api/product-changes/{change_id}/withdrawal",
        "PATCH /api/products/{product_id}",
        "POST /api/products/{product_id}/archiving",
        "GET /api/products/{product_id}/changes",
        "GET /api/products/{product_id}/history",
        "POST /api/products/{product_id}/publication",
        "POST /api/products/{product_id}/redrafting",
        "GET /api/shops/{shop_id}/pictures",
        "POST /api/shops/{shop_id}/pictures",
        "POST /api/shops/{shop_id}/pictures/files",
        "GET /api/shops/{shop_id}/product-changes",
        "GET /api/shops/{shop_id}/products",
        "GET /api/shops/{shop_id}/products/export",
    ),
}


def may(operation: Operation) -> frozenset[str]:
    """Who may do an operation: what stands in the table, and whose part of the house's work it is."""
    name = str(operation)
    sees = {role for roles, operations in SEES.items() if name in operations for role in roles}
    return MAY[name] | sees | {role for role, operations in DOES.items() if name in operations}


REFUSED = {"request.unauthenticated", "request.forbidden"}
ENDS = {"label": "till", "expires_at": "2027-06-30T00:00:00Z"}
SECRETS = (
    *("order_id", "checkout_id", "payment_id", "draft_id", "note_id", "address_id", "conversation_id"),
    *(
        "report_id",
        "stocktake_id",
        "transfer_id",
        "import_id",
        "price_list_id",
        "endpoint_id",
        "delivery_id",
        "token_id",
    ),
)
"""Ids of the other shop and its buyer that nobody else ever reads, whatever they ask for."""


@pytest.fixture(scope="module")
async def world(bought, operator, person, stall, connected):
    """A shop, somebody who bought there, another shop beside it, and the operator."""
    made, other = await bought(), await stall()
    outside = await connected(made["seller"], made["ids"]["shop_id"])
    made["ids"] |= {name: outside[name] for name in ("app_id", "endpoint_id", "delivery_id")}
    made["ids"]["app_token_id"] = outside["token_id"]
    house = {role: await operator(Role(role)) for role in HOUSE}
    return made | {"rival": other["seller"], "operator": await operator(), "other": other} | house


@pytest.fixture
async def cast(world, doors):
    """Everybody, logged in anew: an operation may have logged them out."""
    made = {"nobody": Caller(doors[0]), "guest": await Caller(doors[0]).be_guest()}
    for role in (*ROLES[2:], *HOUSE):
        made[role] = await world[role].log_in(doors[0])
    return made


@pytest.fixture
def ids(world, books):
    """The ids of what belongs to the seller and the buyer; the books' are the platform's own."""
    return books["ids"] | world["ids"]


def test_an_auditor_is_let_change_nothing():
    seen = {name for roles, operations in SEES.items() if "auditor" in roles for name in operations}
    assert {name.split()[0] for name in seen} == {"GET"}
    assert "auditor" not in DOES


def test_every_operation_says_who_may():
    assert sorted(MAY) == sorted(map(str, OPERATIONS))


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
async def test_whoever_may_not_is_refused(operation, cast, ids, connected, home):
    wrong = []
    outside = operation.method == "DELETE" and (
        "{app_id}" in operation.path or "{endpoint_id}" in operation.path
    )
    if operation.path.startswith("/api/apps/"):
        ids = ids | {"token_id": ids["app_token_id"]}
    if operation.path.endswith("/address"):  # the one in the ids may have been given up by now
        addresses = good(await cast["buyer"].post("/me/addresses", home), 201)
        ids = ids | {"address_id": addresses[-1]["id"]}
    for role, one in cast.items():
        if outside and role in may(operation):  # each ends its own
            ids = ids | await connected(cast["seller"], ids["shop_id"])
        response = await one.ask(operation.method, **request_to(operation, ids))
        code = response.json()["code"] if response.status_code >= 400 else ""
        refused = code in REFUSED or is_hidden(operation, response)
        if refused is (role in may(operation)):
            wrong.append((role, response.status_code, response.text[:300]))
        if role == "nobody" and refused and response.status_code == 403:
            wrong.append((role, "is told 403, not to log in"))
    assert not wrong


def is_hidden(operation: Operation, response: Any) -> bool:
    """What belongs to somebody else looks as if it were not there."""
    belongs = {
        "{app_id}",
        "{endpoint_id}",
        "{order_id}",
        "{draft_id}",
        "{checkout_id}",
        "{payment_id}",
        "{address_id}",
        "{token_id}",
        "{conversation_id}",
    }
    return response.status_code == 404 and any(name in operation.path for name in belongs)


async def test_what_is_hidden_tells_nothing(cast, ids):
    """Somebody else's order and one that never was are answered alike, but for the trace."""
    for path, one in (
        ("/orders/{}", "order_id"),
        ("/orders/{}/history", "order_id"),
        ("/payments/{}", "payment_id"),
    ):
        there = await cast["rival"].get(path.format(ids[one]))
        prefix = ids[one].partition("_")[0]
        never = await cast["rival"].get(path.format(f"{prefix}_01jd3x00000000000000000000"))
        assert (there.status_code, there.text) == (never.status_code, never.text)
        assert there.status_code == 404


async def test_ids_in_a_body_give_no_right_to_what_they_name(cast, ids, world):
    rival, guest, other = cast["rival"], cast["guest"], world["other"]
    theirs = {"sku_id": ids["sku_id"], "place_id": ids["place_id"], "quantity": 1}
    problem(await rival.post("/stock/receipts", {"receipts": [theirs]}), 403, "request.forbidden")
    mine = {"sku_id": other["sku"], "place_id": other["place"], "quantity": 1}
    problem(await rival.post("/stock/receipts", {"receipts": [mine, theirs]}), 403, "request.forbidden")

    line = {"offer_id": ids["offer_id"], "quantity": 1}
    stolen = await guest.post("/quotes", {"lines": [line], "address_id": ids["address_id"]})
    problem(stolen, 404, "user.address_not_found")
    home = await cast["buyer"].home()
    quote = good(
        await cast["buyer"].post("/quotes", {"lines": [{"offer_id": other["offer"]}], "address_id": home})
    )
    problem(await guest.post("/orders", {"token": quote["token"]}), 403, "trade.quote_not_yours")


async def test_nobody_gives_away_what_they_do_not_hold(cast, ids):
    wish = {"label": "x", "expires_at": "2027-06-30T00:00:00Z", "grants": ["ledger.account.read"]}
    problem(await cast["seller"].post("/me/tokens", wish), 403, "user.grant_not_held")

    staff = f"/shops/{ids['shop_id']}/staff/{ids['party']}"
    books = {"permissions": ["user.role.grant"]}  # the platform's alone: it would mean nothing for a shop
    problem(await cast["seller"].ask("PUT", staff, json=books), 422, "shop.permission_unknown")
    good(await cast["seller"].ask("PUT", staff, json={"permissions": ["shop.shop.see"]}))

    helper = cast["buyer"]
    problem(await helper.get("/ledger/accounts"), 403, "request.forbidden")
    problem(
        await helper.ask("PATCH", f"/shops/{ids['shop_id']}", json={"name": {"en": "Mine"}}),
        403,
        "request.forbidden",
    )


async def test_a_token_does_what_it_was_given_and_no_more(cast, ids, doors):
    shop = ids["shop_id"]
    wish = {
        "label": "prices",
        "expires_at": "2027-06-30T00:00:00Z",
        "grants": [f"product.offer.price@{shop}"],
    }
    issued = good(await cast["seller"].post("/me/tokens", wish), 201)
    program = Caller(doors[0], issued["secret"])

    priced = await program.ask(
        "PUT", f"/offers/{ids['offer_id']}/price", json={"price": {"minor": 3600, "currency": "CNY"}}
    )

    good(priced)
    assert issued["grants"] == [f"product.offer.price@{shop}"]
    as_kept = wish | {"grants": [f"product.offer.price@shop:{SHOP_ID.read(shop)}"]}
    assert good(await cast["seller"].post("/me/tokens", as_kept), 201)["grants"] == issued["grants"]
    problem(
        await program.ask("PATCH", f"/shops/{shop}", json={"name": {"en": "Mine"}}), 403, "request.forbidden"
    )
    problem(await program.post("/me/tokens", wish), 403, "request.forbidden")
    elsewhere = await program.get("/me", headers={"Hansa-Business": "flagship"})
    assert elsewhere.status_code in {403, 404}


@pytest.fixture(scope="module")
async def crew(stall, person, doors, houses):
    """Whoever can act for another shop: its owner's tokens, its staff in every role, its app with every scope."""
    stand = await stall()
    owner, shop = stand["seller"], stand["shop"]
    crew = {"owner": owner}
    for role in ShopRole:
        if role is not ShopRole.OWNER:
            one = await person()
            staff = f"/shops/{shop}/staff/{PARTY_ID.read(one.party)}"
            good(await owner.ask("PUT", staff, json={"roles": [role.value]}))
            crew[role.value] = await one.log_in(doors[0])
    grants = [f"{permission}@{shop}" for permission in grantable_permissions(houses[0].platform)]
    issued = good(await owner.post("/me/tokens", ENDS | {"grants": grants}), 201)
    crew["owner's token"] = Caller(doors[0], issued["secret"])
    scopes = list(app_scopes())
    app = good(await owner.post("/apps", {"name": "Everything", "scopes": scopes}), 201)["id"]
    seen = good(await owner.get(f"/shops/{shop}/apps/{app}"))["seen"]
    good(await owner.ask("PUT", f"/shops/{shop}/apps/{app}", json={"scopes": scopes, "seen": seen}))
    token = good(await owner.post(f"/apps/{app}/installations/{shop}/tokens", ENDS), 201)
    crew["app"] = Caller(doors[0], token["secret"])
    return crew


async def test_the_crew_acts_for_its_own_shop(crew, stall):
    """Else the walk below would prove nothing."""
    shop = good(await crew["owner"].get("/me/shops"))[0]["id"]
    reads = {role: (await one.get(f"/shops/{shop}/orders")).status_code for role, one in crew.items()}
    assert {role for role, status in reads.items() if status == 200} == set(crew) - {"catalogue"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
async def test_what_is_anothers_is_out_of_reach(operation, crew, ids):
    anybodys = "rival" in MAY[str(operation)]
    if anybodys and operation.writes:
        return  # about themselves: nothing of the other shop is in it
    wrong = []
    for role, one in crew.items():
        response = await one.ask(operation.method, **request_to(operation, ids))
        code = response.json()["code"] if response.status_code >= 400 else ""
        unnamed = role == "app" and code == "id.malformed"  # an app knows people by names of its own
        if not anybodys and code not in REFUSED and not is_hidden(operation, response) and not unnamed:
            wrong.append((role, response.status_code, response.text[:300]))
        if response.status_code < 400:
            wrong += [(role, name) for name in SECRETS if ids[name] in response.text]
    assert not wrong
