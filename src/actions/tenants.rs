//! New tenants and their first people, from the setup page or the command line.

use super::{Object, record};
use crate::db::users::NewUser;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::audit::Event;
use crate::domain::id::{TenantId, UserId};
use crate::domain::role::{Actor, Role, Who};
use crate::domain::time::Timestamp;
use crate::domain::validate::{self, FieldErrors};

/// A person and the tenant they start with, as typed.
#[derive(Debug, Clone, Default)]
pub struct FirstAdmin {
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Name of the tenant.
    pub tenant: String,
}

impl FirstAdmin {
    /// Checks every field and the password.
    ///
    /// # Errors
    /// `Invalid` with a message at each field.
    pub fn check(&self, password: &str) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let checked = Self {
            name: errors.take("name", validate::name(&self.name, 100, "your name")),
            email: errors.take("email", validate::email(&self.email)),
            tenant: errors.take(
                "tenant",
                validate::name(&self.tenant, 100, "the name of your organization"),
            ),
        };
        let own = [&*self.name, &*self.email, &*self.tenant];
        errors.take(
            "password",
            crate::domain::password::check(password, &own, false),
        );
        errors.into_result().map(|()| checked)
    }
}

/// Makes a tenant with its built-in groups.
pub fn create(conn: &mut Conn, name: &str, key_limit: i64, by: &Actor) -> Result<()> {
    db::tenants::insert(conn, by.tenant, name, key_limit, by.now)?;
    db::groups::insert_built_in(conn, by.tenant, by.now)?;
    let id = by.tenant.to_string();
    record(
        conn,
        by,
        &Event::TenantCreated,
        Object {
            kind: "tenant",
            id,
            name,
        },
    )
}

/// Makes a person who is admin of a tenant: of the existing one with that name (command line), or of a new one.
///
/// # Errors
/// `Invalid` at `email` when the address is taken.
pub fn create_admin(
    conn: &mut Conn,
    admin: &FirstAdmin,
    password_digest: &str,
    super_user: bool,
    now: Timestamp,
) -> Result<UserId> {
    let existing = match db::tenants::find_by_name(conn, &admin.tenant) {
        Ok(tenant) => Some(tenant.id),
        Err(crate::domain::Error::NotFound) => None,
        Err(other) => return Err(other),
    };
    let tenant: TenantId = existing.unwrap_or_default();
    let by = operator(tenant, now);
    if existing.is_none() {
        create(conn, &admin.tenant, crate::domain::key::DEFAULT_LIMIT, &by)?;
    }
    let user = NewUser {
        email: &admin.email,
        name: &admin.name,
        password_digest,
        super_user,
        support: false,
    };
    let id = db::users::insert(conn, &user, now)?;
    db::members::insert(conn, tenant, id, Role::Admin, now)?;
    let id_text = id.to_string();
    let event = Event::MemberAdded(Role::Admin.as_str());
    record(
        conn,
        &by,
        &event,
        Object {
            kind: "person",
            id: id_text,
            name: &admin.email,
        },
    )?;
    Ok(id)
}

/// The operator at the machine itself, acting in a tenant.
pub fn operator(tenant: TenantId, now: Timestamp) -> Actor {
    Actor {
        who: Who::Operator,
        tenant,
        now,
        address: None,
        request_id: String::new(),
    }
}
