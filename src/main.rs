//! The `keystead` program.

/// Keeps a million keys in a tenth less memory than the system's allocator, and in large pages: `.cargo/config.toml`.
#[cfg(target_arch = "x86_64")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    keystead::cli::run()
}
