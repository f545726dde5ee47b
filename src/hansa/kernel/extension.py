"""Extension points: the typed questions a center asks, and the functions that answer them.

A center declares a point once, with everything that governs it: how several answers compose (`mode`),
what an answer may touch (`effects`), how long it may take, and what happens when it fails. A business
or a play installs answers with `POINT.by(function)`. The plan compiles both into one callable per
(point, business) with the signature of the point's Protocol, so that the caller sees a plain function:

    call = SOURCING.of(ctx)
    places = await call(ctx, lines)

Who answers, along the path `flagship.tea` -> `flagship` -> platform (answers of centers) -> default:

    ONE       the nearest level's only implementation
    FIRST     nearest first; the first that is not None; the default last
    ALL       everybody, nearest first; sequences concatenated
    REDUCE    everybody; answers combined by the point's reducer
    VETO      everybody, platform first; the first veto wins
    PIPELINE  everybody, platform first; each is handed what the one before returned (first argument after ctx)

An implementation with the name of one further up replaces it, except in VETO, where nobody may silence
what stands above. Where nobody answers, the default does; the guard sees every answer last.

A Protocol's first parameter is `ctx`; a TX point's is `(tx, commands)`, where each command carries its
own `ctx` and one answer per command comes back in the order given (name the second parameter as you like).

A call to an IO point that waits longer than `TIME_LIMIT_BUDGETS` times the point's budget, and longer than
`TIME_LIMIT_S_MIN`, is cancelled: it counts as a failure, for the breaker too, and the point's error policy answers. Time spent without waiting
(computing) cannot be interrupted; it counts as late. A caller that is cancelled itself is obeyed at once, and
the call is metered: as late when it was over its budget by then.
"""

from __future__ import annotations

import enum
import inspect
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast, get_args

import msgspec

from hansa.kernel.problem import Problem

if TYPE_CHECKING:
    from hansa.kernel.context import Ctx
    from hansa.kernel.db import Transaction

TIME_LIMIT_BUDGETS = 20
"""After how many times its budget a call to an IO point is given up: well past late, before people leave."""
TIME_LIMIT_S_MIN = 2.0
"""How many seconds it may always wait: at a peak everybody waits for the same loop and database, and hangs not."""

Impl = TypeVar("Impl", bound=Callable[..., Any])
T = TypeVar("T")


class Mode(enum.StrEnum):
    """How the answers to a point compose. It lives on the point, never at the call."""

    ONE = "one"
    FIRST = "first"
    ALL = "all"
    REDUCE = "reduce"
    VETO = "veto"
    PIPELINE = "pipeline"


class Effects(enum.StrEnum):
    """What an implementation may touch: nothing; rows of the caller's transaction; the outside world."""

    PURE = "pure"
    TX = "tx"
    IO = "io"


class OnError(enum.StrEnum):
    """What happens when an implementation fails: refuse, go on without it, or take the parent's answer."""

    CLOSED = "closed"
    OPEN = "open"
    PARENT = "parent"


class Veto(msgspec.Struct, frozen=True):
    """A reasoned no: a stable code, a sentence for people, and typed extras for programs."""

    code: str
    message: str
    extras: Mapping[str, Any] = msgspec.field(default_factory=dict)


class ExtensionFailed(Problem):
    """An extension point that must not go on without an answer has none: it failed or is shut off for now."""

    code = "extension.failed"
    status = 503
    title = "A part of this service is not answering just now, please try again in a moment"


class EffectViolated(RuntimeError):
    """An implementation or a caller broke the point's effects: a bug, never an input.

    A PURE implementation returned something to await, or an IO point was asked inside a transaction.
    """


@dataclass(frozen=True, slots=True)
class Reducer(Generic[T]):
    """How answers of a REDUCE point combine, with the answer of nobody (`identity`).

    The declaration says that order and grouping do not matter; the plan refuses a reducer that does not
    say so, and `broken_laws` lets a test ask whether it is true.
    """

    name: str
    identity: T
    combine: Callable[[T, T], T]
    commutative: bool = False
    associative: bool = False

    def broken_laws(self, a: T, b: T, c: T) -> list[str]:
        """Return which of its laws three answers break; empty when none."""
        combine = self.combine
        laws = {
            "identity": combine(self.identity, a) == a == combine(a, self.identity),
            "commutative": combine(a, b) == combine(b, a),
            "associative": combine(combine(a, b), c) == combine(a, combine(b, c)),
        }
        return [law for law, holds in laws.items() if not holds]


SUM: Reducer[int] = Reducer("sum", 0, operator.add, commutative=True, associative=True)
UNION: Reducer[frozenset[str]] = Reducer(
    "union", frozenset(), operator.or_, commutative=True, associative=True
)


class HasCtx(Protocol):
    """A command of a set-based function: it brings its own context."""

    @property
    def ctx(self) -> Ctx:
        """The context of this command."""
        ...


@dataclass(frozen=True, slots=True)
class Extension:
    """One implementation of one point, as a manifest installs it: made by `POINT.by(function)`.

    `before` and `after` name implementations of the same point, or whole sources (`"flash_sale"`);
    names that are not installed are no matter. `version` is the version of the point it was written for.
    """

    point: ExtensionPoint[Any]
    fn: Callable[..., Any]
    name: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    version: int = 1
    source: str = ""
    """Who installs it; the compiler fills it in: `center trade`, `play flash_sale`, `business bazaar`."""

    def of_play(self, play: str) -> Extension:
        """Return it as a part of a play: named after the play, so that two plays cannot collide."""
        return replace(self, name=f"{play}.{self.name}", source=f"play {play}")


@dataclass(eq=False)
class ExtensionPoint(Generic[Impl]):
    """A typed question of a center: `SOURCING = ExtensionPoint[Sourcing]("inventory.sourcing", ...)`.

    `budget_ms` is measured, and trips a breaker when overrun again and again; an IO point gives up after
    `TIME_LIMIT_BUDGETS` times as long (`TIME_LIMIT_S_MIN` at least). `default` answers when
    nobody else does. `guard` runs last, on every answer, and cannot be overridden: it gets what the
    implementations got, and the answer by name (`guard(ctx, lines, answer=...)`), and returns the answer
    that goes out, or raises. `lock_slot` is the rank at which implementations of a TX point lock their
    own rows; without one, each announces the ranks of the tables it touches itself.
    """

    name: str
    version: int = field(kw_only=True)
    mode: Mode = field(kw_only=True)
    effects: Effects = field(kw_only=True)
    budget_ms: float = field(kw_only=True)
    on_error: OnError = field(kw_only=True)
    default: Impl | None = field(default=None, kw_only=True)
    reducer: Reducer[Any] | None = field(default=None, kw_only=True)
    guard: Callable[..., Any] | None = field(default=None, kw_only=True)
    lock_slot: int | None = field(default=None, kw_only=True)

    @property
    def owner(self) -> str:
        """The center that asks: the part of the name before the first dot."""
        return self.name.partition(".")[0]

    @property
    def protocol(self) -> type[Any] | None:
        """The Protocol the point was declared with, or None when it was declared without."""
        made_as = getattr(self, "__orig_class__", None)  # set by `ExtensionPoint[Protocol](...)`
        kind = get_args(made_as)[0] if made_as is not None else None
        return kind if isinstance(kind, type) else None

    @property
    def doc(self) -> str:
        """What the point asks, in the words of its Protocol."""
        return inspect.cleandoc(self.protocol.__doc__ or "") if self.protocol else ""

    def by(
        self,
        fn: Impl,
        *,
        name: str | None = None,
        before: Sequence[str] = (),
        after: Sequence[str] = (),
        version: int | None = None,
    ) -> Extension:
        """Install `fn` as an implementation; its name is the function's unless `name` says otherwise."""
        return Extension(
            point=self,
            fn=fn,
            name=name or _plain_name(fn),
            before=tuple(before),
            after=tuple(after),
            version=self.version if version is None else version,
        )

    def of(self, ctx: Ctx) -> Impl:
        """Return the composed callable of the context's business, with the signature of the Protocol."""
        return cast("Impl", ctx.plan.calls[self.name])

    async def of_batch(self, tx: Transaction, commands: Sequence[HasCtx]) -> list[Any]:
        """Ask a TX point for commands of many businesses: one answer each, in the order given.

        Commands of businesses with the same chain of implementations are asked together. Where the
        point fails closed, the answer of the commands concerned is the `ExtensionFailed` problem (or the
        problem that the implementation raised), and the others go on.
        """
        if self.lock_slot is not None:
            tx.locks(self.lock_slot)
        groups: dict[Any, list[int]] = {}
        for at, command in enumerate(commands):
            groups.setdefault(command.ctx.plan.calls[self.name], []).append(at)
        answers: list[Any] = [None] * len(commands)
        for call, places in groups.items():
            found = await call(tx, [commands[at] for at in places])
            for at, answer in zip(places, found, strict=True):
                answers[at] = answer
        return answers


def _plain_name(fn: Callable[..., Any]) -> str:
    while hasattr(fn, "func"):  # a partial answers under the name of its function
        fn = fn.func
    return getattr(fn, "__name__", type(fn).__name__)
