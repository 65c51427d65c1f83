# What a person, a commit hook and CI run. `make help` lists it.
# Needs Debian or Ubuntu (or any Linux) with Python 3.11 or newer; everything else is put below .venv.

.DEFAULT_GOAL := help
.PHONY: help demo test check fix bench docs lock clean venv runtime dev rivals browser

SIZE ?= small
JOBS ?= 2
NIGHTS ?= 90
VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_ROOT_USER_ACTION := ignore
export DEBIAN_FRONTEND := noninteractive

# Install from a lock, hashes checked, if the lock or pyproject.toml is another than the last time.
lock_runtime := requirements.lock
lock_dev := requirements-dev.lock
lock_bench := requirements-bench.lock
define install
	@sum="$$(cat $(lock_$(1)) pyproject.toml | cksum) $(CURDIR)"; \
	if [ "$$(cat $(VENV)/installed-$(1) 2>/dev/null)" != "$$sum" ]; then \
		echo "Installing what $(lock_$(1)) names into $(VENV) …" >&2; \
		$(BIN)/pip install --quiet --require-hashes -r $(lock_$(1)) && \
		$(BIN)/pip install --quiet --no-deps --no-build-isolation -e . && \
		echo "$$sum" > $(VENV)/installed-$(1); \
	fi
endef

resolve = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-annotate pyproject.toml

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: runtime  ## simulate an app, diagnose, train, warn in demo/, play 90 days of the whole loop (NIGHTS=0: none)
	@$(BIN)/winback demo --nights $(NIGHTS)

test: dev browser  ## run all tests (JOBS=2 at a time)
	@if [ -e $(VENV)/no-browser ]; then set -- -m "not browser"; fi; \
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder "$$@"

check: dev  ## formatting, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: dev  ## put right what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: rivals  ## measure, side by side with rivals (SIZE=small or full); writes build/bench.json
	@$(BIN)/python -m benchmarks --size $(SIZE)

docs: dev  ## write docs/reference/ anew from the code
	@$(BIN)/python docs/reference/generate.py

lock: dev  ## resolve the dependencies anew into the three lock files
	$(resolve) --extra build --extra providers --extra tuning --extra dev --extra bench -o requirements-bench.lock
	$(resolve) --extra build --extra providers --extra tuning --extra dev -c requirements-bench.lock -o requirements-dev.lock
	$(resolve) --extra build -c requirements-bench.lock -o requirements.lock

clean:  ## remove what make made: .venv, build, demo, caches
	rm -rf $(VENV) build dist demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +

# The bench lock holds all of the development lock, and that all of the runtime lock: the largest one that
# was ever installed serves them all.
largest = $(firstword $(foreach name,bench dev runtime,$(if $(wildcard $(VENV)/installed-$(name)),$(name))))

runtime: venv
	$(call install,$(or $(largest),runtime))

dev: venv
	$(call install,$(if $(filter bench,$(largest)),bench,dev))

rivals: venv
	$(call install,bench)

venv:
	@test -e $(VENV)/made && exit 0; \
	if [ -z "$(PYTHON)" ]; then echo "winback needs Python 3.11 or newer; none is on PATH" >&2; exit 1; fi; \
	if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		package=$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
		if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
			echo "Python lacks venv. As root: apt-get install $$package; then run make again." >&2; exit 1; \
		fi; \
		echo "Installing $$package …" >&2; \
		apt-get update -qq && apt-get install -y -qq $$package >/dev/null || exit 1; \
	fi; \
	echo "Making $(VENV) with $$($(PYTHON) --version) …" >&2; \
	$(PYTHON) -m venv --clear $(VENV) && touch $(VENV)/made

# Browser tests need Chromium and a Chinese font. Without them the tests run, but not those.
browser: venv
	@rm -f $(VENV)/no-browser; \
	missing=""; \
	command -v chromium >/dev/null || missing="chromium"; \
	ls /usr/share/fonts/opentype/noto/*CJK* >/dev/null 2>&1 || missing="$$missing fonts-noto-cjk"; \
	test -z "$$missing" && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing $$missing …" >&2; \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing >/dev/null && exit 0; \
	fi; \
	touch $(VENV)/no-browser; \
	echo "**********************************************************************" >&2; \
	echo "NOT TESTED: pages in a browser. Missing: $$missing" >&2; \
	echo "As root: apt-get install $$missing; then run make test again." >&2; \
	echo "**********************************************************************" >&2
