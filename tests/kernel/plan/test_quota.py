"""Quotas: what a business and its actors may use, and how it is refused."""

from uuid import uuid4

import pytest

from hansa.kernel.business import Business, Quota
from hansa.kernel.context import GUEST, Actor, ActorKind, Traffic
from hansa.kernel.quota import Limits, QuotaExceeded, RateLimited


class Clock:
    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def limited(compiled, ctx_of, clock):
    """A business `a` with quotas, its child, and one without; returns (limits, ctx_of_path)."""

    def limited(processes=1, **quotas):
        plan = compiled([], [Business("a", quotas=Quota(**quotas)), Business("a.b"), Business("other")])
        limits = Limits(processes=lambda: processes, monotonic=clock)
        return limits, lambda path, actor=GUEST, **how: ctx_of(plan, path, actor=actor, **how)

    return limited


def refused(call, *args):
    try:
        call(*args)
    except RateLimited as problem:
        return problem.retry_after_s
    return 0


def test_a_burst_passes_then_the_rate_rules(limited, clock):
    limits, ctx = limited(requests_per_second=5)

    assert [refused(limits.admit_request, ctx("a")) for _ in range(12)] == [0] * 10 + [1, 1]
    clock.now_s = 1
    assert [refused(limits.admit_request, ctx("a")) for _ in range(7)] == [0] * 5 + [1, 1]
    assert refused(limits.admit_request, ctx("other")) == 0


def test_a_child_inherits_the_figure_and_has_its_own_bucket(limited):
    limits, ctx = limited(requests_per_second=1)

    assert [refused(limits.admit_request, ctx("a")) for _ in range(3)] == [0, 0, 1]
    assert [refused(limits.admit_request, ctx("a.b")) for _ in range(3)] == [0, 0, 1]


def test_processes_share_a_rate(limited):
    limits, ctx = limited(processes=5, requests_per_second=10)

    assert sum(refused(limits.admit_request, ctx("a")) == 0 for _ in range(50)) == 4


def test_a_low_rate_says_how_long_to_wait(limited, clock):
    limits, ctx = limited(requests_per_second=0.1)
    limits.admit_request(ctx("a"))

    with pytest.raises(RateLimited) as caught:
        limits.admit_request(ctx("a"))

    assert (caught.value.status, caught.value.extras) == (
        429,
        {"quota": "requests_per_second", "retry_after_s": 10},
    )
    clock.now_s = 10
    limits.admit_request(ctx("a"))


def test_one_actor_cannot_use_up_what_all_share(limited):
    limits, ctx = limited(requests_per_second=100, actor_requests_per_second=2)
    greedy, modest = (Actor(ActorKind.PERSON, uuid4()) for _ in range(2))

    passed = sum(refused(limits.admit_request, ctx("a", greedy)) == 0 for _ in range(300))

    assert passed == 4
    assert refused(limits.admit_request, ctx("a", modest)) == 0


def test_orders_get_a_verdict_each(limited):
    limits, ctx = limited(orders_per_second=1)

    verdicts = limits.admit_orders([ctx("a"), ctx("a"), ctx("other"), ctx("a"), ctx("a.b")])

    assert [verdict and verdict.code for verdict in verdicts] == [
        None,
        None,
        None,
        "quota.rate_limited",
        None,
    ]


def test_requests_under_way_are_counted_out_again(limited):
    limits, ctx = limited(concurrency=2)

    def fails():
        with limits.under_way(ctx("a")):
            raise ZeroDivisionError

    def enters():
        with limits.under_way(ctx("a")):
            return True

    with limits.under_way(ctx("a")):
        with (
            limits.under_way(ctx("a")),
            limits.under_way(ctx("other")),
            pytest.raises(QuotaExceeded) as refused,
        ):
            enters()
        assert refused.value.extras == {"quota": "concurrency", "limit": 2, "retry_after_s": 1}
        with pytest.raises(ZeroDivisionError):
            fails()
        assert enters()


def test_a_flood_of_the_sandbox_leaves_live_traffic_alone(limited):
    limits, ctx = limited(
        requests_per_second=1, orders_per_second=1, actor_requests_per_second=1, concurrency=1
    )
    somebody = Actor(ActorKind.PERSON, uuid4())
    sandbox, live = (ctx("a", somebody, traffic=traffic) for traffic in (Traffic.SANDBOX, Traffic.LIVE))
    assert [refused(limits.admit_request, sandbox) for _ in range(3)] == [0, 0, 1]
    assert [verdict is None for verdict in limits.admit_orders([sandbox] * 3)] == [True, True, False]

    assert refused(limits.admit_request, live) == 0
    assert limits.admit_orders([live]) == [None]
    with limits.under_way(sandbox), limits.under_way(live):
        pass
