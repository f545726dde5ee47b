"""What one process knows of plans and businesses at one moment: immutable, replaced as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hansa.kernel.business import levels
from hansa.kernel.plan.compiler import compile_plan
from hansa.kernel.plan.plan import Plan

CLOSED = ("stopped", "killed")
"""Statuses that shut a business and everything below it for new contexts."""


@dataclass(frozen=True, slots=True)
class PlanState:
    """The current plan, the earlier ones that quotes may still be pinned to, and what is not simply live."""

    current: Plan
    plans: Mapping[int, Plan]
    statuses: Mapping[str, str]
    closed: Mapping[str, str]
    """Status by path, for the plan's businesses that are shut themselves or by a level above."""

    @classmethod
    def empty(cls) -> PlanState:
        """Return the state before the first plan: no businesses."""
        return cls(compile_plan([], [], [], [], {}), {}, {}, {})

    def with_plan(self, plan: Plan) -> PlanState:
        """Return the state with another current plan; the one before stays for what is pinned to it."""
        plans = {**self.plans, plan.generation: plan}
        return PlanState(plan, plans, self.statuses, _closed(plan, self.statuses))

    def with_pinned(self, plan: Plan) -> PlanState:
        """Return the state with one more earlier plan."""
        return PlanState(self.current, {**self.plans, plan.generation: plan}, self.statuses, self.closed)

    def with_statuses(self, statuses: Mapping[str, str]) -> PlanState:
        """Return the state with other statuses."""
        return PlanState(self.current, self.plans, statuses, _closed(self.current, statuses))

    def with_status(self, path: str, status: str) -> PlanState:
        """Return the state with one business's status changed."""
        others = {key: value for key, value in self.statuses.items() if key != path}
        return self.with_statuses(others if status == "live" else {**others, path: status})

    def without_generation(self, generation: int) -> PlanState:
        """Return the state without an earlier plan."""
        return self.only({number for number in self.plans if number != generation})

    def only(self, generations: set[int]) -> PlanState:
        """Return the state with these earlier plans alone, and the current one."""
        kept = {
            number: plan
            for number, plan in self.plans.items()
            if number in generations or number == self.current.generation
        }
        return PlanState(self.current, kept, self.statuses, self.closed)


def _closed(plan: Plan, statuses: Mapping[str, str]) -> dict[str, str]:
    if not statuses:
        return {}
    shut = {path: status for path, status in statuses.items() if status in CLOSED}
    found = {}
    for path in plan.businesses:
        for level in levels(path):
            if level in shut:
                found[path] = shut[level]
    return found
