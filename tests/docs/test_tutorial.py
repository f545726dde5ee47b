"""The tutorial, done from the first command to the last against a platform that was started for it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from contextlib import contextmanager
from importlib.metadata import packages_distributions

import pytest

from docs.pages import DOCS, ROOT, Page, matches

pytestmark = [pytest.mark.timeout(600), pytest.mark.enable_socket]

TUTORIAL = Page(DOCS / "tutorial.md")
USE_THE_API = Page(DOCS / "howto" / "use-the-api.md")
CONNECT_AN_ERP = Page(DOCS / "howto" / "connect-an-erp.md")
TEST_YOUR_BUSINESS = Page(DOCS / "howto" / "test-your-business.md")
PATIENCE_S = 90
WALK_S_MAX = 420  # a minute where nothing else runs
COMMAND = "from hansa.cli import main; main()"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def packages_of(lock):
    """The packages of a lock file."""
    return {line.partition("==")[0] for line in (ROOT / lock).read_text().splitlines() if "==" in line}


def modules_for_tests():
    """The modules that `make up` does not install."""
    added = packages_of("requirements-dev.lock") - packages_of("requirements.lock")
    return {
        module
        for module, packages in packages_distributions().items()
        if module.isidentifier() and any(re.sub(r"[-_.]+", "-", one).lower() in added for one in packages)
    }


class Desk:
    """A folder as the tutorial finds it: `.venv/bin` with `hansa` and `python`, and a platform of its own.

    Its `python` knows no module that only tests need until `make dev` was said.
    """

    def __init__(self, folder):
        self.folder = folder
        self.port, self.erp_port = free_port(), free_port()
        self.environ = {
            name: value for name, value in os.environ.items() if not name.startswith("HANSA_")
        } | {
            "HANSA_PORT": str(self.port),
            "HANSA_WEBHOOKS_ALLOWED_HOSTS": "127.0.0.1",
            "PYTHONPATH": os.pathsep.join(
                filter(None, (str(folder / "tea-house"), os.environ.get("PYTHONPATH")))
            ),
        }
        programs = folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        bare = folder / "runtime-only"
        bare.mkdir()
        for module in modules_for_tests():
            (bare / f"{module}.py").write_text(
                f"raise ModuleNotFoundError({f'No module named {module!r}'!r})\n"
            )
        hide = f'[ -e "{folder}/.venv/dev" ] || export PYTHONPATH="{bare}:$PYTHONPATH"'
        for program, lines in {
            programs / "hansa": [f"""exec "{sys.executable}" -c '{COMMAND}' "$@\""""],
            programs / "python": [hide, f'exec "{sys.executable}" "$@"'],
            folder / "bin" / "make": ['[ "$*" = dev ] || exit 2', f'touch "{folder}/.venv/dev"'],
        }.items():
            program.parent.mkdir(exist_ok=True)
            program.write_text("\n".join(["#!/bin/sh", *lines, ""]))
            program.chmod(0o755)
        self.environ["PATH"] = f"{folder / 'bin'}:{self.environ['PATH']}"

    def install(self, files):
        """Write the package and leave what an editable installation leaves: its entry points."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        project = tomllib.loads(files["tea-house/pyproject.toml"])["project"]
        installed = self.folder / "tea-house" / "tea_house-1.0.dist-info"
        installed.mkdir()
        (installed / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n")
        lines = [
            f"[{group}]\n" + "\n".join(f"{name} = {value}" for name, value in entries.items())
            for group, entries in project["entry-points"].items()
        ]
        (installed / "entry_points.txt").write_text("\n".join(lines))

    def write(self, page):
        """Write the files that a page shows in full."""
        for block in page.examples():
            if "/" in block.name:
                path = self.folder / block.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(self.here(block.text))

    def here(self, text):
        """The same text for the ports of this desk."""
        return text.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}").replace("8790", str(self.erp_port))

    @contextmanager
    def up(self):
        """Run the platform; whatever happens, nothing of it is left when the block ends."""
        with (self.folder / "up.log").open("w") as log:
            running = subprocess.Popen(
                [sys.executable, "-c", COMMAND, "up", "--no-demo", "--processes", "2"],
                cwd=self.folder,
                env=self.environ,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            give_up = time.monotonic() + PATIENCE_S
            while "Ctrl-C stops it" not in (told := (self.folder / "up.log").read_text()):
                assert running.poll() is None, told
                assert time.monotonic() < give_up, told
                time.sleep(0.1)
            yield
            running.send_signal(signal.SIGTERM)
            assert running.wait(PATIENCE_S) == 0
        finally:
            if running.poll() is None:
                running.kill()
                running.wait(PATIENCE_S)

    def run(self, blocks):
        """Run blocks in one shell, as somebody does who goes through the page; return what each printed."""
        script = "\n".join(f"printf '\\n=== %s\\n' '{block.name}'\n{block.text}" for block in blocks)
        (self.folder / "walk.sh").write_text(self.here(script))
        with (self.folder / "walk.log").open("w") as log:
            walk = subprocess.Popen(
                ["bash", "-euo", "pipefail", "walk.sh"],
                cwd=self.folder,
                env=self.environ,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            code = walk.wait(WALK_S_MAX)
        except subprocess.TimeoutExpired:
            walk.kill()
            code = None
        told = (self.folder / "walk.log").read_text()
        assert code == 0, told[-4000:]
        parts = re.split(r"^=== (.+)$", told, flags=re.MULTILINE)[1:]
        return dict(zip(parts[::2], parts[1::2], strict=True))

    def status(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.status


def files_of(page):
    """The examples that are files of the package: they bear their paths as names."""
    return [block for block in page.examples() if block.name.startswith("tea-house/")]


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path)
    made.install({block.name: block.text for block in files_of(TUTORIAL)})
    made.write(CONNECT_AN_ERP)
    with made.up():
        yield made


def test_the_tutorial_works_and_so_does_the_api_after_it(desk):
    pages = (TUTORIAL, USE_THE_API, CONNECT_AN_ERP)
    printed = desk.run([block for page in pages for block in page.examples("sh")])

    for name, said in [pair for page in pages for pair in page.outputs.items()]:
        missing = matches(said, printed[name])
        assert not missing, f"{name} does not print {missing}:\n{printed[name]}"
    assert desk.status("/tea-house/") == 200


def test_a_business_is_tested_as_the_page_says(tmp_path):
    made = Desk(tmp_path)
    made.install(
        {block.name: block.text for page in (TUTORIAL, TEST_YOUR_BUSINESS) for block in files_of(page)}
    )

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tea-house/tests/test_order.py"],
        cwd=tmp_path,
        env=made.environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-4000:]


def test_who_only_said_make_up_has_no_pytest(tmp_path):
    desk = Desk(tmp_path)
    python = [tmp_path / ".venv" / "bin" / "python", "-c", "import hansa, hypothesis, pytest"]
    bare = subprocess.run(python, env=desk.environ, capture_output=True, text=True, check=False)
    subprocess.run(["make", "dev"], cwd=tmp_path, env=desk.environ, check=True)
    done = subprocess.run(python, env=desk.environ, capture_output=True, text=True, check=False)

    assert "No module named 'hypothesis'" in bare.stderr
    assert done.returncode == 0, done.stderr
