"""What keeps manifests from becoming a plan: each error names both sides, and all come at once."""

from datetime import timedelta
from typing import Annotated, Any, Protocol

import msgspec
import pytest
from msgspec import Meta

from hansa.kernel.business import PLATFORM_QUOTA, Business, Play, Quota
from hansa.kernel.context import Traffic
from hansa.kernel.extension import Effects, ExtensionPoint, Mode, OnError, Reducer, Veto
from hansa.kernel.plan import Bounds, PlanInvalid, compile_plan
from hansa.kernel.term import Term


class Deadlines(Term):
    pay: timedelta = timedelta(minutes=30)
    confirm: timedelta = timedelta(days=10)


class Commission(Term):
    percent: Annotated[int, Meta(ge=0, le=100)] = 5


class Nothing(msgspec.Struct, frozen=True):
    pass


class PerUser(msgspec.Struct, frozen=True, kw_only=True):
    per_user: int = 1


def cheap(ctx, value):
    return 1


def dear(ctx, value):
    return 100


def play(name, *parts):
    return Play(name, Nothing, lambda _: parts)


@pytest.fixture
def refusals(compiled):
    """Compile what must not compile; return what is wrong as (code, message)."""

    def refusals(points, businesses=(), **more):
        with pytest.raises(PlanInvalid) as caught:
            compiled(points, businesses, **more)
        return {(error.code, error.message) for error in caught.value.errors}

    return refusals


def test_two_answers_of_one_level_to_a_point_that_takes_one(declare, refusals):
    price = declare("trade.price", mode=Mode.ONE, default=cheap)
    sale, club = play("sale", price.by(cheap)), play("club", price.by(dear))

    assert refusals([price], [Business("bazaar", plays=[sale(), club()])], plays=[sale, club]) == {
        (
            "ambiguous",
            (
                "trade.price is ambiguous: sale.cheap (of play sale in bazaar) and club.dear (of play club in bazaar)"
                " both want to be its one answer"
            ),
        )
    }


def test_two_answers_of_one_name(declare, refusals):
    price = declare("trade.price", mode=Mode.ALL)

    assert refusals(
        [price], [Business("bazaar", extends=[price.by(cheap), price.by(dear, name="cheap")])]
    ) == {
        (
            "ambiguous",
            (
                "trade.price is ambiguous: cheap (of business bazaar) and cheap (of business bazaar)"
                " are both named cheap"
            ),
        )
    }


def test_centers_that_both_want_to_be_the_one(declare, refusals):
    price = declare("user.price", mode=Mode.ONE, default=cheap)
    answers = {"trade": [price.by(cheap)], "shop": [price.by(dear)]}

    ((code, message),) = refusals([price], answers=answers)

    assert code == "ambiguous"
    assert "cheap (of center trade) and dear (of center shop)" in message


def test_a_circle_of_before_and_after(declare, refusals):
    layers = declare("trade.layers", mode=Mode.ALL)
    business = Business(
        "bazaar", extends=[layers.by(cheap, after=["dear"]), layers.by(dear, after=["cheap"])]
    )

    assert refusals([layers], [business]) == {
        (
            "order_cycle",
            (
                "trade.layers in bazaar: these stand before each other:"
                " cheap (of business bazaar), dear (of business bazaar)"
            ),
        )
    }


def test_a_pipeline_of_strangers_needs_an_order(declare, refusals, compiled, ctx_of):
    layers = declare("trade.layers", mode=Mode.PIPELINE)
    sale = play("sale", layers.by(lambda ctx, value: value * 2, name="half"))
    club = play("club", layers.by(lambda ctx, value: value + 1, name="one"))
    ordered = play("club", layers.by(lambda ctx, value: value + 1, name="one", after=["sale"]))

    assert refusals([layers], [Business("bazaar", plays=[sale(), club()])], plays=[sale, club]) == {
        (
            "order_missing",
            (
                "trade.layers: nothing says whether sale.half (of play sale in bazaar)"
                " or club.one (of play club in bazaar) comes first"
            ),
        )
    }
    plan = compiled([layers], [Business("bazaar", plays=[ordered(), sale()])], plays=[sale, ordered])
    ctx = ctx_of(plan, "bazaar")
    assert layers.of(ctx)(ctx, 10) == 21


def test_what_stands_behind_one_that_always_answers_is_never_asked(declare, refusals, compiled):
    def total(ctx, value) -> int:
        return 1

    def maybe(ctx, value) -> int | None:
        return None

    source = declare("inventory.source", mode=Mode.FIRST)

    assert refusals([source], [Business("bazaar", extends=[source.by(total), source.by(maybe)])]) == {
        (
            "unreachable",
            (
                "inventory.source: maybe (of business bazaar) is never asked,"
                " total (of business bazaar) always answers before it"
            ),
        )
    }
    assert compiled([source], [Business("bazaar", extends=[source.by(maybe), source.by(total)])])


def test_an_override_that_stands_behind_what_it_overrides(declare, refusals, compiled):
    def house_rule(ctx, value) -> int:
        return 1

    def own_rule(ctx, value) -> int:
        return 2

    source = declare("inventory.source", mode=Mode.FIRST)
    late = Business("a.b", extends=[source.by(own_rule, after=["house_rule"])])
    parent = Business("a", extends=[source.by(house_rule)])

    ((code, message),) = refusals([source], [parent, late])

    assert code == "unreachable"
    assert message.startswith(
        "inventory.source: own_rule (of business a.b) is never asked, house_rule (of business a)"
    )
    assert compiled([source], [parent, Business("a.b", extends=[source.by(own_rule)])])


def test_a_point_that_nobody_declares(declare, refusals):
    gone, other = declare("trade.gone", mode=Mode.ALL), declare("trade.price", mode=Mode.ALL)

    assert refusals([other], [Business("bazaar", extends=[gone.by(cheap)])]) == {
        ("point_unknown", "cheap (of business bazaar) answers trade.gone, which no center declares")
    }


def test_a_second_point_of_the_same_name(declare, refusals):
    one, other = declare("trade.price", mode=Mode.ALL), declare("trade.price", mode=Mode.ALL)

    assert refusals([one, other]) == {("point_twice", "two points are named trade.price")}
    ((code, message),) = refusals([one], [Business("bazaar", extends=[other.by(cheap)])])
    assert (code, "a second point named trade.price" in message) == ("point_unknown", True)


def test_an_extension_of_an_older_version(declare, refusals):
    price = declare("trade.price", mode=Mode.ALL, version=2)

    assert refusals([price], [Business("bazaar", extends=[price.by(cheap, version=1)])]) == {
        (
            "version_mismatch",
            "cheap (of business bazaar) is written for version 1 of trade.price, which is at version 2",
        )
    }


@pytest.mark.parametrize(
    ("fn", "fault"),
    [
        (lambda ctx: 1, "it takes (ctx), but the point asks with (ctx, value)"),
        (lambda ctx, amount: 1, "it takes (ctx, amount), but the point asks with (ctx, value)"),
        (lambda ctx, value, more: 1, "it takes (ctx, value, more), but the point asks with (ctx, value)"),
        (lambda ctx, *, value: 1, "it takes (ctx, *, value), but the point asks with (ctx, value)"),
    ],
)
def test_another_signature(declare, refusals, fn, fault):
    price = declare("trade.price", mode=Mode.ALL)

    assert refusals([price], [Business("bazaar", extends=[price.by(fn, name="own")])]) == {
        ("signature", f"own (of business bazaar) does not fit trade.price: {fault}")
    }


def test_more_parameters_are_fine_when_nobody_must_give_them(declare, compiled, ctx_of):
    price = declare("trade.price", mode=Mode.ONE, default=cheap)

    def own(ctx, value, factor=3, *, plus=1):
        return value * factor + plus

    ctx = ctx_of(compiled([price], [Business("bazaar", extends=[price.by(own)])]), "bazaar")
    assert price.of(ctx)(ctx, 2) == 7


def test_async_where_it_must_be_plain_and_the_other_way_round(declare, refusals):
    async def slow(ctx, value):
        return 1

    pure = declare("trade.pure", mode=Mode.ALL)
    outside = declare("trade.outside", mode=Mode.ALL, effects=Effects.IO)

    assert refusals([pure, outside], [Business("bazaar", extends=[pure.by(slow), outside.by(cheap)])]) == {
        (
            "signature",
            "slow (of business bazaar) does not fit trade.pure: it is async, but the point is pure",
        ),
        (
            "signature",
            "cheap (of business bazaar) does not fit trade.outside: it is a plain def, but the point is io",
        ),
    }


def test_terms_that_nobody_registered_or_that_are_said_twice(refusals):
    sale, club = play("sale", Deadlines(pay=timedelta(1))), play("club", Deadlines(pay=timedelta(2)))
    businesses = [
        Business("a", terms=[Commission(percent=3)]),
        Business("b", terms=[Deadlines(pay=timedelta(1)), Deadlines(confirm=timedelta(1))]),
        Business("c", plays=[sale(), club()]),
    ]

    assert refusals([], businesses, terms=[Deadlines], plays=[sale, club]) == {
        ("term_unknown", "business a states Commission, a term that no center registered"),
        ("term_twice", "business b states deadlines twice"),
        ("term_twice", "play sale and play club both state deadlines.pay in c"),
    }


def test_terms_that_cannot_be_meant_are_named_with_what_was_inherited(refusals):
    long = timedelta(days=4000)
    businesses = [
        Business("a", terms=[Commission(percent=101)]),
        Business("b", terms=[Deadlines(pay=timedelta(-1)), Commission(percent=100)]),
        Business("c", terms=[Deadlines(confirm=long)]),
        Business("d", terms=[Commission(percent="three")]),
    ]

    assert refusals([], businesses, terms=[Deadlines, Commission]) == {
        ("term_wrong", "a: commission.percent is 101: Expected `int` <= 100"),
        ("term_wrong", "b: deadlines.pay must be from zero to ten years, not -1 day"),
        ("term_wrong", "c: deadlines.confirm must be from zero to ten years, not 4000 days"),
        ("term_wrong", "d: commission.percent is 'three': Expected `int`, got `str`"),
    }


def test_identities_that_clash(refusals):
    businesses = [
        Business("a.b.c"),
        Business("shop", hosts=["tea.example"]),
        Business("tea", title={"en": "The Tea House"}, hosts=["tea.example"]),
        Business("tea"),
        Business("Not a path"),
    ]

    assert refusals([], businesses) == {
        ("parent_unknown", "a.b.c inherits from a.b, which is no business"),
        ("host_twice", "shop and tea both claim the host tea.example"),
        ("path_twice", "two businesses claim the path tea: “The Tea House” and one without a title"),
        ("path_malformed", "'Not a path' is no path: words of a-z, 0-9 and -, joined by dots"),
    }


def test_a_host_that_is_the_platforms_own(refusals):
    own = Bounds(hosts=frozenset({"shop.example"}))

    assert refusals([], [Business("tea", hosts=["tea.example", "shop.example"])], bounds=own) == {
        ("host_reserved", "tea and the platform itself (HANSA_PUBLIC_URL) both claim the host shop.example")
    }


def test_looks_that_the_pages_do_not_know(refusals, compiled):
    bounds = Bounds(looks={"wall": ("mist", "sand")})

    assert refusals([], [Business("tea", look={"wall": "pink", "color": "red"})], bounds=bounds) == {
        ("manifest_faulty", "tea: look.wall is 'pink'; there are: mist, sand"),
        ("manifest_faulty", "tea: look.color: a look has no such field; there are: wall"),
    }
    assert refusals([], [Business("tea", look={"wall": ["sand"]})], bounds=bounds) == {
        ("manifest_faulty", "tea: look.wall is ['sand']; there are: mist, sand")
    }
    assert compiled([], [Business("tea", look={"wall": "sand"})], bounds=bounds).businesses["tea"].look


def test_a_legal_entity_nobody_keeps_books_for(refusals, compiled):
    businesses = [Business("tea", entity="acme"), Business("tea.club"), Business("fish")]

    assert refusals([], businesses, entities={"platform", "hansa-demo"}) == {
        (
            "entity_unknown",
            f"{path}: entity 'acme' keeps no books here; there are: hansa-demo, platform (HANSA_ENTITIES names others)",
        )
        for path in ("tea", "tea.club")
    }
    assert compiled([], businesses, entities={"platform", "acme"}).businesses["tea.club"].entity == "acme"


def test_names_that_the_platform_answers_to_itself(refusals, compiled):
    bounds = Bounds(reserved=frozenset({"api", "login"}))

    assert refusals([], [Business("login"), Business("tea")], bounds=bounds) == {
        ("path_reserved", "login cannot name a business: the platform itself answers at /login")
    }
    below = compiled([], [Business("tea"), Business("tea.login")], bounds=bounds)  # its address is /tea.login
    assert "tea.login" in below.businesses


def test_manifests_that_cannot_be_meant(refusals):
    business = Business("a", currency="euro", hosts=["Tea.example"], quotas=Quota(orders_per_second=0))

    assert refusals([], [business]) == {
        ("manifest_faulty", "a: 'euro' is no ISO 4217 currency code"),
        ("manifest_faulty", "a: 'Tea.example' is no host name in lower case"),
        ("manifest_faulty", "a: the quota orders_per_second must be above zero, not 0"),
    }


def test_currencies_languages_and_titles_that_cannot_be_meant(refusals, compiled):
    faulty = Business("a", currency="XYZ", languages=["en", "klingon"], title={"en": "A", "zh": " "})

    bounds = Bounds(spoken=frozenset({"en", "zh"}))

    assert refusals([], [faulty], bounds=bounds) == {
        ("manifest_faulty", "a: 'XYZ' is no ISO 4217 currency code"),
        ("manifest_faulty", "a: the platform does not speak 'klingon'; it speaks en, zh"),
        ("manifest_faulty", "a: the title is empty in zh"),
    }
    assert refusals([], [Business("a", title=" ")]) == {("manifest_faulty", "a: the title is empty")}
    for title in ("tea " * 50 + "x", "tea\nclub"):
        assert refusals([], [Business("a", title={"en": "A", "zh": title})]) == {
            ("manifest_faulty", "a: a title is one line of at most 200 characters")
        }
    right = Business("a", currency="CNY", languages=["zh-Hans", "en"], title={"zh-Hans": "茶"})
    assert compiled([], [right], bounds=bounds).businesses["a"].currency == "CNY"


def test_a_play_that_is_not_registered(refusals):
    sale = play("sale")

    assert refusals([], [Business("bazaar", plays=[sale()])]) == {
        ("play_unknown", "bazaar installs the play sale, which is not registered")
    }


def test_reducers_must_say_that_order_does_not_matter(declare, refusals):
    last = declare(
        "trade.last", mode=Mode.REDUCE, reducer=Reducer("last", None, lambda a, b: b, associative=True)
    )
    none = declare("trade.none", mode=Mode.REDUCE, reducer=None)

    assert refusals([last, none]) == {
        (
            "point_faulty",
            "the point trade.last has the reducer last, which does not declare itself commutative",
        ),
        ("point_faulty", "the point trade.none is REDUCE and has no reducer"),
    }


def test_points_declared_wrongly(declare, refusals):
    class Ask(Protocol):
        async def __call__(self, ctx: Any) -> Veto | None: ...

    rules: dict[str, Any] = {"version": 1, "budget_ms": 1, "on_error": OnError.CLOSED}
    bare: Any = ExtensionPoint("x.bare", mode=Mode.VETO, effects=Effects.IO, **rules)
    points = [
        bare,
        ExtensionPoint[Ask]("x.plain", mode=Mode.VETO, effects=Effects.PURE, **rules),
        ExtensionPoint[Ask]("x.rows", mode=Mode.VETO, effects=Effects.TX, **rules),
        ExtensionPoint[Ask]("x.pipe", mode=Mode.PIPELINE, effects=Effects.IO, **rules),
        declare("x.one", mode=Mode.ONE),
    ]

    assert {message for _, message in refusals(points)} == {
        "the point x.bare names no Protocol: declare it as ExtensionPoint[Protocol](...)",
        "the point x.plain is pure, so its Protocol must be a plain def",
        "the point x.rows is tx, so its Protocol must take tx and the commands, and nothing else",
        "the point x.pipe is a pipeline without a value to hand on after ctx",
        "the point x.one is ONE and has no default",
    }


def test_everything_that_is_wrong_is_said_at_once(declare, refusals):
    gone = declare("trade.gone")
    businesses = [Business("a.b"), Business("a!"), Business("c", currency="?", extends=[gone.by(cheap)])]

    assert {code for code, _ in refusals([], businesses)} == {
        "parent_unknown",
        "path_malformed",
        "manifest_faulty",
        "point_unknown",
    }


def test_a_child_says_only_what_differs(compiled):
    plan = compiled(
        [],
        [
            Business(
                "flagship",
                currency="CHF",
                entity="house",
                look={"accent": "teal", "radius": 4},
                traffic=Traffic.SANDBOX,
            ),
            Business(
                "flagship.tea",
                title={"en": "Tea"},
                look={"accent": "green"},
                quotas=Quota(orders_per_second=7),
            ),
        ],
    )
    tea = plan.businesses["flagship.tea"]

    assert (tea.currency, tea.entity, tea.languages, tea.traffic) == (
        "CHF",
        "house",
        ("en",),
        Traffic.SANDBOX,
    )
    assert tea.look == {"accent": "green", "radius": 4}
    assert tea.quotas == msgspec.structs.replace(PLATFORM_QUOTA, orders_per_second=7)
    assert tea.text("de") == "Tea"
    assert plan.manifests["flagship.tea"].currency == ""


def test_terms_are_inherited_field_by_field_and_may_restate_the_default(compiled):
    longer = play("longer", Deadlines(confirm=timedelta(days=20)))
    plan = compiled(
        [],
        [
            Business("a", terms=[Deadlines(pay=timedelta(minutes=5), confirm=timedelta(days=1))]),
            Business("a.b", terms=[Deadlines(pay=timedelta(minutes=30))]),  # the platform's own, on purpose
            Business("a.b.c", plays=[longer()]),
            Business("a.b.c.d", plays=[longer()], terms=[Deadlines(confirm=timedelta(days=2))]),
            Business("other"),
        ],
        terms=[Deadlines],
        plays=[longer],
    )
    found = {path: plan.of(path).term(Deadlines) for path in plan.businesses}

    assert found == {
        "a": Deadlines(pay=timedelta(minutes=5), confirm=timedelta(days=1)),
        "a.b": Deadlines(pay=timedelta(minutes=30), confirm=timedelta(days=1)),
        "a.b.c": Deadlines(pay=timedelta(minutes=30), confirm=timedelta(days=20)),
        "a.b.c.d": Deadlines(pay=timedelta(minutes=30), confirm=timedelta(days=2)),
        "other": Deadlines(),
    }
    with pytest.raises(LookupError, match="no center registered the term Commission"):
        plan.of("a").term(Commission)


def test_a_child_replaces_by_name_and_nobody_silences_a_veto(declare, compiled, ctx_of):
    def limit(ctx, value):
        return [10]

    def own_limit(ctx, value):
        return [20]

    def no(ctx, value):
        return Veto("house", "no")

    def fine(ctx, value):
        return None

    limits, vetoes = declare("x.limits", mode=Mode.ALL), declare("x.may", mode=Mode.VETO)
    parent = Business("a", extends=[limits.by(limit), vetoes.by(no, name="rule")])
    child = Business("a.b", extends=[limits.by(own_limit, name="limit"), vetoes.by(fine, name="rule")])
    ctx = ctx_of(compiled([limits, vetoes], [parent, child]), "a.b")

    assert limits.of(ctx)(ctx, 0) == [20]
    assert vetoes.of(ctx)(ctx, 0) == Veto("house", "no")


def test_a_play_means_what_its_parameters_say_in_every_business(declare, compiled, ctx_of):
    worth = declare("trade.worth", mode=Mode.ONE, default=cheap)

    def install(params):
        def times(ctx, value):
            return value * params.per_user

        return [worth.by(times), Commission(percent=params.per_user)]

    sale = Play("sale", PerUser, install)
    businesses = [
        Business("a", plays=[sale(per_user=2)]),
        Business("b", plays=[sale(per_user=3)]),
        Business("c"),
    ]
    plan = compiled([worth], businesses, plays=[sale], terms=[Commission])

    found = {}
    for path in plan.businesses:
        ctx = ctx_of(plan, path)
        found[path] = (worth.of(ctx)(ctx, 10), ctx.term(Commission).percent)
    assert found == {"a": (20, 2), "b": (30, 3), "c": (1, 5)}


def test_a_plan_cannot_be_changed(compiled):
    plan = compiled([], [Business("a")])

    with pytest.raises(TypeError):
        plan.businesses["b"] = Business("b")  # type: ignore[index]
    assert compile_plan([], [], [], [], {}).businesses == {}
