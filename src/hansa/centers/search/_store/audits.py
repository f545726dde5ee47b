"""What `hansa verify` asks of the index."""

from __future__ import annotations

AUDITS = (
    (
        "search.one_active",
        "{0} generations of the index are active",
        "SELECT count(*) FROM search.generation WHERE state = 'active' HAVING count(*) <> 1",
    ),
    *(
        (
            f"search.document_{slot}",
            "the document of product {0} in {1} ({2}) is {3}",
            f"""SELECT d.product_id, d.business, d.traffic,
                       CASE WHEN t.product_id IS NULL THEN 'of a product that nobody tracks'
                            ELSE 'not as popular as its product' END
                FROM search.document_{slot} d
                LEFT JOIN search.tracked t USING (product_id)
                LEFT JOIN search.popularity p USING (business, traffic, product_id)
                WHERE EXISTS (SELECT FROM search.generation
                              WHERE slot = {slot} AND state IN ('active', 'building'))
                  AND (t.product_id IS NULL OR (d.sold, d.votes, d.rating) IS DISTINCT FROM
                      (coalesce(p.sold, 0), coalesce(p.votes, 0), coalesce(p.rating, 0)))
                ORDER BY 1""",
        )
        for slot in (0, 1)
    ),
    (
        "search.grams",
        "the word {0} of {1} ({2}) has no trigrams",
        """SELECT w.word, w.business, w.traffic FROM search.word w
           WHERE NOT EXISTS (SELECT FROM search.gram g
                             WHERE (g.slot, g.business, g.traffic) = (w.slot, w.business, w.traffic)
                               AND g.gram = '  ' || left(w.word, 1) AND g.word = w.word)
           ORDER BY 1""",
    ),
)
"""(name, sentence over the columns, query for rows that cannot be)."""
