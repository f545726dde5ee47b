#!/bin/sh
# Writes the three lock files anew from pyproject.toml; versions stay unless `--upgrade` is given.
set -eu
cd "$(dirname "$0")/.."

uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    place=$(mktemp -d)
    trap 'rm -rf "$place"' EXIT
    .venv/bin/python -m venv "$place"
    "$place/bin/pip" install --quiet --disable-pip-version-check uv
    uv=$place/bin/uv
fi

compile() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate "$@"
}

compile "$@" pyproject.toml --group dev --group bench -o requirements-dev.lock
compile "$@" pyproject.toml -c requirements-dev.lock -o requirements.lock
printf 'hatchling>=1.27\neditables>=0.5\n' | compile "$@" - -c requirements-dev.lock -o requirements-build.lock
