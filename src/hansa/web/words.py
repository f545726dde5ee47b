"""What pages say of refusals, wrong fields and things just done: one place for the words, by stable code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from hansa.kernel.problem import Problem
from hansa.web import operating_words, selling_words
from hansa.web.api_words import TITLES
from hansa.web.i18n import N_

PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        **selling_words.PROBLEMS,
        **operating_words.PROBLEMS,
        "internal": N_("Something went wrong on our side"),
        "request.not_found": N_("There is nothing here"),
        "request.forbidden": N_("You may not do this"),
        "request.unauthenticated": N_("Please log in first"),
        "request.busy": N_("Very busy just now, please try again in a moment"),
        "quota.rate_limited": N_("Too many requests in a short time, please wait a moment"),
        "quota.exceeded": N_("Too much at once for this shop, please try again in a moment"),
        "request.timed_out": N_("This took too long, please try again"),
        "request.invalid": N_("Some of what was sent cannot be right"),
        "request.malformed": N_("What was sent cannot be read"),
        "request.too_large": N_("That is more than can be sent at once"),
        "request.method_not_allowed": N_("This cannot be done here"),
        "database.unavailable": N_("We cannot look things up just now, please try again in a moment"),
        "extension.failed": N_("A part of this service is not answering, please try again in a moment"),
        "lane.call_failed": N_("Something went wrong on our side; nothing was changed"),
        "lane.unsettled": N_("It is not certain yet whether this happened; please look again in a moment"),
        "idempotency.key_reused": N_("This form was sent before with something else in it"),
        "idempotency.in_flight": N_("This is still being worked on; please look again in a moment"),
        "id.malformed": N_("There is nothing here"),
        "page.cursor_malformed": N_("This part of the list is gone; please start from its beginning"),
        "web.form_forged": N_("Please open the page again and repeat what you did"),
        "business.stopped": N_("This shop is closed for the moment"),
        "business.ended": N_("This shop has closed for good"),
        "business.unknown": N_("There is no such shop"),
        "plan.generation_retired": N_("The terms have changed; please look the order over again"),
        "plan.generation_elsewhere": N_("The terms have changed; please look the order over again"),
        "shop.not_found": N_("There is no such seller"),
        "product.not_found": N_("This product is not here"),
        "product.offer_not_found": N_("This product is not here"),
        "product.category_not_found": N_("There is no such kind of goods"),
        "product.offer_changed": N_("A price has changed in the meantime"),
        "product.price_refused": N_("This cannot be sold just now"),
        "inventory.out_of_stock": N_("Some of this is sold out"),
        "payment.not_found": N_("There is no such payment"),
        "payment.closed": N_("This payment is closed; please order again"),
        "payment.already_captured": N_("This is paid already"),
        "payment.no_provider": N_("Paying is not possible just now"),
        "payment.sources_malformed": N_("These cards do not add up to what is to be paid"),
        "payment.card_not_testable": N_("The sandbox takes its test cards only"),
        "trade.quote_expired": N_("The prices were held for a while and that is over"),
        "trade.quote_invalid": N_("This page was open for too long"),
        "trade.quote_not_yours": N_("This page was made before you logged in"),
        "trade.offer_unavailable": N_("Some of this is not for sale now"),
        "trade.no_place_serves": N_("Some of this is sold out"),
        "trade.mixed_currencies": N_(
            "These goods are priced in different currencies and need separate orders"
        ),
        "trade.coupons_pay_all": N_("Coupons cannot pay for everything here"),
        "trade.pricing_broken": N_("The price could not be worked out"),
        "trade.placement_refused": N_("This order cannot be accepted"),
        "trade.order_not_found": N_("There is no such order"),
        "trade.illegal_move": N_("The order can no longer do that"),
        "trade.already_closed": N_("The order was closed before the payment came; the money goes back"),
        "trade.payment_replaced": N_("The seller lowered the price while you paid; this money goes back"),
        "trade.too_many_unpaid": N_("Please pay for, or cancel, what you have ordered before"),
        "trade.limit_exceeded": N_("You may not buy so many of this"),
        "trade.cancel_too_late": N_("It is too late to cancel by yourself, please ask the seller"),
        "trade.line_moved": N_("That can no longer be done with these"),
        "trade.pieces_exceeded": N_("There are not so many pieces"),
        "trade.too_many_parts": N_("This order has too many parts already"),
        "trade.draft_not_found": N_("There is no such offer"),
        "trade.draft_ended": N_("This offer can no longer be accepted"),
        "trade.too_many_notes": N_("This order has too many notes"),
        "trade.already_extended": N_("You have taken more time once already"),
        "trade.address_wanted": N_("Please say where it goes"),
        "trade.address_changes_price": N_(
            "It would cost something else there, or cannot be sent there; please cancel the order and place it anew"
        ),
        "trade.order_changed": N_("The order changed meanwhile, please look at it again"),
        "trade.payment_declined": N_("The card was declined. Nothing was charged; another one may work."),
        "trade.cart_full": N_("The cart is full"),
        "user.wrong_credentials": N_("E-mail address and password do not belong together"),
        "user.email_taken": N_("Somebody has signed up with this e-mail address already"),
        "user.too_many_attempts": N_("Too many attempts, please wait a few minutes"),
        "user.suspended": N_("This account is suspended"),
        "user.risk_refused": N_("This cannot be done just now"),
        "user.address_not_found": N_("There is no such address"),
        "user.too_many_addresses": N_("The address book is full"),
        "user.grant_not_held": N_("You cannot let a program do what you may not do yourself"),
        "user.token_not_found": N_("There is no such token"),
        "user.proof_invalid": N_("This link no longer works, please ask for a new one"),
        "review.line_not_received": N_("Only what you have received can be reviewed"),
        "review.not_found": N_("There is no such review"),
        "review.already_written": N_("You have said this already"),
        "review.too_late": N_("The time for writing this is over"),
        "review.content_refused": N_("This cannot be published as it is written"),
        "review.too_many_pictures": N_("Please use the pictures first that you have uploaded already"),
        "user.passkey_refused": N_("This passkey was not accepted; please try again"),
        "user.passkey_not_found": N_("This passkey is gone already"),
        "user.too_many_passkeys": N_("There are twenty passkeys already; please remove one first"),
        "user.last_way_in": N_("This is the only way into your account; please add another one first"),
        "user.email_missing": N_("There is no e-mail address to verify"),
        "user.issuer_unknown": N_("Nobody logs in there"),
        "user.issuer_unavailable": N_("That log-in is not answering just now; please try again in a moment"),
        "user.issuer_refused": N_("That log-in could not be confirmed; please begin again"),
        "user.link_wanted": N_(
            "Somebody has an account with this e-mail address. Log in as usual, then link this log-in under Security"
        ),
        "user.identity_taken": N_("That log-in opens another account already"),
        "user.fresh_log_in_wanted": N_("Please prove once more who you are"),
        "token.invalid": N_("This link no longer works, please ask for a new one"),
        "message.topic_unknown": N_("There is no such kind of mail any more"),
        "message.subject_unknown": N_("There is nothing here to speak of"),
        "message.conversation_not_found": N_("There is no such conversation"),
        "message.conversation_closed": N_("This conversation is closed"),
        "message.answered_meanwhile": N_("Somebody answered in the meantime; please read it first"),
        "message.refused": N_("This cannot be sent as it is written"),
        "message.too_many": N_("That was much in a short time; please wait a moment"),
        "interconnect.app_not_found": N_(
            "There is no such app here; you were sent nowhere, and nothing was given"
        ),
        "interconnect.redirect_unknown": N_(
            "The app asks to be sent back to an address that is not its own. You were sent nowhere, and nothing was given"
        ),
        "interconnect.consent_outdated": N_("The app asks for something else by now; please look again"),
        "interconnect.scope_not_held": N_("You cannot let an app do what you may not do yourself"),
        "interconnect.too_many_apps": N_(
            "This shop has as many apps as it can have; please remove one first"
        ),
        "user.party_not_found": N_("This account is no longer here"),
    }
)

_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        **selling_words.FIELDS,
        **operating_words.FIELDS,
        "required": N_("Please fill this in"),
        "characters": N_("This holds characters that cannot be kept"),
        "too_long": N_("This is too long"),
        "too_short": N_("At least 8 characters"),
        "wrong": N_("This is not it"),
        "other": N_("This is not your address"),
        "time": N_("Hours and minutes, for example 22:00"),
        "same": N_("This ends when it begins"),
        "stars": N_("One to five stars, please"),
        "line": N_("Please tick what is there"),
        "files.too_many": N_("Fewer pictures, please"),
        "files.twice": N_("Each picture once, please"),
        "files.unknown": N_("Some of these pictures are gone; please untick them and upload them again"),
        "note.required": N_("Please write something"),
        "too_much": N_("Together this is more than there is to pay"),
        "amount": N_("An amount, for example 12.50"),
        "body.required": N_("Please write something"),
        "text.required": N_("Please write something"),
        "reason.unknown": N_("Please say what is wrong"),
        "reason.required": N_("Please say why"),
        "carrier.required": N_("Who carries it?"),
        "carrier.name": N_("Who carries it?"),
        "tracking.number": N_("Letters, digits and . / _ - only"),
        "current_password.required": N_("Please type your password of now"),
        "guessable": N_("This would be the first guess"),
        "quantity": N_("A whole number, please"),
        "unknown": N_("Please choose one of these"),
        "passed": N_("This date has passed"),
        "person.required": N_("Who receives it?"),
        "phone.required": N_("Which phone number reaches you?"),
        "region.required": N_("Which province or state?"),
        "city.required": N_("Which city?"),
        "street.required": N_("Where does the courier ring?"),
        "name.required": N_("What shall we call you?"),
        "email.required": N_("Which e-mail address reaches you?"),
        "password.required": N_("Please type a password"),
        "card.required": N_("Please type a card number"),
        "expiry.required": N_("Until when is the card valid?"),
        "security_code.required": N_("The digits beside the signature"),
        "address.unknown": N_("Please choose where it goes"),
        "email.malformed": N_("This is not an e-mail address"),
        "phone.malformed": N_("5 to 15 digits, perhaps with a leading +"),
        "postcode.malformed": N_("3 to 12 letters and digits"),
        "expiry.malformed": N_("Month and year, for example 08 / 30"),
        "security_code.malformed": N_("3 or 4 digits"),
        "card.malformed": N_("A card number has 12 to 19 digits"),
        "card.unknown": N_("The sandbox takes its test cards only"),
    }
)

DECLINES: Mapping[str, str] = MappingProxyType(
    {
        "card_declined": N_("The card was declined. Nothing was charged; another one may work."),
        "insufficient_funds": N_(
            "There is not enough on this card. Nothing was charged; another one may work."
        ),
        "card_expired": N_("This card has expired. Nothing was charged; another one may work."),
        "suspected_fraud": N_(
            "The bank does not trust this payment. Nothing was charged; another card may work."
        ),
        "authorisation_expired": N_(
            "A card let go before all were there. Nothing was charged; please pay again."
        ),
        "authorisation_voided": N_(
            "A card let go before all were there. Nothing was charged; please pay again."
        ),
        "request_lost": N_("The provider never heard of it. Nothing was charged; please pay again."),
        "amount_mismatch": N_("The provider held another amount, so we took none. Please pay again."),
    }
)


class Said(NamedTuple):
    """A sentence for the next page, and its tone."""

    text: str
    tone: str = "ok"


TOLD: Mapping[str, Said] = MappingProxyType(
    {
        **{told: Said(*said) for told, said in {**selling_words.TOLD, **operating_words.TOLD}.items()},
        "added": Said(N_("It is in your cart.")),
        "removed": Said(N_("It is out of your cart.")),
        "placed": Said(N_("Your order is placed; the goods are held for you until it is paid.")),
        "placed_for_the_door": Said(N_("Your order is placed. You pay when it is handed over to you.")),
        "received": Said(N_("Thank you. The seller is paid now.")),
        "received_in_part": Said(N_("Thank you. The seller is paid for these; the rest is still under way.")),
        "extended": Said(N_("You have more time to confirm.")),
        "noted": Said(N_("The note is with the order; the seller reads it.")),
        "redirected": Said(N_("It goes to the other address.")),
        "priced_elsewhere": Said(PROBLEMS["trade.address_changes_price"], "warn"),
        "cancelled": Said(N_("The order is closed; nothing was charged.")),
        "cancelled_after_paying": Said(
            N_("The order is cancelled; what you paid goes back the way it came.")
        ),
        "cancelled_in_part": Said(
            N_("These are cancelled; what you paid for them goes back the way it came.")
        ),
        "mailed": Said(N_("If there is such an account, a mail with a link is on its way.")),
        "saved": Said(N_("Saved.")),
        "confirmed": Said(N_("Thank you. Please repeat what you were about to do.")),
        "link_mailed": Said(N_("A mail with a link is on its way.")),
        "password_set": Said(N_("The password is changed; everybody else is logged out.")),
        "passkey_added": Said(N_("The passkey is added. From now on it opens your account.")),
        "others_out": Said(N_("Everybody else is logged out.")),
        "linked": Said(N_("That log-in opens your account from now on.")),
        "not_linked": Said(PROBLEMS["user.issuer_refused"], "warn"),
        "linked_elsewhere": Said(PROBLEMS["user.identity_taken"], "warn"),
        "not_agreed": Said(N_("You came back without having logged in there."), "info"),
        "reworded": Said(N_("The text has changed in the meantime; please read it again."), "info"),
        "export_ordered": Said(N_("It is being put together; look again in a moment."), "info"),
        "erasure_asked": Said(N_("Noted. Until then you can take it back at any time."), "info"),
        "stayed": Said(N_("Good that you stay. Everything is as before.")),
        "reviewed": Said(N_("Thank you for your review.")),
        **{
            code: Said(PROBLEMS[code], "info")
            for code in ("review.already_written", "review.line_not_received", "review.too_late")
        },
        "reported": Said(N_("Thank you. Somebody will look at it.")),
        "review_taken_back": Said(N_("Your review is taken back.")),
        "welcome": Said(N_("Welcome! Your account is ready.")),
        "logged_out": Said(N_("You are logged out.")),
        "sold_out": Said(
            N_("Something was sold or withdrawn in the meantime; this is what there is now."), "warn"
        ),
        "moved_on": Said(N_("This had moved on in the meantime; here is how it stands now."), "info"),
        "not_now": Said(N_("This did not work just now; please try again in a moment."), "warn"),
        "repriced": Said(PROBLEMS["trade.payment_replaced"], "info"),
        "late": Said(N_("The order was closed before the payment came; the money goes back."), "warn"),
    }
)


def problem_words(problem: Problem | type[Problem], words: Callable[[str], str]) -> str:
    """Return what a page says of a problem; one that pages do not know speaks for itself, in English."""
    return words(PROBLEMS.get(problem.code) or TITLES.get(problem.code, problem.title))


def field_words(field: str, code: str, words: Callable[[str], str]) -> str:
    """Return what a page says of a wrong field: by field and code, else by code alone."""
    last = field.rpartition(".")[2].rstrip("_123456789")
    return words(_FIELDS.get(f"{last}.{code}") or _FIELDS.get(code) or N_("This cannot be right"))


def decline_words(code: str, words: Callable[[str], str]) -> str:
    """Return what a page says of a declined card."""
    return words(DECLINES.get(code, DECLINES["card_declined"]))
