"""One-time links by mail: issued as a row and an event, written out only when the mail is.

**Where the secret is**: nowhere. A proof's secret is its id signed by the platform's key; the row holds the id, the
event holds the id, and the one who writes the mail asks for the secret after commit. So neither a dump of the
database nor the outbox, its parked events or its archive can open an account, and a secret key alone cannot either:
without its row a signed id is refused. Rotating keys leaves links good that went out under the last key.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.user._rules.email import EmailAddress
from hansa.centers.user._store import parties, proofs
from hansa.centers.user.errors import ProofInvalid, TooManyAttempts
from hansa.centers.user.events import ProofIssued
from hansa.centers.user.types import PROOF_ID, Accounts, PartyId, ProofId, ProofMail, Purpose
from hansa.kernel.security import Signer, TokenInvalid

if TYPE_CHECKING:
    from hansa.centers.user._store.proofs import Proof
    from hansa.kernel.context import Ctx
    from hansa.kernel.db import Transaction
    from hansa.kernel.platform import Platform

_SIGNED_FOR = "user.proof"
_WINDOW = timedelta(hours=1)


async def count(tx: Transaction, ctx: Ctx, *, about: str) -> None:
    """Count one more mail about an address or party. Raises `TooManyAttempts` beyond the hour's limit."""
    limit = ctx.platform.settings.section(Accounts).proofs_per_hour
    subject = sha256(f"mail {about}".encode()).digest()
    facts = await parties.count_attempt(tx, email_hash=subject, email_key="", now=ctx.now(), window=_WINDOW)
    if facts.attempts > limit:
        wait = facts.since + _WINDOW - ctx.now()
        raise TooManyAttempts(retry_after_s=max(1, int(wait.total_seconds()) + 1))


async def issue(
    tx: Transaction, ctx: Ctx, *, party: PartyId, purpose: Purpose, email: EmailAddress, life: timedelta
) -> None:
    """Have a link mailed to `email` that proves `purpose` for a party; earlier ones stop working."""
    proof = PROOF_ID.new()
    await proofs.insert_proof(
        tx, ctx, proof_id=proof, party_id=party, purpose=purpose, email=email, expires_at=ctx.now() + life
    )
    tx.emit(ctx, ProofIssued(proof=proof, purpose=purpose))


async def issue_to_address(
    tx: Transaction, ctx: Ctx, *, purpose: Purpose, email: EmailAddress, life: timedelta
) -> None:
    """Do the same for whoever logs in with an address, and as much work when nobody does."""
    proof = PROOF_ID.new()
    await proofs.insert_proof_for_address(
        tx, ctx, proof_id=proof, purpose=purpose, email=email, expires_at=ctx.now() + life
    )
    tx.emit(ctx, ProofIssued(proof=proof, purpose=purpose))


async def proof_mail(platform: Platform, proof: ProofId) -> ProofMail | None:
    """Return what the mail of a proof says, its secret with it; `None` when there is nobody to write to.

    For the one that writes the mail, after commit, and for nothing else: the answer is not stored, logged or
    told. A proof that was used, replaced or has expired is mailed no more.
    """
    async with platform.db.reading() as tx:
        found = await proofs.read_proof(tx, proof)
        if found is None or found.party_id is None or not found.email:
            return None
        contact = (await parties.read_contacts(tx, [found.party_id])).get(found.party_id)
    if platform.clocks.now(found.business, found.traffic) >= found.expires_at:
        return None
    return ProofMail(
        purpose=found.purpose,
        secret=secret_of(platform, proof),
        email=found.email,
        name=contact.name if contact else "",
        locale=found.locale,
        business=found.business,
        traffic=found.traffic,
        expires_at=found.expires_at,
    )


def secret_of(platform: Platform, proof: ProofId) -> str:
    """Return the secret of a proof: its id, signed."""
    return platform.service(Signer).sign(proof.bytes, purpose=_SIGNED_FOR)


async def look(ctx: Ctx, secret: str, *, purpose: Purpose) -> tuple[Proof, PartyId]:
    """Return the proof a secret stands for, and whose it is, without using it up. Raises `ProofInvalid`."""
    try:
        raw = ctx.platform.service(Signer).verify(secret, purpose=_SIGNED_FOR, now=ctx.now())
        proof_id = UUID(bytes=raw)
    except (TokenInvalid, ValueError):
        raise ProofInvalid from None
    async with ctx.platform.db.reading() as tx:
        found = await proofs.read_proof(tx, proof_id)
    if found is None or found.party_id is None or found.purpose is not purpose:
        raise ProofInvalid
    if ctx.platform.clocks.now(found.business, found.traffic) >= found.expires_at:
        raise ProofInvalid
    return found, found.party_id


async def use_up(tx: Transaction, found: Proof) -> None:
    """Use a proof up, as the last thing of its transaction. Of two at once one raises `ProofInvalid`."""
    if await proofs.take_proof(tx, found.proof_id) is None:
        raise ProofInvalid
