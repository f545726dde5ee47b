"""Routes: consents, being one person under several accounts, everything that is held, and being forgotten."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response, delete, get, post
from litestar.status_codes import HTTP_202_ACCEPTED, HTTP_204_NO_CONTENT

from hansa.centers.user import api
from hansa.centers.user._http.ways import Shown
from hansa.centers.user.errors import (
    ConsentOutdated,
    ErasureNotFound,
    ExportNotFound,
    ExportNotReady,
    FreshLogInWanted,
    LinkRefused,
    PartyNotFound,
    ProofInvalid,
    PurposeUnknown,
)
from hansa.centers.user.types import PARTY_ID, ConsentRecord, ConsentState, Erasing, ExportState, OwnScope
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated


class ConsentWord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one says to a purpose: yes to this version of its text, or no."""

    purpose: Annotated[str, msgspec.Meta(max_length=100, description="The purpose.")]
    version: Annotated[int, msgspec.Meta(ge=0, le=2_000_000_000, description="The version that was read.")]
    given: bool


class LinkCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code that another account of the same person offered."""

    code: Annotated[str, msgspec.Meta(max_length=200, description="The code.")]


class LinkedAccount(msgspec.Struct, frozen=True):
    """An account that is part of this one."""

    party: str


@get("/me/consents", summary="Consents", responses=problems(Unauthenticated))
async def list_consents(ctx: Ctx) -> list[ConsentState]:
    """Return what this business asks consent for, and what one said."""
    return await api.consents(ctx)


@post(
    "/me/consents",
    summary="Give or withdraw a consent",
    responses=problems(Invalid, Unauthenticated, PurposeUnknown, ConsentOutdated),
    opt={"own": OwnScope.CHANGE, "example": {"purpose": "marketing", "version": 1, "given": False}},
)
async def set_consent(ctx: Ctx, data: ConsentWord) -> list[ConsentState]:
    """Say yes to the text as it is now, or no; every word is kept."""
    await api.set_consent(ctx, purpose=data.purpose, version=data.version, given=data.given)
    return await api.consents(ctx)


@get("/me/consents/history", summary="History of consents", responses=problems(Unauthenticated))
async def consent_history(ctx: Ctx) -> list[ConsentRecord]:
    """Return every word one said, with the text it was said to, newest first (at most 1,000)."""
    return await api.consent_history(ctx)


@get("/me/links", summary="Linked accounts", responses=problems(Unauthenticated, Forbidden))
async def list_links(ctx: Ctx) -> list[LinkedAccount]:
    """Return the accounts that are part of this one."""
    return [LinkedAccount(PARTY_ID.show(one)) for one in await api.linked_parties(ctx)]


@post(
    "/me/links/offer",
    summary="Offer this account to another of one's own",
    responses=problems(Unauthenticated, Forbidden, FreshLogInWanted),
    opt={"idempotency": "none"},
)
async def offer_link(ctx: Ctx) -> LinkCode:
    """Return a code with which another account makes this one a part of itself, within ten minutes."""
    return LinkCode(await api.offer_link(ctx))


@post(
    "/me/links",
    summary="Link an account",
    responses=problems(Invalid, Unauthenticated, Forbidden, FreshLogInWanted, ProofInvalid, LinkRefused),
    opt={"example": {"code": "gB3Qx2v1c0"}},
)
async def link_party(ctx: Ctx, data: LinkCode) -> LinkedAccount:
    """Make the account that offered a code part of this one; it can be undone."""
    return LinkedAccount(PARTY_ID.show(await api.link_party(ctx, code=data.code)))


@delete(
    "/me/links/{party_id:str}",
    summary="Unlink an account",
    responses=problems(Unauthenticated, Forbidden, FreshLogInWanted, PartyNotFound, LinkRefused, IdMalformed),
)
async def unlink_party(ctx: Ctx, party_id: Shown) -> None:
    """Let an account that is part of this one stand for itself again; a guest stays."""
    await api.unlink_party(ctx, party=PARTY_ID.read(party_id))


@post(
    "/me/export",
    summary="Ask for everything that is held",
    status_code=HTTP_202_ACCEPTED,
    responses=problems(Unauthenticated, Forbidden, FreshLogInWanted, ExportNotFound),
)
async def request_export(ctx: Ctx) -> ExportState:
    """Have everything put together that any center holds about the acting person."""
    return await api.request_export(ctx)


@get(
    "/me/export",
    summary="How far the export is",
    responses=problems(Unauthenticated, Forbidden, ExportNotFound),
)
async def export_state(ctx: Ctx) -> ExportState:
    """Return how far the export has come."""
    return await api.export_state(ctx)


@get(
    "/me/export/file",
    summary="Download the export",
    responses=problems(Unauthenticated, Forbidden, FreshLogInWanted, ExportNotFound, ExportNotReady),
)
async def download_export(ctx: Ctx) -> Response[bytes]:
    """Return the export as a JSON file."""
    return Response(
        await api.download_export(ctx),
        media_type="application/json",
        headers={
            "Content-Disposition": 'attachment; filename="personal-data.json"',
            "Cache-Control": "no-store",
        },
    )


@post(
    "/me/erasure",
    summary="Ask to be forgotten",
    status_code=HTTP_202_ACCEPTED,
    responses=problems(Unauthenticated, Forbidden, FreshLogInWanted, ErasureNotFound),
)
async def request_erasure(ctx: Ctx) -> Erasing:
    """Ask for the account to be erased; it can be taken back until it is due."""
    return await api.request_erasure(ctx)


@get(
    "/me/erasure",
    summary="When one is forgotten",
    responses=problems(Unauthenticated, Forbidden, ErasureNotFound),
)
async def erasure(ctx: Ctx) -> Erasing:
    """Return when the account is erased, and what that waits for."""
    return await api.erasure(ctx)


@delete(
    "/me/erasure",
    summary="Stay after all",
    status_code=HTTP_204_NO_CONTENT,
    responses=problems(Unauthenticated, Forbidden, ErasureNotFound),
)
async def cancel_erasure(ctx: Ctx) -> None:
    """Take the wish to be forgotten back."""
    await api.cancel_erasure(ctx)


ROUTES = (
    list_consents,
    set_consent,
    consent_history,
    list_links,
    offer_link,
    link_party,
    unlink_party,
    request_export,
    export_state,
    download_export,
    request_erasure,
    erasure,
    cancel_erasure,
)
