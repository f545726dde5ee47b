"""Addresses and their versions. A version is written once; only `frozen_at` is set later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from hansa.centers.user._tables import ADDRESS_RANK
from hansa.centers.user.types import (
    Address,
    AddressId,
    AddressVersionId,
    BookedAddress,
    FreezeAddress,
    FrozenAddress,
)

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

_FIELDS = "recipient, phone, country, region, city, district, street, postcode"


async def insert_version(
    tx: Transaction, *, version_id: UUID, address_id: UUID, address: Address, now: datetime
) -> None:
    """Write a version of an address."""
    await tx.raw.execute(
        f"""INSERT INTO "user".address_version (version_id, address_id, {_FIELDS}, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)""",
        version_id,
        address_id,
        address.recipient,
        address.phone,
        address.country,
        address.region,
        address.city,
        address.district,
        address.street,
        address.postcode,
        now,
    )


async def lock_book(tx: Transaction, party_id: UUID) -> list[AddressId]:
    """Lock the entries of a party's address book, in key order."""
    tx.locks(ADDRESS_RANK)
    rows = await tx.raw.fetch(
        """SELECT address_id FROM "user".address WHERE party_id = $1 AND removed_at IS NULL
           ORDER BY address_id FOR UPDATE""",
        party_id,
    )
    return [AddressId(row["address_id"]) for row in rows]


async def insert_address(
    tx: Transaction, *, address_id: UUID, party_id: UUID, version_id: UUID, preferred: bool, now: datetime
) -> None:
    """Add an entry to a book."""
    await tx.raw.execute(
        """INSERT INTO "user".address (address_id, party_id, version_id, preferred, created_at)
           VALUES ($1, $2, $3, $4, $5)""",
        address_id,
        party_id,
        version_id,
        preferred,
        now,
    )


async def point_to(tx: Transaction, *, address_id: UUID, version_id: UUID) -> None:
    """Make another version the current one."""
    await tx.raw.execute(
        'UPDATE "user".address SET version_id = $2 WHERE address_id = $1', address_id, version_id
    )


async def prefer(tx: Transaction, *, party_id: UUID, address_id: UUID) -> None:
    """Make one entry of a book the preferred one, and no other."""
    await tx.raw.execute(
        """UPDATE "user".address SET preferred = (address_id = $2)
           WHERE party_id = $1 AND preferred IS DISTINCT FROM (address_id = $2)""",
        party_id,
        address_id,
    )


async def remove(tx: Transaction, *, address_id: UUID, now: datetime) -> None:
    """Take an entry out of its book; its versions remain."""
    await tx.raw.execute(
        'UPDATE "user".address SET removed_at = $2, preferred = false WHERE address_id = $1', address_id, now
    )


async def list_book(tx: Transaction, *, party_id: UUID, limit: int) -> list[BookedAddress]:
    """Read a book, the preferred entry first, then the newest."""
    rows = await tx.raw.fetch(
        f"""SELECT a.address_id, a.version_id, a.preferred, {_FIELDS}
              FROM "user".address a JOIN "user".address_version v ON v.version_id = a.version_id
             WHERE a.party_id = $1 AND a.removed_at IS NULL
             ORDER BY a.preferred DESC, a.address_id DESC LIMIT $2""",
        party_id,
        limit,
    )
    return [
        BookedAddress(
            id=AddressId(row["address_id"]),
            version=AddressVersionId(row["version_id"]),
            address=_address(row),
            preferred=row["preferred"],
        )
        for row in rows
    ]


async def freeze(
    tx: Transaction, demands: Sequence[FreezeAddress], *, now: datetime
) -> list[FrozenAddress | None]:
    """Keep the current versions of these addresses for good; `None` for what its party does not have.

    A version that an earlier order froze is only read, so a regular buyer's order writes nothing here.
    """
    rows = await tx.raw.fetch(
        f"""SELECT a.address_id, a.party_id, a.version_id, v.frozen_at, {_FIELDS}
             FROM "user".address a JOIN "user".address_version v ON v.version_id = a.version_id
            WHERE a.address_id = ANY($1::uuid[]) AND a.removed_at IS NULL""",
        [demand.address_id for demand in demands],
    )
    fresh = sorted(row["version_id"] for row in rows if row["frozen_at"] is None)
    gone: set[UUID] = set()
    if fresh:
        tx.locks(ADDRESS_RANK)
        frozen = await tx.raw.fetch(
            """UPDATE "user".address_version SET frozen_at = $2
               WHERE version_id IN (SELECT version_id FROM "user".address_version
                                     WHERE version_id = ANY($1::uuid[]) AND frozen_at IS NULL
                                     ORDER BY version_id FOR UPDATE)
               RETURNING version_id""",
            fresh,
            now,
        )
        # Replaced and dropped since it was read: no order may refer to it.
        gone = await _missing(tx, set(fresh) - {row["version_id"] for row in frozen})
    found = {
        (row["party_id"], row["address_id"]): FrozenAddress(
            version=AddressVersionId(row["version_id"]), address=_address(row)
        )
        for row in rows
        if row["version_id"] not in gone
    }
    return [found.get((demand.party, demand.address_id)) for demand in demands]


async def _missing(tx: Transaction, version_ids: set[UUID]) -> set[UUID]:
    """Return which of these are no versions (any more); another order may have frozen the others meanwhile."""
    return version_ids - (await read_versions(tx, list(version_ids))).keys() if version_ids else set()


async def read_versions(tx: Transaction, version_ids: Sequence[UUID]) -> dict[AddressVersionId, Address]:
    """Read versions, whoever's they are."""
    rows = await tx.raw.fetch(
        f'SELECT version_id, {_FIELDS} FROM "user".address_version WHERE version_id = ANY($1::uuid[])',
        list(version_ids),
    )
    return {AddressVersionId(row["version_id"]): _address(row) for row in rows}


async def versions_of(tx: Transaction, *, party_id: UUID, limit: int | None) -> list[Address]:
    """Read every version of every address a party ever had, newest first."""
    rows = await tx.raw.fetch(
        f"""SELECT {_FIELDS} FROM "user".address a JOIN "user".address_version v USING (address_id)
             WHERE a.party_id = $1 ORDER BY v.version_id DESC LIMIT $2""",
        party_id,
        limit,
    )
    return [_address(row) for row in rows]


async def hand_over(tx: Transaction, *, guest: UUID, party: UUID) -> bool:
    """Give a guest's addresses to the party it turned out to be; none of them stays preferred.

    Returns whether there were any.
    """
    tx.locks(ADDRESS_RANK)
    rows = await tx.raw.fetch(
        """UPDATE "user".address SET party_id = $2, preferred = false
           WHERE address_id IN (SELECT address_id FROM "user".address WHERE party_id = $1
                                ORDER BY address_id FOR UPDATE)
           RETURNING address_id""",
        guest,
        party,
    )
    return bool(rows)


async def drop_unused_versions(tx: Transaction, *, before: datetime, limit: int) -> int:
    """Forget some versions that nobody froze and no book shows any more; return how many.

    An address that was only ever mistyped is not kept: what no order needs is not ours to store.
    """
    return len(
        await tx.raw.fetch(
            """DELETE FROM "user".address_version WHERE version_id IN (
                 SELECT v.version_id FROM "user".address_version v
                  WHERE v.frozen_at IS NULL AND v.created_at < $1
                    AND NOT EXISTS (SELECT FROM "user".address a
                                     WHERE a.address_id = v.address_id AND a.version_id = v.version_id
                                       AND a.removed_at IS NULL)
                  ORDER BY v.version_id LIMIT $2 FOR UPDATE SKIP LOCKED)
               RETURNING version_id""",
            before,
            limit,
        )
    )


async def entries_without_version(tx: Transaction, limit: int) -> list[UUID]:
    """Return entries of address books whose current version is missing or belongs to another address."""
    rows = await tx.raw.fetch(
        """SELECT a.address_id FROM "user".address a
             LEFT JOIN "user".address_version v ON v.version_id = a.version_id AND v.address_id = a.address_id
            WHERE a.removed_at IS NULL AND v.version_id IS NULL ORDER BY a.address_id LIMIT $1""",
        limit,
    )
    return [row["address_id"] for row in rows]


def _address(row: Mapping[str, Any]) -> Address:
    return msgspec.convert({name: row[name] for name in Address.__struct_fields__}, Address)
