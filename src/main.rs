//! The `keystead` program.

fn main() -> std::process::ExitCode {
    keystead::cli::run()
}
