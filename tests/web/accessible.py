"""What every page owes to everyone who opens it: axe finds nothing, and nothing is wider than the window."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT

RULES = {
    "resultTypes": ["violations"],
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
}


def check(page):
    page.evaluate("document.fonts.ready.then(() => 0)")
    # As high as its content: what merely lies under a phone's bar at one scroll position is not too small a target.
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("rules => axe.run(rules).then(found => found.violations)", RULES)
    assert [
        (rule["id"], node["html"], node["failureSummary"]) for rule in found for node in rule["nodes"]
    ] == []
    # nothing is wider than the window, or a phone would scroll sideways
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
