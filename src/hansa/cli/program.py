"""All commands, and the one place where their failures end."""

from __future__ import annotations

import sys
import traceback
from typing import Annotated

from cyclopts import App, CycloptsError, Group, Parameter

from hansa import __version__
from hansa.cli.failure import FAILED, INTERRUPTED, Failure, sentences_of
from hansa.cli.misuse import MISUSED, sentences_of_misuse
from hansa.cli.screen import print_failure

RUN = Group("Run it", sort_key=1)
READ = Group("Understand it", sort_key=2)
CHANGE = Group("Change it", sort_key=3)
TEND = Group("Look after it", sort_key=4)

app = App(
    name="hansa",
    help="A commerce mid-platform: one thick middle of shared centers, any number of thin businesses.",
    help_epilogue="Settings come from HANSA_... in the environment and from hansa.toml.",
    version=__version__,
    help_format="rich",
    result_action="return_value",
)
_COMMANDS = (
    (RUN, "up:up", "up", "Start everything: database, servers and worker; Ctrl-C stops it all."),
    (RUN, "up:serve", "serve", "Start server processes only."),
    (RUN, "up:work", "work", "Start a worker process only: events, deadlines and jobs."),
    (RUN, "upkeep:demo", "demo", "Load the demo businesses."),
    (READ, "data:report", "report", "Show sales, baskets and shops of a business, from figures said once."),
    (READ, "reading:points", "points", "Print the catalogue of extension points."),
    (READ, "reading:explain", "explain", "Tell why an order is what it is, or who answers a point."),
    (READ, "reading:settings", "settings", "Print every setting, its default and its meaning."),
    (TEND, "upkeep:migrate", "migrate", "Bring the database up to this code."),
    (TEND, "upkeep:verify", "verify", "Audit everything that must add up: ledger, stock, escrow."),
    (TEND, "data:export", "export", "Write what is new to Parquet files: events, and what they tell of."),
    (TEND, "doctor:doctor", "doctor", "Look at everything a start needs, and say what to do."),
)
_BUSINESS_COMMANDS = (
    ("business:list_businesses", "list", "List the businesses."),
    ("business:show", "show", "Show a manifest, with everything it inherits filled in."),
    ("usage:usage", "usage", "Show what a business used."),
    ("business:new", "new", "Write the manifest of a new business."),
    ("business:check", "check", "Check a manifest and tell what publishing it would change."),
    ("business:publish", "publish", "Make a manifest live in every process, without a deploy."),
    ("business:rollback", "rollback", "Go back to the plan before the present one."),
    ("business:kill", "kill", "Switch a business off at once."),
    ("business:end", "end", "End a business for good: removed, or wound down when it traded live."),
)

# By their import paths: a command's module is imported when it is asked for, so that --help is quick.
for group, where, name, meaning in _COMMANDS:
    app.command(f"hansa.cli.{where}", name=name, help=meaning, group=group)

business = App(name="business", help="List, make, check, publish, stop and end businesses.", group=CHANGE)
for where, name, meaning in _BUSINESS_COMMANDS:
    business.command(f"hansa.cli.{where}", name=name, help=meaning)
app.command(business)

for does, meaning in (
    ("load", "Load a dataset to try things with."),
    ("replay", "Sell a dataset's orders again."),
):
    dataset = App(name=does, help=meaning, group=RUN)
    dataset.command(
        f"hansa.cli.journey:{does}",
        name="complete-journey",
        help="A real grocer's year: 84.51°'s Complete Journey.",
    )
    app.command(dataset)

people = App(name="people", help="Say who runs the house, and see who does.", group=CHANGE)
for name, meaning in (
    ("grant", "Give somebody who has an account a role of the house."),
    ("revoke", "Take a role of the house from somebody."),
    ("roles", "List who holds a role of the house."),
):
    people.command(f"hansa.cli.people:{name}", name=name, help=meaning)
app.command(people)

products = App(name="products", help="Bring products in from files, and out to them.", group=CHANGE)
products.command(
    "hansa.cli.products:bring_in", name="import", help="Import a file into a shop: all of it or nothing."
)
products.command(
    "hansa.cli.products:write_out", name="export", help="Export a shop's products, to be imported again."
)
app.command(products)

search = App(name="search", help="Look after the index of products.", group=TEND)
search.command(
    "hansa.cli.search:rebuild",
    name="rebuild",
    help="Build the index anew beside the old one, then let it take over.",
)
app.command(search)

_STANDING = {
    "events": (
        "See what handlers have yet to take, and settle what they could not.",
        {
            "lag": "Show how far each handler is behind, and what it has set aside.",
            "parked": "List the events a handler could not take, with the error.",
            "replay": "Have parked events tried again.",
            "discard": "Give parked events up, with a reason that is kept.",
        },
    ),
    "jobs": (
        "See the jobs that failed, and have them tried again.",
        {
            "failed": "List the jobs that failed as often as they may.",
            "retry": "Have failed jobs tried again.",
        },
    ),
    "deadlines": (
        "See the deadlines that failed, and have them tried again.",
        {
            "failed": "List the deadlines that failed, why, and when each is tried again.",
            "retry": "Have failed deadlines tried now.",
        },
    ),
}
for about, (meaning, parts) in _STANDING.items():
    part = App(name=about, help=meaning, group=TEND)
    for name, part_meaning in parts.items():
        part.command(f"hansa.cli.{about}:{name}", name=name, help=part_meaning)
    app.command(part)


@app.meta.default
def launch(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    debug: Annotated[
        bool,
        Parameter(negative="", show_default=False, help="Show where it went wrong, for reports of faults."),
    ] = False,
) -> int:
    """Run one command; every failure ends here."""
    try:
        result = app(tokens, exit_on_error=False, print_error=False)
    except CycloptsError as wrong:
        return _misused(wrong)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as wrong:  # noqa: BLE001 - whatever it is, a person is told in a sentence
        return fail(wrong, debug=debug)
    return result if isinstance(result, int) else 0


def fail(wrong: Exception, *, debug: bool = False) -> int:
    """Tell why a command failed; return its exit code."""
    if debug:
        traceback.print_exception(wrong, file=sys.stderr)
    sentences = sentences_of(wrong)
    if sentences is None:
        told = str(wrong).partition("\n")[0] or type(wrong).__name__
        sentences = [
            f"This is a fault of Hansa: {type(wrong).__name__}: {told}",
            "Run it with --debug to see where.",
        ]
    print_failure(sentences)
    return wrong.code if isinstance(wrong, Failure) else FAILED


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    try:
        result = app.meta(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as wrong:
        return _misused(wrong)
    return result if isinstance(result, int) else 0


def _misused(wrong: CycloptsError) -> int:
    print_failure(sentences_of_misuse(wrong))
    return MISUSED
