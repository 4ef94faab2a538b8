//! The binary `gerbang-dev`. See `gerbang-dev --help`.

fn main() -> std::process::ExitCode {
    match devtools::commands::run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gerbang-dev: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
