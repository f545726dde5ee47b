"""Chains of seals: what is hashed, and how one link is bound to the one before.

Whoever doubts the books can do this by hand. A journal's **digest** is the SHA-256 of a JSON array without
spaces (UTF-8): its id, traffic, entity, business, kind, reference, what it reverses, accounts, currencies,
amounts, payload hash in hex, actor, and the moment in microseconds since 1970. A seal's **hash** is the
SHA-256 of a JSON array (business, traffic, shard, number, previous hash in hex, moment of sealing in
microseconds), followed by the digests of its journals, 32 bytes each, in its order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec

from hansa.centers.ledger.types import JOURNAL_ID, JournalId

SHARDS = 8
"""Chains per business and traffic class, numbered from 1: as many as could be sealed in different places."""

NOTHING_BEFORE = bytes(32)
"""What the first seal of a chain is bound to."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, order=True)
class ChainKey:
    """Which chain: those of a business go with it, and what is not live never stands among what is."""

    business: str
    traffic: str
    shard: int


@dataclass(frozen=True, slots=True)
class SealRow:
    """A row of `ledger.seal`."""

    chain: ChainKey
    seq: int
    journals: Sequence[JournalId]
    digests: Sequence[bytes]
    previous_hash: bytes
    hash: bytes
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: the number and hash of its last seal."""

    seq: int = 0
    hash: bytes = NOTHING_BEFORE


class JournalRow(msgspec.Struct, frozen=True):
    """A journal as it is stored, in the order in which it is hashed."""

    id: JournalId
    traffic: str
    entity: str
    business: str
    kind: str
    reference: UUID
    reverses: UUID | None
    accounts: Sequence[UUID]
    currencies: Sequence[str]
    amounts: Sequence[int]
    payload_hash: bytes
    actor: str
    occurred_at: datetime

    @property
    def chain(self) -> ChainKey:
        """The chain it belongs to: by its business, traffic and the last bits of its id, which are random."""
        return ChainKey(self.business, self.traffic, self.id.int % SHARDS + 1)


def digest(journal: JournalRow) -> bytes:
    """Return what a seal says of a journal."""
    stated = [
        journal.id,
        journal.traffic,
        journal.entity,
        journal.business,
        journal.kind,
        journal.reference,
        journal.reverses,
        journal.accounts,
        journal.currencies,
        journal.amounts,
        journal.payload_hash.hex(),
        journal.actor,
        (journal.occurred_at - _EPOCH) // _US,
    ]
    return sha256(msgspec.json.encode(stated)).digest()


def seal_hash(
    chain: ChainKey, *, seq: int, previous_hash: bytes, sealed_at: datetime, digests: Iterable[bytes]
) -> bytes:
    """Return the hash of one link."""
    at = (sealed_at - _EPOCH) // _US
    stated = [chain.business, chain.traffic, chain.shard, seq, previous_hash.hex(), at]
    hashed = sha256(msgspec.json.encode(stated))
    for one in digests:
        hashed.update(one)
    return hashed.digest()


def seal(
    journals: Iterable[JournalRow], heads: Mapping[ChainKey, Head], *, sealed_at: datetime
) -> list[SealRow]:
    """Bind journals to the chains they belong to, in the order given: one new seal per chain that has any."""
    by_chain: dict[ChainKey, list[JournalRow]] = {}
    for journal in journals:
        by_chain.setdefault(journal.chain, []).append(journal)
    seals = []
    for chain in sorted(by_chain):
        head = heads.get(chain, Head())
        digests = [digest(journal) for journal in by_chain[chain]]
        hashed = seal_hash(
            chain, seq=head.seq + 1, previous_hash=head.hash, sealed_at=sealed_at, digests=digests
        )
        ids = [journal.id for journal in by_chain[chain]]
        seals.append(SealRow(chain, head.seq + 1, ids, digests, head.hash, hashed, sealed_at))
    return seals


def fault(seal_: SealRow, head: Head, journals: Mapping[JournalId, JournalRow]) -> str | None:
    """Say what is wrong with a seal that should follow `head`, by the journals that stand; None when nothing is."""
    if seal_.seq != head.seq + 1:
        return f"seal {head.seq + 1} is missing"
    if seal_.previous_hash != head.hash:
        return f"seal {seal_.seq} does not follow from the one before it"
    bound = seal_hash(
        seal_.chain,
        seq=seal_.seq,
        previous_hash=seal_.previous_hash,
        sealed_at=seal_.sealed_at,
        digests=seal_.digests,
    )
    if seal_.hash != bound or len(seal_.journals) != len(seal_.digests):
        return f"seal {seal_.seq} was changed"
    for id_, was in zip(seal_.journals, seal_.digests, strict=True):
        if wrong := _journal_fault(seal_.chain, journals.get(id_), was):
            return f"the journal {JOURNAL_ID.show(id_)} of seal {seal_.seq} {wrong}"
    return None


def _journal_fault(chain: ChainKey, found: JournalRow | None, was: bytes) -> str | None:
    if found is None:
        return "is gone"
    if digest(found) != was:
        return "is not what was sealed"
    return None if found.chain == chain else "belongs to another chain"
