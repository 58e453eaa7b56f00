# make demo   set everything up and run the main job: the reach of mu -> e a, with table, figure and numbers
# make test   set everything up and run every test
# make lint   ruff and mypy
# make docs   the documentation site, in docs/_build/html
# make bench  the benchmarks, numbers printed
# make amplitudes        write the generated closed forms anew (needs FORM: Debian package form)
# make amplitudes-check  the same, but write nothing and fail if a file would change
# Nothing global is touched: all packages go to the virtual environment .venv in this folder.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: demo test lint docs bench amplitudes amplitudes-check setup clean

demo: setup
	$(BIN)/darkfactory figure megii-fwd-reach --out output/megii-fwd-reach

test: setup
	$(BIN)/python -m pytest -q -n 2 --dist worksteal

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

docs: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	$(BIN)/python -m sphinx -W --keep-going -q -j auto docs docs/_build/html

bench: setup
	@for file in benchmarks/bench_*.py; do $(BIN)/python $$file || exit 1; done

amplitudes: setup
	$(BIN)/python tools/generate_amplitudes.py

amplitudes-check: setup
	$(BIN)/python tools/generate_amplitudes.py --check

setup: $(STAMP)

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "darkfactory needs Python >= 3.11; run: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[stats,test,lint]'
	@touch $@

clean:
	rm -rf $(VENV) output .pytest_cache .mypy_cache .ruff_cache .hypothesis
