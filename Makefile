# Gerbang: `make run` sets everything up and serves; `make test` checks and tests everything.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
export PATH := $(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/gerbang/bin:$(PATH)

say = @printf '\033[1m==>\033[0m %s\n'

# What is tested is compiled once, for all tests with the same features, and by clippy-driver: rustc that lints while it
# compiles. `cargo clippy` would compile every crate a second time.
tested := env RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=-Dwarnings cargo test --quiet --workspace --exclude frontend

# As cargo-leptos builds for the browser, so that the macros are built once for both.
as_site := --no-default-features --profile wasm-release --target wasm32-unknown-unknown --target-dir target/front

.PHONY: run build test check unit integration browser bench site setup-build setup-test setup-bench fmt

run: build
	@scripts/run

build: site
	$(say) "Building the server, and the binary for development"
	@cargo build --quiet --release -p server -p devtools

# Fast things first, so that a failure shows in seconds.
test: setup-test check unit integration build browser
	$(say) "All checks and tests passed"

check:
	$(say) "Format and lints, for the browser and for the server"
	@cargo fmt --all --check
	@cargo clippy --quiet -p frontend --lib $(as_site) -- -D warnings
	@$(tested) --all-targets --no-run
	@scripts/cargo-tool cargo-machete 0.9.2
	@unused=$$(cargo machete 2>&1) || { echo "$$unused"; exit 1; }

unit:
	$(say) "Unit tests"
	@$(tested) --lib

# Twice as many at once as there are cores: each waits for mail, a database or a server half of its time.
integration:
	$(say) "Use cases on both databases, HTTP, mail, SiRUP, faults"
	@RUST_TEST_THREADS=$$((2 * $$(nproc))) scripts/with-postgres $(tested) --test suite

browser:
	$(say) "The journeys in a browser"
	@scripts/with-postgres scripts/browser-tests

.PHONY: deny doc screenshots

# Licences, sources and advisories of dependencies. Where the advisory database is out of reach, the rest is checked.
deny: setup-build
	$(say) "Licences, sources and advisories of dependencies"
	@scripts/cargo-tool cargo-deny 0.20.2
	@cargo deny check bans licenses sources
	@if cargo deny fetch db >/dev/null 2>&1; then cargo deny check advisories; else echo "advisories not checked: the database is out of reach"; fi

# The documentation of the code, with private items; a broken link fails it. Not a part of `make test`, which would compile
# every dependency once more for it.
doc:
	$(say) "Documentation of the code"
	@RUSTDOCFLAGS="--cfg erase_components -D warnings" cargo doc --quiet --workspace --no-deps --document-private-items --exclude frontend

# The pictures of the README, of the screens as they are now.
screenshots: setup-test build
	$(say) "Taking screenshots"
	@scripts/screenshots

# `make bench ONLY="search memory"` measures some sections alone. PostgreSQL has the memory that it would be given where a
# million applications are kept.
bench: setup-bench build
	$(say) "Measuring sizes and speeds"
	@SHARED_BUFFERS=1GB scripts/with-postgres cargo run --quiet --release -p bench -- $(ONLY)

site: setup-build
	@scripts/site

fmt:
	@cargo fmt --all

setup-build:
	@scripts/setup build

setup-test:
	@scripts/setup test

setup-bench:
	@scripts/setup bench
