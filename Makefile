# `make demo` and `make test` are all one needs: each makes a virtual environment in .venv on its first run.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed-for-tir
JOBS ?= 2

.PHONY: demo test lint format types unit lit doctest benchmarks clean

demo: $(STAMP)
	$(BIN)/python examples/digits.py

test: $(STAMP)
	$(BIN)/python -m tests.run_all --jobs $(JOBS)

lint types unit lit doctest: $(STAMP)
	$(BIN)/python -m tests.run_all --jobs $(JOBS) --only $@

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

benchmarks: $(STAMP)
	$(BIN)/python -m benchmarks

clean:
	rm -rf build dist .pytest_cache .ruff_cache .hypothesis

# Installing anew is needed only when the dependencies change.
$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "tir needs Python 3.11 or later; set PYTHON=/path/to/one"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,demo]'
	@touch $(STAMP)
