//! What a narrower group would take from its keys, as far as their last requests tell.

use chrono::TimeDelta;

use super::key_losses;
use crate::db::groups::Group;
use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::role::Actor;
use crate::domain::scope::Scopes;

/// Keys that are looked at.
const KEYS: i64 = 50;
/// Requests of each that are looked at.
const REQUESTS: i64 = 200;
/// Days back.
const DAYS: i64 = 7;

/// A key that used scopes which it will lack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Such as "ERP (ks_live_…9fQ2)".
    pub key: String,
    /// The scopes, in order.
    pub scopes: Vec<String>,
}

/// The keys of a group that used a scope in the last 7 days which `left` does not grant. Only the newest 50 keys and
/// the last 200 requests of each are looked at: this warns, it proves nothing.
pub fn find(conn: &mut Conn, by: &Actor, group: &Group, left: &Scopes) -> Result<Vec<Loss>> {
    let mut losses = Vec::new();
    for label in db::key_labels::list_of_group(conn, by.tenant, group.id, KEYS)? {
        let from = by.now - TimeDelta::days(DAYS);
        let recent = key_losses::requests(conn, by.tenant, label.id, from, REQUESTS)?;
        let scopes = key_losses::lost_scopes(&recent, left);
        if !scopes.is_empty() {
            losses.push(Loss {
                key: label.choice(),
                scopes,
            });
        }
    }
    Ok(losses)
}
