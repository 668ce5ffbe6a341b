# `make` alone lists the targets. Everything runs from .venv, which `demo`, `test` and the others set up by themselves.

PY := .venv/bin/python
STAMP := .venv/.setup-stamp
UNIT := 01_rnn_step_by_step
UNITS := 01_rnn_step_by_step 03_jazz_solo
# One process of tests more than cores, since each waits now and then for what it has started; at most four.
WORKERS = $(PY) -c 'import os; print(min(4, 1 + (os.cpu_count() or 1)))'
LAB = ../.venv/bin/python -m jupyter lab
DEMO_UNITS = $(if $(filter all,$(UNITS)),$(notdir $(wildcard assignments/*)),$(UNITS))

.PHONY: help setup demo test build audit bench lab lock
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv with the versions of requirements.lock (PYTHON=... picks the interpreter)

# Try the interpreters in turn; remember why one did not do, and say it when none does.
$(STAMP): pyproject.toml requirements.lock
	@if ! .venv/bin/python -c 'import pip' 2>/dev/null; then \
	  python=; reason='there is no python3 on the PATH'; \
	  for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	    version=$$($$candidate -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue; \
	    case $$version in \
	      3.11|3.12|3.13) ;; \
	      *) reason="$$candidate is Python $$version"; continue ;; \
	    esac; \
	    if ! $$candidate -c 'import ensurepip, venv' 2>/dev/null; then \
	      reason="$$candidate has no venv module (on Debian and Ubuntu: apt-get install python3-venv)"; continue; \
	    fi; \
	    python=$$candidate; break; \
	  done; \
	  if [ -z "$$python" ]; then \
	    echo "make setup needs Python 3.11, 3.12 or 3.13 with its venv module; $$reason." >&2; \
	    echo "Install one, or name one: make setup PYTHON=/path/to/python3" >&2; \
	    exit 1; \
	  fi; \
	  echo "Making .venv with $$python (Python $$version)"; \
	  $$python -m venv --clear .venv; \
	fi
	@echo "Installing the packages of requirements.lock into .venv (the first time takes some minutes)"
	@$(PY) -m pip install -qq --disable-pip-version-check --use-pep517 -r requirements.lock
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(PY) -m pip check --disable-pip-version-check || \
	  { echo "Packages in .venv do not fit together: remove .venv and try again" >&2; exit 1; }
	@touch $@

demo: $(STAMP) ## make a class of odd and honest submissions in demo/ and grade it (UNITS=all: every unit)
	rm -rf demo
	$(PY) -m autograder classroom demo $(DEMO_UNITS)
	@for unit in $(DEMO_UNITS); do \
	  echo "Grading $$unit: each submission in a process of its own, locked down"; \
	  $(PY) -m autograder grade $$unit --course demo || exit; \
	done

test: $(STAMP) ## lint, types, order of imports, tests (derived files are among them)
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-logo --no-cache
	$(PY) -m pytest -n $$($(WORKERS)) --dist loadfile --no-loadscope-reorder --durations=12

build: $(STAMP) ## sources -> source and release notebooks
	$(PY) -m autograder build

audit: $(STAMP) ## mutants, paraphrases and stubs against the hidden graders
	$(PY) -m autograder audit --write

bench: $(STAMP) ## grading beside stock nbgrader, in one run
	$(PY) -m autograder bench $(UNIT)

# The notebooks in assignments/ are derived and stay as they are: one works on copies, which are never overwritten.
lab: $(STAMP) ## open JupyterLab on your own copies of the notebooks, in lab/
	@mkdir -p lab
	@for notebook in assignments/*/*.ipynb; do \
	  copy=lab/$${notebook##*/}; [ -e "$$copy" ] || cp "$$notebook" "$$copy"; \
	done
	cd lab && $(LAB)

# Pins stay as they are where they still fit; UPGRADE=--upgrade takes the newest releases.
lock: $(STAMP) ## pyproject.toml -> requirements.lock, for every platform and Python version
	$(PY) -m pip install -qq --disable-pip-version-check uv
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m uv pip compile --quiet --universal --python-version 3.11 \
	  --all-extras --no-annotate $(UPGRADE) pyproject.toml --output-file requirements.lock
