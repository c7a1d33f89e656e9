# The verbs of the project; `make` alone lists them. Every target sets up .venv by itself.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
REQUIRE ?=
PROFILE ?= auto

.PHONY: help setup run test check fix lint contract notebooks browser bench outputs docs open lock \
        testbed-up testbed-down fresh clean

help: ## list the verbs
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: $(READY) ## make .venv with the locked versions; nothing happens when nothing changed

$(READY): requirements.lock pyproject.toml
	@test -x $(BIN)/uv || { $(PYTHON) -m venv $(VENV) && $(BIN)/pip install --quiet --require-hashes -r tools/uv.lock; }
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable . && touch $@

run: $(READY) ## run the whole runbook on a real Docker, by the testbed where there is none
	@$(BIN)/runbook run --profile $(PROFILE)

test: $(READY) ## every test that this machine can run; REQUIRE=docker,browser makes a skip a failure
	@$(BIN)/python tools/chromium_for_tests.py "$(REQUIRE)" && $(BIN)/python tools/testbed_for_tests.py
	@$(BIN)/pytest --require "$(REQUIRE)" -m "not bench"

check: $(READY) ## format, lint, imports, types, unit tests, notebook style: before every commit
	@$(BIN)/python tools/check.py

fix: $(READY) ## format, and mend what can be mended
	@$(BIN)/ruff format --quiet && $(BIN)/ruff check --fix --quiet

lint: $(READY) ## lint and import contracts
	@$(BIN)/ruff check --quiet && PYTHONPATH=myevents/services $(BIN)/lint-imports --no-logo --no-timings > /dev/null

contract: $(READY) ## the vocabulary against a real Docker Engine
	@$(BIN)/pytest --require docker tests/contract

notebooks: $(READY) ## the notebooks against a real Docker Engine
	@$(BIN)/pytest --require docker tests/notebooks

browser: $(READY) ## the notebooks in a real JupyterLab and Chromium
	@$(BIN)/pytest --require docker,browser tests/browser

bench: $(READY) ## measure, in tests/benchmarks/
	@$(BIN)/pytest --require docker -m bench -s tests/benchmarks

outputs: $(READY) ## execute the notebooks on a clean engine, and store their outputs
	@$(BIN)/python tools/store_outputs.py

docs: $(READY) ## write docs/reference.md from the command line itself
	@COLUMNS=100 $(BIN)/typer runbook_lib.cli.main utils docs --name runbook --title "The command line" --output docs/reference.md > /dev/null
	@sed -i "s/&#x27;/'/g; s/&gt;/>/g; s/&lt;/</g; s/&quot;/\"/g" docs/reference.md

open: $(READY) ## JupyterLab on a working copy
	@$(BIN)/runbook open --profile $(PROFILE)

lock: $(READY) ## find new versions for requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --upgrade --extra frontend --extra myevents --extra test --extra dev pyproject.toml -o requirements.lock
	@for each in requirements requirements-static; do $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --upgrade --constraint requirements.lock myevents/services/$$each.in -o myevents/services/$$each.txt; done
	@sed -n '/^uv==/,/^[a-z].*==/p' requirements.lock | sed '$$d' > tools/uv.lock

testbed-up: $(READY) ## bring the testbed up
	@$(BIN)/runbook testbed up

testbed-down: $(READY) ## take the testbed down
	@$(BIN)/runbook testbed down

fresh: $(READY) ## prove `make run` and `make test` on a bare Debian 12
	@$(BIN)/python tools/fresh_root.py

clean: ## remove what can be made again
	@rm -rf $(VENV) runs work dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
