"""What other centers and faces may ask of `user`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.user._service import access, accounts, apps, book, personal
from hansa.centers.user._service.consents import consent_history, consenting, consents, set_consent
from hansa.centers.user._service.erasing import cancel_erasure, erasure, request_erasure
from hansa.centers.user._service.exports import download_export, export_state, request_export
from hansa.centers.user._service.fresh import prove
from hansa.centers.user._service.identities import (
    begin_identity_link,
    begin_issuer_log_in,
    link_identity,
    log_in_at_issuer,
    unlink_identity,
    ways_in,
)
from hansa.centers.user._service.issuers import Issuers
from hansa.centers.user._service.kin import (
    link_party,
    linked_parties,
    offer_link,
    pairwise_ids,
    parties_of_pairwise,
    unlink_party,
)
from hansa.centers.user._service.own_sessions import end_other_sessions, end_session, list_sessions
from hansa.centers.user._service.passkeys import (
    add_passkey,
    begin_passkey,
    begin_passkey_log_in,
    begin_passkey_proof,
    log_in_with_passkey,
    passkey_domain,
    passkeys,
    prove_with_passkey,
    remove_passkey,
    rename_passkey,
)
from hansa.centers.user._service.proofs import proof_mail
from hansa.centers.user._service.recovery import (
    change_email,
    request_email_change,
    request_password_reset,
    request_verification,
    reset_password,
    restore_email,
    set_password,
    verify_email,
)
from hansa.centers.user._service.sessions import Sessions
from hansa.centers.user._store import addresses as _addresses
from hansa.centers.user._store import apps as _apps
from hansa.centers.user._store import parties as _parties
from hansa.centers.user.errors import AddressNotFound
from hansa.centers.user.types import (
    Address,
    AddressId,
    AddressVersionId,
    App,
    BookedAddress,
    Contact,
    FreezeAddress,
    Identity,
    IssuedToken,
    LoggedIn,
    Party,
    PartyId,
    PersonalData,
    Role,
    Token,
    TokenId,
)
from hansa.kernel.context import Actor, Ctx

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction
    from hansa.kernel.platform import Platform

__all__ = [
    "add_address",
    "add_app",
    "add_passkey",
    "addresses",
    "app_tokens",
    "apps_by_id",
    "authenticate",
    "begin_identity_link",
    "begin_issuer_log_in",
    "begin_passkey",
    "begin_passkey_log_in",
    "begin_passkey_proof",
    "bring_people",
    "cancel_erasure",
    "change_address",
    "change_email",
    "consent_history",
    "consenting",
    "consents",
    "contacts",
    "demand_session",
    "download_export",
    "end_app_tokens",
    "end_other_sessions",
    "end_session",
    "erasure",
    "export_personal_data",
    "export_state",
    "freeze_address",
    "freeze_addresses",
    "frozen_addresses",
    "grant_role",
    "grants_changed",
    "identify",
    "introduce",
    "issue_token",
    "issue_token_for",
    "issuers",
    "link_identity",
    "link_party",
    "linked_parties",
    "list_sessions",
    "list_tokens",
    "log_in",
    "log_in_at_issuer",
    "log_in_with_passkey",
    "log_out",
    "me",
    "merged_guests",
    "offer_link",
    "pairwise_ids",
    "parties_of_pairwise",
    "passkey_domain",
    "passkeys",
    "proof_mail",
    "prove",
    "prove_with_passkey",
    "register_app",
    "reinstate",
    "remove_address",
    "remove_passkey",
    "rename_passkey",
    "request_email_change",
    "request_erasure",
    "request_export",
    "request_password_reset",
    "request_verification",
    "reset_password",
    "restore_email",
    "revoke_role",
    "revoke_token",
    "set_consent",
    "set_password",
    "sign_up",
    "start_guest",
    "suspend",
    "unlink_identity",
    "unlink_party",
    "verify_email",
    "ways_in",
]


async def sign_up(ctx: Ctx, *, email: str, password: str, name: str) -> LoggedIn:
    """Make an account and log it in; a guest who acts becomes part of it.

    Raises `Invalid` (every wrong field at once), `EmailTaken` (its owner is told), `TooManyAttempts` (from networks
    that asked about many taken ones), `RiskRefused`, `Busy`.
    """
    return await accounts.sign_up(ctx, email=email, password=password, name=name)


async def bring_people(ctx: Ctx, *, people: Mapping[PartyId, str]) -> set[PartyId]:
    """Make parties for people who were known elsewhere, by ids of the caller's making, with their names.

    For moving in from another house: nobody can log in as one of them. Who is there already stays as it is;
    returns who is new. Wants `user.party.bring`. Raises `Invalid`, for more than 10,000 at once too.
    """
    return await accounts.bring_people(ctx, people)


async def log_in(ctx: Ctx, *, email: str, password: str) -> LoggedIn:
    """Start a session; a guest who acts becomes part of the account.

    Raises `WrongCredentials`, the same and after the same work whether the address is known or not;
    `TooManyAttempts`, `Suspended`, `RiskRefused`, `Busy`.
    """
    return await accounts.log_in(ctx, email=email, password=password)


async def start_guest(ctx: Ctx) -> LoggedIn:
    """Make a party without a name, with a session, so that a cart has an owner."""
    return await accounts.start_guest(ctx)


async def log_out(ctx: Ctx) -> None:
    """End the session that acts; nothing happens when it has ended already. Raises `Unauthenticated`."""
    await accounts.log_out(ctx)


async def authenticate(platform: Platform, token: str) -> Actor | None:
    """Return who acts with a session or API token, or `None`. A warm token needs no query.

    What ended or changed in another process is seen after about a second.
    """
    identity = await platform.service(Sessions).identify(token)
    return identity.actor if identity is not None else None


async def identify(platform: Platform, token: str) -> Identity | None:
    """As `authenticate`, with where the token belongs: an API token works in its business and traffic alone."""
    return await platform.service(Sessions).identify(token)


async def me(ctx: Ctx) -> Party:
    """Return the acting party as it sees itself. Raises `Unauthenticated`, `PartyNotFound`."""
    return await accounts.me(ctx)


async def introduce(ctx: Ctx, *, name: str, email: str | None = None, locale: str | None = None) -> Party:
    """Change what the acting party says about itself; a guest may leave an e-mail address for its mail.

    Raises `Invalid`, `Forbidden` (an account's e-mail address), `PartyNotFound`.
    """
    return await accounts.introduce(ctx, name=name, email=email, locale=locale)


async def register_app(ctx: Ctx, *, name: str) -> PartyId:
    """Make a party for a program of the acting person; it may do what its tokens carry and its owner holds.

    Raises `Invalid`, `Forbidden`, `TooManyTokens`.
    """
    return await access.register_app(ctx, name=name)


async def add_app(tx: Transaction, ctx: Ctx, *, name: str) -> PartyId:
    """As `register_app`, in the caller's transaction."""
    return await access.add_app(tx, ctx, name=name)


async def apps_by_id(tx: Transaction, app_ids: Sequence[UUID]) -> dict[PartyId, App]:
    """Return apps with their owners; who is none is absent."""
    return await _apps.read_apps(tx, app_ids)


async def issue_token_for(
    tx: Transaction,
    ctx: Ctx,
    *,
    party: PartyId,
    label: str,
    grants: Sequence[str],
    expires_at: datetime,
    among: Sequence[UUID] | None = None,
) -> IssuedToken:
    """Issue a token to a person or an app, for the business and traffic of `ctx`; its secret is shown this once.

    It does those of `grants` that the party (or the app's owner) holds at the time of each use. Whoever calls
    has seen that the actor may have it. 50 live at once: of the party, or `among` these. Raises `Invalid`,
    `PartyNotFound`, `TooManyTokens`.
    """
    return await apps.issue_token_for(
        tx, ctx, party=party, label=label, grants=grants, expires_at=expires_at, among=among
    )


async def demand_session(tx: Transaction, ctx: Ctx) -> None:
    """Refuse an actor that did not log in: a token that leaked must not make others. Raises `Forbidden`."""
    await access.demand_session(tx, ctx)


async def end_app_tokens(
    tx: Transaction, ctx: Ctx, *, app: PartyId, token_ids: Sequence[UUID], at: datetime
) -> list[TokenId]:
    """Let an app's tokens end at `at` at the latest, at once when that is not ahead; return those that lived.

    Whoever calls has seen that the actor may.
    """
    return await apps.end_app_tokens(tx, ctx, app=app, token_ids=token_ids, at=at)


async def app_tokens(
    tx: Transaction, ctx: Ctx, app: PartyId, *, among: Sequence[UUID] | None = None
) -> list[Token]:
    """Return an app's living tokens, all or `among` these, newest first, at most 50."""
    return await apps.app_tokens(tx, ctx, app, among=among)


async def issue_token(
    ctx: Ctx, *, label: str, grants: Sequence[str], expires_at: datetime, app: PartyId | None = None
) -> IssuedToken:
    """Issue an API token for the business and traffic of `ctx`; its secret is shown this once.

    It acts as the person (or as `app`, one of its apps), with those of `grants` that the person holds at
    the time of each use. Raises `Invalid`, `GrantNotHeld`, `PartyNotFound`, `TooManyTokens`, `Forbidden`.
    """
    return await access.issue_token(ctx, label=label, grants=grants, expires_at=expires_at, app=app)


async def revoke_token(ctx: Ctx, *, token_id: TokenId) -> None:
    """End one of the acting person's API tokens. Raises `TokenNotFound`."""
    await access.revoke_token(ctx, token_id=token_id)


async def list_tokens(ctx: Ctx) -> list[Token]:
    """Return the acting person's living API tokens, its apps' too, newest first; there are at most 50."""
    return await access.list_tokens(ctx)


async def grant_role(ctx: Ctx, *, party: PartyId, role: Role) -> None:
    """Give a party a role. Wants `user.role.grant`. Raises `PartyNotFound`."""
    await access.grant_role(ctx, party=party, role=role)


async def revoke_role(ctx: Ctx, *, party: PartyId, role: Role) -> None:
    """Take a role from a party. Wants `user.role.grant`."""
    await access.revoke_role(ctx, party=party, role=role)


async def suspend(ctx: Ctx, *, party: PartyId) -> None:
    """Keep a party from logging in and from acting. Wants `user.party.suspend`. Raises `PartyNotFound`."""
    await access.suspend(ctx, party=party)


async def reinstate(ctx: Ctx, *, party: PartyId) -> None:
    """Let a suspended party act again. Wants `user.party.suspend`. Raises `PartyNotFound`."""
    await access.reinstate(ctx, party=party)


async def grants_changed(tx: Transaction, ctx: Ctx, party_ids: Sequence[UUID]) -> None:
    """Tell, in the same transaction, that answers to `user.grants` about these parties have changed."""
    await access.grants_changed(tx, ctx, party_ids)


async def add_address(ctx: Ctx, address: Address, *, preferred: bool = False) -> AddressId:
    """Add an address to the acting party's book; the first one is the preferred one.

    Raises `Invalid` (every wrong field at once), `TooManyAddresses`.
    """
    return await book.add_address(ctx, address, preferred=preferred)


async def change_address(
    ctx: Ctx, *, address_id: AddressId, address: Address, preferred: bool = False
) -> AddressVersionId:
    """Write a new version of an address; orders keep the version they have.

    Raises `Invalid`, `AddressNotFound`.
    """
    return await book.change_address(ctx, address_id=address_id, address=address, preferred=preferred)


async def remove_address(ctx: Ctx, *, address_id: AddressId) -> None:
    """Take an address out of the acting party's book; orders keep the version they have.

    Raises `AddressNotFound`.
    """
    await book.remove_address(ctx, address_id=address_id)


async def addresses(ctx: Ctx) -> list[BookedAddress]:
    """Return the acting party's book (at most 100), the preferred one first, then the newest."""
    return await book.addresses(ctx)


async def freeze_address(tx: Transaction, ctx: Ctx, address_id: AddressId) -> AddressVersionId:
    """Keep the current version of an address of the acting party for good, and return its id.

    Raises `AddressNotFound`, also for somebody else's.
    """
    return await book.freeze_address(tx, ctx, address_id)


async def freeze_addresses(
    tx: Transaction, ctx: Ctx, demands: Sequence[FreezeAddress]
) -> list[AddressVersionId | AddressNotFound]:
    """Keep the current versions of many parties' addresses for good: a verdict each, in the order given."""
    return await book.freeze_addresses(tx, ctx, demands)


async def frozen_addresses(
    tx: Transaction,
    ctx: Ctx,  # noqa: ARG001 - every question says for which command it is asked
    version_ids: Sequence[AddressVersionId],
) -> dict[AddressVersionId, Address]:
    """Return address versions by id, whoever's they are: the caller knows who may see its order's address."""
    return await _addresses.read_versions(tx, version_ids)


async def contacts(tx: Transaction, party_ids: Sequence[UUID]) -> dict[UUID, Contact]:
    """Return how to reach parties; who said nothing about itself, or was erased, is absent.

    A guest that turned out to be somebody is reached where that party is.
    """
    return await _parties.read_contacts(tx, party_ids)


async def merged_guests(tx: Transaction, party_id: UUID) -> list[PartyId]:
    """Return the guests and linked accounts that turned out to be this party: what they ordered is its own."""
    return await _parties.merged_into(tx, party_id)


async def export_personal_data(ctx: Ctx) -> PersonalData:
    """Return everything that any center holds about the acting party. Raises `PartyNotFound`."""
    return await personal.export_personal_data(ctx)


def issuers(ctx: Ctx) -> list[str]:
    """Return the names of the issuers one can log in with."""
    return ctx.platform.service(Issuers).names()
