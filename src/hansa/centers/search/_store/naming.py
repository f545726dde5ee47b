"""What facets and their values are called.

A category's template is the business's own word, and the latest counts. Options are named by sellers: there each
shop has one voice, however many goods it has, and in each language what most shops say is what it is called. What it
is called already stays until more shops call it otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from hansa.centers.search._rules.documents import Document, Label
from hansa.centers.search._tables import LABEL_RANK, NAMING_RANK
from hansa.kernel.db import Transaction, columns

LabelKey = tuple[str, str, str, str]
"""(business, traffic class, field, value)."""

_SAY = """
INSERT INTO search.naming AS n (business, traffic, field, value, shop_id, names)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::jsonb[])
ON CONFLICT (business, traffic, field, value, shop_id) DO UPDATE SET names = excluded.names
WHERE n.names IS DISTINCT FROM excluded.names
RETURNING business, traffic, field, value
"""

# The rows are there and locked before anything is counted, in a statement of its own: so who counts last sees every
# voice that was raised before.
_OPEN = """
INSERT INTO search.label (business, traffic, field, value, names)
SELECT k.*, '{}' FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS k
ON CONFLICT (business, traffic, field, value) DO NOTHING
"""
_LOCK = """
SELECT FROM search.label
JOIN unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS k (business, traffic, field, value)
  USING (business, traffic, field, value)
ORDER BY business, traffic, field, value FOR UPDATE OF label
"""
_COUNT = """
WITH said AS (
  SELECT business, traffic, field, value, language, name, count(*) AS shops
  FROM search.naming JOIN unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS k (business, traffic, field, value)
    USING (business, traffic, field, value), jsonb_each_text(names) AS said (language, name)
  GROUP BY business, traffic, field, value, language, name),
best AS (
  SELECT DISTINCT ON (business, traffic, field, value, language) business, traffic, field, value, language, name
  FROM said JOIN search.label l USING (business, traffic, field, value)
  ORDER BY business, traffic, field, value, language, shops DESC, (l.names ->> language = name) DESC NULLS LAST, name)
UPDATE search.label l SET names = n.names
FROM (SELECT business, traffic, field, value, jsonb_object_agg(language, name) AS names
      FROM best GROUP BY business, traffic, field, value) AS n
WHERE (l.business, l.traffic, l.field, l.value) = (n.business, n.traffic, n.field, n.value)
  AND l.names IS DISTINCT FROM n.names
"""
_DECREE = """
INSERT INTO search.label AS l (business, traffic, field, value, names)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[])
ON CONFLICT (business, traffic, field, value) DO UPDATE SET names = excluded.names
WHERE l.names IS DISTINCT FROM excluded.names
"""


async def name_facets(tx: Transaction, documents: Sequence[Document]) -> None:
    """Hear what the facets of these documents are called by their sellers, and by the business."""
    labels = [((*one.key[:2], label.field, label.value), label) for one in documents for label in one.labels]
    said = {(*key, label.said_by): label for key, label in labels if label.said_by is not None}
    if said:
        tx.locks(NAMING_RANK)
        rows = [(*key, _names(said[key])) for key in sorted(said, key=lambda key: (key[:4], key[4].bytes))]
        changed = {tuple(row) for row in await tx.raw.fetch(_SAY, *columns(rows, 6))}
        await _count(tx, sorted(changed))
    await _decree(tx, {key: label for key, label in labels if label.said_by is None})


async def _count(tx: Transaction, keys: Iterable[LabelKey]) -> None:
    """Call these labels what most shops call them."""
    wanted = columns(list(keys), 4)
    if not wanted[0]:
        return
    tx.locks(LABEL_RANK)
    await tx.raw.execute(_OPEN, *wanted)
    await tx.raw.fetch(_LOCK, *wanted)
    await tx.raw.execute(_COUNT, *wanted)


async def _decree(tx: Transaction, labels: Mapping[LabelKey, Label]) -> None:
    """Call labels what the business calls them."""
    if not labels:
        return
    tx.locks(LABEL_RANK)
    rows = [(*key, _names(labels[key])) for key in sorted(labels)]
    await tx.raw.execute(_DECREE, *columns(rows, 5))


def _names(label: Label) -> str:
    return msgspec.json.encode(label.names).decode()
