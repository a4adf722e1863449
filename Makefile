# Everything runs from the virtual environment that the lock describes; `make` alone lists targets.
SHELL := bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# Demo and tests start many processes, and without compiled modules each compiles ours anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install demo up hosts test test-flows test-rest check-and-rest check check-quick requirements bench lock clean

help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# The lock is complete, so pip resolves nothing (--no-deps) and checks every hash. Only
# a part of it is ever imported: Python compiles that when it is, all would be a third of the time.
$(INSTALLED): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --no-deps --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

install: $(INSTALLED)  ## the virtual environment that the lock describes

demo: $(INSTALLED)  ## load synthetic companies end to end and check the outcome
	$(BIN)/tasma demo

up: $(INSTALLED)  ## Prefect server, its UI, the portal and a simulated Fortnox, on the demo's books
	$(BIN)/tasma --demo up

hosts: $(INSTALLED)  ## a night on two hosts: PostgreSQL, Redis, two Prefect servers, on this machine
	$(BIN)/tasma --demo up --hosts 2

# Runs of a server are mostly waited for, so these go beside the rest. Of the rest, files with few
# tests are among the longest, so the order is that of the folders and not by number.
test: $(INSTALLED)  ## the tests, the import rules and the types
	$(MAKE) --no-print-directory --jobs 2 --output-sync=target test-flows check-and-rest

check-and-rest: $(INSTALLED)
	$(MAKE) --no-print-directory check
	$(MAKE) --no-print-directory test-rest

test-flows: $(INSTALLED)
	$(BIN)/python -m pytest tests/flows --numprocesses 2 --dist loadscope

test-rest: $(INSTALLED)
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder --ignore=tests/flows

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check-quick: check  ## lint, types, import rules and the unit tests that are no laws, for every day
	$(BIN)/python -m pytest tests/unit -m "not hypothesis" --numprocesses auto --maxprocesses 4 --dist loadfile

requirements: $(INSTALLED)  ## each requirement, the passing tests that prove it, and what is unproven
	$(BIN)/python -m tests.requirements_report

bench: $(INSTALLED)  ## benchmarks, ours and the peer's in one run
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements-bench.txt
	$(BIN)/python -m tests.benchmarks

UV_COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml \
	--extra postgresql --extra s3 --extra hosts

lock:  ## write the locks anew (needs uv)
	$(UV_COMPILE) --extra dev -c requirements.txt -o requirements.txt
	$(UV_COMPILE) --extra dev --extra bench -c requirements.txt -o requirements-bench.txt
	$(UV_COMPILE) --extra image -c requirements.txt -o requirements-run.txt

clean:  ## remove what the demo and the tests made here, never books of your own
	rm -rf data/demo-home{,.lock} build

campaign: $(INSTALLED)  ## the laws on all their examples, matrices whole (make test tries a part of them)
	TASMA_CAMPAIGN=1 $(BIN)/python -m pytest -m hypothesis --numprocesses auto --maxprocesses 4 --dist worksteal
	TASMA_CAMPAIGN=1 $(BIN)/python -m pytest -m share --numprocesses auto --maxprocesses 4 --dist loadfile
	TASMA_CAMPAIGN=1 $(BIN)/python -m pytest tests/unit/push tests/faults/test_push_campaign.py tests/faults/test_route_campaigns.py \
		tests/integration/test_sie_samples_outcome.py
	TASMA_CAMPAIGN=1 $(BIN)/python -m pytest tests/faults/test_host_kills.py tests/flows/test_hosts.py
	TASMA_CAMPAIGN=1 $(BIN)/python -m pytest tests/faults/test_sftp_kills.py tests/integration/sftp/test_servers.py
.PHONY: campaign
