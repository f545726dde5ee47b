"""The plan: every business compiled into one immutable thing, agreed on by all processes.

`compile_plan` turns code (points, terms, plays, answers of centers) and manifests into a `Plan`, or raises
`PlanInvalid` with everything that is wrong. `Plans` holds the current one per process, publishes, rolls
back and kills. `explain`, `diff` and `catalogue` let people read it.
"""

from hansa.kernel.plan.compiler import compile_plan
from hansa.kernel.plan.errors import (
    BusinessEnded,
    BusinessKept,
    BusinessStopped,
    CompileError,
    GenerationElsewhere,
    GenerationRetired,
    NothingToRollBackTo,
    PlanInvalid,
    UnknownBusiness,
)
from hansa.kernel.plan.plan import BusinessPlan, Plan

__all__ = [
    "BusinessEnded",
    "BusinessKept",
    "BusinessPlan",
    "BusinessStopped",
    "CompileError",
    "GenerationElsewhere",
    "GenerationRetired",
    "NothingToRollBackTo",
    "Plan",
    "PlanInvalid",
    "UnknownBusiness",
    "compile_plan",
]
