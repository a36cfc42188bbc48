//! The life of an authorization group: create, change, delete. A change is true for all of its keys at once.

use serde_json::{Map, Value, json};

use super::{Object, bounds_of, must_cover, record};
use crate::db::groups::Group;
use crate::db::{self, Conn, change_log};
use crate::domain::audit::Event;
use crate::domain::bounds::Bounds;
use crate::domain::group::{Draft, MOST};
use crate::domain::id::{GroupId, TenantId};
use crate::domain::key_snapshot::GroupSnapshot;
use crate::domain::list_change::ListChange;
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::domain::{Conflict, Error, Result};

/// The tenant's groups in the order of the form, each with the number of keys that use it.
pub fn list(conn: &mut Conn, tenant: TenantId) -> Result<Vec<(Group, i64)>> {
    let counts = db::groups::count_keys(conn, tenant)?;
    let groups = db::groups::list(conn, tenant)?;
    Ok(groups
        .into_iter()
        .map(|group| {
            let keys = counts.get(&group.id).copied().unwrap_or_default();
            (group, keys)
        })
        .collect())
}

/// A group of the tenant, with the number of keys that use it.
///
/// # Errors
/// `NotFound`, also for another tenant's group.
pub fn find(conn: &mut Conn, tenant: TenantId, id: GroupId) -> Result<(Group, i64)> {
    let group = db::groups::find_by_id(conn, tenant, id)?;
    let keys = db::groups::count_keys_of(conn, tenant, group.id)?;
    Ok((group, keys))
}

/// Makes a group.
///
/// # Errors
/// `Forbidden` without the right, or for rights beyond the actor's own; `Invalid` at `name` when it is taken; a
/// conflict `group-limit-reached`.
pub fn create(conn: &mut Conn, by: &Actor, draft: &Draft) -> Result<Group> {
    by.must_hold(Right::ChangeGroups)?;
    by.must_act_for_tenant("Authorization groups")?;
    let id = GroupId::new();
    // First, for its lock: the count below then sees every group that was committed before.
    let rev = change_log::append_more(conn, change_log::Item::Group(id))?;
    must_cover(by, &draft.scopes, "A key can't create a group")?;
    if db::groups::count(conn, by.tenant)? >= MOST {
        return Err(Conflict::GroupLimitReached(MOST).into());
    }
    let group = Group {
        id,
        tenant_id: by.tenant,
        name: draft.name.clone(),
        summary: draft.summary.clone(),
        scopes: draft.scopes.clone(),
        built_in: false,
        created_at: by.now,
    };
    db::groups::insert(conn, group.clone())?;
    note_state(conn, &group, rev)?;
    let detail = json!({ "summary": group.summary, "scopes": draft.scopes.list() });
    record(conn, by, &Event::GroupCreated(detail), object(&group))?;
    Ok(group)
}

/// Changes a group, and with it what all of its keys may do. A change that changes nothing leaves no trace.
///
/// # Errors
/// `Forbidden` without the right, for rights beyond the actor's own, before or after, or when a key changes the group
/// that it is in; `NotFound`; `Invalid` at `name`; the conflicts `group-built-in` and, when the group is no longer as
/// `shown`, `group-changed`.
pub fn update(
    conn: &mut Conn,
    by: &Actor,
    id: GroupId,
    draft: &Draft,
    shown: Option<&str>,
) -> Result<Group> {
    by.must_hold(Right::ChangeGroups)?;
    by.must_act_for_tenant("Authorization groups")?;
    // First, for its lock: what is compared then is what is changed.
    change_log::hold(conn)?;
    let group = db::groups::find_by_id(conn, by.tenant, id)?;
    let Some((changed, detail)) = prepare(conn, by, &group, draft, shown)? else {
        change_log::stands();
        return Ok(group);
    };
    let rev = change_log::append(conn, change_log::Item::Group(id))?;
    db::groups::set(conn, by.tenant, &changed)?;
    note_state(conn, &changed, rev)?;
    record(conn, by, &Event::GroupUpdated(detail), object(&changed))?;
    Ok(changed)
}

/// The group as it shall be, and what that changes; `None` when it is so already.
fn prepare(
    conn: &mut Conn,
    by: &Actor,
    group: &Group,
    draft: &Draft,
    shown: Option<&str>,
) -> Result<Option<(Group, Value)>> {
    must_be_free(conn, by, group)?;
    must_cover(by, &draft.scopes, "A key can't give a group")?;
    let changed = Group {
        name: draft.name.clone(),
        summary: draft.summary.clone(),
        scopes: draft.scopes.clone(),
        ..group.clone()
    };
    let (before, after) = difference(group, &changed);
    if after.is_empty() {
        return Ok(None);
    }
    if shown.is_some_and(|shown| shown != version(group)) {
        return Err(Conflict::GroupChanged.into());
    }
    Ok(Some((changed, json!({ "before": before, "after": after }))))
}

/// Deletes a group that no key uses.
///
/// # Errors
/// `Forbidden` as for [`update`]; `NotFound`; the conflicts `group-built-in` and `group-in-use`.
pub fn delete(conn: &mut Conn, by: &Actor, id: GroupId) -> Result<Group> {
    by.must_hold(Right::ChangeGroups)?;
    by.must_act_for_tenant("Authorization groups")?;
    db::groups::find_by_id(conn, by.tenant, id)?;
    // No key joins the group between the count and the end: whoever gives one a group takes this lock too.
    let rev = change_log::append(conn, change_log::Item::Group(id))?;
    let group = db::groups::find_by_id(conn, by.tenant, id)?;
    must_be_free(conn, by, &group)?;
    let keys = db::groups::count_keys_of(conn, by.tenant, group.id)?;
    if keys > 0 {
        return Err(Conflict::group_in_use(keys).into());
    }
    db::groups::set_deleted(conn, by.tenant, &group, by.now)?;
    note_state(conn, &group, rev)?;
    let detail = json!({ "scopes": group.scopes.list() });
    record(conn, by, &Event::GroupDeleted(detail), object(&group))?;
    Ok(group)
}

/// A word for what a form showed of a group, to tell whether it is still so.
pub fn version(group: &Group) -> String {
    super::version_of(&[&group.name, &group.summary, group.scopes.text()])
}

/// Built-in groups stay as they are; a key touches neither the group it is in nor one that grants more than its own.
fn must_be_free(conn: &mut Conn, by: &Actor, group: &Group) -> Result<()> {
    if group.built_in {
        return Err(Conflict::GroupBuiltIn.into());
    }
    if let Some(key) = by.key() {
        let key = db::keys::find(conn, by.tenant, key)?;
        if key.group_name == group.name {
            return Err(Error::Forbidden(
                "A key can't change the group that it is in; ask a tenant admin, or use another key."
                    .into(),
            ));
        }
    }
    must_cover(by, &group.scopes, "A key can't change a group")?;
    let own = bounds_of(conn, by)?;
    if own == Bounds::default() {
        return Ok(());
    }
    for key in db::keys::list_of_group(conn, by.tenant, group.id)? {
        if !own.cover(&key.bounds()) {
            let text = "A key can't change a group with keys that end later, have more addresses or a higher rate limit than it has.";
            return Err(Error::Forbidden(text.into()));
        }
    }
    Ok(())
}

fn difference(before: &Group, after: &Group) -> (Map<String, Value>, Map<String, Value>) {
    let members = |group: &Group| -> [(&str, Value); 2] {
        [
            ("name", group.name.clone().into()),
            ("summary", group.summary.clone().into()),
        ]
    };
    let (mut was, mut is) = (Map::new(), Map::new());
    for ((member, old), (_, new)) in members(before).into_iter().zip(members(after)) {
        if old != new {
            was.insert(member.into(), old);
            is.insert(member.into(), new);
        }
    }
    let (old, new) = (before.scopes.list(), after.scopes.list());
    if old != new {
        let change = ListChange::between(old, new);
        is.insert("scopes".into(), change.kept());
    }
    (was, is)
}

/// Keeps what the group grants from this revision on, to explain later decisions about its keys.
fn note_state(conn: &mut Conn, group: &Group, rev: i64) -> Result<()> {
    let snapshot = GroupSnapshot {
        name: group.name.clone(),
        scopes: group.scopes.text().to_owned(),
    };
    let text = serde_json::to_string(&snapshot).map_err(Error::internal)?;
    change_log::describe(conn, rev, text)
}

fn object(group: &Group) -> Object<'_> {
    Object {
        kind: "authorization_group",
        id: group.id.to_string(),
        name: &group.name,
    }
}
