//! What the words on a command line mean in the database.

use crate::db::members::Member;
use crate::db::tenants::Tenant;
use crate::db::{self, Conn};
use crate::domain::{Error, Result};

/// The tenant of a name or id; capital letters make no difference.
///
/// # Errors
/// A sentence when there is none, or several share the name.
pub fn tenant(conn: &mut Conn, text: &str) -> Result<Tenant> {
    let found = db::tenants::find_by_name(conn, text);
    found.map_err(|error| match error {
        Error::NotFound => Error::BadRequest(format!("there is no tenant \"{text}\"")),
        other => other,
    })
}

/// The member of a tenant with this address.
///
/// # Errors
/// A sentence when there is none.
pub fn member(conn: &mut Conn, tenant: &Tenant, email: &str) -> Result<Member> {
    let found = db::members::find_by_email(conn, tenant.id, email)?;
    found.ok_or_else(|| {
        Error::BadRequest(format!(
            "nobody in {} has the address \"{email}\"; `keystead member list` shows who is in it",
            tenant.name
        ))
    })
}
