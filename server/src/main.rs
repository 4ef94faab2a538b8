//! The program. See `gerbang --help`.

fn main() -> std::process::ExitCode {
    server::commands::exit_code("gerbang", server::commands::run())
}
