# Every target sets up what it needs; `make` alone lists them.

PYTHON ?= python3
PORT ?= 8000
BENCH ?=
LOAD ?=
RELEVANCE ?=
KILLS ?= 1000
MINUTES ?= 3
FUZZ ?=

BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PIP_COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--all-build-deps --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links
DEMO := demo/acteurs demo/organes demo/questions

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test kills faults fuzz deploy-check screenshots lint docs bench load relevance lock

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/ready-to-run ## Serve var/index, else the demo corpus, on http://127.0.0.1:8000 (or PORT=)
	@if [ -d var/index ]; then index=var/index; else index=var/demo; fi; \
	if [ ! -d $$index ]; then $(BIN)/qe index $(DEMO) --index $$index || exit; fi; \
	exec $(BIN)/qe serve --index $$index --port $(PORT)

test: .venv/ready-to-test ## Run the tests; some need Chromium, or Java 17 and maven
	$(BIN)/pytest -n 2 --dist worksteal

kills: .venv/ready-to-test ## Kill builds at a thousand moments (or KILLS=) and see that nothing is lost
	$(BIN)/python -m tests.kills --kills $(KILLS)

faults: .venv/ready-to-test ## Damage an index in every way, then ill-treat a server for MINUTES=3
	$(BIN)/python -m tests.faults --minutes $(MINUTES)

fuzz: .venv/ready-to-fuzz ## Try a million inputs on whatever reads what anybody sends (FUZZ=--help)
	$(BIN)/python -m tests.fuzz $(FUZZ)

deploy-check: .venv/ready-to-test ## Try what deploy/ ships; needs nginx and systemd-analyze
	$(BIN)/python -m tests.deploy

screenshots: .venv/ready-to-test ## Take pictures of every page, to be looked at, into var/screenshots
	$(BIN)/python -m tests.screenshots

lint: .venv/ready-to-test ## Check style, formatting and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

docs: .venv/ready-to-run ## Write the generated tables of docs/ again
	$(BIN)/python docs/generate.py

bench: .venv/ready-to-bench ## Compare with tantivy, SQLite FTS5 and stock Whoosh (BENCH=--help)
	$(BIN)/python -m benchmarks run $(BENCH)

load: .venv/ready-to-bench ## Load the site for fifteen minutes while updates are indexed (LOAD=--help)
	$(BIN)/python -m benchmarks load $(LOAD)

relevance: .venv/ready-to-bench ## Measure whether what should come first does (RELEVANCE=--help)
	$(BIN)/python -m benchmarks relevance $(RELEVANCE)

lock: .venv/ready-to-test ## Compile requirements/*.txt again from pyproject.toml
	$(PIP_COMPILE) --output-file requirements/run.txt pyproject.toml
	$(PIP_COMPILE) --extra opensearch --output-file requirements/opensearch.txt pyproject.toml
	$(PIP_COMPILE) --extra dev --output-file requirements/dev.txt pyproject.toml
	$(PIP_COMPILE) --extra bench --output-file requirements/bench.txt pyproject.toml
	$(PIP_COMPILE) --extra fuzz --output-file requirements/fuzz.txt pyproject.toml

.venv/ready-to-run: requirements/run.txt pyproject.toml | .venv/bin/python
	$(PIP_INSTALL) --requirement requirements/run.txt
	$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/ready-to-bench: requirements/bench.txt pyproject.toml | .venv/bin/python
	$(PIP_INSTALL) --requirement requirements/bench.txt
	$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/ready-to-fuzz: requirements/fuzz.txt pyproject.toml | .venv/bin/python
	$(PIP_INSTALL) --requirement requirements/fuzz.txt
	$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/ready-to-test: requirements/dev.txt pyproject.toml | .venv/bin/python
	$(PIP_INSTALL) --requirement requirements/dev.txt
	$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'make: $(PYTHON) is missing or older than 3.11: install Python 3.11 or later,' \
		'or name one with PYTHON=/path/to/python3.11' >&2; exit 1; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
