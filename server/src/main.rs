//! The program. See `gerbang --help`.

fn main() -> std::process::ExitCode {
    match server::commands::run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gerbang: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
