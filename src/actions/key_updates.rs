//! Changes of a key that exists, with an audit row that tells what was and what is.

use serde_json::{Map, Value, json};

use super::keys::{must_have_room, note_state};
use super::{Object, key_owners, must_bound, must_stand_above, record};
use crate::db::groups::Group;
use crate::db::key_updates::{self, KeyUpdate};
use crate::db::keys::Key;
use crate::db::projects::Project;
use crate::db::{self, Conn, change_log};
use crate::domain::allowlist_mode::AllowlistMode;
use crate::domain::audit::Event;
use crate::domain::bounds::Bounds;
use crate::domain::id::KeyId;
use crate::domain::key::State;
use crate::domain::key_updates::Update;
use crate::domain::list_change::ListChange;
use crate::domain::owner::Owner;
use crate::domain::rate_limit::RateLimit;
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::domain::time::rfc3339;
use crate::domain::{Conflict, Error, Result};

/// Changes a key. An update that changes nothing leaves no trace and succeeds.
///
/// # Errors
/// `Forbidden` without the right, for rights beyond the actor's own, or when a key changes its own limits; `NotFound`; `Invalid` at
/// `authorization_group` or `project`, or where a key would give more than its own bounds; the conflicts `key-revoked` and `key-limit-reached`, the latter when an expired key would
/// come back; with [`Update::shown`], `key-changed`.
pub fn update(conn: &mut Conn, by: &Actor, id: KeyId, update: &Update) -> Result<Key> {
    by.must_hold(Right::ChangeKeys)?;
    // First, for its lock: what is compared then is what is changed.
    change_log::hold(conn)?;
    let key = db::keys::find(conn, by.tenant, id)?;
    let Some(difference) = Difference::find(conn, by, &key, update)? else {
        change_log::stands();
        return Ok(key);
    };
    let rev = change_log::append(conn, change_log::Item::Key(id))?;
    if key.state(by.now) == State::Expired && difference.columns.expires_at.is_some() {
        must_have_room(conn, by)?;
    }
    key_updates::set(conn, by.tenant, id, difference.columns)?;
    note_state(conn, id, rev)?;
    let detail = json!({ "before": difference.before, "after": difference.after });
    let changed = db::keys::find(conn, by.tenant, id)?;
    let object = Object::of_key(&changed);
    record(conn, by, &Event::KeyUpdated(detail), object)?;
    Ok(changed)
}

/// A word for what a form shows of a key, to tell whether it is still so.
pub fn version(key: &Key) -> String {
    let limit = key.rate_limit.0.map(|limit| limit.to_string());
    super::version_of(&[
        &key.name,
        &key.description,
        &key.group_name,
        &key.project_id.map(|id| id.to_string()).unwrap_or_default(),
        &key.ip_allowlist.entries().join("\n"),
        key.ip_allowlist_mode.as_str(),
        &limit.unwrap_or_default(),
        key.owner.get().typed(),
    ])
}

/// The project that the key gets by an update, `Some(None)` for none; `None` when it keeps the one it has.
#[allow(
    clippy::option_option,
    reason = "kept, the whole tenant and a project are three things"
)]
fn find_project(
    conn: &mut Conn,
    by: &Actor,
    key: &Key,
    update: &Update,
) -> Result<Option<Option<Project>>> {
    let Some(wanted) = &update.project else {
        return Ok(None);
    };
    // A key may stay in a project that was archived.
    let before = key.project_id.map(|id| id.to_string());
    if *wanted == before {
        return Ok(None);
    }
    let find = |id: &String| db::projects::find_for_keys(conn, by.tenant, id);
    Ok(Some(wanted.as_ref().map(find).transpose()?))
}

/// What an update really changes.
#[derive(Default)]
struct Difference {
    columns: KeyUpdate,
    before: Map<String, Value>,
    after: Map<String, Value>,
}

impl Difference {
    /// `None` when everything is already as it is asked for.
    fn find(conn: &mut Conn, by: &Actor, key: &Key, update: &Update) -> Result<Option<Self>> {
        if key.revoked_at.is_some() {
            return Err(Conflict::KeyRevoked.into());
        }
        let group = update
            .group
            .as_deref()
            .map(|group| db::groups::find(conn, by.tenant, group, "authorization_group"))
            .transpose()?
            .filter(|group| group.name != key.group_name);
        let project = find_project(conn, by, key, update)?;
        let mut found = Self::default();
        found.compare_texts(key, update);
        found.compare_addresses(key, update)?;
        found.compare_limits(key, update);
        if let Some(project) = &project {
            let name = project.as_ref().map(|project| &*project.name);
            found.note("project", key.project_name.as_deref(), name);
            found.columns.project_id = Some(project.as_ref().map(|project| project.id));
        }
        if let Some(typed) = &update.owner {
            found.compare_owners(key, &key_owners::find(conn, by, typed)?);
        }
        found.may_be_made(conn, by, key, group.as_ref())?;
        if found.is_limited() {
            must_bound(conn, by, &found.bounds(key, update))?;
        }
        if let Some(group) = group {
            found.note("authorization_group", &*key.group_name, &*group.name);
            found.columns.group_id = Some(group.id);
        }
        let is_stale = update
            .shown
            .as_ref()
            .is_some_and(|shown| *shown != version(key));
        match found.after.is_empty() {
            true => Ok(None),
            false if is_stale => Err(Conflict::KeyChanged.into()),
            false => Ok(Some(found)),
        }
    }

    fn note(&mut self, member: &str, before: impl Into<Value>, after: impl Into<Value>) {
        self.before.insert(member.into(), before.into());
        self.after.insert(member.into(), after.into());
    }

    fn compare_texts(&mut self, key: &Key, update: &Update) {
        if let Some(name) = update.name.as_ref().filter(|name| **name != key.name) {
            self.note("name", &*key.name, &**name);
            self.columns.name = Some(name.clone());
        }
        let description = update.description.as_ref();
        if let Some(text) = description.filter(|text| **text != key.description) {
            self.note("description", &*key.description, &**text);
            self.columns.description = Some(text.clone());
        }
    }

    fn compare_owners(&mut self, key: &Key, owner: &Owner) {
        let before = key.owner.get();
        // Somebody who left may stay the owner until another is chosen.
        if before.typed() != owner.typed() {
            self.note("owner", before.shown(), owner.shown());
            self.columns.owner = Some(owner.into());
        }
    }

    fn compare_addresses(&mut self, key: &Key, update: &Update) -> Result<()> {
        if update.ip_allowlist.is_none() && update.ip_allowlist_mode.is_none() {
            return Ok(());
        }
        let list = update.ip_allowlist.as_ref().unwrap_or(&key.ip_allowlist);
        if *list != key.ip_allowlist {
            let change = ListChange::between(&key.ip_allowlist.entries(), &list.entries());
            self.after.insert("ip_allowlist".into(), change.kept());
            self.columns.ip_allowlist = Some(list.clone());
        }
        let before = key.ip_allowlist_mode;
        let mode = match update.ip_allowlist_mode {
            Some(chosen) => chosen
                .check(list)
                .map_err(|message| Error::invalid("ip_allowlist_mode", message))?,
            None if before == AllowlistMode::Observe => before,
            None => AllowlistMode::of(list),
        };
        if mode != before {
            self.note("ip_allowlist_mode", before.as_str(), mode.as_str());
            self.columns.ip_allowlist_mode = Some(mode);
        }
        Ok(())
    }

    fn compare_limits(&mut self, key: &Key, update: &Update) {
        if let Some(at) = update.expires_at {
            let before = key.expires_at;
            if at != before {
                self.note("expires_at", before.map(rfc3339), at.map(rfc3339));
                self.columns.expires_at = Some(at.into());
            }
        }
        if let Some(limit) = update.rate_limit.filter(|limit| *limit != key.rate_limit.0) {
            let text = |limit: Option<RateLimit>| limit.map(|limit| limit.to_string());
            self.note("rate_limit", text(key.rate_limit.0), text(limit));
            self.columns.rate_limit = Some(limit.into());
        }
    }

    fn is_limited(&self) -> bool {
        let limits = [
            "ip_allowlist",
            "ip_allowlist_mode",
            "expires_at",
            "rate_limit",
            "project",
        ];
        limits.iter().any(|member| self.after.contains_key(*member))
    }

    /// What bounds the key after the change.
    fn bounds(&self, key: &Key, update: &Update) -> Bounds {
        let list = self.columns.ip_allowlist.as_ref();
        let mode = self.columns.ip_allowlist_mode;
        let addresses = (
            list.unwrap_or(&key.ip_allowlist),
            mode.unwrap_or(key.ip_allowlist_mode),
        );
        let limit = update.rate_limit.unwrap_or(key.rate_limit.0);
        Bounds::new(
            update.expires_at.unwrap_or(key.expires_at),
            addresses,
            limit,
        )
    }

    /// A key neither raises a key above its own rights nor touches one that stands above it. Its own limits it can't touch
    /// at all: a stolen key would never end.
    fn may_be_made(
        &self,
        conn: &mut Conn,
        by: &Actor,
        key: &Key,
        group: Option<&Group>,
    ) -> Result<()> {
        let outside = "A key can't change a key";
        must_stand_above(conn, by, key, outside)?;
        if let Some(project) = self.columns.project_id {
            by.must_reach(project, outside)?;
        }
        if by.is_key(key.id) && (self.is_limited() || group.is_some()) {
            return Err(Error::Forbidden(
                "A key can't change its own limits or its authorization group; ask a tenant admin, or use another key."
                    .into(),
            ));
        }
        if let Some(group) = group {
            by.must_cover(&group.scopes).map_err(|_| {
                Error::Forbidden("A key can't give a key more rights than its own.".into())
            })?;
        }
        Ok(())
    }
}
