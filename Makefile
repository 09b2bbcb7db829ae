# Two commands do everything on a machine with Python 3.11 or later: `make audit` and `make test`.
PYTHON ?= python3
REPO ?= fixtures/leaky-shop
VENV := .venv
BIN := $(VENV)/bin

.PHONY: audit test setup check docs bench clean

audit: $(VENV)/.installed
	@$(BIN)/infra-audit check --root "$(REPO)" --format markdown --exit-zero

test: $(VENV)/.tested
	$(BIN)/ruff check src tests bench hatch_build.py
	$(BIN)/ruff format --check src tests bench hatch_build.py
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest -q -n auto --cov --cov-report=term:skip-covered --cov-fail-under=90

setup: $(VENV)/.tested

docs: $(VENV)/.tested
	$(BIN)/python -m tests.pages

$(VENV)/.installed: pyproject.toml hatch_build.py
	@$(PYTHON) -c 'import sys; sys.exit("infra-audit needs Python 3.11 or later: make PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache
