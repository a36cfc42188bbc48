//! The database and the secrets that belong to it, made at the very first start.

use super::data_dir;
use crate::config::Config;
use crate::config::secrets::{Secrets, master_key_path};
use crate::db::{self, Db};
use crate::domain::Error;

/// Name under which the database notes the check value of its master key.
const MASTER_KEY: &str = "master key";

/// A database that is migrated and fits its secrets.
pub struct Storage {
    /// The database.
    pub db: Db,
    /// Pepper and master key.
    pub secrets: Secrets,
}

/// Opens the database and the secrets, making both at the very first start.
///
/// # Errors
/// One line that says what is wrong and where, never a secret.
pub fn open_storage(config: &Config) -> Result<Storage, String> {
    data_dir::create(&config.data_dir)?;
    // Two first commands at once would each make secrets and tables; the second waits here for the first.
    let _first = data_dir::wait_for_setup(&config.data_dir)?;
    let db = connect(config)?;
    // Under the lock of the migrations: of several servers that meet an empty database, one notes its secrets there.
    let secrets = db
        .read(|conn| db::migrate::run(conn, || Ok(open_secrets(config, &db))))
        .map_err(text)??;
    Ok(Storage { db, secrets })
}

/// Opens the database alone and brings its tables up to date.
///
/// # Errors
/// As [`open_storage`].
pub fn open_database(config: &Config) -> Result<Db, String> {
    let db = connect(config)?;
    db.read(|conn| db::migrate::run(conn, || Ok(())))
        .map_err(text)?;
    Ok(db)
}

fn connect(config: &Config) -> Result<Db, String> {
    if let Some(file) = config.database.file() {
        data_dir::create_private(file)?;
    }
    let connections = u32::try_from(config.workers * 2 + 4).unwrap_or(8);
    let db = Db::open(config.database.clone(), connections).map_err(text)?;
    db.read(db::dialect::check_durability).map_err(text)?;
    Ok(db)
}

/// Reads the secrets and holds them against what the database notes of them; notes them in a new one.
fn open_secrets(config: &Config, db: &Db) -> Result<Secrets, String> {
    let mut noted = db.read(db::peppers::list_noted).map_err(text)?;
    let mut secrets = Secrets::load(config, noted.is_empty())?;
    if noted.is_empty() {
        db.write(|conn| {
            let mut peppers = secrets.peppers.iter();
            peppers.try_for_each(|pepper| db::peppers::note(conn, pepper))
        })
        .map_err(text)?;
        noted = db.read(db::peppers::list_noted).map_err(text)?;
    }
    secrets.keep_noted(config, &noted)?;
    let check = secrets.master_key_check();
    let known = db
        .read(|conn| db::secret_checks::find(conn, MASTER_KEY))
        .map_err(text)?;
    match known {
        Some(known) if known != check => {
            return Err(format!(
                "the master key in {} is not the one that this database was made with; restore it from your backup",
                master_key_path(config).display()
            ));
        }
        Some(_) => {}
        None => db
            .write(|conn| db::secret_checks::insert(conn, MASTER_KEY, &check))
            .map_err(text)?,
    }
    Ok(secrets)
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "it is handed to map_err as it is"
)]
fn text(error: Error) -> String {
    error.to_string()
}
