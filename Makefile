# Two commands matter: `make demo` sets up and runs a season, `make test` sets up and passes the tests.
# Needs Python 3.11+, make and the package registries; everything else comes from the lock files.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
WEB := $(VENV)/.web-stamp
WORKERS ?= 2

.PHONY: setup demo serve test test-long lint format bench clean lock wheel

setup: $(WEB)

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(WEB): $(STAMP) package.json package-lock.json $(shell find coop -name '*.po')
	$(BIN)/python -m coop.web.assets
	$(BIN)/python -m coop.web.i18n compile
	@touch $@

demo: setup
	$(BIN)/coop demo

serve: setup
	$(BIN)/coop serve

# What only the tests need from npm: axe-core, and a Chromium where none is installed.
$(VENV)/.dev-stamp: $(WEB)
	$(BIN)/python -m coop.web.assets --dev
	@touch $@

test: setup $(VENV)/.dev-stamp
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -m "not long"

test-long: setup $(VENV)/.dev-stamp
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m coop.web.i18n check

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup $(VENV)/.dev-stamp
	$(BIN)/python -m tests.bench

# Carries the pages' assets, templates, compiled words, migrations and charts; what an earlier build left is not taken over.
wheel: setup
	rm -rf build dist
	$(BIN)/python -m pip wheel --quiet --no-deps -w dist .

# Writes the versions in use as the new constraints; run in a fresh environment after changing pyproject.toml.
lock: $(STAMP)
	$(BIN)/python -m pip freeze --exclude-editable | grep -viE '^(pip|setuptools|siwei)\b' > constraints.txt

clean:
	rm -rf $(VENV) node_modules coop/web/static/vendor build dist *.egg-info
