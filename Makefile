# Erjian (二建). `make help` lists what there is.

SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.made
WORKERS ?= 2

.DEFAULT_GOAL := help
FACES := .venv-faces/.made/run
.PHONY: help setup setup-tests run test test-fast lint bench lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@echo "  PORT=8080, ERJIAN_DATA=/a/folder and DATABASE_URL=postgresql://... are honoured; see docs/operations.md"

run: setup ## Start everything: database, web server, worker, demo province
	@exec $(BIN)/erjian run --end-with-parent

setup: $(STAMPS)/run $(STAMPS)/npm $(FACES) ## Install what running needs into .venv and node_modules

setup-tests: $(STAMPS)/dev $(STAMPS)/npm $(STAMPS)/pictures $(FACES)
	@test -f $(FACES)
	@sh tools/setup.sh machine

test: setup-tests ## Run every test, browser journeys included
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal

test-fast: $(STAMPS)/dev $(STAMPS)/npm ## Run the tests that need no browser
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not browser"

lint: $(STAMPS)/dev $(STAMPS)/npm ## Check style, layers, types and templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy
	@$(BIN)/djlint --quiet --lint erjian
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive erjian

bench: $(STAMPS)/dev $(STAMPS)/npm $(STAMPS)/pictures $(FACES) ## Measure lists, pages, certificates, imports and faces
	@$(BIN)/python -m bench

lock: $(STAMPS)/dev ## Lock the newest allowed versions of everything
	@sh tools/setup.sh lock

clean: ## Remove what setup and tests made; data folders stay
	rm -rf $(VENV) .venv-faces node_modules build shots erjian.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(STAMPS)/venv:
	@PYTHON="$(PYTHON)" sh tools/setup.sh venv

$(STAMPS)/run: requirements.lock pyproject.toml | $(STAMPS)/venv
	@sh tools/setup.sh packages requirements.lock
	@touch $@

# The development lock holds everything of requirements.lock in the same versions.
$(STAMPS)/dev: requirements-dev.lock pyproject.toml | $(STAMPS)/venv
	@sh tools/setup.sh packages requirements-dev.lock
	@touch $@ $(STAMPS)/run

$(STAMPS)/npm: package-lock.json .npmrc | $(STAMPS)/run
	@sh tools/setup.sh npm
	@touch $@

# The face service has an environment of its own: its packages are many and large, and no page needs them.
$(FACES): requirements-faces.lock | $(STAMPS)/venv
	@PYTHON="$(PYTHON)" sh tools/setup.sh faces

# Archives with photographs for the tests of face verification; nothing of them is installed.
$(STAMPS)/pictures: requirements-pictures.lock | $(STAMPS)/dev
	@sh tools/setup.sh pictures
	@touch $@
