//! `keystead pepper`: versions of the pepper, beside a running server or without one.

use super::out;
use super::secret_lines::take_out;
use crate::actions::peppers;
use crate::config::Config;
use crate::config::secret_file::SecretFile;
use crate::config::secrets::{pepper_file, pepper_path};
use crate::db::secret_checks::{self, Kind};
use crate::db::{self, Db};
use crate::domain::pepper::Pepper;
use crate::domain::time::{Clock, Timestamp};
use crate::server::storage::{Storage, open_database, open_storage};
use crate::server::{control, data_dir};

/// What to do with peppers.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Add a pepper for new keys; the others move to it when they are used next
    Rotate {
        /// Only write it into the file, to be copied to other servers; rotate without this then takes it up
        #[arg(long)]
        prepare: bool,
    },
    /// Show the peppers and how many keys need each
    Status {
        /// Also name the keys and verifiers that were not used since the newest came
        #[arg(long)]
        list: bool,
    },
    /// Give up a pepper that no key needs any more
    Retire {
        /// Its version
        #[arg(id = "pepper", value_name = "VERSION")]
        version: i32,
        /// Even if keys or verifiers still need it: they stop working
        #[arg(long)]
        force: bool,
    },
}

/// Keys read at once for the list.
const PAGE: i64 = 1_000;

/// Runs the command.
pub fn run(config: &Config, command: &Command) -> Result<(), String> {
    match *command {
        Command::Rotate { prepare } => rotate(config, prepare),
        Command::Status { list } => status(config, list),
        Command::Retire { version, force } => retire(config, version, force),
    }
}

fn rotate(config: &Config, prepare: bool) -> Result<(), String> {
    let Storage { db, secrets, .. } = open_storage(config)?;
    let _alone = data_dir::wait_for_setup(&config.data_dir)?;
    let path = pepper_path(config);
    let shown = path.display();
    let mut file = pepper_file(config)?;
    let newest = secrets.peppers.first().ok_or("there is no pepper")?;
    let version = newest.version() + 1;
    // A rotation that was only prepared, or cut off, is taken up where it stopped.
    let mut next = file.peppers().into_iter().next();
    if next.as_ref().is_none_or(|next| next.version() < version) {
        file.add(version)?;
        file.replace(&path).map_err(|cause| {
            format!(
                "can't write the pepper file {shown}: {cause}; make it and its directory writable for this command, or \
                 add the line \"{version} DIGITS\" with 64 random hexadecimal digits yourself and run this again"
            )
        })?;
        next = file.peppers().into_iter().next();
    }
    let next = next.ok_or("there is no pepper")?;
    let version = next.version();
    if prepare {
        out::announce(format_args!(
            "Pepper {version} is prepared in {shown}. Copy this file to every other server of this database, then run: \
             keystead pepper rotate"
        ));
        return Ok(());
    }
    db.write(|conn| peppers::rotate(conn, &next, Clock::System.now()))?;
    out::announce(format_args!(
        "Pepper {version} is in use for new keys; the others move to it when they are used next. \
         Back up {shown}: without it no key works."
    ));
    if config.database.file().is_none() {
        out::announce("Every other server of this database needs a copy of this file.");
    }
    control::follow(&config.data_dir, &db)
}

fn open(config: &Config) -> Result<Db, String> {
    data_dir::create(&config.data_dir)?;
    let _first = data_dir::wait_for_setup(&config.data_dir)?;
    open_database(config)
}

fn status(config: &Config, list: bool) -> Result<(), String> {
    let db = open(config)?;
    let now = Clock::System.now();
    let noted = db.read(|conn| secret_checks::list(conn, Kind::Pepper))?;
    let (newest, _) = noted.first().ok_or("this database has no pepper yet")?;
    let counts = db.read(|conn| db::peppers::count_in_need(conn, now))?;
    let at_hand = pepper_file(config).map(|file| file.peppers());
    let at_hand = at_hand.unwrap_or_else(|cause| {
        out::note(format_args!("keystead: {cause}"));
        Vec::new()
    });
    let own: Vec<i32> = at_hand.iter().map(Pepper::version).collect();
    let known = |version: &i32| noted.iter().any(|(noted, _)| noted == version);
    let mut versions: Vec<i32> = noted.iter().map(|(version, _)| *version).collect();
    versions.extend(own.iter().chain(counts.keys()));
    versions.sort_unstable_by_key(|version| std::cmp::Reverse(*version));
    versions.dedup();
    for version in versions {
        let count = counts.get(&version).copied().unwrap_or_default();
        let in_file = own.contains(&version);
        let word = match (known(&version), version.cmp(newest)) {
            (true, _) if !in_file => format!("{count}; MISSING from the pepper file"),
            (true, std::cmp::Ordering::Equal) => format!("{count}; the newest"),
            (true, _) => format!("{count} not moved yet"),
            (false, std::cmp::Ordering::Greater) => "prepared, not in use yet".to_owned(),
            (false, _) if in_file => format!("retired, {count} lost; still in the pepper file"),
            (false, _) => format!("retired, {count} lost"),
        };
        out::say(format_args!("pepper {version}: {word}"))?;
    }
    if list {
        print_unmoved(&db, *newest, now)?;
    }
    Ok(())
}

/// One key or verifier a line: id, tenant, name, pepper.
fn print_unmoved(db: &Db, newest: i32, now: Timestamp) -> Result<(), String> {
    for one in db.read(|conn| db::peppers::list_unmoved_verifiers(conn, newest))? {
        out::say(format_args!(
            "{}\t(verifier)\t{}\tpepper {}",
            one.id, one.name, one.pepper_version
        ))?;
    }
    for one in db.read(|conn| db::peppers::list_unmoved_old_secrets(conn, newest, now))? {
        out::say(format_args!(
            "{}\t{}\t{} (old secret)\tpepper {}",
            one.key_id, one.tenant_name, one.name, one.pepper_version
        ))?;
    }
    for one in db.read(|conn| db::peppers::list_unmoved_old_tokens(conn, newest, now))? {
        out::say(format_args!(
            "{}\t(verifier)\t{} (old token)\tpepper {}",
            one.verifier_id, one.name, one.pepper_version
        ))?;
    }
    let mut after = None;
    loop {
        let page = db.read(|conn| db::peppers::list_unmoved(conn, newest, after, now, PAGE))?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for key in page {
            out::say(format_args!(
                "{}\t{}\t{}\tpepper {}",
                key.id, key.tenant_name, key.name, key.pepper_version
            ))?;
        }
    }
}

fn retire(config: &Config, version: i32, force: bool) -> Result<(), String> {
    let db = open(config)?;
    let _alone = data_dir::wait_for_setup(&config.data_dir)?;
    let noted = db.read(|conn| secret_checks::list(conn, Kind::Pepper))?;
    let file = pepper_file(config);
    if !noted.iter().any(|(known, _)| *known == version) {
        let newest = noted.first().map_or(0, |(newest, _)| *newest);
        let has = |file: &SecretFile| file.peppers().iter().any(|own| own.version() == version);
        return match file {
            Ok(file) if version < newest && has(&file) => {
                take_out(&pepper_path(config), file, version);
                Ok(())
            }
            Ok(file) if has(&file) => Err(format!(
                "pepper {version} is only prepared; to give it up, take its line out of {}",
                pepper_path(config).display()
            )),
            _ => Err(format!("there is no pepper {version}")),
        };
    }
    let stopped = db.write(|conn| peppers::retire(conn, version, force, Clock::System.now()))?;
    out::announce(format_args!(
        "Pepper {version} is retired; {stopped} stopped working."
    ));
    let followed = control::follow(&config.data_dir, &db);
    match file {
        Ok(file) => take_out(&pepper_path(config), file, version),
        Err(cause) => out::note(format_args!("keystead: {cause}")),
    }
    followed
}
