//! People of the support staff, made at the command line. They belong to no tenant.

use super::{Object, record_by_steward};
use crate::db::users::NewUser;
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::id::UserId;
use crate::domain::role::Steward;
use crate::domain::time::Timestamp;
use crate::domain::validate::{self, FieldErrors};
use crate::domain::{Result, password};

/// Somebody to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supporter {
    /// Full name. Tenants read it beside what this person decides.
    pub name: String,
    /// E-mail address.
    pub email: String,
}

impl Supporter {
    /// Checks every field and the password.
    ///
    /// # Errors
    /// `Invalid` with a message at each field.
    pub fn check(name: &str, email: &str, password: &str) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let checked = Self {
            name: errors.take("name", validate::name(name, 100, "a name")),
            email: errors.take("email", validate::email(email)),
        };
        errors.take("password", password::check(password, &[name, email], false));
        errors.into_result().map(|()| checked)
    }
}

/// Makes the person.
///
/// # Errors
/// `Invalid` at `email` when the address is taken.
pub fn create(
    conn: &mut Conn,
    person: &Supporter,
    password_digest: &str,
    now: Timestamp,
) -> Result<UserId> {
    let user = NewUser {
        email: &person.email,
        name: &person.name,
        password_digest,
        super_user: false,
        support: true,
    };
    let id = db::users::insert(conn, &user, now)?;
    let id_text = id.to_string();
    let object = Object {
        kind: "person",
        id: id_text,
        name: &person.email,
    };
    record_by_steward(conn, &Steward::operator(now), &Event::SupportAdded, object)?;
    Ok(id)
}
