"""The documentation as the tests read it: pages, the examples marked in them, and their links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
RUN = {"sh", "python", "toml"}
"""Languages whose blocks a test runs; what is only shown says `text`, `json` or `console`."""

_FENCE = re.compile(
    r"(?:^<!-- (?P<mark>example|output): (?P<name>[^>]+?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<to>[^)\s]+)\)|!\[[^\]]*\]\((?P<image>[^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block: `mark` is `example`, `output` or empty."""

    mark: str
    name: str
    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Page:
    """One page of Markdown."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @cached_property
    def blocks(self) -> list[Block]:
        return [
            Block(
                mark=found["mark"] or "",
                name=found["name"] or "",
                language=found["language"],
                text=found["text"],
                line=self.text.count("\n", 0, found.start()) + 1,
            )
            for found in _FENCE.finditer(self.text)
        ]

    def examples(self, language: str = "") -> list[Block]:
        """The marked examples, in one language or all."""
        return [
            block
            for block in self.blocks
            if block.mark == "example" and (not language or block.language == language)
        ]

    @property
    def outputs(self) -> dict[str, str]:
        """What an example is said to print, by the example's name."""
        return {block.name: block.text for block in self.blocks if block.mark == "output"}

    @property
    def prose(self) -> str:
        return _FENCE.sub("", self.text)

    def links(self) -> Iterator[str]:
        """Every link and picture, outside of code."""
        for found in _LINK.finditer(re.sub(r"`[^`\n]*`", "`", self.prose)):
            yield found["to"] or found["image"]

    @cached_property
    def anchors(self) -> set[str]:
        """What a link into this page may name: headings as GitHub spells them, and explicit anchors."""
        headings = re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE)
        spelt = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
        return set(spelt) | set(re.findall(r'<a id="([^"]+)">', self.text))


def pages() -> list[Page]:
    """README and everything under docs."""
    return [Page(ROOT / "README.md"), *(Page(path) for path in sorted(DOCS.rglob("*.md")))]


def matches(said: str, printed: str) -> list[str]:
    """Return the lines that were said and not printed, in order; `...` stands for anything, blanks for blanks."""
    rest = [" ".join(line.split()) for line in printed.splitlines()]
    missing = []
    for line in filter(None, (" ".join(line.split()) for line in said.splitlines())):
        pattern = ".*".join(re.escape(part) for part in line.split("..."))
        at = next((n for n, there in enumerate(rest) if re.fullmatch(pattern, there)), None)
        if at is None:
            missing.append(line)
        else:
            rest = rest[at + 1 :]
    return missing
