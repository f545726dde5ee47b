"""Ids, and how each is shown."""

from __future__ import annotations

from typing import NewType
from uuid import UUID

from hansa.kernel.ids import IdKind

PartyId = NewType("PartyId", UUID)
TokenId = NewType("TokenId", UUID)
AddressId = NewType("AddressId", UUID)
AddressVersionId = NewType("AddressVersionId", UUID)
ProofId = NewType("ProofId", UUID)
PasskeyId = NewType("PasskeyId", UUID)
CeremonyId = NewType("CeremonyId", UUID)
IdentityId = NewType("IdentityId", UUID)
PairwiseId = NewType("PairwiseId", UUID)

PARTY_ID = IdKind[PartyId]("pty")
TOKEN_ID = IdKind[TokenId]("tok")
ADDRESS_ID = IdKind[AddressId]("adr")
PROOF_ID = IdKind[ProofId]("prf")
LINK_EVENT_ID = IdKind[UUID]("lnk")
AUDIT_ENTRY_ID = IdKind[UUID]("aud")
CONSENT_ID = IdKind[UUID]("cns")
EXPORT_ID = IdKind[UUID]("exp")
PAIRWISE_ID = IdKind[PairwiseId]("pwi")
PASSKEY_ID = IdKind[PasskeyId]("pky")
CEREMONY_ID = IdKind[CeremonyId]("crm")
IDENTITY_ID = IdKind[IdentityId]("idn")
ADDRESS_VERSION_ID = IdKind[AddressVersionId]("adv")
