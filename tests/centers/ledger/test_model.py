"""A state machine drives the real ledger and a reference model side by side."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from msgspec import structs

from hansa.centers.ledger import api
from hansa.centers.ledger._rules.posting import reversal_id
from hansa.centers.ledger.errors import (
    HoldConflict,
    HoldExceeded,
    HoldNotFound,
    HoldResolved,
    InsufficientBalance,
    JournalConflict,
)
from hansa.centers.ledger.types import AccountClass, Entry, Held, HoldId, HoldState, JournalId, Posted

KINDS = {
    "clearing": AccountClass.PROVIDER_CLEARING,
    "escrow": AccountClass.ESCROW,
    "revenue": AccountClass.PLATFORM_REVENUE,
    "deposit": AccountClass.DEPOSIT,
}
YEN = {"clearing in yen": AccountClass.PROVIDER_CLEARING, "escrow in yen": AccountClass.ESCROW}
EUROPEAN = [*KINDS, "alice", "bob"]
NAMES = [*EUROPEAN, *YEN]
ANSWER = {
    Posted: "posted",
    Held: "held",
    JournalConflict: "conflict",
    HoldConflict: "conflict",
    InsufficientBalance: "short",
    HoldNotFound: "unknown",
    HoldResolved: "resolved",
    HoldExceeded: "exceeded",
    HoldState.VOIDED: "voided",
    HoldState.EXPIRED: "expired",
}
REFERENCE = UUID(int=1)
HOUR = timedelta(hours=1)


def answer(verdict):
    return ANSWER[verdict if isinstance(verdict, HoldState) else type(verdict)]


amounts = st.integers(1, 100) | st.integers(1, 10**15)
IDS = st.integers(1, 40)
HOLD_IDS = st.integers(1, 4)


@dataclass
class ModelHold:
    account: str
    minor: int
    hours: int | None  # on the clock, when its time is up
    state: str = "held"


@dataclass
class ModelLedger:
    """Accounts by name; a floored account may not fall below zero on its normal side (+1 debit, -1 credit)."""

    normal: dict[str, int]
    floored: set[str]
    hour: int = 0
    journals: dict[object, tuple[tuple[tuple[str, int], ...], int | None]] = field(default_factory=dict)
    history: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    holds: dict[int, ModelHold] = field(default_factory=dict)

    def balance(self, account):
        return sum(minor for minor, _ in self.history.get(account, []))

    def held(self, account):
        return sum(one.minor for one in self.holds.values() if (one.account, one.state) == (account, "held"))

    def is_short(self, account, move, *, held):
        leaving = -move * self.normal[account]
        free = self.balance(account) * self.normal[account] - held
        return account in self.floored and leaving > 0 and free < leaving

    def post(self, id_, entries, posts=None):
        """Return "posted", "conflict", "short", or what is wrong with the hold it posts."""
        if id_ in self.journals:
            before, posted = self.journals[id_]
            return "posted" if (sorted(before), posted) == (sorted(entries), posts) else "conflict"
        moves = {name: sum(minor for n, minor in entries if n == name) for name, _ in entries}
        hold = self.holds.get(posts)
        if posts is not None:
            if hold is None:
                return "unknown"
            if not 0 < -moves.get(hold.account, 0) * self.normal[hold.account] <= hold.minor:
                return "exceeded"
            if hold.state != "held" or (hold.hours is not None and hold.hours <= self.hour):
                return "resolved"
        for account, move in moves.items():
            freed = hold.minor if hold and hold.account == account else 0
            if self.is_short(account, move, held=self.held(account) - freed):
                return "short"
        if hold:
            hold.state = "posted"
        self.journals[id_] = (tuple(entries), posts)
        for account, minor in entries:
            self.history.setdefault(account, []).append((minor, self.balance(account) + minor))
        return "posted"

    def reverse(self, id_, reversal_id):
        """Post the mirror image; same answers as `post`. What was put by stays taken."""
        return self.post(reversal_id, [(account, -minor) for account, minor in self.journals[id_][0]])

    def hold(self, number, account, minor, hours):
        """Return "held", "conflict" or "short"."""
        known = self.holds.get(number)
        if known:
            return (
                "held" if (known.account, known.minor, known.hours) == (account, minor, hours) else "conflict"
            )
        if self.is_short(account, -minor * self.normal[account], held=self.held(account)):
            return "short"
        self.holds[number] = ModelHold(account, minor, hours)
        return "held"

    def void(self, number):
        hold = self.holds.get(number)
        if hold is None:
            return "unknown"
        if hold.state == "posted":
            return "resolved"
        if hold.state == "held":
            hold.state = "voided"
        return hold.state

    def pass_time(self, hours):
        self.hour += hours
        for hold in self.holds.values():
            if hold.state == "held" and hold.hours is not None and hold.hours <= self.hour:
                hold.state = "expired"


@st.composite
def balanced(draw):
    """Entries over two to four accounts, some named twice, that sum to zero; sometimes in two currencies."""
    names = draw(st.lists(st.sampled_from(EUROPEAN), min_size=1, max_size=3))
    minors = [draw(amounts) * draw(st.sampled_from([1, -1])) for _ in names]
    if sum(minors) == 0:
        minors[0] += 1
    entries = [*zip(names, minors, strict=True), (draw(st.sampled_from(EUROPEAN)), -sum(minors))]
    if draw(st.booleans()):
        yen = draw(amounts) * draw(st.sampled_from([1, 1, -1]))
        entries += [("clearing in yen", yen), ("escrow in yen", -yen)]
    return entries


batches = st.lists(st.tuples(IDS, balanced()), min_size=1, max_size=5)


class LedgerAgainstModel(RuleBasedStateMachine):
    """`books`, `keys` and `run` (which lets the loop finish a coroutine) are set by the test."""

    books: Any
    keys: Any
    run: Any

    def __init__(self):
        super().__init__()
        self.begin()

    def begin(self):
        self.run(self.books.empty())
        self.start = self.books.ctx.now()
        self.run(self.books.stand_at(self.start))
        self.model = ModelLedger(
            normal={name: int(key.account_class.normal) for name, key in self.keys.items()},
            floored={name for name, key in self.keys.items() if key.account_class.floor_minor is not None},
        )

    @initialize(funds=st.lists(st.integers(0, 300), min_size=5, max_size=5))
    def fund(self, funds):
        """Most accounts have something that can be put by."""
        names = ["escrow", "deposit", "alice", "bob", "escrow in yen"]
        for number, (name, minor) in enumerate(zip(names, funds, strict=True), 900):
            if minor:
                other = "clearing in yen" if name in YEN else "clearing"
                entries = [(other, minor), (name, -minor)]
                self.run(self.books.post(self.journal(number, entries)))
                self.model.post(UUID(int=number), entries)

    def journal(self, number, entries, posts=None):
        return self.books.journal(
            *(Entry(self.keys[name], minor) for name, minor in entries),
            id_=JournalId(UUID(int=number)),
            reference=REFERENCE,
            posts=HoldId(UUID(int=posts)) if posts else None,
        )

    @rule(batch=batches)
    def post_a_batch(self, batch):
        verdicts = self.run(self.books.post(*(self.journal(*stated) for stated in batch)))
        assert [answer(verdict) for verdict in verdicts] == [
            self.model.post(UUID(int=number), entries) for number, entries in batch
        ]

    @rule(number=HOLD_IDS, account=st.sampled_from(NAMES), minor=amounts, hours=st.none() | st.integers(1, 9))
    def put_by(self, number, account, minor, hours):
        hours = hours and self.model.hour + hours
        hold = self.books.hold(minor, self.keys[account], id_=HoldId(UUID(int=number)), reference=REFERENCE)
        if hours is not None:
            hold = structs.replace(hold, expires_at=self.start + hours * HOUR)
        [verdict] = self.run(self.books.authorise(hold))
        assert answer(verdict) == self.model.hold(number, account, minor, hours)

    @rule(id_=IDS, number=HOLD_IDS, part=st.integers(1, 150), to=st.sampled_from(EUROPEAN))
    def post_what_was_put_by(self, id_, number, part, to):
        """A part in per cent of it, to somebody else; sometimes too much."""
        hold = self.model.holds.get(number)
        account = hold.account if hold and hold.account in EUROPEAN else "escrow"
        minor = max((hold.minor if hold else 100) * part // 100, 1) * self.model.normal[account]
        if account == to:
            return
        entries = [(account, -minor), (to, minor)]
        [verdict] = self.run(self.books.post(self.journal(id_, entries, posts=number)))
        assert answer(verdict) == self.model.post(UUID(int=id_), entries, posts=number)

    @rule(number=HOLD_IDS)
    def set_free(self, number):
        [verdict] = self.run(self.books.void(self.books.hold(1, id_=HoldId(UUID(int=number)))))
        assert answer(verdict) == self.model.void(number)

    @rule(hours=st.integers(1, 5))
    def time_passes(self, hours):
        self.model.pass_time(hours)
        self.run(self.books.stand_at(self.start + self.model.hour * HOUR))

    @rule()
    def seal(self):
        self.run(self.books.seal())

    @rule(entries=balanced())
    def post_and_roll_back(self, entries):
        async def and_fail():
            async with self.books.db.transaction() as tx:
                await api.post(tx, [self.journal(99, entries)])
                raise InterruptedError

        with pytest.raises(InterruptedError):
            self.run(and_fail())

    @rule(number=IDS)
    def reverse(self, number):
        id_ = JournalId(UUID(int=number))
        if id_ not in self.model.journals:
            return
        try:
            self.run(api.reverse(self.books.ctx, journal_id=id_))
            said = "posted"
        except InsufficientBalance:
            said = "short"
        assert said == self.model.reverse(id_, reversal_id(id_))

    @invariant()
    def histories_are_the_same(self):
        for name, key in self.keys.items():
            side = int(key.account_class.normal)
            real = [(minor, after * side) for _, minor, after in self.run(self.books.history(key))]
            assert real == self.model.history.get(name, [])[-50:]

    @invariant()
    def as_much_is_put_by(self):
        found = self.run(api.balances(self.books.ctx, keys=list(self.keys.values())))
        for name, key in self.keys.items():
            assert found[key].held_minor == self.model.held(name)

    def teardown(self):
        self.run(self.books.seal())
        assert self.run(self.books.verify()) == []


@pytest.fixture
async def loop(books):
    return asyncio.get_running_loop()


def test_the_ledger_does_what_the_model_does(books, loop):
    """Not a coroutine: the machine runs in the main thread and lets the loop run for each step."""
    keys = {name: books.key(kind) for name, kind in KINDS.items()}
    keys |= {name: books.key(kind, currency="JPY") for name, kind in YEN.items()}
    keys |= {"alice": books.seller(UUID(int=11)), "bob": books.seller(UUID(int=12))}
    run = staticmethod(loop.run_until_complete)
    machine = type("Machine", (LedgerAgainstModel,), {"books": books, "keys": keys, "run": run})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            # Explaining a failure traces every line, which takes minutes.
            phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
