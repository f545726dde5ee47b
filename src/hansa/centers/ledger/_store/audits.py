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
        "the account {0} stands at {1}, below its floor {2}",
        """SELECT id, balance_minor * normal, floor_minor FROM ledger.account
           WHERE balance_minor * normal < floor_minor ORDER BY id""",
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
)
