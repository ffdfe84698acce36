# Meltica: every task of the project. `make` alone explains them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup run test fuzz mutate soak lint format coverage backtest bench engine openapi types notices build release reproduce clean

BUN := tools/node_modules/.bin/bun
BIN := $(BUN) --bun node_modules/.bin
# The compiler as a native program, which takes a quarter of the time; others read types by the one that is written in JavaScript.
TSC := $(BUN) --bun node_modules/typescript-native/bin/tsc
SOURCES := $(shell find src sandbox \( -name '*.ts' -o -name '*.tsx' -o -name '*.js' -o -name '*.json' -o -name '*.md' -o -name '*.wasm' -o -name '*.c' -o -name '*.css' -o -name '*.txt' \) -not -path '*/target/*' -not -path '*/node_modules/*' 2>/dev/null)
STRATEGY ?=
DATA ?=
ARGS ?=
# What the binary calls itself, where there is no git to say it.
export COMMIT ?=

help: ## explain every target
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BUN): tools/package.json tools/package-lock.json
	@cd tools && npm ci --no-audit --no-fund --loglevel=error
	@$(BUN) --version >/dev/null 2>&1 || (cd tools && node node_modules/bun/install.js)
	@touch $@

node_modules/.stamp: $(BUN) package.json bun.lock
	@$(BUN) install --frozen-lockfile --silent
	@touch $@

setup: node_modules/.stamp ## install Bun and the dependencies, from the lock files

run: setup ## run the gateway on 127.0.0.1:8880 with the market simulator and a trading momentum instance
	@exec $(BUN) src/main.ts serve --config meltica.yaml $(ARGS)

test: setup .apt .venv/.stamp dist/meltica ## run all tests
	@$(BUN) scripts/test.ts

fuzz: setup .venv/.stamp ## fuzz a gateway for a minute by its API document [ARGS='--seed 7 --max-time 600']
	@$(BUN) test/openapi/fuzz.ts $(ARGS)

mutate: setup ## change the sources in small ways, print what no test notices [ARGS='--files src/trading --count 50 --seed 1']
	@nice $(BUN) scripts/mutate/main.ts $(ARGS)

soak: setup dist/meltica ## work for ten minutes on a busy machine while everything goes wrong, then replay a month with kills [ARGS='--seconds 90']
	@$(BUN) test/soak/main.ts $(ARGS)
	@$(BUN) test/durable/whole.ts

# They need nothing of each other, and some use one core alone.
LINTS := lint-format lint-types lint-rules lint-dependencies lint-unused lint-document
.PHONY: $(LINTS)

lint: setup ## check formatting, types, rules, dependencies and unused code
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target $(LINTS)

lint-types:
	@$(TSC) --noEmit -p .
	@$(TSC) --noEmit -p src/backtest/report/page
	@$(TSC) --noEmit -p src/console/page
	@$(TSC) --noEmit -p sandbox/templates --skipLibCheck false

lint-rules:
	@$(BIN)/oxlint --type-aware --quiet

lint-format:
	@$(BIN)/biome ci --colors=off .

lint-dependencies:
	@$(BIN)/depcruise --config .dependency-cruiser.cjs src

lint-unused:
	@$(BIN)/knip

lint-document:
	@said=$$(REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true $(BIN)/redocly lint \
	  --config openapi/redocly.yaml openapi/openapi.json 2>&1) || { echo "$$said"; exit 1; }

format: setup ## format the sources
	@$(BIN)/biome check --colors=off --write .

coverage: setup .apt .venv/.stamp ## run all tests and fail under 70 % of lines
	@$(BUN) scripts/test.ts --coverage

backtest: setup ## backtest STRATEGY=name[:tag] [DATA=file] [ARGS=...]
	@test -n "$(STRATEGY)" || { echo 'usage: make backtest STRATEGY=name[:tag] [DATA=file] [ARGS=...]' >&2; exit 2; }
	@$(BUN) src/main.ts backtest '$(STRATEGY)' $(if $(DATA),--data '$(DATA)') $(ARGS)

bench: setup dist/meltica ## measure, as ratios against a baseline and the first-light release of the same run
	@$(BUN) bench/main.ts $(ARGS)

engine: setup ## rebuild sandbox/engine.wasm from its sources (Debian, some 2 minutes)
	@sandbox/engine/build.sh

openapi: setup ## write openapi/openapi.json
	@$(BUN) src/main.ts openapi --out openapi/openapi.json

types: setup ## write sandbox/templates/meltica.d.ts and docs/strategy-api.md from the declarations in sandbox/, and the table of docs/metrics.md
	@$(BUN) scripts/author-types/main.ts
	@$(BUN) scripts/metrics-page.ts

build: dist/meltica dist/THIRD-PARTY-NOTICES ## build the single binary dist/meltica, and beside it the licences of what it contains

# What the binary calls itself: built anew when the commit is another.
dist/.commit: FORCE
	@mkdir -p dist
	@commit=$${COMMIT:-$$(test -z "$$(git rev-parse --show-prefix 2>&1)" && git rev-parse HEAD || echo unknown)}; \
	test "$$commit" = "$$(cat $@ 2>/dev/null)" || echo "$$commit" >$@
FORCE:

# In pieces, so that a command loads no more than its own. The source maps, which are in the binary too, stay behind.
dist/meltica: node_modules/.stamp $(SOURCES) dist/.commit
	@rm -rf dist/.build
	@$(BUN) build --compile --define MELTICA_COMMIT="'$$(cat dist/.commit)'" --define __dirname="'/'" --bytecode --format=esm --splitting --minify-whitespace --minify-syntax --sourcemap \
	  --no-compile-autoload-dotenv --no-compile-autoload-bunfig src/main.ts --outfile dist/.build/meltica
	@mv dist/.build/meltica $@
	@rm -r dist/.build

dist/THIRD-PARTY-NOTICES: src/cli/licenses/notices.txt
	@mkdir -p dist && cp $< $@

notices: setup ## write src/cli/licenses/notices.txt, the licences of all that the binary contains
	@mkdir -p dist
	@$(BUN) build --target=bun --metafile=dist/.contents.json --outdir=dist/.bundle src/main.ts >/dev/null
	@$(BUN) scripts/notices.ts dist/.contents.json src/cli/licenses/notices.txt
	@rm -r dist/.bundle

release: setup ## build the binary, its checksum, its bill of materials and licences into dist/release
	@$(BUN) scripts/release/main.ts

reproduce: setup ## build the binary twice, from copies of the sources in different places, and compare the bytes
	@$(BUN) scripts/release/reproduce.ts

# What tests need from Debian: a browser, what the shell script is run and checked with, what makes disks fail, what reads rules of Prometheus, and Python.
# What cannot be installed is named by the tests, which skip what needs it or fail for it: test/tools.ts
.apt: Makefile
	@missing=; for tool in chromium-headless-shell curl fish shellcheck strace zsh; do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	python3 -c 'import ensurepip' 2>/dev/null || missing="$$missing python3-venv"; \
	command -v promtool >/dev/null || missing="$$missing prometheus"; \
	command -v systemd-analyze >/dev/null || missing="$$missing systemd"; \
	if test -z "$$missing"; then touch $@; \
	elif test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null \
	  && touch $@ || echo "not installed:$$missing" >&2; \
	fi

# The Python programs that tests run, in an environment of their own.
.venv/.stamp: test/requirements.txt | .apt
	@if python3 -c 'import ensurepip' 2>/dev/null; then \
	  python3 -m venv --clear .venv \
	  && .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement test/requirements.txt \
	  && touch $@ || echo 'not installed: what test/requirements.txt lists' >&2; \
	fi

clean: ## remove all that was built or installed
	@rm -rf node_modules tools/node_modules dist coverage .apt .venv sandbox/engine/target sandbox/engine/node_modules
