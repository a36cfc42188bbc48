//! `keystead seed`.
use crate::config::Config;
/// Options.
#[derive(clap::Args)]
pub struct Args {}
/// Runs.
pub fn run(_config: &Config, _args: &Args) -> Result<(), String> {
    Err("not yet".into())
}
