//! A copy of a database, put in its place later while servers run on it.

use std::fs;
use std::path::{Path, PathBuf};

use diesel::RunQueryDsl;
use keystead::db::Db;
use keystead::db::connection::Source;

use super::database::{self, admin};
use super::outage::Outage;

/// The copy; on PostgreSQL another database of the same server.
pub struct Backup {
    original: Source,
    copy: Source,
}

impl Backup {
    /// The database as it is now.
    pub fn of(source: &Source) -> Self {
        // There may be several.
        let ending = &uuid::Uuid::new_v4().simple().to_string()[..12];
        let copy = match source {
            Source::Sqlite(path) => {
                let copy = beside(path, &format!(".{ending}"));
                let words = format!("VACUUM INTO '{}'", copy.display());
                let db = Db::open(source.clone(), 1).unwrap();
                db.read(|conn| Ok(diesel::sql_query(words).execute(conn).unwrap()))
                    .unwrap();
                Source::Sqlite(copy)
            }
            Source::Postgres(url) => {
                let name = database::name(url);
                let copy = format!("{name}_{ending}");
                // PostgreSQL copies a database only while nobody is in it.
                let _nobody = Outage::begin(source);
                admin(&format!("CREATE DATABASE {copy} TEMPLATE {name}"));
                Source::Postgres(url.replace(name, &copy))
            }
        };
        Self {
            original: source.clone(),
            copy,
        }
    }

    /// The copy, for changes before it is put in place.
    pub fn db(&self) -> Db {
        Db::open(self.copy.clone(), 1).unwrap()
    }

    /// Puts the copy where the original is, in one step.
    pub fn put_in_place(self) {
        match (&self.original, &self.copy) {
            (Source::Sqlite(original), Source::Sqlite(copy)) => {
                // All of it into the one file: nothing may lie beside a copy.
                let db = self.db();
                let words = "PRAGMA wal_checkpoint(TRUNCATE)";
                db.read(|conn| Ok(diesel::sql_query(words).execute(conn)))
                    .unwrap()
                    .unwrap();
                drop(db);
                fs::rename(copy, original).unwrap();
            }
            (Source::Postgres(original), Source::Postgres(copy)) => {
                let (name, copy) = (database::name(original), database::name(copy));
                let nobody = Outage::begin(&self.original);
                admin(&format!("ALTER DATABASE {name} RENAME TO {name}_lost"));
                admin(&format!("ALTER DATABASE {copy} RENAME TO {name}"));
                drop(nobody);
                admin(&format!("DROP DATABASE {name}_lost WITH (FORCE)"));
            }
            _ => unreachable!("a copy is of the same kind"),
        }
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        if let Source::Postgres(_) = self.copy {
            database::remove(&self.copy);
        }
    }
}

/// A file beside a database.
pub fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.to_owned().into_os_string();
    name.push(ending);
    name.into()
}
