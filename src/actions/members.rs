//! The people of a tenant: their roles, and taking somebody out.

use serde_json::json;

use super::{Object, key_updates, record};
use crate::db::members::Member;
use crate::db::{self, Conn, change_log};
use crate::domain::audit::Event;
use crate::domain::id::UserId;
use crate::domain::key_updates::Update;
use crate::domain::owner;
use crate::domain::right::Right;
use crate::domain::role::{self, Actor, Role, Who};
use crate::domain::{Conflict, Error, Result};

/// Gives a member another role. Their sessions end, so the next click is made with the new one. The role that they have
/// already changes nothing, without a trace.
///
/// # Errors
/// `Forbidden` for viewers; `NotFound`; `Invalid` at `role`; a conflict `last-admin` or `runs-keystead`.
pub fn set_role(conn: &mut Conn, by: &Actor, user: UserId, word: &str) -> Result<Member> {
    let role = Role::of_word(word).ok_or_else(|| Error::invalid("role", role::CHOOSE))?;
    hold(conn, by)?;
    let all = db::members::list(conn, by.tenant)?;
    let mut member = among(&all, user)?.clone();
    if member.role == role {
        return Ok(member);
    }
    must_be_expendable(by, &member, &all)?;
    db::members::set_role(conn, by.tenant, user, role)?;
    db::sessions::delete_of_user(conn, user)?;
    let detail = json!({
        "before": { "role": member.role.as_str() }, "after": { "role": role.as_str() },
    });
    record(conn, by, &Event::MemberRoleChanged(detail), object(&member))?;
    member.role = role;
    Ok(member)
}

/// Takes a person out of the tenant. Their sessions end. Keys that they look after go on working, and get another owner
/// where one is named: a member's address, or a line of text.
///
/// # Errors
/// As [`set_role`]; `Invalid` at `owner`.
pub fn remove(conn: &mut Conn, by: &Actor, user: UserId, heir: &str) -> Result<Member> {
    let heir = owner::check(heir).map_err(|message| Error::invalid("owner", message))?;
    hold(conn, by)?;
    let all = db::members::list(conn, by.tenant)?;
    let member = among(&all, user)?.clone();
    must_be_expendable(by, &member, &all)?;
    if !heir.is_empty() {
        let update = Update {
            owner: Some(heir),
            ..Update::default()
        };
        for key in db::key_owners::keys_of(conn, by.tenant, user)? {
            key_updates::update(conn, by, key.id, &update)?;
        }
    }
    db::members::delete(conn, by.tenant, user)?;
    db::sessions::delete_of_user(conn, user)?;
    let detail = json!({ "role": member.role.as_str() });
    record(conn, by, &Event::MemberRemoved(detail), object(&member))?;
    Ok(member)
}

/// The right, and the lock under which everything that follows is true: of two admins who take each other out, one is
/// too late.
pub(super) fn hold(conn: &mut Conn, by: &Actor) -> Result<()> {
    by.must_hold(Right::ChangeMembers)?;
    by.must_act_for_tenant("Members")?;
    change_log::hold(conn)
}

/// One of the people whom the list shows.
///
/// # Errors
/// `NotFound`.
pub fn find(conn: &mut Conn, by: &Actor, user: UserId) -> Result<Member> {
    let all = db::members::list(conn, by.tenant)?;
    among(&all, user).cloned()
}

/// The person among all whom the list shows.
fn among(all: &[Member], user: UserId) -> Result<&Member> {
    let found = all.iter().find(|member| member.user == user);
    found.ok_or(Error::NotFound)
}

/// Refuses to do without the last admin, and without whoever runs the installation, unless the operator at the shell asks.
fn must_be_expendable(by: &Actor, member: &Member, all: &[Member]) -> Result<()> {
    if member.super_user && !matches!(by.who, Who::Operator) {
        return Err(Conflict::RunsKeystead.into());
    }
    let is_other_admin = |other: &Member| other.role == Role::Admin && other.user != member.user;
    if member.role == Role::Admin && !all.iter().any(is_other_admin) {
        return Err(Conflict::LastAdmin.into());
    }
    Ok(())
}

fn object(member: &Member) -> Object<'_> {
    Object {
        kind: "person",
        id: member.user.to_string(),
        name: &member.email,
    }
}
