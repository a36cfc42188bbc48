//! Who looks after a key.

use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::owner::Owner;
use crate::domain::role::{Actor, Who};

/// The owner of these checked words: the member with this address, else the text itself.
pub(super) fn find(conn: &mut Conn, by: &Actor, typed: &str) -> Result<Owner> {
    if typed.is_empty() {
        return Ok(Owner::Nobody);
    }
    let member = db::members::find_by_email(conn, by.tenant, typed)?;
    Ok(member.map_or_else(
        || Owner::Text(typed.to_owned()),
        |member| Owner::Person {
            id: member.user,
            name: member.name,
            email: member.email,
            is_member: true,
        },
    ))
}

/// The owner of a new key: who is named, else who makes it. A key makes keys for its own owner.
pub(super) fn of_new_key(conn: &mut Conn, by: &Actor, typed: &str) -> Result<Owner> {
    match &by.who {
        _ if !typed.is_empty() => find(conn, by, typed),
        Who::Person { email, .. } => find(conn, by, email),
        Who::Key { id, .. } => Ok(db::keys::find(conn, by.tenant, *id)?.owner.get()),
        Who::Operator | Who::Keystead => Ok(Owner::Nobody),
    }
}
