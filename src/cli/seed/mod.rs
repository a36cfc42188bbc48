//! `keystead seed`: many keys, fast.

mod bulk;

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use self::bulk::Plan;
use crate::cli::out;
use crate::config::Config;
use crate::db;
use crate::domain::Error;
use crate::domain::rate_limit::RateLimit;
use crate::domain::time::Clock;
use crate::server::data_dir::{self, DataDir};
use crate::server::storage::open_storage;

/// How much to make.
#[derive(clap::Args)]
pub struct Args {
    /// Number of tenants, 1 to 100000
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    tenants: u32,
    /// Number of keys in all, spread evenly
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    keys: u32,
    /// How many of the keys the first tenant has beside its share
    #[arg(long, value_name = "N", default_value_t = 0)]
    first: u32,
    /// Give every key a rate limit of this many requests a second
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate_limit: Option<u32>,
    /// Write the secrets of the active keys into this new file (mode 0600), one a line
    #[arg(long, value_name = "FILE")]
    secrets_out: Option<PathBuf>,
}

/// Fills the database. No server may run on it: seeding leaves no change log for one to follow.
pub fn run(config: &Config, args: &Args) -> Result<(), String> {
    data_dir::create(&config.data_dir)?;
    let _held = DataDir::hold(&config.data_dir, &config.database)?;
    let storage = open_storage(config)?;
    let pepper = storage
        .secrets
        .peppers
        .first()
        .ok_or("there is no pepper")?;
    if storage.db.read(db::tenants::any)? {
        return Err("this database is in use; seed an empty one".into());
    }
    let mut out = args.secrets_out.as_deref().map(create).transpose()?;
    let begun = Instant::now();
    let plan = Plan {
        tenants: args.tenants as usize,
        keys: args.keys as usize,
        first: args.first.min(args.keys) as usize,
        brand: &config.brand,
        pepper,
        now: Clock::System.now(),
        rate_limit: args
            .rate_limit
            .map(|number| RateLimit::new(number.into(), "second", number.into()))
            .transpose()?,
    };
    bulk::fill(&storage.db, plan, |secret| match &mut out {
        Some(file) => writeln!(file, "{}", secret.expose()).map_err(Error::internal),
        None => Ok(()),
    })?;
    if let Some(mut file) = out {
        file.flush()
            .map_err(|cause| format!("can't write the secrets: {cause}"))?;
    }
    let took = begun.elapsed().as_secs_f64();
    out::note(format_args!(
        "{} keys in {} tenants made in {took:.1} s.",
        args.keys, args.tenants
    ));
    Ok(())
}

fn create(path: &Path) -> Result<impl Write + use<>, String> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    file.map(BufWriter::new)
        .map_err(|cause| format!("can't make {}: {cause}", path.display()))
}
