"""The terms of a business's manifest that are about people."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from hansa.kernel.term import Term


class PurposeText(msgspec.Struct, frozen=True, kw_only=True):
    """Something a business asks consent for, in the words of one version.

    A change of meaning is a new `version`, and everybody is asked again; `required` purposes (terms of use) are
    shown as such, and a business refuses by its own extensions what cannot be done without them.
    """

    purpose: str
    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    texts: dict[str, str]
    required: bool = False


class Consents(Term, frozen=True, kw_only=True):
    """What a business asks consent for, `marketing` for one; nothing unless it says so."""

    purposes: tuple[PurposeText, ...] = ()
