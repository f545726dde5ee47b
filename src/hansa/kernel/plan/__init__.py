"""The plan: every business compiled into one immutable thing, agreed on by all processes.

`compile_plan` turns code (points, terms, plays, answers of centers) and manifests into a `Plan`, or raises
`PlanInvalid` with everything that is wrong. `Plans` holds the current one per process, publishes, rolls
back and kills. `explain`, `diff` and `catalogue` let people read it.
"""

from hansa.kernel.plan.bounds import Bounds
from hansa.kernel.plan.code import Code, installed_businesses
from hansa.kernel.plan.codec import Codec
from hansa.kernel.plan.compiler import compile_plan
from hansa.kernel.plan.ending import (
    BUSINESS_REMOVED,
    KERNEL_POINTS,
    MAY_END_BUSINESS,
    BusinessRemoval,
    Ending,
    end_business,
    remove_rows,
)
from hansa.kernel.plan.errors import (
    BusinessEnded,
    BusinessKept,
    BusinessStopped,
    CodeSuperseded,
    CompileError,
    GenerationElsewhere,
    GenerationRetired,
    NothingToRollBackTo,
    PlanInvalid,
    ProposalOutdated,
    UnknownBusiness,
)
from hansa.kernel.plan.hearing import Heard, hearing
from hansa.kernel.plan.plan import BusinessPlan, Plan
from hansa.kernel.plan.plans import Plans
from hansa.kernel.plan.publishing import Proposal
from hansa.kernel.plan.reading import (
    Answering,
    Change,
    Difference,
    Explanation,
    Implementation,
    PointEntry,
    catalogue,
    diff,
    explain,
)

__all__ = [
    "BUSINESS_REMOVED",
    "KERNEL_POINTS",
    "MAY_END_BUSINESS",
    "Answering",
    "Bounds",
    "BusinessEnded",
    "BusinessKept",
    "BusinessPlan",
    "BusinessRemoval",
    "BusinessStopped",
    "Change",
    "Code",
    "CodeSuperseded",
    "Codec",
    "CompileError",
    "Difference",
    "Ending",
    "Explanation",
    "GenerationElsewhere",
    "GenerationRetired",
    "Heard",
    "Implementation",
    "NothingToRollBackTo",
    "Plan",
    "PlanInvalid",
    "Plans",
    "PointEntry",
    "Proposal",
    "ProposalOutdated",
    "UnknownBusiness",
    "catalogue",
    "compile_plan",
    "diff",
    "end_business",
    "explain",
    "hearing",
    "installed_businesses",
    "remove_rows",
]
