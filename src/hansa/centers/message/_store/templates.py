"""Words that businesses published, version by version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from hansa.centers.message.types import Template

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

Key = tuple[str, str, str]
"""Business, name, language."""


class StoredTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a business's own words."""

    business: str
    name: str
    language: str
    version: int
    subject: str
    text: str
    html: str | None
    withdrawn: bool
    published_at: datetime
    published_by: str

    @property
    def words(self) -> Template:
        """The words themselves."""
        return Template(subject=self.subject, text=self.text, html=self.html)


async def read_current(
    tx: Transaction, *, businesses: Sequence[str], names: Sequence[str]
) -> dict[Key, StoredTemplate]:
    """Read the last version of every language of these, withdrawn ones among them."""
    rows = await tx.raw.fetch(
        """SELECT DISTINCT ON (business, name, language) *
             FROM message.template WHERE business = ANY($1::text[]) AND name = ANY($2::text[])
            ORDER BY business, name, language, version DESC""",
        list(businesses),
        list(names),
    )
    return {(row["business"], row["name"], row["language"]): StoredTemplate(**dict(row)) for row in rows}


async def add_version(tx: Transaction, new: StoredTemplate) -> bool:
    """Publish a version; false when somebody else published it first."""
    added = await tx.raw.fetchval(
        """INSERT INTO message.template
             (business, name, language, version, subject, text, html, withdrawn, published_at, published_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
           ON CONFLICT (business, name, language, version) DO NOTHING RETURNING true""",
        new.business,
        new.name,
        new.language,
        new.version,
        new.subject,
        new.text,
        new.html,
        new.withdrawn,
        new.published_at,
        new.published_by,
    )
    return added is not None


async def list_versions(tx: Transaction, key: Key, *, before: int | None, limit: int) -> list[StoredTemplate]:
    """Read the versions of one template, the latest first."""
    rows = await tx.raw.fetch(
        """SELECT * FROM message.template
            WHERE business = $1 AND name = $2 AND language = $3 AND ($4::bigint IS NULL OR version < $4)
            ORDER BY version DESC LIMIT $5""",
        *key,
        before,
        limit,
    )
    return [StoredTemplate(**dict(row)) for row in rows]
