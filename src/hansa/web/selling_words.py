"""What the desk says of refusals, wrong fields and things just done; `words` joins it with what buyers are told."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hansa.web.i18n import N_

PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "shop.slug_taken": N_("Another shop has this address already"),
        "shop.not_admitted": N_("This shop cannot be opened here"),
        "shop.status_unchangeable": N_("The shop has moved on in the meantime; this is how it stands now"),
        "shop.dossier_incomplete": N_("Some answers are still missing"),
        "shop.dossier_closed": N_("What was handed in cannot be changed now"),
        "shop.over": N_("This shop is closed"),
        "shop.profile_changed_since": N_("A colleague changed this in the meantime; please look again"),
        "shop.staff_full": N_("This shop has as many staff as it can have"),
        "shop.invitations_full": N_("This shop has as many open invitations as it can have"),
        "shop.invitation_not_found": N_("This invitation is over, or it is for somebody else"),
        "shop.role_unknown": N_("You cannot give a role that may do more than you"),
        "shop.permission_unknown": N_("You cannot give a role that may do more than you"),
        "shop.owner_stays": N_("The owner of a shop stays; it is handed over first"),
        "trade.line_moved": N_("Some of these lines have moved on; this is how they stand now"),
        "trade.line_not_found": N_("The order has no such line"),
        "trade.price_not_lowered": N_("A price can only be lowered, and not to nothing"),
        "trade.too_many_notes": N_("This order has as many notes as it can have"),
        "trade.draft_ended": N_("This agreed order was taken up or withdrawn already"),
        "trade.too_many_drafts": N_("This buyer has had enough offers from your shop today"),
        "trade.draft_not_found": N_("There is no such agreed order"),
        "inventory.not_on_hand": N_("These goods have not come in yet"),
        "inventory.not_allocated": N_("These goods are not waiting to be sent"),
        "inventory.stock_committed": N_("Orders were promised more than this would leave"),
        "inventory.stock_full": N_("There cannot be that much of one thing at one place"),
        "inventory.stocktake_not_found": N_("There is no such stocktake"),
        "inventory.stocktake_closed": N_("This stocktake is over; this is how it ended"),
        "inventory.stocktake_blocked": N_(
            "Orders were promised more than was counted; count again, or settle those orders first"
        ),
        "inventory.sku_not_found": N_("There is no such thing or place"),
        "product.changed_since": N_("A colleague changed this in the meantime; please look again"),
        "product.code_taken": N_("Another product of the shop has this number"),
        "product.state_wrong": N_("That cannot be done with the product as it stands now"),
        "product.change_pending": N_("An earlier change still waits for a decision"),
        "product.change_decided": N_("This change has been decided already"),
        "product.change_outdated": N_("The product has changed since; please make the change anew"),
        "product.picture_refused": N_("This is no picture that can be shown: a JPEG, PNG, WebP or GIF is"),
        "product.picture_in_use": N_("A product or a waiting change still shows this picture"),
        "product.picture_full": N_("This shop has as many pictures as it can have"),
        "product.pictures_unknown": N_("Some of these pictures cannot be used here"),
        "product.pictures_unavailable": N_(
            "Pictures cannot be reached just now, please try again in a moment"
        ),
        "product.import_running": N_("Another import is under way"),
        "product.import_state_wrong": N_("That cannot be done with this import any more"),
        "product.import_not_found": N_("There is no such import"),
        "product.import_incomplete": N_("Some of the file did not arrive; please send it again"),
        "product.price_list_changed": N_("A colleague changed this in the meantime; please look again"),
        "product.price_list_full": N_("There cannot be more price lists, or more in this one"),
        "product.price_list_not_found": N_("There is no such price list"),
        "message.conversation_not_found": N_("There is no such conversation"),
        "message.conversation_closed": N_("This conversation is closed"),
        "message.refused": N_("This cannot be said here"),
        "message.too_many": N_("That is a lot at once; please wait a little"),
        "message.answered_meanwhile": N_("A colleague has answered in the meantime; please look again"),
        "review.not_found": N_("There is no such review"),
        "review.too_late": N_("The time to answer is over"),
        "review.already_written": N_("This was answered already"),
        "review.content_refused": N_("This cannot be said here"),
        "interconnect.endpoint_not_found": N_("There is no such webhook"),
        "interconnect.too_many_endpoints": N_("There are as many webhooks as there can be"),
        "interconnect.endpoint_stopped": N_("It is switched off; switch it on first"),
        "interconnect.delivery_not_found": N_("There is no such event, or it is too long ago"),
        "interconnect.not_installed": N_("The shop has not let this app in"),
        "user.too_many_tokens": N_("There are as many as there can be"),
        "place.not_found": N_("There is no such place"),
        "place.closed": N_("This place was given up"),
        "place.changed_since": N_("A colleague changed this in the meantime; please look again"),
        "place.gln_taken": N_("Another place has this number"),
        "place.places_full": N_("There cannot be more places"),
    }
)

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "one_language": N_("Say it in at least one language"),
        "whole": N_("A whole number, please"),
        "moment": N_("A day and an hour, please"),
        "as_before": N_("That is what is there already"),
        "degrees": N_("Degrees, like 30.24 and 120.15"),
        "hours": N_("An hour to open and one to close"),
        "utf8": N_("This file is not in UTF-8; save it anew as UTF-8"),
        "choose": N_("Choose at least one"),
        "choose_one": N_("Choose one"),
        "retype": N_("This is not what was asked for"),
        "slug.pattern": N_("Small letters, digits and hyphens, 2 to 40 of them"),
        "country": N_("Please choose a country"),
        "date": N_("A day, like 2026-11-22"),
        "document": N_("The id of a document"),
        "pattern": N_("This does not look as it should"),
        "before": N_("This is before the first day"),
        "url.malformed": N_("An address, like https://example.com/hooks"),
        "url.insecure": N_("Events leave by https alone"),
        "url.port": N_("A port that events are sent to: 443, 80 or from 1024 on"),
        "url.private": N_("This address is not on the internet"),
        "ends.range": N_("After it begins"),
        "starts.range": N_("A year from 2000 to 2200"),
        "priority.range": N_("From \u22121,000 to 1,000"),
        "minor.range": N_("This is no price"),
        "code.nobodys": N_("Nothing of the shop has this number"),
        "code.several": N_("Several variants have this number; count them in the list"),
        "no_lines": N_("Add something first"),
        "gone": N_("This is not for sale now"),
        "language": N_("Say it in at least one language"),
    }
)

TOLD: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "shop_opened": (N_("The shop is yours. These are the next steps."), "ok"),
        "handed_in": (N_("It is handed in. You will be told what comes of it."), "ok"),
        "doors_open": (N_("The doors are open: buyers find your goods now."), "ok"),
        "shop_closing": (N_("The shop sells nothing more."), "info"),
        "sent": (N_("Noted: it has left the house."), "ok"),
        "sent_and_told": (N_("Noted: it has left the house, and the buyer sees who carries it."), "ok"),
        "buyer_reviewed": (
            N_("Thank you. The buyer reads it once both have written, or the time is over."),
            "ok",
        ),
        "collected": (N_("Noted: it is handed over and paid."), "ok"),
        "not_taken": (N_("The order is closed. Receive the goods into stock when they are back."), "info"),
        "taken_back": (N_("The order is cancelled, the money goes back, and the buyer knows why."), "ok"),
        "taken_back_untold": (
            N_(
                "The order is cancelled, and the money goes back. The reason could not be told; please write to the buyer."
            ),
            "warn",
        ),
        "drafted": (N_("A draft is kept. Add pictures and stock, then put it on sale."), "ok"),
        "on_sale": (N_("It is on sale: buyers see it now."), "ok"),
        "in_review": (N_("It waits for a decision; you will be told what comes of it."), "info"),
        "joined": (N_("Welcome. This is the desk of the shop you work for."), "ok"),
        "turned_down": (N_("You turned the invitation down."), "info"),
        "offer_sent": (N_("It is made, and the buyer knows."), "ok"),
        "offer_withdrawn": (N_("The buyer can no longer accept it."), "ok"),
        "counting_already": (N_("This place is being counted already: go on with that sheet."), "info"),
        "stocktake_posted": (N_("The differences are posted; the stock is what you counted."), "ok"),
        "stocktake_dropped": (N_("The sheet was dropped; the stock is as it was."), "info"),
        "moved": (N_("They are booked to the other place."), "ok"),
        "hook_removed": (N_("The webhook is gone; nothing more is sent there."), "ok"),
        "sent_again": (N_("It is sent again."), "ok"),
        "app_in": (N_("It may now do what you ticked."), "ok"),
        "app_out": (N_("The app is out; it can do nothing here any more."), "ok"),
        "answered": (N_("Your answer stands below the review."), "ok"),
        "written": (N_("Your message is on its way."), "ok"),
    }
)
