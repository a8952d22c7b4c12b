# Two ways in: `make demo` sets up and runs the main job, `make test` sets up and tests everything.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo up test lint bench chaos clean

help:  ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(READY)  ## create .venv with Daywatch, Airflow and the tools

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "Daywatch needs Python 3.11 or newer; say which: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@echo "setting up $(VENV): downloads about 400 MB once"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(READY)  ## 60 synthetic days, their history, and the newest day through Airflow
	@$(BIN)/daywatch demo

up: $(READY)  ## Airflow and its UI over the demo's data, until Ctrl-C
	@exec $(BIN)/daywatch up

test: $(READY)  ## lint, types and all tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/daywatch lint
	@$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(READY)  ## ruff, mypy and the detections' own lint
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/daywatch lint

bench: $(READY)  ## measure: pipeline and each detection against the bare engine, parse times, Airflow's cost per task
	@$(BIN)/python -m tests.bench

chaos: $(READY)  ## hours: try to lose or repeat 20,000 alerts, then load (CHAOS="--alerts 100 --runs 1": minutes)
	@$(BIN)/python -m tests.chaos $(CHAOS)
	@$(BIN)/python -m tests.chaos --load

clean:  ## remove the virtual environment and everything Daywatch wrote
	rm -rf $(VENV) .daywatch
