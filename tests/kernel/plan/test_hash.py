"""A plan's hash says the same in every process, and changes exactly when an answer may."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hansa.kernel.business import Business
from hansa.kernel.extension import Mode
from hansa.kernel.plan import Code

PROGRAM = '''
from typing import Any, Protocol
import msgspec
from hansa.kernel.business import Business, Play
from hansa.kernel.extension import UNION, Effects, ExtensionPoint, Mode, OnError
from hansa.kernel.plan import Code
from hansa.kernel.term import Term

FORBIDDEN = frozenset({"knife", "rope", "lamp"})

class Ask(Protocol):
    """Ask."""
    def __call__(self, ctx: Any, value: Any) -> Any: ...

class Words(Term):
    said: frozenset[str] = frozenset({"one", "two", "three"})

class Params(msgspec.Struct, frozen=True):
    words: frozenset[str] = frozenset()

def helper(value):
    return value in {"x", "y", "z"} or value in FORBIDDEN

def default(ctx, value):
    return frozenset(word for word in ("a", "b") if helper(word))

def install(params):
    def answer(ctx, value):
        return params.words
    return [POINT.by(answer)]

POINT = ExtensionPoint[Ask]("x.words", version=1, mode=Mode.REDUCE, effects=Effects.PURE, budget_ms=1,
                            on_error=OnError.CLOSED, default=default, reducer=UNION)
PLAY = Play("words", Params, install)
bazaar = Business("bazaar", plays=[PLAY(frozenset({"p", "q", "r"}))], look={"b": 1, "a": 2},
                  terms=[Words(said=frozenset({"five", "six"}))])
code = Code(points=[POINT], terms=[Words], plays=[PLAY], packages=[bazaar])
print(code.hash, code.compile().hash, code.compile().hashes["bazaar"])
'''


def test_processes_with_other_hash_seeds_agree(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    source = str(Path(__file__).parents[3] / "src")

    told = {
        subprocess.run(
            [sys.executable, str(program)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": source},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("0", "1", "4711")
    }

    assert len(told) == 1
    assert len(told.pop().split()) == 3


@pytest.fixture
def hash_of(declare):
    point = declare("x.y", mode=Mode.ALL)

    def hash_of(fn):
        return Code(points=[point], packages=[Business("a", extends=[point.by(fn, name="own")])]).hash

    return hash_of


def test_other_code_other_constants_other_closures_other_hash(hash_of):
    def adding(n):
        def add(ctx, value):
            return [value + n]

        return add

    def five(ctx, value):
        return [value + 5]

    def six(ctx, value):
        return [value + 6]

    six.__qualname__, six.__name__ = five.__qualname__, five.__name__

    assert hash_of(adding(1)) == hash_of(adding(1))
    assert hash_of(adding(1)) != hash_of(adding(2))
    assert hash_of(five) != hash_of(six)


def test_a_business_keeps_its_hash_when_only_another_one_changes(declare, compiled):
    point = declare("x.y", mode=Mode.ALL)

    def fn(ctx, value):
        return [1]

    tea = Business("tea", extends=[point.by(fn)])
    before = compiled([point], [tea, Business("tea.green"), Business("coffee")])
    after = compiled([point], [tea, Business("tea.green"), Business("coffee", currency="CHF")])
    parent = compiled([point], [Business("tea"), Business("tea.green"), Business("coffee")])

    assert before.hash != after.hash
    assert before.hashes["tea"] == after.hashes["tea"]
    assert before.hashes["coffee"] != after.hashes["coffee"]
    assert before.hashes["tea.green"] != parent.hashes["tea.green"]  # it inherits, so it changes too
    assert before.of("tea").hash == before.hashes["tea"]


def test_a_recursive_function_and_a_callable_object_have_hashes(hash_of):
    def down(ctx, value):
        return [] if value <= 0 else down(ctx, value - 1)

    class Answer:
        def __call__(self, ctx, value):
            return [1]

    class Other:
        def __call__(self, ctx, value):
            return [2]

    assert hash_of(down) == hash_of(down)
    assert hash_of(Answer()) != hash_of(Other())
