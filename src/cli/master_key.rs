//! `keystead master-key`: versions of the master key, beside a running server or without one.

use std::cmp::Ordering;
use std::time::Duration;

use super::out;
use super::secret_lines::take_out;
use crate::actions::master_keys;
use crate::background::master_key_moves::{self, Moved};
use crate::config::Config;
use crate::config::secret_file::SecretFile;
use crate::config::secrets::{master_key_file, master_key_path};
use crate::db::secret_checks::{self, Kind};
use crate::db::{self, Db};
use crate::domain::master_key::{MasterKey, MasterKeys};
use crate::domain::time::Clock;
use crate::server::storage::{Storage, open_database, open_storage};
use crate::server::{control, data_dir};

/// What to do with master keys.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make another master key and move every encrypted secret to it; one that was cut off is finished
    Rotate {
        /// Only write it into the file, to be copied to other servers; rotate without this then takes it up
        #[arg(long)]
        prepare: bool,
    },
    /// Show the master keys and how many secrets are encrypted under each
    List,
    /// Give up a master key under which nothing is encrypted any more
    Retire {
        /// Its version
        #[arg(id = "master-key", value_name = "VERSION")]
        version: i32,
    },
}

/// In this time other servers of a database hear of a new master key; each looks ten times a second.
const HEARD_WITHIN: Duration = Duration::from_secs(1);

/// Runs the command.
pub fn run(config: &Config, command: &Command) -> Result<(), String> {
    match *command {
        Command::Rotate { prepare } => rotate(config, prepare),
        Command::List => list(config),
        Command::Retire { version } => retire(config, version),
    }
}

fn noted(db: &Db) -> Result<Vec<(i32, String)>, String> {
    db.read(|conn| secret_checks::list(conn, Kind::MasterKey))
        .map_err(String::from)
}

fn rotate(config: &Config, prepare: bool) -> Result<(), String> {
    let Storage {
        db,
        master_keys: keys,
        ..
    } = open_storage(config)?;
    let _alone = data_dir::wait_for_setup(&config.data_dir)?;
    let mut file = master_key_file(config)?;
    // Another rotation may have ended while this one waited for it.
    keys.take_up(&file.master_keys(), &noted(&db)?);
    if !prepare && let Some(moved) = finish(config, &db, &keys)? {
        out::announce(format_args!(
            "Some secrets were still encrypted under an older master key, as after a rotation that was cut off: {} moved \
             to master key {} now. For another master key run this again.",
            secrets(moved.done),
            keys.newest()
        ));
        return tell_damaged(&moved);
    }
    let next = next(config, &mut file, keys.newest())?;
    let (version, path) = (next.version(), master_key_path(config));
    let shown = path.display();
    if prepare {
        out::announce(format_args!(
            "Master key {version} is prepared in {shown}. Copy this file to every other server of this database, then \
             run: keystead master-key rotate"
        ));
        return Ok(());
    }
    let audit = db.audit_keys()?;
    db.write(|conn| master_keys::rotate(conn, &next, audit, Clock::System.now()))?;
    keys.take_up(std::slice::from_ref(&next), &noted(&db)?);
    let moved = move_all(config, &db, &keys)?;
    out::announce(format_args!(
        "Master key {version} is in use; {} moved to it. Back up {shown}: without it they do not open. \
         When a server starts next, everybody signs in again.",
        secrets(moved.done)
    ));
    if config.database.file().is_none() {
        out::announce("Every other server of this database needs a copy of this file.");
    }
    tell_damaged(&moved)
}

/// Finishes a rotation that was cut off after its master key was taken up; `None` when there is nothing to finish.
fn finish(config: &Config, db: &Db, keys: &MasterKeys) -> Result<Option<Moved>, String> {
    let counts = db.read(db::master_keys::count_in_need)?;
    let is_old = |version: &i32| *version < keys.newest();
    if !counts.keys().any(is_old) {
        return Ok(None);
    }
    let moved = move_all(config, db, keys)?;
    // What is damaged must not keep everything else from another master key.
    Ok((moved.done > 0).then_some(moved))
}

/// Nothing is moved to a master key before the servers that open it had time to take it up.
fn move_all(config: &Config, db: &Db, keys: &MasterKeys) -> Result<Moved, String> {
    control::follow(&config.data_dir, db)?;
    if config.database.file().is_none() {
        std::thread::sleep(HEARD_WITHIN);
    }
    master_key_moves::move_all(db, keys).map_err(String::from)
}

/// The version after the newest one in use: what was prepared, or left by a rotation that was cut off, or a fresh one.
fn next(config: &Config, file: &mut SecretFile, newest: i32) -> Result<MasterKey, String> {
    let at_hand = |file: &SecretFile| {
        let first = file.master_keys().into_iter().next();
        first.filter(|key| key.version() > newest)
    };
    if let Some(prepared) = at_hand(file) {
        return Ok(prepared);
    }
    let (version, path) = (newest + 1, master_key_path(config));
    file.add(version)?;
    file.replace(&path).map_err(|cause| {
        format!(
            "can't write the master key file {}: {cause}; make it and its directory writable for this command, or add \
             the line \"{version} DIGITS\" with 64 random hexadecimal digits yourself and run this again",
            path.display()
        )
    })?;
    at_hand(file).ok_or_else(|| "there is no master key".into())
}

fn secrets(count: usize) -> String {
    match count {
        1 => "1 secret was".to_owned(),
        count => format!("{count} secrets were"),
    }
}

fn tell_damaged(moved: &Moved) -> Result<(), String> {
    for what in &moved.damaged {
        out::note(format_args!(
            "keystead: {what} was changed in the database and does not open"
        ));
    }
    if moved.damaged.is_empty() {
        return Ok(());
    }
    Err(format!(
        "not moved, as damaged: {}; replace or delete what is named above before you retire its master key",
        moved.damaged.len()
    ))
}

fn open(config: &Config) -> Result<Db, String> {
    data_dir::create(&config.data_dir)?;
    let _first = data_dir::wait_for_setup(&config.data_dir)?;
    open_database(config)
}

fn list(config: &Config) -> Result<(), String> {
    let db = open(config)?;
    let noted = noted(&db)?;
    let (newest, _) = noted.first().ok_or("this database has no master key yet")?;
    let counts = db.read(db::master_keys::count_in_need)?;
    let at_hand = master_key_file(config).map(|file| file.master_keys());
    let at_hand = at_hand.unwrap_or_else(|cause| {
        out::note(format_args!("keystead: {cause}"));
        Vec::new()
    });
    let own: Vec<i32> = at_hand.iter().map(MasterKey::version).collect();
    let known = |version: &i32| noted.iter().any(|(noted, _)| noted == version);
    let mut versions: Vec<i32> = noted.iter().map(|(version, _)| *version).collect();
    versions.extend(own.iter().chain(counts.keys()));
    versions.sort_unstable_by_key(|version| std::cmp::Reverse(*version));
    versions.dedup();
    for version in versions {
        let count = counts.get(&version).copied().unwrap_or_default();
        let is_free = count.all() == 0;
        let word = match (known(&version), version.cmp(newest)) {
            (true, _) if !own.contains(&version) => {
                format!("{count}; MISSING from the master key file")
            }
            (true, Ordering::Equal) => format!("{count}; the newest"),
            (true, _) if is_free => format!("{count}; can be retired"),
            (true, _) => format!("{count}; `keystead master-key rotate` moves them"),
            (false, Ordering::Greater) => "prepared, not in use yet".to_owned(),
            (false, _) => "retired, still in the master key file".to_owned(),
        };
        out::say(format_args!("master key {version}: {word}"))?;
    }
    Ok(())
}

fn retire(config: &Config, version: i32) -> Result<(), String> {
    let db = open(config)?;
    let _alone = data_dir::wait_for_setup(&config.data_dir)?;
    let noted = noted(&db)?;
    let file = master_key_file(config);
    if !noted.iter().any(|(known, _)| *known == version) {
        let newest = noted.first().map_or(0, |(newest, _)| *newest);
        return match file {
            Ok(file) if version < newest && file.has(version) => {
                take_out(&master_key_path(config), file, version);
                Ok(())
            }
            Ok(file) if file.has(version) => Err(format!(
                "master key {version} is only prepared; to give it up, take its line out of {}",
                master_key_path(config).display()
            )),
            _ => Err(format!("there is no master key {version}")),
        };
    }
    db.write(|conn| master_keys::retire(conn, version, Clock::System.now()))?;
    out::announce(format_args!(
        "Master key {version} is retired. Keep a copy of it for as long as you keep copies of the database from before."
    ));
    let followed = control::follow(&config.data_dir, &db);
    match file {
        Ok(file) => take_out(&master_key_path(config), file, version),
        Err(cause) => out::note(format_args!("keystead: {cause}")),
    }
    followed
}
