//! The database and the secrets that belong to it, made at the very first start.

use std::path::Path;

use super::data_dir;
use super::first_start::FirstStart;
use crate::config::Config;
use crate::config::secrets::{Secrets, master_key_file};
use crate::db::room::Disk;
use crate::db::secret_checks::{self, Kind};
use crate::db::{self, Db, audit_chain};
use crate::domain::master_key::{MasterKey, MasterKeys};
use crate::domain::pepper::Pepper;

/// A database that is migrated and fits its secrets.
pub struct Storage {
    /// The database.
    pub db: Db,
    /// Pepper and master key.
    pub secrets: Secrets,
    /// The master keys in use.
    pub master_keys: MasterKeys,
}

/// Opens the database and the secrets, making both at the very first start.
///
/// # Errors
/// One line that says what is wrong and where, never a secret.
pub fn open_storage(config: &Config) -> Result<Storage, String> {
    data_dir::create(&config.data_dir)?;
    // Two first commands at once would each make secrets and tables; the second waits here for the first.
    let mut first = FirstStart::wait(config)?;
    let db = connect(config)?;
    if db.read(db::dialect::is_empty)? {
        first.begin()?;
    }
    // Under the lock of the migrations: of several servers that meet an empty database, one notes its secrets there.
    let (secrets, master_keys) =
        db.read(|conn| db::migrate::run(conn, || Ok(open_secrets(config, &db))))??;
    // A new database knows the plans also before a server starts.
    if db.read(db::plans::list)?.is_empty() {
        db.write(|conn| db::plans::replace(conn, &config.plans))?;
    }
    first.finish()?;
    Ok(Storage {
        db,
        secrets,
        master_keys,
    })
}

/// Waits for a PostgreSQL that is not there yet, and says so: whatever starts a machine anew starts both in any order.
///
/// # Errors
/// One line that says what is wrong, when waiting does not mend it.
pub fn await_database(config: &Config) -> Result<(), String> {
    if config.database.file().is_some() {
        return Ok(());
    }
    let tell = |cause: &str| {
        tracing::warn!(
            cause,
            "PostgreSQL does not answer yet; this server waits for it"
        )
    };
    Ok(db::arrival::await_answer(&config.database, tell)?)
}

/// Has the database record what is changed, under its audit key; the first time rows from before become a chain.
fn keep_audit_log(db: &Db, master_keys: &MasterKeys) -> Result<(), String> {
    let keys = db.audit_with(master_keys);
    let (_, rows) = db.write(|conn| audit_chain::open_key(conn, keys))?;
    if rows > 0 {
        tracing::info!(rows, "the audit log has become a chain");
    }
    Ok(())
}

/// Opens the database alone and brings its tables up to date. What is changed there is recorded as far as the master keys
/// at hand allow it.
///
/// # Errors
/// As [`open_storage`].
pub fn open_database(config: &Config) -> Result<Db, String> {
    let db = connect(config)?;
    db.read(|conn| db::migrate::run(conn, || Ok(())))?;
    // Commands that only tell what is missing must do so without it.
    let at_hand = master_key_file(config).map(|file| file.master_keys());
    let noted = noted(&db, Kind::MasterKey)?;
    db.audit_with(&MasterKeys::of(&at_hand.unwrap_or_default(), &noted));
    Ok(db)
}

fn connect(config: &Config) -> Result<Db, String> {
    if let Some(file) = config.database.file() {
        data_dir::create_private(file)?;
    }
    let connections = u32::try_from(config.workers * 2 + 4).unwrap_or(8);
    let db = Db::open(config.database.clone(), connections)?;
    db.read(db::dialect::must_be_fit)?;
    if config.mail.is_some() {
        db.send_mail();
    }
    Ok(db)
}

/// Has the database look at the disk that it is on, or at that of the data directory when it is a server elsewhere.
pub fn watch_disk(config: &Config, db: &Db) {
    let file = config.database.file().and_then(Path::parent);
    let place = match file {
        Some(directory) if directory.as_os_str().is_empty() => Path::new("."),
        Some(directory) => directory,
        None => &config.data_dir,
    };
    db.watch(Disk::new(
        place.to_owned(),
        config.low_disk_mib * 1024 * 1024,
    ));
}

/// Reads the secrets and holds them against what the database notes of them; notes them in a new one.
fn open_secrets(config: &Config, db: &Db) -> Result<(Secrets, MasterKeys), String> {
    let is_new = noted(db, Kind::Pepper)?.is_empty();
    let mut secrets = Secrets::load(config, is_new)?;
    let peppers = noted_or_new(db, Kind::Pepper, || {
        let known_as = |pepper: &Pepper| (pepper.version(), pepper.check_value());
        secrets.peppers.iter().map(known_as).collect()
    })?;
    secrets.keep_noted(config, &peppers)?;
    let master_keys = noted_or_new(db, Kind::MasterKey, || {
        let known_as = |key: &MasterKey| (key.version(), key.check_value());
        secrets.master_keys.iter().map(known_as).collect()
    })?;
    let master_keys = secrets.keep_noted_master_keys(config, &master_keys)?;
    keep_audit_log(db, &master_keys)?;
    Ok((secrets, master_keys))
}

fn noted(db: &Db, kind: Kind) -> Result<Vec<(i32, String)>, String> {
    db.read(|conn| secret_checks::list(conn, kind))
        .map_err(String::from)
}

/// What the database notes; of a new one, which notes nothing, all that is at hand.
fn noted_or_new(
    db: &Db,
    kind: Kind,
    at_hand: impl FnOnce() -> Vec<(i32, String)>,
) -> Result<Vec<(i32, String)>, String> {
    let known = noted(db, kind)?;
    if !known.is_empty() {
        return Ok(known);
    }
    let new = at_hand();
    db.write(|conn| {
        let mut new = new.iter();
        new.try_for_each(|(version, check)| secret_checks::note(conn, kind, *version, check))
    })?;
    Ok(new)
}
