//! The binary `gerbang-dev`. See `gerbang-dev --help`.

// Why: docs/adr/0015-allocator.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    server::commands::exit_code("gerbang-dev", devtools::commands::run())
}
