# `make` alone prints what can be made. Nothing here needs root; everything is installed into .venv from PyPI,
# with versions and hashes as locked.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CORPUS ?= corpus/sample
OUT ?= outputs/sample
ARGS ?=
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
WHAT = $(CORPUS) --out $(OUT) $(if $(SEMANTIC),--config configs/semantic.yml) $(ARGS)

.PHONY: help
help: ## Print this help
	@echo "make run     the whole job on the sample corpus, into outputs/sample"
	@echo "make run CORPUS=my/documents OUT=outputs/mine    the same on your own documents"
	@echo "make run SEMANTIC=1 ...    the large model, too, where the small one is in doubt: slower, more of it right"
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-ready: $(VENV)/pyvenv.cfg requirements.lock pyproject.toml
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev-ready: $(VENV)/.run-ready requirements-dev.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.semantic-ready: $(VENV)/.run-ready requirements-semantic.lock
	$(PIP) --require-hashes -r requirements-semantic.lock
	@touch $@

.PHONY: setup setup-dev
setup: $(VENV)/.run-ready $(if $(SEMANTIC),$(VENV)/.semantic-ready) ## Make the virtual environment
setup-dev: $(VENV)/.dev-ready ## The same, with what tests and notebooks need

.PHONY: run ingest segment cluster tabulate report plan
run: setup ## The whole job: documents in, tables and report out
	$(BIN)/findings run $(WHAT)
ingest: setup ## Up to documents, blocks and rejects
	$(BIN)/findings ingest $(WHAT)
segment: setup ## Up to statements and their kinds
	$(BIN)/findings segment $(WHAT)
cluster: setup ## Up to themes and assignments
	$(BIN)/findings cluster $(WHAT)
tabulate: setup ## Up to the tables by year
	$(BIN)/findings tabulate $(WHAT)
report: setup ## Up to the report
	$(BIN)/findings report $(WHAT)
plan: setup ## What a run would do, and why
	@$(BIN)/findings plan $(WHAT)

.PHONY: init doctor trace collect codebook review export import
init: setup ## A folder for a new project: make init ARGS=DIR
	$(BIN)/findings init $(ARGS)
doctor: setup ## What this machine lacks, in plain words
	@$(BIN)/findings doctor $(ARGS)
trace: setup ## The statements behind a number: make trace ARGS='--year 2009 --theme thresholds'
	@$(BIN)/findings trace $(OUT) $(ARGS)
collect: setup ## Fetch listed documents: make collect ARGS='SOURCES.csv --to DIR'
	$(BIN)/findings collect $(ARGS)
codebook: setup ## Check the codebook by its own examples: make codebook ARGS='check FILE'
	$(BIN)/findings codebook $(or $(ARGS),check)
review: setup ## Code a sample by hand and compare: make review ARGS='sample DIR'
	$(BIN)/findings review $(ARGS)
export: setup ## Hand a run to other programs: make export ARGS=qdpx
	$(BIN)/findings export $(OUT) $(or $(ARGS),xlsx)
import: setup ## Take codings from other programs: make import ARGS=FILE
	$(BIN)/findings import $(ARGS)

.PHONY: test check audit notebooks bench reference examples pictures docs
test: setup-dev ## Every test
	$(BIN)/python -m pytest $(ARGS)
check: setup-dev audit ## Lint, format, types, and known faults of dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
audit: setup-dev ## Look for known vulnerabilities of the locked versions (needs the network; says so without it)
	@$(BIN)/python -m benchmarks audit
notebooks: setup-dev ## Execute the notebooks on a run of the sample
	$(BIN)/python -m pytest tests/test_notebooks.py $(ARGS)
bench: setup-dev ## Speed, memory and quality, measured
	$(BIN)/python -m benchmarks $(ARGS)
reference: setup-dev ## Write docs/reference from the code
	$(BIN)/python -m docs.generate
examples: setup-dev ## Run the examples of README, tutorial and guides, and write what they print into them
	$(BIN)/python -m docs.examples
pictures: run setup-dev ## Draw the README's picture anew from outputs/sample
	$(BIN)/python -m docs.generate --images $(OUT) sample recurrence
docs: reference ## The documentation as a site, in site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

.PHONY: lock clean
lock: ## Renew the lock files (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra build --extra dev --extra docs --extra notebooks --extra ocr --extra semantic --extra dask \
		pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra build -c requirements-dev.lock pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra build --extra semantic -c requirements-dev.lock pyproject.toml -o requirements-semantic.lock
clean: ## Remove outputs and caches (not the virtual environment)
	find outputs -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
	rm -rf .pytest_cache .mypy_cache .ruff_cache build dist site
