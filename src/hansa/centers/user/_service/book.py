"""The address book, and the versions that orders keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.user._rules.texts import check_address
from hansa.centers.user._store import addresses as store
from hansa.centers.user.errors import AddressNotFound, TooManyAddresses
from hansa.centers.user.events import AddressRemoved
from hansa.centers.user.types import (
    ADDRESS_ID,
    ADDRESS_VERSION_ID,
    Address,
    AddressId,
    AddressVersionId,
    BookedAddress,
    FreezeAddress,
    FrozenAddress,
    PartyId,
)
from hansa.kernel.context import Ctx
from hansa.kernel.problem import Invalid

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

ADDRESSES_MAX = 100


async def add_address(ctx: Ctx, address: Address, *, preferred: bool = False) -> AddressId:
    """Add an address to the acting party's book; the first one is the preferred one.

    Raises `Invalid` (every wrong field at once), `TooManyAddresses`.
    """
    party, checked = ctx.party(), _checked(address)
    address_id, version_id, now = ADDRESS_ID.new(), ADDRESS_VERSION_ID.new(), ctx.now()
    async with ctx.transaction() as tx:
        held = await store.lock_book(tx, party)
        if len(held) >= ADDRESSES_MAX:
            raise TooManyAddresses(limit=ADDRESSES_MAX)
        await store.insert_version(tx, version_id=version_id, address_id=address_id, address=checked, now=now)
        await store.insert_address(
            tx, address_id=address_id, party_id=party, version_id=version_id, preferred=False, now=now
        )
        if preferred or not held:
            await store.prefer(tx, party_id=party, address_id=address_id)
    return address_id


async def change_address(
    ctx: Ctx, *, address_id: AddressId, address: Address, preferred: bool = False
) -> AddressVersionId:
    """Write a new version of an address; orders keep the version they have.

    Raises `Invalid`, `AddressNotFound`.
    """
    party, checked = ctx.party(), _checked(address)
    version_id, now = ADDRESS_VERSION_ID.new(), ctx.now()
    async with ctx.transaction() as tx:
        await _demand(tx, party, address_id)
        await store.insert_version(tx, version_id=version_id, address_id=address_id, address=checked, now=now)
        await store.point_to(tx, address_id=address_id, version_id=version_id)
        if preferred:
            await store.prefer(tx, party_id=party, address_id=address_id)
    return version_id


async def remove_address(ctx: Ctx, *, address_id: AddressId) -> None:
    """Take an address out of the acting party's book; orders keep the version they have.

    Raises `AddressNotFound`.
    """
    party = ctx.party()
    async with ctx.transaction() as tx:
        await _demand(tx, party, address_id)
        await store.remove(tx, address_id=address_id, now=ctx.now())
        tx.emit(ctx, AddressRemoved(party=PartyId(party), address=address_id))


async def addresses(ctx: Ctx) -> list[BookedAddress]:
    """Return the acting party's book (at most 100), the preferred one first, then the newest."""
    party = ctx.party()
    async with ctx.transaction() as tx:
        return await store.list_book(tx, party_id=party, limit=ADDRESSES_MAX)


async def freeze_addresses(
    tx: Transaction, ctx: Ctx, demands: Sequence[FreezeAddress]
) -> list[FrozenAddress | AddressNotFound]:
    """Keep the current versions of many parties' addresses for good: a verdict each, in the order given."""
    found = await store.freeze(tx, demands, now=ctx.now())
    return [frozen or AddressNotFound() for frozen in found]


async def freeze_address(tx: Transaction, ctx: Ctx, address_id: AddressId) -> FrozenAddress:
    """Keep the current version of an address of the acting party for good, and return it.

    Raises `AddressNotFound`, also for somebody else's.
    """
    (verdict,) = await freeze_addresses(tx, ctx, [FreezeAddress(party=ctx.party(), address_id=address_id)])
    if isinstance(verdict, AddressNotFound):
        raise verdict
    return verdict


async def frozen_addresses(
    tx: Transaction,
    ctx: Ctx,  # noqa: ARG001 - every question says for which command it is asked
    version_ids: Sequence[AddressVersionId],
) -> dict[AddressVersionId, Address]:
    """Return address versions by id, whoever's they are: the caller knows who may see its order's address."""
    return await store.read_versions(tx, version_ids)


async def _demand(tx: Transaction, party: UUID, address_id: AddressId) -> None:
    """Lock the party's book and raise `AddressNotFound` unless the address is in it."""
    if address_id not in await store.lock_book(tx, party):
        raise AddressNotFound


def _checked(address: Address) -> Address:
    checked, errors = check_address(address)
    if errors:
        raise Invalid(*errors)
    return checked
