from __future__ import annotations

from hansa.kernel.problem import Problem


class RebuildSuperseded(Problem):
    """Another rebuild of the index began while this one was under way; that one goes on."""

    code = "search.rebuild_superseded"
    status = 409
    title = "Another rebuild of the index has begun"
