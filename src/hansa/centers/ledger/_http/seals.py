"""The chains that seal the books: for auditors, who note where they end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get
from litestar.params import Parameter

from hansa.centers.ledger import api
from hansa.centers.ledger._http.shared import LISTING, Cursor, Limit
from hansa.centers.ledger._rules.sealing import SHARDS
from hansa.centers.ledger.types import JOURNAL_ID, ChainHead, Seal
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.page import Page


class ChainView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a chain ends: its last seal's number, and its hash in hex."""

    business: str
    shard: int
    seq: int
    hash: str


class SealedJournalView(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed journal, and the SHA-256 of what it says, in hex."""

    id: str
    digest: str


class SealView(msgspec.Struct, frozen=True, kw_only=True):
    """One link of a chain, bound to the one before by `previous_hash`; hashes in hex."""

    seq: int
    previous_hash: str
    hash: str
    sealed_at: datetime
    journals: Sequence[SealedJournalView]


@get("/ledger/chains", summary="List where the chains end", responses=problems(*LISTING), tags=["ledger"])
async def list_chains(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[ChainView]:
    """Return the ends of the chains of the business and what is under it. Needs `ledger.account.read`.

    Noted elsewhere, they show later that nothing before them was changed or cut off.
    """
    page = await api.chains(ctx, cursor=cursor, limit=limit)
    return Page([_chain(head) for head in page.items], page.cursor)


@get("/ledger/seals", summary="List a chain's seals", responses=problems(*LISTING), tags=["ledger"])
async def list_seals(
    ctx: Ctx,
    shard: Annotated[int, Parameter(description="Which of the chains.", ge=1, le=SHARDS)] = 1,
    cursor: Cursor = None,
    limit: Annotated[int, Parameter(description="How many at most.", ge=1, le=100)] = 10,
) -> Page[SealView]:
    """Return the seals of one chain of the business, newest first. Needs `ledger.account.read`."""
    page = await api.seals(ctx, shard=shard, cursor=cursor, limit=limit)
    return Page([_seal(seal) for seal in page.items], page.cursor)


def _chain(head: ChainHead) -> ChainView:
    return ChainView(business=head.business, shard=head.shard, seq=head.seq, hash=head.hash.hex())


def _seal(seal: Seal) -> SealView:
    return SealView(
        seq=seal.seq,
        previous_hash=seal.previous_hash.hex(),
        hash=seal.hash.hex(),
        sealed_at=seal.sealed_at,
        journals=[
            SealedJournalView(id=JOURNAL_ID.show(id_), digest=digest.hex())
            for id_, digest in zip(seal.journals, seal.digests, strict=True)
        ],
    )


ROUTES = (list_chains, list_seals)
