# Needs Python 3.11 or newer and make; everything else is installed into .venv from the lock files.
#
#   make run     the whole portal on this machine, until Ctrl-C   (PORT=8000 HOST=127.0.0.1; LABELER_PORT=PORT+100)
#   make test    the whole suite                                  (ARGS="tests/labeling -k hashtag")
#   make lint    every linter
#   make bench   the benchmarks                                   (ARGS="center_page")
#   make faults  200,000 items while everything fails             (ARGS=1000000)

PYTHON ?= python3
ARGS ?=
IN_VENV = .venv/bin/python
export PORT HOST LABELER_PORT

.DEFAULT_GOAL := run
.PHONY: run test lint bench faults setup lock clean reset

run:
	@$(PYTHON) tools/setup_venv.py run
	@exec $(IN_VENV) manage.py up

test: setup
	@$(IN_VENV) manage.py compile_locale
	@$(IN_VENV) -m pytest -n auto --dist loadgroup $(ARGS)

lint: setup
	@$(IN_VENV) tools/lint.py

bench: setup
	@$(IN_VENV) -m bench $(ARGS)

faults: setup
	@$(IN_VENV) -m bench.faults $(ARGS)

# What tests and linters need; contains what the portal needs.
setup:
	@$(PYTHON) tools/setup_venv.py dev

# Both lock files anew from pyproject.toml: every version with its hashes, and no download address.
lock: setup
	@$(IN_VENV) -m uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--no-emit-find-links --python-version 3.11 --output-file requirements.lock pyproject.toml
	@$(IN_VENV) -m uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--no-emit-find-links --python-version 3.11 --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock pyproject.toml

# What tools left behind; data and .venv stay.
clean:
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

# Removes the embedded databases and everything else in .data, for a fresh start.
reset:
	@$(PYTHON) tools/setup_venv.py run
	@$(IN_VENV) -m electioncenters.embedded erase
