//! The program. See `gerbang --help`.

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    server::commands::exit_code("gerbang", server::commands::run())
}
