# What to do with this repository; `make` alone lists it. ARGS goes on to the program behind a target:
# make test ARGS=reduce_of_too_many, make check ARGS=sizes, make bench ARGS=--help.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run panel test check bench soak up generate screenshots verify-sync

# npm writes these when it has installed what a lock file asks for.
web_modules := web/node_modules/.package-lock.json
node_modules := tests/node/node_modules/.package-lock.json

# Crashes in `make soak`.
ROUNDS ?= 500

help: ## lists the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

run: panel ## builds the panel and the gateway and serves its demo: sample data, simulated outside servers, nothing to set up
	@scripts/require cargo rustc cc
	cargo build --release -p gateway
	target/release/gateway demo

panel: $(web_modules) ## builds the admin panel, which the next build of the gateway takes in
	cd web && npm run build --silent

$(web_modules): web/package-lock.json $(wildcard web/package.json web/*/package.json)
$(node_modules): tests/node/package-lock.json tests/node/package.json
$(web_modules) $(node_modules):
	@scripts/require node npm
	cd $(@:/node_modules/.package-lock.json=) && npm ci --silent
	@touch $@

# The panel is built before the gateway, which takes it in.
test: ## runs every test against SQLite, Postgres and Redis, with the npm client and a browser too; throw-away servers come and go by themselves
	@scripts/require cargo rustc cc node npm
	$(if $(ARGS),,scripts/install-browser)
	$(if $(ARGS),,$(MAKE) --no-print-directory panel $(node_modules))
	cargo build --workspace --all-targets --exclude benches # with the binary that the system tests start
	scripts/with-servers cargo test --workspace --all-targets --exclude benches --no-fail-fast $(ARGS)
	$(if $(ARGS),,cd tests/node && ../../scripts/with-servers npm test)
	$(if $(ARGS),,cd web && npm test)
	cargo test --workspace --doc

check: ## everything else that a change must pass: formatting, lints, types, docs, boundaries, dependencies
	@scripts/require cargo rustc cc rustfmt clippy git node npm
	scripts/check $(ARGS)

bench: ## measures the release build against its baselines, on a Postgres that syncs to disk
	@scripts/require cargo rustc cc
	cargo build --release -p gateway
	DURABLE=1 scripts/with-servers cargo run --release -p benches -- $(ARGS)

soak: ## kills and restarts gateways under load, ROUNDS times (500), and looks for anything lost
	@scripts/require cargo rustc cc
	cargo build -p gateway
	ROUNDS=$(ROUNDS) scripts/with-servers cargo test -p system-tests --test system crash -- --nocapture

up: ## builds and starts two gateways with Postgres and Redis in containers; wants a .env
	@scripts/require docker
	docker compose up --build

verify-sync: ## checks both directions of the Metakocka sync against a running gateway
	@scripts/verify-sync

generate: $(web_modules) ## writes docs/openapi.json and the client's types of it anew
	@scripts/require cargo rustc cc
	cargo build -p gateway
	target/debug/gateway openapi > target/openapi.json
	mv target/openapi.json docs/openapi.json
	cd web && npm run generate --silent -w client

screenshots: panel ## photographs every page of the panel into web/admin/screenshots, and the README's into docs/images
	@scripts/require cargo rustc cc
	scripts/install-browser
	cargo build -p gateway
	cd web && npm run screenshots -w admin
