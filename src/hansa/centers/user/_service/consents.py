"""Consents: what a business asks, and what people say to it."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.user._store import consents as store
from hansa.centers.user._store import parties
from hansa.centers.user.errors import ConsentOutdated, PurposeUnknown
from hansa.centers.user.events import ConsentChanged
from hansa.centers.user.terms import Consents, PurposeText
from hansa.centers.user.types import ConsentRecord, ConsentState, PartyId
from hansa.kernel.i18n import match

if TYPE_CHECKING:
    from hansa.kernel.context import Ctx
    from hansa.kernel.db import Transaction

_HISTORY_MAX = 1_000


async def consents(ctx: Ctx) -> list[ConsentState]:
    """Return what this business asks consent for, and the acting party's latest word on each.

    Raises `Unauthenticated`.
    """
    party = ctx.party()
    async with ctx.platform.db.reading() as tx:
        said = await store.latest(tx, ctx, [party, *await parties.merged_into(tx, party)])
    return [_state(ctx, asked, said.get(asked.purpose)) for asked in ctx.term(Consents).purposes]


async def set_consent(ctx: Ctx, *, purpose: str, version: int, given: bool) -> None:
    """Give or withdraw a consent; saying the same again adds nothing.

    A consent is given to the text that was shown, so an old `version` is `ConsentOutdated`; it is withdrawn
    whatever the text says by now. Raises `Unauthenticated`, `PurposeUnknown`, `ConsentOutdated`.
    """
    party = PartyId(ctx.party())
    asked = next((one for one in ctx.term(Consents).purposes if one.purpose == purpose), None)
    if asked is None:
        raise PurposeUnknown
    if given and version != asked.version:
        raise ConsentOutdated(version=asked.version)
    language, text = _words(ctx, asked)
    async with ctx.transaction() as tx:
        await store.lock_party(tx, party)
        before = (await store.latest(tx, ctx, [party])).get(purpose)
        if before is not None and before.given == given and (not given or before.version == version):
            return
        await store.insert_word(
            tx,
            ctx,
            party_id=party,
            purpose=purpose,
            version=asked.version,
            language=language,
            text=text,
            text_hash=sha256(text.encode()).digest(),
            given=given,
        )
        tx.emit(ctx, ConsentChanged(party=party, purpose=purpose, consent_version=asked.version, given=given))


async def consent_history(ctx: Ctx) -> list[ConsentRecord]:
    """Return everything the acting party ever said, in every business, with the text it was said to.

    Newest first, at most 1,000. Raises `Unauthenticated`.
    """
    party = ctx.party()
    async with ctx.platform.db.reading() as tx:
        return await store.history(tx, [party, *await parties.merged_into(tx, party)], limit=_HISTORY_MAX)


async def consenting(tx: Transaction, ctx: Ctx, *, purpose: str, party_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of these parties who agree to the current text of a purpose of this business; none if it asks nothing."""
    asked = next((one for one in ctx.term(Consents).purposes if one.purpose == purpose), None)
    if asked is None:
        return set()
    return await store.consenting(tx, ctx, purpose=purpose, version=asked.version, party_ids=party_ids)


def _state(ctx: Ctx, asked: PurposeText, said: store.Word | None) -> ConsentState:
    outdated = said is not None and said.given and said.version != asked.version
    return ConsentState(
        purpose=asked.purpose,
        version=asked.version,
        text=_words(ctx, asked)[1],
        required=asked.required,
        given=said is not None and said.given and not outdated,
        outdated=outdated,
        at=said.at if said else None,
    )


def _words(ctx: Ctx, asked: PurposeText) -> tuple[str, str]:
    """Return a purpose's text in the reader's language, else in the business's first that has one."""
    for wanted in (ctx.locale, *ctx.plan.business.languages):
        if language := match(wanted, list(asked.texts)):
            return language, asked.texts[language]
    return next(iter(asked.texts.items()), ("", ""))
