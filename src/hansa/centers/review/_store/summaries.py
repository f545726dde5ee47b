"""Summaries: kept with each change, and computed anew by the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from hansa.centers.review._tables import SUMMARY_RANK
from hansa.centers.review.types import Tally
from hansa.kernel.db import Transaction


class SummaryKey(NamedTuple):
    """What a summary is about, where."""

    business: str
    traffic: str
    kind: str
    subject: UUID


_SUMS = ("votes", "item", "service", "delivery", "star1", "star2", "star3", "star4", "star5")


async def change(tx: Transaction, changes: Mapping[SummaryKey, Tally]) -> dict[SummaryKey, Tally]:
    """Add to summaries, in key order; return each as it is now."""
    if not changes:
        return {}
    tx.locks(SUMMARY_RANK)
    keys = sorted(changes)
    columns = [list(column) for column in zip(*keys, strict=True)]
    # A row to be locked must be there; a sum that is taken back from could not be inserted.
    await tx.raw.execute(
        f"""INSERT INTO review.summary (business, traffic, kind, subject, {", ".join(_SUMS)})
            SELECT k.*, {", ".join("0" for _ in _SUMS)}
            FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) AS k
            ON CONFLICT (business, traffic, kind, subject) DO NOTHING""",
        *columns,
    )
    await tx.raw.fetch(
        """SELECT FROM review.summary s
           JOIN unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) AS k (business, traffic, kind, subject)
             USING (business, traffic, kind, subject)
           ORDER BY s.business, s.traffic, s.kind, s.subject FOR UPDATE OF s""",
        *columns,
    )
    sums = [list(column) for column in zip(*(_flat(changes[key]) for key in keys), strict=True)]
    rows = await tx.raw.fetch(
        f"""UPDATE review.summary s SET {", ".join(f"{name} = s.{name} + d.{name}" for name in _SUMS)}
            FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[],
                        {", ".join(f"${at}::bigint[]" for at in range(5, 5 + len(_SUMS)))})
              AS d (business, traffic, kind, subject, {", ".join(_SUMS)})
            WHERE (s.business, s.traffic, s.kind, s.subject) = (d.business, d.traffic, d.kind, d.subject)
            RETURNING s.*""",
        *columns,
        *sums,
    )
    return {_key(row): _tally(row) for row in rows}


async def read(
    tx: Transaction, *, business: str, traffic: str, kind: str, subjects: Sequence[UUID]
) -> dict[UUID, Tally]:
    """Return the summaries there are of these subjects."""
    rows = await tx.raw.fetch(
        """SELECT * FROM review.summary
           WHERE business = $1 AND traffic = $2 AND kind = $3 AND subject = ANY($4::uuid[])""",
        business,
        traffic,
        kind,
        list(subjects),
    )
    return {row["subject"]: _tally(row) for row in rows}


def _key(row: Mapping[str, Any]) -> SummaryKey:
    return SummaryKey(row["business"], row["traffic"], row["kind"], row["subject"])


def _flat(tally: Tally) -> tuple[int, ...]:
    return (tally.votes, tally.item, tally.service, tally.delivery, *tally.stars)


def _tally(row: Mapping[str, Any]) -> Tally:
    return Tally(
        votes=row["votes"],
        item=row["item"],
        service=row["service"],
        delivery=row["delivery"],
        stars=(row["star1"], row["star2"], row["star3"], row["star4"], row["star5"]),
    )


_COUNTED = """
SELECT e.business, e.traffic, s.kind, s.subject, count(*) AS votes,
       sum(item) AS item, sum(service) AS service, sum(delivery) AS delivery,
       count(*) FILTER (WHERE item = 1) AS star1, count(*) FILTER (WHERE item = 2) AS star2,
       count(*) FILTER (WHERE item = 3) AS star3, count(*) FILTER (WHERE item = 4) AS star4,
       count(*) FILTER (WHERE item = 5) AS star5
  FROM review.entry e
 CROSS JOIN LATERAL (VALUES ('product', e.product_id), ('shop', e.shop_id)) AS s (kind, subject)
 WHERE e.kind = 'review' AND e.shown_at IS NOT NULL
 GROUP BY 1, 2, 3, 4
"""

AUDITS = (
    (
        "review.summaries",
        "the summary of the {0} {1} in {2} ({3}) is not the sum of the reviews that are shown",
        f"""SELECT kind, subject, business, traffic
            FROM (SELECT * FROM review.summary WHERE votes > 0) s
            FULL JOIN ({_COUNTED}) c USING (business, traffic, kind, subject)
            WHERE ({", ".join(f"s.{name}" for name in _SUMS)})
                  IS DISTINCT FROM ({", ".join(f"c.{name}" for name in _SUMS)})
            ORDER BY 1, 2""",
    ),
    (
        "review.shown",
        "the {0} {1} is {2} about an order that is {3}, and shown or hidden against that",
        """SELECT e.kind, e.id, e.state, CASE WHEN r.revealed_at IS NULL THEN 'blind' ELSE 'revealed' END
           FROM review.entry e LEFT JOIN review.receipt r USING (buyer, order_id)
           WHERE (e.shown_at IS NOT NULL) IS DISTINCT FROM (e.state = 'published' AND r.revealed_at IS NOT NULL)
           ORDER BY e.id""",
    ),
    (
        "review.lines",
        "the order {0} was received with {1} lines, and {2} are here",
        """SELECT r.order_id, r.lines, count(l.line_no)
           FROM review.receipt r LEFT JOIN review.line l USING (buyer, order_id)
           GROUP BY r.buyer, r.order_id HAVING count(l.line_no) <> r.lines ORDER BY 1""",
    ),
    (
        "review.decisions",
        "the {0} {1} has version {2}, with {3} decisions",
        """SELECT e.kind, e.id, e.version, count(d.version)
           FROM review.entry e LEFT JOIN review.decision d ON d.entry_id = e.id
           GROUP BY e.buyer, e.order_id, e.line_no, e.kind HAVING count(d.version) <> e.version - 1 ORDER BY 2""",
    ),
)
"""(name, sentence over the columns, query for rows that cannot be)."""
