//! What is kept, beside the database, of a change that may have stopped something.

use serde::de::DeserializeOwned;

use crate::db::change_log::{self, Change, Item};
use crate::db::verifiers::Verifier;
use crate::db::{self, Conn, stops, tenant_deletions};
use crate::domain::id::{KeyId, TenantId, VerifierId};
use crate::domain::key::State;
use crate::domain::key_snapshot::{GroupSnapshot, KeySnapshot, TenantSnapshot};
use crate::domain::stop::{KeyState, Stop, TenantState, Thing, powers, word};
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result};

/// A change as it is kept; `epoch` is the number of decisions about restored databases that there are.
///
/// # Errors
/// Those of the database.
pub fn of_change(conn: &mut Conn, change: &Change, epoch: i64, now: Timestamp) -> Result<Stop> {
    let (thing, at) = match change.item {
        Item::Key(id) => of_key(conn, change, id, now)?,
        Item::Group(id) => {
            let scopes = snapshot(conn, change)?.map(|group: GroupSnapshot| group.scopes);
            let group = |scopes| Thing::Group { id, scopes };
            (scopes.map_or_else(|| other(change.item), group), None)
        }
        Item::Tenant(id) => of_tenant(conn, change, id)?,
        Item::Verifier(id) => of_verifier(conn, id)?,
        item => (other(item), None),
    };
    Ok(Stop {
        rev: change.position.rev,
        entry: change.position.entry,
        epoch,
        at: at.unwrap_or(now),
        thing,
    })
}

/// What a key can do now, as [`of_change`] would keep it; nothing where that is not known.
pub fn powers_of(conn: &mut Conn, id: KeyId) -> Result<String> {
    let kept = change_log::payload_at(conn, &id.to_string(), i64::MAX)?;
    let snapshot: Option<KeySnapshot> = kept.map(|(_, text)| read(&text)).transpose()?;
    Ok(snapshot.as_ref().map(powers).unwrap_or_default())
}

/// A word for the token of a verifier. It stays when the token is moved to another pepper.
pub fn token_word(verifier: &Verifier) -> String {
    word(&format!("{} {}", verifier.id, verifier.last4))
}

type Kept = (Thing, Option<Timestamp>);

fn of_key(conn: &mut Conn, change: &Change, id: KeyId, now: Timestamp) -> Result<Kept> {
    let key: Option<KeySnapshot> = snapshot(conn, change)?;
    let Some(key) = key else {
        // Of keys that are older than what the log tells of them.
        let known = stops::keys(conn, &[id])?.remove(&id);
        let state = match known.map(|key| key.state(now)) {
            Some(State::Active | State::Expired) => KeyState::Live,
            Some(State::Disabled) => KeyState::Disabled,
            Some(State::Revoked) | None => KeyState::Revoked,
        };
        let powers = String::new();
        return Ok((Thing::Key { id, state, powers }, None));
    };
    let (state, at) = match (key.revoked_at, key.disabled_at) {
        (Some(at), _) => (KeyState::Revoked, Some(at)),
        (None, Some(at)) => (KeyState::Disabled, Some(at)),
        (None, None) => (KeyState::Live, None),
    };
    let powers = powers(&key);
    Ok((Thing::Key { id, state, powers }, at))
}

fn of_tenant(conn: &mut Conn, change: &Change, id: TenantId) -> Result<Kept> {
    if tenant_deletions::is_gone(conn, id)? {
        let state = TenantState::Gone;
        return Ok((Thing::Tenant { id, state }, None));
    }
    let tenant: Option<TenantSnapshot> = snapshot(conn, change)?;
    let at = tenant.and_then(|tenant| tenant.suspended_at);
    let state = at.map_or(TenantState::Active, |_| TenantState::Suspended);
    Ok((Thing::Tenant { id, state }, at))
}

fn of_verifier(conn: &mut Conn, id: VerifierId) -> Result<Kept> {
    let Some(verifier) = stops::verifier(conn, id)? else {
        return Ok((other(Item::Verifier(id)), None));
    };
    let thing = Thing::Verifier {
        id,
        revoked: verifier.revoked_at.is_some(),
        token: token_word(&verifier),
    };
    Ok((thing, verifier.revoked_at))
}

fn other(item: Item) -> Thing {
    let (what, id) = item.columns();
    let what = what.to_owned();
    Thing::Other { what, id }
}

/// What the thing was like: what the change says of it, or the last one before it that says anything.
fn snapshot<T: DeserializeOwned>(conn: &mut Conn, change: &Change) -> Result<Option<T>> {
    if change.payload != change_log::UNKNOWN {
        return read(&change.payload).map(Some);
    }
    let (_, id) = change.item.columns();
    let kept = db::change_log::payload_at(conn, &id, change.position.rev)?;
    kept.map(|(_, text)| read(&text)).transpose()
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Error::internal)
}
