//! The binary `gerbang-dev`. See `gerbang-dev --help`.

fn main() -> std::process::ExitCode {
    server::commands::exit_code("gerbang-dev", devtools::commands::run())
}
