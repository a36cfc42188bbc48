//! Which versions of the secrets outside the database are in use, and whether those at hand are the ones it was made
//! with.

use diesel::prelude::*;

use super::Conn;
use super::schema::secret_checks as checks;
use crate::domain::Result;

/// A secret outside the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The pepper.
    Pepper,
    /// The master key.
    MasterKey,
}

impl Kind {
    /// The first version is noted under this word alone, the others with their number behind it.
    fn word(self) -> &'static str {
        match self {
            Self::Pepper => "pepper",
            Self::MasterKey => "master key",
        }
    }

    fn name(self, version: i32) -> String {
        match version {
            1 => self.word().to_owned(),
            later => format!("{} {later}", self.word()),
        }
    }

    fn version(self, name: &str) -> Option<i32> {
        match name.strip_prefix(self.word())? {
            "" => Some(1),
            later => later.strip_prefix(' ')?.parse().ok(),
        }
    }
}

/// The versions in use with their check values, newest first.
pub fn list(conn: &mut Conn, kind: Kind) -> Result<Vec<(i32, String)>> {
    let found: Vec<(String, String)> = checks::table
        .filter(checks::name.like(format!("{}%", kind.word())))
        .load(conn)?;
    // A later Keystead may note more under such names.
    let mut noted: Vec<(i32, String)> = found
        .into_iter()
        .filter_map(|(name, value)| Some((kind.version(&name)?, value)))
        .collect();
    noted.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    Ok(noted)
}

/// True when a version is in use.
pub fn has(conn: &mut Conn, kind: Kind, version: i32) -> Result<bool> {
    let found = checks::table.find(kind.name(version));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(conn)?)
}

/// Notes a version as in use.
pub fn note(conn: &mut Conn, kind: Kind, version: i32, check: &str) -> Result<()> {
    diesel::insert_into(checks::table)
        .values((checks::name.eq(kind.name(version)), checks::value.eq(check)))
        .execute(conn)?;
    Ok(())
}

/// Notes that a version is no longer in use.
pub fn strike(conn: &mut Conn, kind: Kind, version: i32) -> Result<()> {
    diesel::delete(checks::table.find(kind.name(version))).execute(conn)?;
    Ok(())
}
