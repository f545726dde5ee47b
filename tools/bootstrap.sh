#!/bin/sh
# Makes .venv and installs what the locks name: `sh tools/bootstrap.sh runtime` or `dev` (runtime, tests, benchmarks).
#
# Needs Python 3.11 or later; uses uv when it is on the PATH, else venv and pip. A stamp in .venv holds the
# checksum of everything that was installed from, so that a second call only compares. HANSA_PYTHON picks the
# interpreter.
set -eu
cd "$(dirname "$0")/.."

want=${1:-runtime}
case $want in
    runtime) lock=requirements.lock ;;
    dev) lock=requirements-dev.lock ;;
    *) echo "usage: tools/bootstrap.sh runtime|dev" >&2; exit 2 ;;
esac

# Where the checkout stands is part of the sum: an editable install and a .venv both hold absolute paths.
checksum() {
    { pwd; cat "$1" requirements-build.lock pyproject.toml tools/bootstrap.sh; } | cksum
}

fresh() {
    [ -f ".venv/stamp-$1" ] && [ "$(cat ".venv/stamp-$1")" = "$(checksum "$2")" ] && .venv/bin/python -c ''
}

# The lock for tests contains the runtime's.
if fresh dev requirements-dev.lock 2>/dev/null || fresh "$want" "$lock" 2>/dev/null; then
    exit 0
fi

recent() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for python in ${HANSA_PYTHON:+"$HANSA_PYTHON"} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if recent "$python"; then
            command -v "$python"
            return
        fi
    done
    echo "Hansa needs Python 3.11 or later, and none is on the PATH: install it, or name it in HANSA_PYTHON." >&2
    return 1
}

uv=$(command -v uv || true)

if ! { [ -x .venv/bin/python ] && recent .venv/bin/python; }; then
    python=$(find_python)
    echo "Making .venv with $("$python" --version) ..."
    rm -rf .venv
    if [ -n "$uv" ]; then
        "$uv" venv --quiet --python "$python" .venv
    elif ! told=$("$python" -m venv .venv 2>&1); then
        rm -rf .venv
        echo "$told" >&2
        echo "This Python cannot make virtual environments: install its venv module (Debian: python3-venv), or uv." >&2
        exit 1
    fi
fi

install() {
    if [ -n "$uv" ]; then
        "$uv" pip install --quiet --compile-bytecode --python .venv/bin/python "$@"
    else
        .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@"
    fi
}

rm -f .venv/stamp-*
if [ -z "$uv" ] && ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    .venv/bin/python -m ensurepip >/dev/null  # uv made it, and has gone since
fi
echo "Installing the packages of $lock ..."
install --require-hashes -r requirements-build.lock
install --require-hashes -r "$lock"
# Built with the pinned tools from above: nothing is resolved or fetched here.
install --no-deps --no-build-isolation -e .
# Where PYTHONDONTWRITEBYTECODE is set, every process would compile the house anew: seconds, at each start.
.venv/bin/python -m compileall -q src
checksum "$lock" > ".venv/stamp-$want"
