"""Reading a plan: explanations, differences, the catalogue."""

from typing import Protocol

import msgspec

from hansa.kernel.business import Business, Play
from hansa.kernel.context import Ctx
from hansa.kernel.extension import Effects, ExtensionPoint, Mode, OnError
from hansa.kernel.plan import catalogue, diff, explain
from hansa.kernel.term import Term


class Commission(Term):
    percent: int = 5
    floor: int = 0


class Params(msgspec.Struct, frozen=True):
    percent: int = 10


def standard(ctx, value):
    return value


def house_price(ctx, value):
    return value


def own_price(ctx, value):
    return value


def guard(ctx, value, *, answer):
    return answer


def test_an_explanation_says_who_answers_and_whom_they_replace(declare, compiled):
    price = declare("trade.price", mode=Mode.ONE, default=standard, guard=guard, on_error=OnError.PARENT)
    extra = declare("trade.extra", mode=Mode.PIPELINE)
    sale = Play("sale", Params, lambda _: [extra.by(own_price)])
    plan = compiled(
        [price, extra],
        [
            Business("a", extends=[price.by(house_price)]),
            Business("a.b", extends=[price.by(own_price)], plays=[sale()]),
        ],
        answers={"shop": [extra.by(house_price)]},
        plays=[sale],
    )

    assert str(explain(plan, "trade.price", "a.b")) == "\n".join(
        [
            "trade.price in a.b (one, on error parent)",
            f"  1. own_price: {__name__}.own_price, of business a.b",
            f"  replaced: house_price: {__name__}.house_price, of business a",
            f"  default: {__name__}.standard",
            f"  guard, always last: {__name__}.guard",
        ]
    )
    assert str(explain(plan, "trade.extra", "a.b")) == "\n".join(
        [
            "trade.extra in a.b (pipeline, on error closed)",
            f"  1. house_price: {__name__}.house_price, of center shop, inherited from the platform",
            f"  2. sale.own_price: {__name__}.own_price, of play sale",
        ]
    )
    assert plan.of("a.b").answered_by("trade.extra") == ("house_price", "sale.own_price")
    assert compiled([price], [Business("x")]).of("x").answered_by("trade.price") == ("default",)


def test_a_difference_tells_what_changes_for_whom(declare, compiled):
    price = declare("trade.price", mode=Mode.ONE, default=standard)
    sale = Play("sale", Params, lambda _: [])
    rules = {"terms": [Commission], "plays": [sale]}
    old = compiled([price], [Business("a"), Business("a.b"), Business("gone"), Business("same")], **rules)
    new = compiled(
        [price],
        [
            Business("a", terms=[Commission(percent=7)], plays=[sale(percent=20)]),
            Business("a.b", extends=[price.by(own_price)], hosts=["b.example"]),
            Business("fresh"),
            Business("same"),
        ],
        **rules,
    )

    difference = diff(old, new)

    assert str(difference).splitlines() == [
        "fresh: new business",
        "gone: removed",
        "a: plays: [] -> [('sale', Params(percent=20))]",
        "a: term commission.percent: 5 -> 7",
        "a.b: hosts: () -> ['b.example']",
        "a.b: term commission.percent: 5 -> 7",
        "a.b: point trade.price: default -> own_price (business a.b)",
    ]
    assert not diff(new, new)
    assert str(diff(new, new)) == "no difference"
    assert msgspec.json.encode(difference)


def test_the_catalogue_tells_everything_about_a_point_and_its_use(declare, compiled, ctx_of):
    price = declare("trade.price", mode=Mode.ONE, default=standard, guard=guard)
    outside = declare("shop.outside", mode=Mode.ALL, effects=Effects.IO)
    businesses = [Business("a", extends=[price.by(own_price)]), Business("a.b"), Business("c")]
    plan = compiled([price, outside], businesses)
    for path, times in (("a", 1), ("a.b", 2), ("c", 4)):
        ctx = ctx_of(plan, path)
        for _ in range(times):
            price.of(ctx)(ctx, 1)

    first, second = catalogue([price, outside], plan)

    assert (first.name, first.owner, first.effects, first.implementations) == (
        "shop.outside",
        "shop",
        "io",
        (),
    )
    assert msgspec.structs.replace(second, implementations=()) == msgspec.convert(
        {
            "name": "trade.price",
            "owner": "trade",
            "version": 1,
            "mode": "one",
            "effects": "pure",
            "budget_ms": 1000,
            "on_error": "closed",
            "doc": "What is it worth?",
            "signature": second.signature,
            "default": f"{__name__}.standard",
            "guard": f"{__name__}.guard",
            "implementations": (),
        },
        type(second),
    )
    assert second.signature.startswith("(ctx: ")
    (own,) = second.implementations
    assert (own.name, own.source, own.level, own.calls, own.errors) == ("own_price", "business a", "a", 3, 0)
    assert 0 < own.mean_us <= own.max_us
    assert msgspec.json.encode([first, second])


class Worth(Protocol):
    """What is it worth?

    In whole pears.
    """

    def __call__(self, ctx: "Ctx", value: "list[str]", *, at: "str" = "home") -> "int | None": ...


def test_the_catalogue_spells_a_point_as_its_source_does(compiled):
    point = ExtensionPoint[Worth](
        "trade.worth", version=1, mode=Mode.FIRST, effects=Effects.PURE, budget_ms=1, on_error=OnError.CLOSED
    )
    (entry,) = [one for one in catalogue([point], compiled([point], [])) if one.name == "trade.worth"]

    assert entry.doc == "What is it worth?\n\nIn whole pears."
    assert entry.signature == "(ctx: Ctx, value: list[str], *, at: str = 'home') -> int | None"
