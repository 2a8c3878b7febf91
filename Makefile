# `make` lists everything. `make check` is what must be right besides the tests; `./continuum test` runs the tests.
PYTHON := .venv/bin/python
BIN := .venv/bin
SHELL_SCRIPTS := continuum .ci/run $(wildcard deploy/*.sh)
COMPOSE_FILES := docker-compose.yml deploy/published.yml
# The plugin of newer engines, or the program of older ones.
COMPOSE ?= $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)
LOCK := uv pip compile -q --universal --python-version 3.11 --generate-hashes

.DEFAULT_GOAL := help
.PHONY: help check format format-check lint types imports deps spelling shell drift docs \
	test test-unit test-service test-contract test-integration coverage containers up down bench locks clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "  %-18s %s\n", $$1, $$2 }'

check: format-check lint types imports deps spelling shell containers drift ## everything that CI checks besides the tests

format: ## write all code in one form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

format-check: ## is all code in that form?
	$(BIN)/ruff format --check .

lint: ## mistakes that can be read off the code
	$(BIN)/ruff check .

types: ## mypy, strict
	$(BIN)/mypy

imports: ## who may import whom (the sentences are in pyproject.toml)
	$(BIN)/lint-imports --no-cache

deps: ## are dependencies declared, and used?
	$(BIN)/deptry .

spelling: ## spelling
	$(BIN)/codespell .

shell: ## shell scripts
	$(BIN)/shellcheck $(SHELL_SCRIPTS)
	if command -v dash >/dev/null; then dash -n continuum; fi

containers: ## the Dockerfile's rules, and the compose files against their schema
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec $(COMPOSE_FILES)

drift: ## are generated files up to date?
	$(PYTHON) -m shared.config.example --check
	@$(PYTHON) -m cli events --format markdown | diff -q - docs/events.md >/dev/null \
		|| { echo "docs/events.md is not up to date; write it with: make docs" >&2; exit 1; }
	@$(PYTHON) -m cli events --format asyncapi | diff -q - docs/asyncapi.json >/dev/null \
		|| { echo "docs/asyncapi.json is not up to date; write it with: make docs" >&2; exit 1; }
	@$(PYTHON) -m cli rpc --format markdown | diff -q - docs/rpc.md >/dev/null \
		|| { echo "docs/rpc.md is not up to date; write it with: make docs" >&2; exit 1; }
	@$(PYTHON) -m cli transitions --format markdown | diff -q - docs/states.md >/dev/null \
		|| { echo "docs/states.md is not up to date; write it with: make docs" >&2; exit 1; }

docs: ## write the generated files again
	$(PYTHON) -m shared.config.example
	$(PYTHON) -W ignore -m shared.events.golden
	$(PYTHON) -m cli events --format markdown > docs/events.md
	$(PYTHON) -m cli events --format asyncapi > docs/asyncapi.json
	$(PYTHON) -m cli rpc --format markdown > docs/rpc.md
	$(PYTHON) -m cli transitions --format markdown > docs/states.md

test: ## all tests
	./continuum test

test-unit: ## the domain: no input or output, milliseconds
	./continuum test tests/unit

test-service: ## handlers on a real PostgreSQL
	./continuum test tests/service

test-contract: ## events and calls against their golden schemas
	./continuum test tests/contract

test-integration: ## real RabbitMQ and PostgreSQL, faults, the launcher
	./continuum test tests/integration

coverage: ## all tests with coverage: domain 100 %, the whole at least 90 %
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine -q
	$(BIN)/coverage report --include='services/*/domain/*' --fail-under=100
	$(BIN)/coverage report --fail-under=90

up: ## build and start everything in containers (CONTINUUM_DEMO_CLOCK=1 make up: for the demonstration)
	CONTINUUM_REVISION=$$(git rev-parse --short HEAD 2>/dev/null || echo unknown) $(COMPOSE) --profile backup build
	deploy/make-secrets.sh
	$(COMPOSE) up -d

down: ## stop and remove the containers; data and secrets stay
	$(COMPOSE) down --remove-orphans

bench: ## the benchmarks
	./continuum bench

locks: ## resolve the dependencies again (needs uv)
	$(LOCK) --extra embedded pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml -c requirements.lock -o deploy/requirements.lock
	$(LOCK) --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock

clean: ## remove caches (not .venv, not .data)
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* .import_linter_cache
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
