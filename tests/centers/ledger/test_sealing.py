"""Journals are sealed into chains after their transactions are over; whoever touches one is found out."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from hansa.centers.ledger import api
from hansa.centers.ledger._rules.sealing import SHARDS
from hansa.centers.ledger._service.sealing import seal_all
from hansa.centers.ledger._store.ending import forget_businesses
from hansa.centers.ledger.types import JOURNAL_ID, AccountClass, AccountKey, credit, debit
from hansa.kernel.context import GUEST
from hansa.kernel.plan import BusinessRemoval
from hansa.kernel.problem import Unauthenticated


async def chain_of(books):
    """Every chain's number of seals and how many journals they cover."""
    rows = await books.rows(
        "SELECT shard, max(seq) AS seals, sum(cardinality(journals)) AS journals FROM ledger.seal GROUP BY shard"
    )
    return {row["shard"]: (row["seals"], row["journals"]) for row in rows}


async def test_what_was_posted_is_sealed_once(books):
    await books.post(*(books.paid(n) for n in range(1, 51)))

    assert await books.seal() == 50
    assert await books.seal() == 0

    sealed = await chain_of(books)
    assert set(sealed) <= set(range(1, SHARDS + 1))
    assert sum(journals for _, journals in sealed.values()) == 50
    assert await books.verify() == []


async def test_chains_go_on_where_they_ended(books):
    for round_ in range(4):
        await books.post(*(books.paid(n) for n in range(1, 30)))
        assert await books.seal() == 29, round_

    assert sum(journals for _, journals in (await chain_of(books)).values()) == 4 * 29
    assert await books.verify() == []


async def test_chunks_never_cut_a_transaction_in_two(books):
    await books.post(*(books.paid(n) for n in range(1, 6)))
    await books.post(*(books.paid(n) for n in range(1, 6)))

    assert [await books.seal(limit=3) for _ in range(3)] == [5, 5, 0]

    assert await books.verify() == []


async def test_what_is_not_over_is_not_sealed_and_nothing_is_left_out(books):
    """The order of transactions is not the order of their ends."""
    yen = [books.key(key.account_class, currency="JPY") for key in (books.clearing, books.escrow)]
    async with books.db.transaction() as early:
        await api.post(early, [books.paid(1)])
        await books.post(books.journal(debit(yen[0], 5), credit(yen[1], 5)))
        assert await books.seal() == 0  # the later one waits for the earlier

    assert await books.seal() == 2
    assert await books.verify() == []


async def test_the_job_seals_everything(books):
    await books.post(*(books.paid(n) for n in range(1, 10)))

    await seal_all(books.platform, b"")

    assert await books.seal() == 0
    assert await books.verify() == []


async def test_somebody_outside_can_compute_the_hashes(books):
    """From what the routes and the books say, with nothing but SHA-256 and JSON."""
    journal = books.paid(1000)
    await books.post(journal)
    await books.seal()
    [head] = (await api.chains(books.ctx)).items
    [seal] = (await api.seals(books.ctx, shard=head.shard)).items
    [row] = await books.rows("SELECT * FROM ledger.journal")

    def us(at):
        return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)

    def sha(stated, tail=b""):
        return hashlib.sha256(json.dumps(stated, separators=(",", ":")).encode() + tail).digest()

    digest = sha(
        [
            str(row["id"]),
            row["traffic"],
            row["entity"],
            row["business"],
            row["kind"],
            str(row["reference"]),
            None,
            [str(one) for one in row["accounts"]],
            row["currencies"],
            row["amounts"],
            row["payload_hash"].hex(),
            row["actor"],
            us(row["occurred_at"]),
        ]
    )
    stated = ["bazaar", "sandbox", head.shard, 1, "00" * 32, us(seal.sealed_at)]
    assert seal.journals == [journal.id]
    assert seal.digests == [digest]
    assert head.hash == seal.hash == sha(stated, digest)


VANDALISM = {
    "an amount is changed": (
        "UPDATE ledger.journal SET amounts = ARRAY[7, -7] WHERE id = (SELECT min(id::text)::uuid FROM ledger.journal)"
    ),
    "a moment is changed": "UPDATE ledger.journal SET occurred_at = occurred_at - interval '1 day'",
    "a journal is deleted": (
        "DELETE FROM ledger.journal WHERE id = (SELECT min(id::text)::uuid FROM ledger.journal)"
    ),
    "two journals change places": """
        UPDATE ledger.journal j SET amounts = o.amounts FROM ledger.journal o
        WHERE (j.amounts[1], o.amounts[1]) IN ((1, 2), (2, 1))""",
    "a journal is put in between": """
        INSERT INTO ledger.journal (id, traffic, entity, business, kind, reference, accounts, currencies, amounts,
                                    payload_hash, actor, occurred_at, xid)
        SELECT gen_random_uuid(), traffic, entity, business, kind, reference, accounts, currencies, amounts,
               payload_hash, actor, occurred_at, xid FROM ledger.journal LIMIT 1""",
    "a journal is put into a seal": """
        UPDATE ledger.seal SET journals = journals || gen_random_uuid(), digests = digests || hash
        WHERE seq = 1""",
    "two journals of a seal change places": """
        UPDATE ledger.seal SET journals = ARRAY(SELECT unnest(journals) ORDER BY 1 DESC),
                               digests = ARRAY(SELECT d FROM unnest(journals, digests) AS u (j, d) ORDER BY j DESC)
        WHERE cardinality(journals) > 1""",
    "the last seals are cut off": """
        DELETE FROM ledger.seal s WHERE seq = (SELECT max(seq) FROM ledger.seal o WHERE o.shard = s.shard)""",
    "a chain is cut off": "DELETE FROM ledger.seal WHERE shard = (SELECT min(shard) FROM ledger.seal)",
    "a chain is forgotten": "DELETE FROM ledger.chain WHERE shard = (SELECT min(shard) FROM ledger.chain)",
    "the first seal is cut off": "DELETE FROM ledger.seal WHERE seq = 1",
    "a seal is dated back": "UPDATE ledger.seal SET sealed_at = sealed_at - interval '1 day' WHERE seq = 1",
    "the tail of everything is cut off": """
        WITH last AS (SELECT shard, max(seq) AS seq FROM ledger.seal GROUP BY shard),
        gone AS (DELETE FROM ledger.seal s USING last WHERE (s.shard, s.seq) = (last.shard, last.seq)
                 RETURNING s.journals)
        DELETE FROM ledger.journal WHERE id IN (SELECT unnest(journals) FROM gone)""",
}


@pytest.mark.parametrize("how", VANDALISM)
async def test_tampering_is_found(own_books, how):
    for _ in range(2):
        await own_books.post(*(own_books.paid(n) for n in range(1, 41)))
        await own_books.seal()
    assert await own_books.verify() == []

    await own_books.vandalise(VANDALISM[how])

    found = {sentence.partition(":")[0] for sentence in await own_books.verify()}
    assert found & {"ledger.seals", "ledger.sealed"}, how


async def test_the_first_bad_journal_is_named(own_books):
    journal = own_books.paid(1000)
    await own_books.post(own_books.paid(5), journal, own_books.paid(7))
    await own_books.seal()

    await own_books.vandalise(f"UPDATE ledger.journal SET actor = 'nobody' WHERE id = '{journal.id}'")

    [sentence] = await own_books.verify()
    assert JOURNAL_ID.show(journal.id) in sentence
    assert "is not what was sealed" in sentence


@pytest.mark.parametrize(
    "sql", ["UPDATE ledger.seal SET seq = 9", "DELETE FROM ledger.seal", "TRUNCATE ledger.seal"]
)
async def test_nobody_running_the_platform_can_change_a_seal(books, sql):
    await books.post(books.paid(5))
    await books.seal()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await books.rows(sql)


async def test_a_business_that_is_removed_takes_its_chains_along(own_books):
    club = own_books.context(business="club")
    await own_books.post(own_books.paid(5))
    theirs = [
        AccountKey.of(club, kind, currency="CNY")
        for kind in (AccountClass.PROVIDER_CLEARING, AccountClass.ESCROW)
    ]
    await own_books.post(own_books.journal(debit(theirs[0], 9), credit(theirs[1], 9), ctx=club))
    await own_books.seal()

    async with own_books.owner.transaction() as tx:
        [told] = await forget_businesses(tx, [BusinessRemoval(club)])

    assert "ledger.seal: 1" in told
    assert [head.business for head in (await api.chains(own_books.context(business=""))).items] == ["bazaar"]
    assert await own_books.verify() == []


async def test_the_ends_of_the_chains_are_for_those_who_may_read_the_books(books):
    await books.post(*(books.paid(n) for n in range(1, 41)))
    await books.seal()
    heads, cursor = [], None
    while True:
        page = await api.chains(books.ctx, cursor=cursor, limit=3)
        heads += page.items
        cursor = page.cursor
        if cursor is None:
            break

    assert [head.shard for head in heads] == sorted(await chain_of(books))
    assert (await api.chains(books.context(business="flagship"))).items == []
    with pytest.raises(Unauthenticated):
        await api.chains(books.context(actor=GUEST))
    with pytest.raises(Unauthenticated):
        await api.seals(books.context(actor=GUEST), shard=1)
