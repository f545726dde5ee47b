"""Properties of the arithmetic, without a database."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from hansa.centers.ledger._rules.posting import (
    Account,
    Books,
    decide,
    new_journals,
    number,
    payload_hash,
    undo,
)
from hansa.centers.ledger.types import (
    JOURNAL_ID,
    AccountClass,
    AccountKey,
    Entry,
    Journal,
    Posting,
    account_id,
)
from hansa.kernel.clock import Clocks
from hansa.kernel.context import Ctx, Traffic

NOBODY: Any = SimpleNamespace(clocks=Clocks())
CTX = Ctx(NOBODY, NOBODY, "bazaar", Traffic.SANDBOX, "house")
KEYS = [
    AccountKey.of(CTX, kind, currency="CNY")
    for kind in (AccountClass.PROVIDER_CLEARING, AccountClass.ESCROW, AccountClass.SELLER_PAYABLE)
]

moves = st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS), st.integers(1, 10**9)).map(
    lambda move: Journal(
        ctx=CTX,
        id=JOURNAL_ID.new(),
        kind="move",
        reference=uuid4(),
        entries=(Entry(move[0], move[2]), Entry(move[1], -move[2])),
    )
)
postings = st.lists(moves, min_size=1, max_size=4).map(lambda journals: Posting(ctx=CTX, journals=journals))


def opened(minor=0):
    return Books(
        {
            (id_ := account_id(key)): Account(
                id_,
                key.account_class.normal,
                key.account_class.floor_minor,
                minor * key.account_class.normal,
                3,
                datetime(2030, 1, 1, tzinfo=UTC),
            )
            for key in KEYS
        },
        {},
    )


def standing(books):
    return {id_: account.balance_minor for id_, account in books.accounts.items()}


@given(st.lists(postings, max_size=8), st.integers(0, 10**9))
def test_what_is_taken_never_breaks_a_floor_and_never_makes_money(demands, start):
    books = opened(start)
    total = sum(standing(books).values())
    for demand in demands:
        before = standing(books)
        if decide(books, demand) is not None:
            assert standing(books) == before
        for account in books.accounts.values():
            assert (
                account.floor_minor is None or account.balance_minor * account.normal >= account.floor_minor
            )
    assert sum(standing(books).values()) == total


@given(postings, st.integers(0, 10**9))
def test_undo_leaves_the_books_as_they_were(demand, start):
    books = opened(start)
    before = standing(books)
    if decide(books, demand) is None:
        undo(books, demand)
    assert standing(books) == before
    assert books.seen == {}
    assert new_journals(books) == []


@given(st.lists(postings, max_size=8), st.integers(0, 10**9))
def test_entries_are_numbered_on_and_end_at_the_balance(demands, start):
    books = opened(start)
    first = standing(books)
    for demand in demands:
        decide(books, demand)
    rows, accounts = number(books, new_journals(books))

    for account in accounts:
        mine = [row for row in rows if row.account_id == account.id]
        assert [row.seq for row in mine] == list(range(4, 4 + len(mine)))
        assert account.entries == mine[-1].seq
        assert mine[-1].balance_minor == account.balance_minor
        walk = first[account.id]
        for row in mine:
            walk += row.minor
            assert row.balance_minor == walk
            assert row.posted_at >= datetime(2030, 1, 1, tzinfo=UTC)


@given(moves)
def test_every_part_of_a_journal_is_in_its_hash(journal):
    def changed(**changes):
        fields: dict[str, Any] = {
            "ctx": CTX,
            "id": journal.id,
            "kind": journal.kind,
            "reference": journal.reference,
        }
        return payload_hash(Journal(**(fields | {"entries": journal.entries} | changes)))

    mine = payload_hash(journal)
    assert changed(id=JOURNAL_ID.new()) == mine  # the id is what the hash is kept under
    assert changed(entries=journal.entries[::-1]) == mine
    others = [
        changed(kind="other"),
        changed(reference=UUID(int=1)),
        changed(reverses=JOURNAL_ID.new()),
        changed(entries=tuple(Entry(key, minor * 2) for key, minor in journal.entries)),
        changed(ctx=Ctx(NOBODY, NOBODY, "flagship", Traffic.SANDBOX, "house")),
        changed(ctx=Ctx(NOBODY, NOBODY, "bazaar", Traffic.SANDBOX, "other house")),
    ]
    assert len({mine, *others}) == 7


def test_account_ids_never_change():
    """They are derived from the key, stored everywhere, and must be the same on every machine for ever."""
    key = AccountKey(
        traffic=Traffic.LIVE,
        entity="house",
        business="bazaar",
        account_class=AccountClass.SELLER_PAYABLE,
        party=UUID(int=7),
        currency="CNY",
    )
    assert str(account_id(key)) == "d59b649c-b725-89ba-a88d-bb3422db3d87"
    assert account_id(key).version == 8


@given(st.data())
def test_keys_that_differ_have_ids_that_differ(data):
    text = st.text(st.sampled_from('ab,"[]\\ '), max_size=4)
    keys = {
        AccountKey(
            traffic=data.draw(st.sampled_from(Traffic)),
            entity=data.draw(text),
            business=data.draw(text),
            account_class=AccountClass.ESCROW,
            party=data.draw(st.none() | st.sampled_from([UUID(int=0), UUID(int=1)])),
            currency="CNY",
        )
        for _ in range(5)
    }
    assert len({account_id(key) for key in keys}) == len(keys)
