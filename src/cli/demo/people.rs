//! Who is in the first tenant of the demo beside its admin.

use crate::actions::invitations;
use crate::actions::tenants::operator;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::id::TenantId;
use crate::domain::invitation::Draft;
use crate::domain::role::Role;
use crate::domain::time::Timestamp;

/// Adds a viewer, who signs in with the password of everybody, and an invitation that nobody has accepted yet.
pub fn fill(
    conn: &mut Conn,
    tenant: TenantId,
    password_digest: &str,
    now: Timestamp,
) -> Result<()> {
    let viewer = db::users::NewUser {
        email: "jonas@acme.example",
        name: "Jonas Lindqvist",
        password_digest,
        super_user: false,
        support: false,
    };
    let viewer = db::users::insert(conn, &viewer, now)?;
    db::members::insert(conn, tenant, viewer, Role::Viewer, now)?;
    let draft = Draft::check("amara@acme.example", Role::Admin.as_str())?;
    invitations::create(conn, &operator(tenant, now), &draft, "Maya Okafor").map(drop)
}
