//! Whether the secrets outside the database are those it was made with.

use diesel::prelude::*;

use super::Conn;
use super::schema::secret_checks as checks;
use crate::domain::Result;

/// The value noted for a secret, if any was.
pub fn find(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    Ok(checks::table
        .find(name)
        .select(checks::value)
        .first(conn)
        .optional()?)
}

/// Notes the value of a secret at the first start.
pub fn insert(conn: &mut Conn, name: &str, value: &str) -> Result<()> {
    diesel::insert_into(checks::table)
        .values((checks::name.eq(name), checks::value.eq(value)))
        .execute(conn)?;
    Ok(())
}
