# `make run` and `make check` are all that a newcomer needs; docs/contributing.md shows the plain commands behind them.
PYTHON ?= python3
BIN := .venv/bin

# Reading compiled modules again is faster; the tests start Python dozens of times.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run check quick test all browser lint style types contracts bench lock translations clean

run: .venv/.run
	$(BIN)/eventapp --demo

# Fast: no browser, no PostgreSQL, nothing that takes more than a twentieth of a second of a processor.
check: .venv/.dev
	$(MAKE) --no-print-directory -j 2 quick lint

# Everything.
test: .venv/.dev
	$(MAKE) --no-print-directory -j 2 all lint

quick: .venv/.dev
	$(BIN)/pytest -n 2 -m "not slow and not journey" -k "not postgresql" --ignore tests/journeys

all: browser
	$(BIN)/pytest -n 3

browser: .venv/.dev
	$(BIN)/python -m tests.support.browser --install

lint: style types contracts

style: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --check --quiet templates

types: .venv/.dev
	$(BIN)/mypy

contracts: .venv/.dev
	$(BIN)/lint-imports

bench: .venv/.dev
	$(BIN)/python -m bench

# Stamp files: reinstall when the lock file or pyproject.toml changes.
.venv/.run: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/.dev: .venv/.run requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

# For maintainers: pin every version with its hash, from pyproject.toml.
lock:
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --extra build -o requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

# After changing texts: updates the catalogue (translate the new ones there) and compiles it.
translations: .venv/.dev
	$(BIN)/pybabel -q extract -F babel.cfg -k _l -k lazy_gettext -k lazy_pgettext:1c,2 --no-location --omit-header -o .venv/messages.pot .
	$(BIN)/pybabel -q update -N --ignore-obsolete --ignore-pot-creation-date --no-wrap -i .venv/messages.pot -d eventapp/translations
	$(BIN)/pybabel -q compile -d eventapp/translations

clean:
	rm -rf .venv instance
