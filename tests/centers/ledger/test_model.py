"""A state machine drives the real ledger and a reference model side by side."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from hansa.centers.ledger import api
from hansa.centers.ledger._rules import reversal_id
from hansa.centers.ledger.errors import InsufficientBalance, JournalConflict
from hansa.centers.ledger.types import AccountClass, Entry, JournalId, Posted

KINDS = {
    "clearing": AccountClass.PROVIDER_CLEARING,
    "escrow": AccountClass.ESCROW,
    "revenue": AccountClass.PLATFORM_REVENUE,
    "deposit": AccountClass.DEPOSIT,
}
NAMES = [*KINDS, "alice", "bob"]
ANSWER = {Posted: "posted", JournalConflict: "conflict", InsufficientBalance: "short"}
REFERENCE = UUID(int=1)

amounts = st.integers(1, 100) | st.integers(1, 10**15)
IDS = st.integers(1, 40)


@dataclass
class ModelLedger:
    """Accounts by name; a floored account may not fall below zero on its normal side (+1 debit, -1 credit)."""

    normal: dict[str, int]
    floored: set[str]
    journals: dict[object, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    history: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def balance(self, account):
        return sum(minor for minor, _ in self.history.get(account, []))

    def post(self, id_, entries):
        """Return "posted", "conflict" or "short"."""
        stated = tuple(sorted(entries))
        if id_ in self.journals:
            return "posted" if self.journals[id_] == stated else "conflict"
        for account in {name for name, _ in entries}:
            move = sum(minor for name, minor in entries if name == account)
            after = (self.balance(account) + move) * self.normal[account]
            if account in self.floored and after < 0 and move * self.normal[account] < 0:
                return "short"
        self.journals[id_] = stated
        for account, minor in entries:
            self.history.setdefault(account, []).append((minor, self.balance(account) + minor))
        return "posted"

    def reverse(self, id_, reversal_id):
        """Post the mirror image; same answers as `post`."""
        return self.post(reversal_id, [(account, -minor) for account, minor in self.journals[id_]])


@st.composite
def balanced(draw):
    """Entries over two to four accounts, some named twice, that sum to zero."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3))
    minors = [draw(amounts) * draw(st.sampled_from([1, -1])) for _ in names]
    if sum(minors) == 0:
        minors[0] += 1
    return [*zip(names, minors, strict=True), (draw(st.sampled_from(NAMES)), -sum(minors))]


batches = st.lists(st.tuples(IDS, balanced()), min_size=1, max_size=5)


def machine(books, run):
    keys = {name: books.key(kind) for name, kind in KINDS.items()}
    keys |= {"alice": books.seller(UUID(int=11)), "bob": books.seller(UUID(int=12))}

    class LedgerAgainstModel(RuleBasedStateMachine):
        @initialize()
        def begin(self):
            run(books.empty())
            self.model = ModelLedger(
                normal={name: int(key.account_class.normal) for name, key in keys.items()},
                floored={name for name, key in keys.items() if key.account_class.floor_minor is not None},
            )

        @rule(batch=batches)
        def post_a_batch(self, batch):
            journals = [
                books.journal(
                    *(Entry(keys[name], minor) for name, minor in entries),
                    id_=JournalId(UUID(int=number)),
                    reference=REFERENCE,
                )
                for number, entries in batch
            ]
            verdicts = run(books.post(*journals))
            assert [ANSWER[type(v)] for v in verdicts] == [
                self.model.post(UUID(int=number), entries) for number, entries in batch
            ]

        @rule(entries=balanced(), minor=amounts)
        def post_what_others_take_back(self, entries, minor):
            """A transaction that rolls back leaves nothing."""

            async def and_fail():
                async with books.db.transaction() as tx:
                    await api.post(
                        tx, [books.journal(*(Entry(keys[n], m) for n, m in entries)), books.paid(minor)]
                    )
                    raise InterruptedError

            with pytest.raises(InterruptedError):
                run(and_fail())

        @rule(number=IDS)
        def reverse(self, number):
            id_ = JournalId(UUID(int=number))
            if id_ not in self.model.journals:
                return
            try:
                run(api.reverse(books.ctx, journal_id=id_))
                answer = "posted"
            except InsufficientBalance:
                answer = "short"
            assert answer == self.model.reverse(id_, reversal_id(id_))

        @invariant()
        def histories_are_the_same(self):
            for name, key in keys.items():
                real = [
                    (minor, after * int(key.account_class.normal))
                    for _, minor, after in run(books.history(key))
                ]
                assert real == self.model.history.get(name, [])[-50:]

        def teardown(self):
            assert run(books.verify()) == []

    return LedgerAgainstModel


async def test_the_ledger_does_what_the_model_does(books):
    loop = asyncio.get_running_loop()

    def run(coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(timeout=60)

    await asyncio.to_thread(
        run_state_machine_as_test,
        machine(books, run),
        settings=settings(
            max_examples=15,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
