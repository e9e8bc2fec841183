# Needs make and Python 3.11 or newer, nothing else. For GNU make 3.81 too, which macOS ships.

# `.venv` is made once from the lock. TRIAGE_VENV names an environment that is there already; nothing is installed then.
ifdef TRIAGE_VENV
BIN := $(TRIAGE_VENV)/bin
READY :=
else
BIN := .venv/bin
READY := .venv/.ready
endif
export PYTHON

UV := uv==0.13.9
PYTEST := $(BIN)/python -m pytest -q

.PHONY: help demo test check gates bench docs agencies models lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: $(READY) ## real Seattle calls through the engine: routes, queues, one call explained
	@sh config/seattle/demo/demo.sh "$(BIN)"

test: gates ## everything: all gates, all tests
	@$(PYTEST)

check: gates ## for daily work: all gates and the fast tests, under a minute
	@$(PYTEST) -m "not slow"

gates: $(READY)
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo

bench: $(READY) ## one benchmark beside its floor and its peer: make bench NAME=store
	@test -f "benchmarks/$(NAME).py" || { echo "error: no benchmark \`$(NAME)\`; NAME is one of:" \
	    $$(grep -l __main__ benchmarks/*.py | sed 's#.*/##; s#\.py$$##') >&2; exit 2; }
	@$(BIN)/python "benchmarks/$(NAME).py"

docs: $(READY) ## writes what is generated in docs/, then runs every example
	@$(BIN)/python docs/generate.py
	@$(PYTEST) tests/test_docs.py tests/test_contributing.py

agencies: $(READY) ## writes docs/agencies.md from the published tables in ../shared/data
	@$(BIN)/python docs/agencies.py

models: $(READY) ## trains every agency's model from the published tables, and writes docs/classifier.md
	@$(BIN)/python docs/models.py

lock: $(READY) ## pins every dependency again (needs a registry); UPGRADE=--upgrade for newer ones
	@test -x .venv-lock/bin/uv || { $(BIN)/python -m venv .venv-lock \
	    && .venv-lock/bin/python -m pip install --quiet --disable-pip-version-check $(UV); }
	@.venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --group dev \
	    --no-emit-index-url --no-annotate --custom-compile-command "make lock" $(UPGRADE) \
	    --output-file requirements.lock pyproject.toml

.venv/.ready: requirements.lock pyproject.toml .ci/venv .ci/python
	@sh .ci/venv
	@touch $@
