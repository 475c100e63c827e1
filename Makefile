# Every task of the project. `make` alone lists them. Everything is made inside .venv of this checkout.
PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready-run
READY_DEV := $(VENV)/.ready-dev
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# Ctrl-C is for the service, which ends well; make would call it an error.
OWN_TERMINAL := if [ -t 0 ]; then set -m; fi;

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo run test lint types imports tests check bench soak format lock prism clean

.DEFAULT:
	$(error there is no target '$@': `make` alone lists them)

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
		printf '%-16s %s\n' "$$name" "$$text"; done

demo: $(READY) ## play a disaster day, then leave the console open (ARGS=--no-serve ends by itself)
	@$(OWN_TERMINAL) $(BIN)/python run.py simulate $(ARGS)

run: $(READY) ## start the service on the live feeds
	@$(OWN_TERMINAL) $(BIN)/python run.py serve $(ARGS)

check: $(READY) ## say what is wrong with settings, database, catalogue and feeds
	@$(BIN)/python run.py check $(ARGS)

test: lint types imports tests ## run all checks and all tests

lint: $(READY_DEV) ## style and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY_DEV) ## mypy, strict
	@$(BIN)/mypy

imports: $(READY_DEV) ## layers, the pure core, one door per vendor library
	@$(BIN)/lint-imports

tests: $(READY_DEV) ## the tests alone (ARGS='-k words' for some)
	@$(BIN)/python -m pytest -n 2 $(ARGS)

bench: $(READY_DEV) ## measure (benchmarks/)
	@for file in benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python -m "benchmarks.$$(basename $$file .py)" || exit 1; done

soak: $(READY_DEV) ## an hour of faults and kills by the provider's count (ARGS='--minutes 10')
	@$(BIN)/python -m benchmarks.soak $(ARGS)

format: $(READY_DEV) ## write every file in the one format
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

lock: ## renew requirements.lock from the ranges in pyproject.toml
	@rm -rf build/lock && mkdir -p build
	@$(PYTHON) -m venv build/lock
	@build/lock/bin/python -m pip --quiet install '.[dev,postgres,postal,translate]'
	@{ sed -n '/^#/p' requirements.lock; build/lock/bin/python -m pip freeze --exclude tomoshibi; } > build/requirements.lock
	@mv build/requirements.lock requirements.lock

prism: ## install Prism, which checks what we send to Twilio (needs nodejs and npm)
	@command -v npm >/dev/null || { echo "npm is missing: sudo apt-get install nodejs npm"; exit 1; }
	@test -x build/prism/node_modules/.bin/prism || \
		npm install --prefix build/prism --silent --no-audit --no-fund --no-save @stoplight/prism-cli@5.16.0

clean: ## remove what these targets have made
	@rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: install Python 3.11 or newer"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$$($(PYTHON) --version) is too old: install Python 3.11 or newer, or name it: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing: sudo apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# The lock holds what was tested together; the ranges in pyproject.toml say what else should do.
$(READY): $(VENV)/.made pyproject.toml requirements.lock
	@echo "installing into $(VENV) …"
	@$(PIP) install --constraint requirements.lock --editable '.[postal]'
	@touch $@

$(READY_DEV): $(VENV)/.made pyproject.toml requirements.lock
	@echo "installing into $(VENV), with tools, PostgreSQL and the translation library …"
	@$(PIP) install --constraint requirements.lock --editable '.[dev,postgres,postal,translate]'
	@touch $(READY) $@
