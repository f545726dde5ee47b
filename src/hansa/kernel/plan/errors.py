from __future__ import annotations

from collections.abc import Sequence

import msgspec

from hansa.kernel.problem import Problem


class CompileError(msgspec.Struct, frozen=True, order=True):
    """One thing that keeps manifests from becoming a plan; the message names every side of it."""

    code: str
    message: str
    business: str = ""
    point: str = ""


class PlanInvalid(Problem):
    """The manifests do not make a plan; `errors` holds everything that is wrong, at once."""

    code = "plan.invalid"
    status = 422
    title = "These businesses do not fit together"

    def __init__(self, errors: Sequence[CompileError]) -> None:
        lines = "; ".join(error.message for error in errors)
        super().__init__(lines, errors=[msgspec.to_builtins(error) for error in errors])
        self.errors = tuple(errors)


class UnknownBusiness(Problem):
    """No business answers at this path or host."""

    code = "business.unknown"
    status = 404
    title = "There is no such business"


class BusinessStopped(Problem):
    """The business is switched off for now, by its operator or by the kill switch."""

    code = "business.stopped"
    status = 503
    title = "This business is closed for the moment"


class BusinessEnded(Problem):
    """The business was wound down; its name stays as a tombstone."""

    code = "business.ended"
    status = 410
    title = "This business has closed for good"


class BusinessKept(Problem):
    """The business cannot be removed: a center says no, it still has obligations, or its package is there."""

    code = "business.kept"
    status = 409
    title = "This business cannot be removed now"


class GenerationRetired(Problem):
    """The plan this was quoted under is over; ask for a new quote."""

    code = "plan.generation_retired"
    status = 409
    title = "The terms have changed since this was quoted, please look at it again"


class GenerationElsewhere(Problem):
    """The process asked does not carry the code of that generation; ask for a new quote."""

    code = "plan.generation_elsewhere"
    status = 409
    title = "This was quoted under a version that does not run here, please look at it again"


class CodeSuperseded(Problem):
    """Processes with newer code are at work, and nothing this process's code compiled is good any more."""

    code = "plan.code_superseded"
    status = 503
    title = "Newer code is active; start this process with it"


class NothingToRollBackTo(Problem):
    """There is no earlier generation that is still good."""

    code = "plan.nothing_to_roll_back_to"
    status = 409
    title = "There is no earlier plan to go back to"


class ProposalOutdated(Problem):
    """Another plan was published since this one was proposed; look at the difference again."""

    code = "plan.proposal_outdated"
    status = 409
    title = "Something else was published in the meantime"
