"""commands.md: what `hansa` can be told to do."""

from __future__ import annotations

import re

from hansa.cli.program import app
from tools.reference import markdown as md
from tools.reference.house import House


def page(_house: House) -> str:
    """Return every command with its parameters, as `--help` shows them."""
    told = app.generate_docs(output_format="markdown", heading_level=1)
    told = re.sub(r"\A# hansa\n+", "", told)
    told = re.sub(r"## Table of Contents\n.*?\n\n(?!- )", "", told, flags=re.DOTALL)
    told = re.sub(r"\* `--debug`: .*\n", "", told)  # said once, in the introduction
    told = re.sub(r"\*\*Parameters\*\*:\n\n(?!\*)", "", told)
    return md.page("Commands", _INTRODUCTION, re.sub(r"\n{3,}", "\n\n", told).strip())


_INTRODUCTION = """\
Exit code 0 is success, 1 a refusal told in a sentence on standard error, 2 a command that cannot be read, 130
an interruption. Every command takes `--debug`, which shows where a fault happened, for reports of faults."""
