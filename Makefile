# Gerbang: `make run` sets everything up and serves; `make test` checks and tests everything.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
export PATH := $(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)

say = @printf '\033[1m==>\033[0m %s\n'

# What is tested is compiled once, for all tests with the same features, and by clippy-driver: rustc that lints while it
# compiles. `cargo clippy` would compile every crate a second time.
linted := env RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=-Dwarnings
tested := $(linted) cargo test --quiet --workspace --exclude frontend

# As scripts/site builds for the browser, so that everything is built once for both.
as_site := --profile wasm-release --target wasm32-unknown-unknown --target-dir target/front

# Splits the site's code; a workspace of its own. scripts/site runs it.
sitebuilder := --locked --manifest-path sitebuilder/Cargo.toml \
  --target-dir $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/gerbang/sitebuilder

.PHONY: run build built-site built-server built-devtools built-sitebuilder test test-bare check unit integration browser bench fuzz site fmt

# The server of development is compiled as the tests are: much sooner than with all optimisations.
run: setup-rust
	@$(MAKE) --no-print-directory --jobs=4 built-site $(if $(filter production,$(GERBANG_ENV)),built-server,built-devtools)
	@scripts/run

# All at once: tools are fetched while others compile, and the site's link-time optimisation keeps one core busy only.
build: setup-rust
	@$(MAKE) --no-print-directory --jobs=4 built-site built-server

built-server:
	@scripts/progress "Building the server" cargo build --release -p server -p devtools

built-devtools:
	@scripts/progress "Building the server" cargo build -p devtools

built-site: setup-packers built-sitebuilder
	@scripts/site

# Kept outside of the checkout, as what it needs takes a minute to build.
built-sitebuilder:
	@scripts/progress "Building the site builder" cargo build --release $(sitebuilder)

# Fast things first, so that a failure shows in seconds.
test: setup-test check unit integration site browser
	$(say) "All checks and tests passed"

check:
	$(say) "Format and lints, for the browser and for the server"
	@cargo fmt --all --check
	@cargo fmt --manifest-path sitebuilder/Cargo.toml --check
	@cargo fmt --manifest-path fuzz/Cargo.toml --check
	@RUSTC_BOOTSTRAP=1 cargo --config scripts/site.toml clippy --quiet -p frontend --lib $(as_site) -- -D warnings
	@$(linted) cargo build --quiet --release $(sitebuilder)
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
	@$(tested) --test suite --no-run
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
screenshots: setup-test site
	$(say) "Taking screenshots"
	@$(tested) --test suite --no-run
	@scripts/screenshots

# `make bench ONLY="search memory"` measures some sections alone. PostgreSQL has the memory that it would be given where a
# million applications are kept.
bench: setup-bench build
	$(say) "Measuring sizes and speeds"
	@SHARED_BUFFERS=1GB scripts/with-postgres cargo run --quiet --release -p bench -- $(ONLY)

# Hostile input for the readers of PDFs and the parsers, SECONDS for each target; `make fuzz ONLY="names oidc"` runs some.
fuzz: setup-fuzz
	@FUZZ_SECONDS=$(or $(SECONDS),60) scripts/fuzz $(ONLY)

site: setup-rust
	@$(MAKE) --no-print-directory --jobs=3 built-site

# `make run` and `make test` in a bare Debian of its own, as root; scripts/test-bare lists the variants.
test-bare:
	@scripts/test-bare

fmt:
	@cargo fmt --all
	@cargo fmt --manifest-path sitebuilder/Cargo.toml
	@cargo fmt --manifest-path fuzz/Cargo.toml

setup-%:
	@scripts/setup $*
