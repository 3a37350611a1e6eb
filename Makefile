# What to do with this repository; `make` alone lists it. ARGS goes on to the program behind a target:
# make test ARGS=reduce_of_too_many, make check ARGS=sizes, make bench ARGS=--help.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run panel test check bench soak up generate verify-sync

# Crashes in `make soak`.
ROUNDS ?= 500

help: ## lists the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

run: panel ## builds the panel and the gateway and serves its demo: sample data, simulated outside servers, nothing to set up
	@scripts/require cargo rustc cc
	cargo build --release -p gateway
	target/release/gateway demo

panel: ## builds the admin panel, which the next build of the gateway takes in
	@scripts/require node npm
	cd web && npm ci --silent && npm run build --silent

test: ## runs every test against SQLite, Postgres and Redis, with the npm client too; throw-away servers come and go by themselves
	@scripts/require cargo rustc cc node npm
	cargo build --workspace --all-targets --exclude benches # with the binary that the system tests start
	scripts/with-servers cargo test --workspace --all-targets --exclude benches --no-fail-fast $(ARGS)
	$(if $(ARGS),,cd tests/node && npm ci --silent && ../../scripts/with-servers npm test)
	cargo test --workspace --doc

check: ## everything else that a change must pass: formatting, lints, docs, boundaries, dependencies
	@scripts/require cargo rustc cc rustfmt clippy git
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

generate: ## writes docs/openapi.json anew
	@scripts/require cargo rustc cc
	cargo build -p gateway
	target/debug/gateway openapi > target/openapi.json
	mv target/openapi.json docs/openapi.json
