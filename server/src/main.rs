//! The program. See `gerbang --help`.

use server::{commands, config::Environment};

fn main() -> std::process::ExitCode {
    // SEAM: the binary decides its environment. It serves production alone once development has a binary of its own.
    let environment = match std::env::var("GERBANG_ENV").as_deref() {
        Ok("production") => Environment::Production,
        _ => Environment::Development,
    };
    commands::main(environment)
}
