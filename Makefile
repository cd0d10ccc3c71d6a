# Variables given here reach the chat as settings: make run LOG_LEVEL=debug ALLOWED_HOSTS=chat.example
# HOST and PORT are not settings: they become --bind and --port of `serve`.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
# Tests wait for a third of their time, so three at a time keep two cores busy.
WORKERS ?= 3

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
INSTALLED_BENCH := $(VENV)/.installed-bench
BIOME := $(BIN)/biome
# The exact versions that were tested, checked by their hashes.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run install test faults soak bench bench-quick check fmt lock audit messages \
	screenshots readme-pictures clean

step = @echo "== $(1)"

# A Python named on the command line replaces an environment of another version.
ifeq ($(origin PYTHON),command line)
version = $(shell $(1) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
ifneq ($(filter-out $(call version,$(PYTHON)),$(call version,$(BIN)/python)),)
ifneq ($(call version,$(PYTHON)),)
$(shell rm -rf $(VENV))
endif
endif
endif

help:
	@echo "make run      serve the chat at http://$(HOST):$(PORT) (set HOST and PORT to change that)"
	@echo "make test     run every test; installs what they need"
	@echo "make faults   inject faults into servers for about an hour, and check that nothing is lost"
	@echo "make soak     send messages for 30 minutes, and check that memory stays flat"
	@echo "make bench    compare the chat with other servers, into docs/benchmarks.md; bench-quick takes a minute or two"
	@echo "make check    lint, formatting, types, migrations, system checks"
	@echo "make fmt      fix what ruff and Biome can fix, and format"
	@echo "make lock     update the lock files to the newest versions within the ranges of requirements-*.txt"
	@echo "make audit    look up known vulnerabilities of the locked packages; needs the internet"
	@echo "make messages collect the page's texts for translation in locale/, and compile them"
	@echo "make screenshots  take pictures of every state of the page, into var/screenshots/"
	@echo "make readme-pictures  take the README's two pictures again"
	@echo "make install  only install, into $(VENV)"
	@echo "make clean    remove $(VENV) and caches; conversations stay"

run: export MIGRATE_AT_START ?= 1
run: install
	$(call step,serve)
	@exec $(BIN)/python manage.py serve --local --bind $(HOST) --port $(PORT)

install: $(INSTALLED)

test: $(INSTALLED_DEV)
	$(call step,test tools)
	@bin/install-test-tools
	@$(BIN)/python -m tests.conformance.install
	$(call step,pytest)
	@REQUIRE_SERVICES=1 $(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

faults: $(INSTALLED_DEV)
	$(call step,test tools)
	@bin/install-fault-tools
	@$(BIN)/python -m tests.conformance.install
	$(call step,faults)
	@FAULTS=long REQUIRE_SERVICES=1 $(BIN)/python -m pytest tests/faults tests/conformance tests/deploy \
		tests/browser/test_other_browsers.py tests/browser/test_accessibility.py $(ARGS)

soak: $(INSTALLED_DEV)
	$(call step,soak)
	@FAULTS=long SOAK_SECONDS=1800 $(BIN)/python -m pytest tests/faults/test_soak.py $(ARGS)

bench bench-quick: $(INSTALLED_DEV) $(INSTALLED_BENCH)
	$(call step,benchmark tools)
	@bin/install-bench-tools
	$(call step,benchmarks)
	@$(BIN)/python -m bench $(if $(findstring quick,$@),--quick) $(ARGS)

check: $(INSTALLED_DEV) $(BIOME)
	$(call step,ruff check)
	@$(BIN)/ruff check --quiet .
	$(call step,ruff format)
	@$(BIN)/ruff format --quiet --check .
	$(call step,biome)
	@$(BIOME) ci --log-level=warn --error-on-warnings
	$(call step,mypy)
	@$(BIN)/mypy --no-error-summary
	$(call step,migrations)
	@$(BIN)/python manage.py makemigrations --check --dry-run
	$(call step,system checks)
	@$(BIN)/python manage.py check --fail-level WARNING

fmt: $(INSTALLED_DEV) $(BIOME)
	$(call step,ruff fix)
	@$(BIN)/ruff check --quiet --fix-only .
	$(call step,ruff format)
	@$(BIN)/ruff format --quiet .
	$(call step,biome)
	@$(BIOME) check --write --log-level=warn

lock: $(INSTALLED_DEV)
	$(call step,lock)
	@bin/lock $(BIN)/uv

# --strict: fail if the index does not know a package.
audit: $(INSTALLED_DEV)
	$(call step,audit)
	@$(BIN)/uv tool run --quiet pip-audit@2.10.1 --strict --disable-pip --require-hashes -r requirements-dev.lock

messages: $(INSTALLED_DEV)
	$(call step,messages)
	@bin/find-program msgfmt >/dev/null || bin/apt-install gettext
	@bin/update-messages $(BIN)/python

screenshots: $(INSTALLED_DEV)
	$(call step,test tools)
	@bin/install-test-tools
	$(call step,screenshots)
	@$(BIN)/python -m pytest -n $(WORKERS) -m screenshots tests/browser $(ARGS)

readme-pictures: $(INSTALLED_DEV)
	$(call step,test tools)
	@bin/install-test-tools
	$(call step,pictures)
	@$(BIN)/python -m docs.take_screenshot

clean:
	$(call step,clean)
	@rm -rf $(VENV) .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	$(call step,make $(VENV))
	@bin/make-venv $(PYTHON) $(VENV)

$(INSTALLED): requirements-run.lock | $(BIN)/python
	$(call step,install $<)
	@$(PIP) -r $<
	@touch $@

$(INSTALLED_BENCH): requirements-bench.lock | $(BIN)/python
	$(call step,install $<)
	@$(PIP) -r $<
	@touch $@

$(INSTALLED_DEV): requirements-dev.lock requirements-run.lock | $(BIN)/python
	$(call step,install $<)
	@$(PIP) -r $<
	@touch $(INSTALLED) $@

$(BIOME): bin/install-biome | $(BIN)/python
	$(call step,install Biome)
	@$(BIN)/python $< $@
