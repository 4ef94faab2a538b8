# Gerbang: `make run` sets everything up and serves; `make test` checks and tests everything.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
export PATH := $(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/gerbang/bin:$(PATH)

say = @printf '\033[1m==>\033[0m %s\n'

.PHONY: run build test check unit integration browser bench setup-build setup-test setup-bench fmt

run: build
	@scripts/run

build: setup-build
	@scripts/build

# Fast things first, so that a failure shows in seconds.
test: setup-test check unit integration build browser
	$(say) "All checks and tests passed"

check:
	$(say) "Format and lints, for the server and for the browser"
	@cargo fmt --all --check
	@cargo clippy --quiet --workspace --exclude frontend --all-targets -- -D warnings
	@cargo clippy --quiet -p frontend --target wasm32-unknown-unknown -- -D warnings

unit:
	$(say) "Unit tests"
	@cargo test --quiet --lib

integration:
	$(say) "Use cases on both databases, HTTP, mail, SiRUP, faults"
	@scripts/with-postgres cargo test --quiet -p server --test suite

browser:
	$(say) "The journeys in a browser"
	@scripts/with-postgres scripts/browser-tests

# `make bench ONLY="search memory"` measures some sections alone. The variable is one that cargo-leptos sets and that crates
# are built with: with the same value, what `build` has built is not built again.
bench: setup-bench build
	$(say) "Measuring sizes and speeds"
	@LEPTOS_OUTPUT_NAME=gerbang scripts/with-postgres cargo run --quiet --release -p bench -- $(ONLY)

fmt:
	@cargo fmt --all

setup-build:
	@scripts/setup build

setup-test:
	@scripts/setup test

setup-bench:
	@scripts/setup bench
