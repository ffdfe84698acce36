# Meltica: every task of the project. `make` alone explains them.
BUN := tools/node_modules/.bin/bun
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup format

help: ## explain every target
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BUN): tools/package.json tools/package-lock.json
	@cd tools && npm ci --no-audit --no-fund --loglevel=error
	@$(BUN) --version >/dev/null 2>&1 || (cd tools && node node_modules/bun/install.js)
	@touch $@

node_modules/.stamp: $(BUN) package.json bun.lock
	@$(BUN) install --frozen-lockfile
	@touch $@

setup: node_modules/.stamp ## install Bun and the dependencies, from the lock files

format: setup ## format the sources
	@$(BUN) --bun node_modules/.bin/biome check --write .
