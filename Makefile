# Everything runs in the project's own .venv; the first target that needs it makes it.
PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
READY := .venv/.ready
OUR_CODE := heedline.py commands warehouse connectors expectations ml publish outreach sample runtime privacy dags dashboards bench tests

.DEFAULT_GOAL := help
.PHONY: help run up status docs test lint bench clean lock

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 10

$(READY): requirements.lock pyproject.toml Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Heedline needs Python 3.11 or newer: make PYTHON=python3.11 ..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@echo "installing what requirements.lock names into .venv"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

run: $(READY) ## the whole pipeline once on the sample company: Airflow, marts, report, at-risk list
	@$(BIN)/heedline run

up: $(READY) ## keep Airflow's UI and scheduler running until Ctrl-C
	@$(BIN)/heedline up

status: $(READY) ## what is loaded, quarantined and published
	@$(BIN)/heedline status

docs: $(READY) ## what every table, column and metric means, as one page: data/docs/index.html
	@$(BIN)/heedline docs

test: $(READY) ## every test, the slow ones included
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: $(READY) ## ruff, mypy, SQL portability, layers
	@$(BIN)/ruff check $(OUR_CODE)
	@$(BIN)/ruff format --check --quiet $(OUR_CODE)
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_layers.py tests/test_portable_sql.py

bench: $(READY) ## benchmarks, each a ratio against a named peer in one run
	@$(BIN)/python -m bench

clean: ## remove what runs and tests wrote (not .venv)
	rm -rf data .pytest_cache .mypy_cache .ruff_cache .hypothesis dbt_project/target dbt_project/logs

lock: $(READY) ## compile requirements.lock anew from requirements.in
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --output-file requirements.lock requirements.in
