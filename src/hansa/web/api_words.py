"""Titles of problems that programs meet and pages do not: in the catalogue, so that their readers' language has them.

The English is the problem's own title.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hansa.web.i18n import N_

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "api.token_elsewhere": N_("This token belongs to another business"),
        "api.token_unknown": N_("This token is not valid any more, please log in again"),
        "business.unclear": N_("The request names two businesses"),
        "idempotency.answer_lost": N_(
            "This was done before, but its answer is lost; please look at what came of it"
        ),
        "idempotency.key_malformed": N_("An Idempotency-Key has 1 to 200 visible ASCII characters"),
        "idempotency.key_missing": N_("The header Idempotency-Key is missing"),
        "interconnect.authorization_refused": N_("What the app asks for cannot be given"),
        "interconnect.oauth_refused": N_("The request of the app cannot be granted"),
        "inventory.code_ambiguous": N_("Several things are kept under this code"),
        "inventory.code_unknown": N_("Nothing is kept under this code"),
        "inventory.hold_conflict": N_("This order already has other goods put by"),
        "inventory.hold_lost": N_("What was put by for this order is not there any more"),
        "inventory.pushed_twice": N_("This was said in a row before"),
        "inventory.transfer_closed": N_("These goods are not on the way any more"),
        "inventory.transfer_not_found": N_("There are no such goods on the way"),
        "inventory.stocktake_open": N_("This place is being counted already"),
        "ledger.balance_too_large": N_("The balance would become too large"),
        "ledger.hold_conflict": N_("Another amount was put by under this id"),
        "ledger.hold_exceeded": N_("This is not what was put by"),
        "ledger.hold_malformed": N_("This amount cannot be put by"),
        "ledger.hold_not_found": N_("Nothing was put by under this id"),
        "ledger.hold_resolved": N_("This amount is not put by any more"),
        "ledger.journal_conflict": N_("Another journal was posted under this id"),
        "ledger.journal_malformed": N_("This is not a journal"),
        "ledger.journal_unbalanced": N_("Debits and credits differ"),
        "ledger.journals_shared": N_("The books of this business are bound to those of another"),
        "ledger.not_reversible": N_("This journal cannot be taken back by hand"),
        "message.bounce_unknown": N_("There is no such mail"),
        "message.preference_fixed": N_("This cannot be switched off"),
        "message.state_unchangeable": N_("The conversation cannot be brought into this state"),
        "message.template_changed_since": N_("Somebody changed these words in the meantime"),
        "message.template_missing": N_("There are no words for this notification"),
        "message.template_unfit": N_("The words of this notification need something that is not there"),
        "message.template_unknown": N_("There is no such template"),
        "message.too_many_pictures": N_("Please send the pictures that you uploaded before, first"),
        "money.amount_malformed": N_("This is not an amount of money"),
        "money.currency_mismatch": N_("These amounts are in different currencies"),
        "payment.amount_mismatch": N_("The provider reports another amount than was asked for"),
        "payment.day_not_over": N_("This day is not over"),
        "payment.late": N_("The payment came after closing; the money goes back"),
        "payment.malformed": N_("This cannot be paid"),
        "payment.not_succeeded": N_("The provider has not reported this money"),
        "payment.provider_forbidden": N_("This provider may not serve this traffic"),
        "payment.provider_unknown": N_("There is no such provider"),
        "payment.refund_conflict": N_("Another refund was asked for under this id"),
        "payment.statement_conflict": N_("This statement was imported with other rows"),
        "payment.statement_not_found": N_("There is no such statement"),
        "payment.statement_unavailable": N_("The provider does not give its statement just now"),
        "payment.statement_unreadable": N_("The provider's statement cannot be read"),
        "payment.surplus": N_("This was paid twice; the second payment goes back"),
        "payment.webhook_refused": N_("This callback is not the provider's"),
        "product.category_in_use": N_("There are products or categories in it; please move them first"),
        "product.category_slug_taken": N_("Another category has this name for programs already"),
        "product.category_tree_full": N_("There cannot be more categories, or not so deep"),
        "product.offer_exists": N_("This shop offers this already"),
        "product.picture_not_found": N_("There is no such picture"),
        "product.schema_changed": N_(
            "Somebody else has changed these fields in the meantime, please look again"
        ),
        "product.sku_not_found": N_("There is no such variant"),
        "request.headers_too_large": N_("The headers of the request are too long"),
        "request.not_acceptable": N_("The answer is not to be had in the media type asked for"),
        "request.precondition_failed": N_("Somebody changed this in the meantime, please look at it again"),
        "request.precondition_required": N_("Please say which version you saw (header If-Match)"),
        "request.unsupported_media_type": N_(
            "The body must be application/json in UTF-8, or what else the route says it reads"
        ),
        "shop.commission_rule_not_found": N_("There is no such commission rule"),
        "shop.commission_rule_over": N_("This commission rule has ended already"),
        "shop.commission_rules_full": N_("This business has as many commission rules as it can have"),
        "shop.requirement_unknown": N_("Nothing of this name is asked of a shop"),
        "shop.return_place_refused": N_("Goods cannot be returned to this place"),
        "shop.seller_reviewed": N_("Who sells here was reviewed; please ask the platform to change it"),
        "shop.slugs_full": N_("This shop has changed its address too often"),
        "trade.buyer_unknown": N_("This person has neither ordered from this shop nor written to it"),
        "trade.attribution_invalid": N_("This is not a referral we made"),
        "trade.cart_changed": N_("Some of your cart has changed"),
        "trade.cart_empty": N_("Nothing in the cart is chosen"),
        "trade.note_not_found": N_("There is no such note"),
        "user.consent_outdated": N_("The text has changed, please read it again"),
        "user.erasure_not_found": N_("No erasure has been asked for"),
        "user.export_not_found": N_("There is no export, please ask for one"),
        "user.export_not_ready": N_("This is still being put together, please come back in a while"),
        "user.identity_not_found": N_("There is no such linked log-in"),
        "user.link_refused": N_("These accounts cannot be linked"),
        "user.purpose_unknown": N_("Nobody asks for this consent"),
        "user.session_not_found": N_("There is no such session"),
    }
)
