//! New tenants and their first people, from the setup page or the command line.

use serde_json::json;

use super::{Object, invitations, limits, record, record_by_overseer};
use crate::db::change_log::{self, Item};
use crate::db::invitations::Invitation;
use crate::db::tenants::Tenant;
use crate::db::users::NewUser;
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::id::{TenantId, UserId};
use crate::domain::plan::STANDARD;
use crate::domain::role::{Actor, Overseer, Role, Who};
use crate::domain::rollout::Feature;
use crate::domain::tenant::{self, Draft};
use crate::domain::time::Timestamp;
use crate::domain::validate::{self, FieldErrors};
use crate::domain::{Conflict, Error, Result, invitation};

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

/// Makes a tenant and invites its first admin.
///
/// # Errors
/// `NotFound` for who is no super user any more; `Invalid` at `name` when another tenant has it.
pub fn make(conn: &mut Conn, by: &Overseer, draft: &Draft) -> Result<(Tenant, Invitation)> {
    // First, for its lock: of two who make a tenant of one name, the second finds it taken.
    change_log::hold(conn)?;
    let id = TenantId::new();
    db::tenants::insert(conn, id, &draft.name, draft.limit, by.now())?;
    db::groups::insert_built_in(conn, id, by.now())?;
    if draft.plan != STANDARD {
        change_log::append(conn, Item::Rollout(Feature::Integrations))?;
        db::tenants::set_plan(conn, id, &draft.plan)?;
    }
    let tenant = db::tenants::find(conn, id)?;
    let object = limits::object(&tenant);
    record_by_overseer(conn, by, id, &Event::TenantCreated, object)?;
    let admin = invitation::Draft {
        email: draft.email.clone(),
        role: Role::Admin,
    };
    let first = invitations::insert(conn, id, &admin, by.name(), by.now())?;
    let event = invitations::invited(&admin);
    record_by_overseer(conn, by, id, &event, invitations::object(&first))?;
    Ok((tenant, first))
}

/// The invitation of a tenant's first admin, as long as nobody has joined.
///
/// # Errors
/// `NotFound`, also once somebody has.
pub fn first_invitation(conn: &mut Conn, id: TenantId) -> Result<(Tenant, Invitation)> {
    let tenant = db::tenants::find(conn, id)?;
    if !db::members::ids(conn, id)?.is_empty() {
        return Err(Error::NotFound);
    }
    let invitations = db::invitations::list(conn, id)?;
    let first = invitations.into_iter().find(|one| one.role == Role::Admin);
    Ok((tenant, first.ok_or(Error::NotFound)?))
}

/// Makes the link of a tenant's first admin anew, for seven days; the old one opens nothing any more.
///
/// # Errors
/// `NotFound`, also for who is no super user any more, and once somebody has joined.
pub fn renew_first_link(
    conn: &mut Conn,
    by: &Overseer,
    id: TenantId,
) -> Result<(Tenant, Invitation)> {
    change_log::hold(conn)?;
    let (tenant, lost) = first_invitation(conn, id)?;
    db::invitations::delete(conn, lost.id)?;
    let draft = invitation::Draft {
        email: lost.email,
        role: lost.role,
    };
    let first = invitations::insert(conn, id, &draft, by.name(), by.now())?;
    let event = Event::InvitationRenewed;
    record_by_overseer(conn, by, id, &event, invitations::object(&first))?;
    Ok((tenant, first))
}

/// Gives a tenant another name, provided that it still has the one that the form showed. The name that it has already
/// changes nothing, without a trace.
///
/// # Errors
/// `NotFound`, also for who is no super user any more; `Invalid` at `name`; a conflict `changed-meanwhile`.
pub fn rename(
    conn: &mut Conn,
    by: &Overseer,
    id: TenantId,
    shown: &str,
    name: &str,
) -> Result<Tenant> {
    let name = tenant::check_name(name).map_err(|message| Error::invalid("name", message))?;
    change_log::hold(conn)?;
    let before = db::tenants::find(conn, id)?;
    if before.name != shown {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    if before.name == name {
        return Ok(before);
    }
    db::tenants::set_name(conn, id, &name)?;
    let after = db::tenants::find(conn, id)?;
    let detail = json!({ "before": { "name": before.name }, "after": { "name": after.name } });
    let event = Event::TenantRenamed(detail);
    record_by_overseer(conn, by, id, &event, limits::object(&after))?;
    Ok(after)
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
        Err(Error::NotFound) => None,
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
