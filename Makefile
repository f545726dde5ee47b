# Every target prepares .venv by itself; only make and Python 3.11 or later have to be there.
# ARGS goes to the program behind the target: make up ARGS="--port 8080", make test ARGS="-k ledger".

.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON := .venv/bin/python
ARGS ?=
# The tests start some hundred processes: each would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

.PHONY: up
up: runtime ## Start everything: database, demo, server on http://127.0.0.1:8000; Ctrl-C stops it
	@exec .venv/bin/hansa up $(ARGS)

.PHONY: test
test: dev ## Run the tests, on all cores
	@$(PYTHON) -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: dev
dev: ## Install what the tests, the checks and the docs need beside the runtime
	@sh tools/bootstrap.sh dev

.PHONY: lint
lint: dev ## Check style, types and who imports whom
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/lint-imports

.PHONY: pages
pages: dev ## Look at every page in a real browser (installs Debian's Chromium when there is none)
	@chromium=$$(sh tools/chromium.sh) && HANSA_CHROMIUM=$$chromium $(PYTHON) -m pytest -m pages $(ARGS)

.PHONY: chaos
chaos: dev ## Kill processes under load and count what was acknowledged
	@$(PYTHON) -m pytest -m chaos $(ARGS)

.PHONY: replay
replay: dev ## Load a real grocer's year and sell it again, to the cent (ARGS="--weeks 1-4")
	@.venv/bin/hansa migrate
	@.venv/bin/hansa load complete-journey
	@exec .venv/bin/hansa replay complete-journey $(ARGS)

.PHONY: bench
bench: dev ## Measure against plain Python, pluggy and FastAPI, in one run
	@$(PYTHON) -m benchmarks $(ARGS)

.PHONY: docs
docs: dev ## Write the reference from the code
	@$(PYTHON) -m tools.reference

.PHONY: lock
lock: dev ## Resolve the lock files anew (ARGS=--upgrade for newer versions)
	@sh tools/lock.sh $(ARGS)

.PHONY: runtime
runtime:
	@sh tools/bootstrap.sh runtime
