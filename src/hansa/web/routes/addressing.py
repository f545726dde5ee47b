"""Addresses as forms send them: one of the book, or a new one."""

from __future__ import annotations

from hansa.centers.user import api as user
from hansa.centers.user.errors import TooManyAddresses
from hansa.centers.user.types import ADDRESS_ID, Address, AddressId
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Invalid
from hansa.web.forms import Fields
from hansa.web.visit import Visit
from hansa.web.words import problem_words

_CALLED = {"recipient": "person"}
_EMAIL_MAX = 254


async def chosen_address(seen: Visit, fields: Fields) -> AddressId | None:
    """Return the address that a checkout's form chose, a new one added to the book; None when it cannot be.

    What is wrong with any of the form's fields is noted; nothing is added while something is.
    """
    book = await user.addresses(seen.ctx)
    if not seen.logged_in:
        fields.text("email", letters_max=_EMAIL_MAX)
    if book and fields.raw("address") != "new":
        try:
            chosen = ADDRESS_ID.read(fields.raw("address"))
        except IdMalformed:
            chosen = None
        if chosen not in {one.id for one in book}:
            fields.blame("address", "unknown")
            return None
        return chosen
    written = read_address(fields)
    if fields.errors:
        return None
    # A form that is sent twice must not fill the book: the same address again is the same address.
    known = next((one.id for one in book if one.address == written), None)
    return known or await add_address(seen, fields, written)


def read_address(fields: Fields) -> Address:
    """Read the fields of `ui.address_fields`; what is missing or too long is noted."""
    return Address(
        recipient=fields.text("person", letters_max=64),
        phone=fields.text("phone", letters_max=40),
        country=fields.text("country", letters_max=2),
        region=fields.text("region", letters_max=64),
        city=fields.text("city", letters_max=64),
        district=fields.text("district", letters_max=64, required=False),
        street=fields.text("street"),
        postcode=fields.text("postcode", letters_max=16, required=False),
    )


async def add_address(seen: Visit, fields: Fields, address: Address) -> AddressId | None:
    """Add an address to the book; what is wrong with it is noted, and None returned."""
    try:
        return await user.add_address(seen.ctx, address)
    except Invalid as refused:
        fields.blame_all(refused, called=_CALLED)
    except TooManyAddresses as full:
        fields.errors["person"] = problem_words(full, seen.gettext)
    return None


async def guest_named(seen: Visit, fields: Fields, address_id: AddressId) -> None:
    """Note a guest's e-mail address, under the name of whom the goods go to. Raises `Invalid`."""
    book = {one.id: one.address.recipient for one in await user.addresses(seen.ctx)}
    await user.introduce(seen.ctx, name=book[address_id], email=fields.raw("email").strip())
