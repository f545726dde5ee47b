"""The statements that audit the books."""

from __future__ import annotations

from hansa.kernel.audit import audit

AUDITS = (
    audit(
        "ledger.zero_sum",
        "the journal {0} does not sum to zero in each currency",
        "SELECT id FROM ledger.journal WHERE NOT ledger.is_balanced(accounts, currencies, amounts) ORDER BY id",
    ),
    audit(
        "ledger.entries_follow_journals",
        "line {1} of the journal {0} is not what the entries say",
        """SELECT coalesce(j.id, e.journal_id), coalesce(j.line, e.line)
           FROM (SELECT id, line - 1 AS line, account_id, minor
                 FROM ledger.journal, unnest(accounts, amounts) WITH ORDINALITY AS u (account_id, minor, line)) j
           FULL JOIN ledger.entry e ON e.journal_id = j.id AND e.line = j.line
           WHERE (j.account_id, j.minor) IS DISTINCT FROM (e.account_id, e.minor)
           ORDER BY 1, 2""",
    ),
    audit(
        "ledger.balances",
        "the account {0} holds {1}, its entries sum to {2}",
        """SELECT a.id, a.balance_minor, coalesce(sum(e.minor), 0)
           FROM ledger.account a LEFT JOIN ledger.entry e ON e.account_id = a.id
           GROUP BY a.id HAVING a.balance_minor <> coalesce(sum(e.minor), 0) ORDER BY 1""",
    ),
    audit(
        "ledger.sequences",
        "the account {0} counts {1} entries, but has {2} numbered up to {3}",
        """SELECT a.id, a.entries, count(e.seq), coalesce(max(e.seq), 0)
           FROM ledger.account a FULL JOIN ledger.entry e ON e.account_id = a.id
           GROUP BY a.id HAVING a.id IS NULL OR a.entries <> count(e.seq) OR a.entries <> coalesce(max(e.seq), 0)
           ORDER BY 1""",
    ),
    audit(
        "ledger.history",
        "entry {1} of the account {0} does not follow from the one before it",
        """SELECT account_id, seq FROM (
             SELECT account_id, seq, minor, balance_minor, posted_at,
                    lag(balance_minor, 1, 0::bigint) OVER w AS before, lag(posted_at) OVER w AS earlier
             FROM ledger.entry WINDOW w AS (PARTITION BY account_id ORDER BY seq)) e
           WHERE balance_minor <> before + minor OR posted_at < earlier ORDER BY 1, 2""",
    ),
    audit(
        "ledger.trial_balance",
        "the accounts of {0} traffic in {1} sum to {2} instead of zero",
        """SELECT traffic, currency, sum(balance_minor) FROM ledger.account
           GROUP BY traffic, currency HAVING sum(balance_minor) <> 0 ORDER BY 1, 2""",
    ),
    audit(
        "ledger.floors",
        "the account {0} stands at {1} with {2} put by, below its floor {3}",
        """SELECT id, balance_minor * normal, held_minor, floor_minor FROM ledger.account
           WHERE balance_minor * normal - held_minor < floor_minor ORDER BY id""",
    ),
    audit(
        "ledger.traffic",
        "the journal {0} touches the account {1} of other traffic or currency",
        """SELECT j.id, a.id
           FROM ledger.journal j, unnest(j.accounts, j.currencies) AS u (account_id, currency)
           JOIN ledger.account a ON a.id = u.account_id
           WHERE a.traffic <> j.traffic OR a.currency <> u.currency ORDER BY 1, 2""",
    ),
    audit(
        "ledger.reversals",
        "the journal {0} takes back {1}, of which it is not the mirror image",
        """SELECT r.id, r.reverses FROM ledger.journal r LEFT JOIN ledger.journal j ON j.id = r.reverses
           WHERE r.reverses IS NOT NULL
             AND (j.id IS NULL OR r.accounts <> j.accounts OR r.currencies <> j.currencies
                  OR r.amounts <> ARRAY(SELECT -u.minor FROM unnest(j.amounts) WITH ORDINALITY AS u (minor, n)
                                        ORDER BY u.n))
           ORDER BY 1""",
    ),
    audit(
        "ledger.holds",
        "the account {0} says that {1} is put by, its holds sum to {2}",
        """SELECT id, a.held_minor, h.minor
           FROM (SELECT id, held_minor FROM ledger.account) a
           FULL JOIN (SELECT account_id AS id, sum(minor) FILTER (WHERE state = 'held') AS minor
                      FROM ledger.hold GROUP BY account_id) h USING (id)
           WHERE coalesce(a.held_minor, 0) <> coalesce(h.minor, 0) OR a.id IS NULL ORDER BY 1""",
    ),
    audit(
        "ledger.hold_postings",
        "the hold {0} says that {1} of it was posted by the journal {2}, which is not so",
        """SELECT h.id, h.posted_minor, h.journal_id
           FROM ledger.hold h JOIN ledger.account a ON a.id = h.account_id
           LEFT JOIN ledger.journal j ON j.id = h.journal_id
           WHERE h.state = 'posted'
             AND h.posted_minor IS DISTINCT FROM
                 (SELECT -sum(u.minor) * a.normal FROM unnest(j.accounts, j.amounts) AS u (account_id, minor)
                  WHERE u.account_id = h.account_id)
           ORDER BY 1""",
    ),
    audit(
        "ledger.sealed",
        "the journal {0} stands among those that are sealed, and {1} seals know it",
        """SELECT j.id, count(s.id)
           FROM ledger.journal j JOIN ledger.sealing ON j.xid <= sealing.through_xid
           LEFT JOIN (SELECT unnest(journals) AS id FROM ledger.seal) s ON s.id = j.id
           GROUP BY j.id HAVING count(s.id) <> 1 ORDER BY 1""",
    ),
)
