# Everything a person or CI does here. Needs only Python 3.11+, make and a package index.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test kills soak check run bench bench-scale docs lock lint types clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 16

# The lock file is the reason to rebuild: its hashes say exactly what may be installed.
.venv/.ready: locks/dev.txt pyproject.toml
	@echo "trialmon: building .venv from locks/dev.txt"
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "trialmon needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12")'
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement locks/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: .venv/.ready  ## build .venv with the trialmon command in it

demo: .venv/.ready  ## replay the seeds through the real pipeline, alerts on the terminal
	@$(BIN)/trialmon demo

# The tests commit some ten thousand times, and a commit waits for the disk: in memory, where there is enough of it, they take half as long.
MEMORY := $(shell [ -w /dev/shm ] && [ "$$(df -k --output=avail /dev/shm 2>/dev/null | tail -n 1)" -gt 4000000 ] && echo TMPDIR=/dev/shm)

test: .venv/.ready  ## run the tests
	@$(MEMORY) $(BIN)/python -m pytest -q -n auto --dist loadfile

kills: .venv/.ready  ## die at every passing of every crash point, and twice: minutes
	@$(MEMORY) TRIALMON_KILLS=all $(BIN)/python -m pytest -q -n auto tests/journeys/test_killed.py

# TRIALMON_SOAK_SEED is another life, TRIALMON_SOAK_DAYS a shorter one.
soak: .venv/.ready  ## two years of made trouble in one process: many minutes
	@TRIALMON_SOAK_DAYS=$${TRIALMON_SOAK_DAYS:-730} $(BIN)/python -m pytest -q -s tests/soak -k years

lint: .venv/.ready  ## ruff and the import floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache

types: .venv/.ready  ## mypy --strict
	@$(BIN)/mypy

check: lint types docs-check test  ## all that CI does

docs-check: .venv/.ready
	@$(BIN)/python -m docs.generate --check

run: .venv/.ready  ## the daemon, in the foreground, with ./trialmon.yaml
	@$(BIN)/trialmon run

bench: .venv/.ready  ## measure; writes docs/performance.md figures
	@$(BIN)/python -m benchmarks

bench-scale: .venv/.ready  ## measure a database of 600,000 trials: an hour, 40 GB free
	@$(BIN)/python -m benchmarks.scale

docs: .venv/.ready  ## write docs/reference from the code
	@$(BIN)/python -m docs.generate

lock: .venv/.ready  ## renew the lock files from pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8'
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --upgrade pyproject.toml --output-file locks/run.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --upgrade --extra dev pyproject.toml --output-file locks/dev.txt

clean:  ## remove what the build left
	@rm -rf .venv demo-run .mypy_cache .ruff_cache .pytest_cache .hypothesis
