//! Staff explains a request of any tenant by its id. Each look is in the tenant's log, and addresses and paths are left
//! out unless the tenant allows them.

use serde_json::json;

use super::explain::{self, Known, Outcome};
use super::{Object, record_by_supporter};
use crate::db::keys::Key;
use crate::db::tenants::Tenant;
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::request_id::RequestId;
use crate::domain::role::Supporter;
use crate::domain::verdict::Code;
use crate::domain::zone::Zone;
use crate::domain::{Error, Result};
use crate::verify::Index;

/// What staff sees.
#[derive(Debug, Clone)]
pub enum Seen {
    /// The decision about a key of a tenant.
    Known(Box<SeenKnown>),
    /// The presented text was no key of ours; nothing more is kept of such requests.
    Stranger(Code),
}

/// The decision about a key, as far as staff sees it.
#[derive(Debug, Clone)]
pub struct SeenKnown {
    /// Whose key it is.
    pub tenant: Tenant,
    /// The key now; `None` when it was deleted.
    pub key: Option<Key>,
    /// The decision. Without the tenant's permission it has neither address nor path.
    pub known: Known,
    /// The tenant allows addresses and paths.
    pub with_addresses: bool,
}

/// Explains a request, with times in a zone.
///
/// # Errors
/// `NotFound` when nothing is known by this id.
pub fn explain(
    conn: &mut Conn,
    index: &Index,
    by: &Supporter,
    id: RequestId,
    zone: Zone,
) -> Result<Seen> {
    let record = match db::request_records::find_of_any(conn, id) {
        Err(Error::NotFound) => {
            let stranger = index.strangers().find(id).ok_or(Error::NotFound)?;
            return Ok(Seen::Stranger(stranger));
        }
        found => found?,
    };
    let tenant = db::tenants::find(conn, record.tenant_id)?;
    let with_addresses = db::tenants::support_sees_addresses(conn, tenant.id)?;
    let key = match db::keys::find(conn, tenant.id, record.key_id) {
        Err(Error::NotFound) => None,
        found => Some(found?),
    };
    let mut known = explain::known(conn, record, zone)?;
    if !with_addresses {
        redact(&mut known);
    }
    let object = Object {
        kind: "api_key",
        id: known.record.key_id.to_string(),
        name: key.as_ref().map_or(&known.key.name, |key| &key.name),
    };
    let detail = json!({ "request": id.to_string(), "with_addresses_and_paths": with_addresses });
    let event = Event::RequestExplained(detail);
    record_by_supporter(conn, by, Some(tenant.id), &event, object)?;
    Ok(Seen::Known(Box::new(SeenKnown {
        tenant,
        key,
        known,
        with_addresses,
    })))
}

/// Takes out where the caller was and what it asked for.
fn redact(known: &mut Known) {
    known.record.address.clear();
    known.record.path.clear();
    known.key.ip_allowlist.clear();
    for check in &mut known.checks {
        if check.code != Code::IpDenied {
            continue;
        }
        let (found, needed) = match check.outcome {
            Outcome::Passed => ("It was.", ""),
            Outcome::Failed => (
                "It was not. The tenant does not show addresses to support.",
                "An address of the key's IP allowlist. The tenant sees both under Usage, Request log, Explain.",
            ),
            Outcome::NotReached => ("", ""),
        };
        check.found = found.into();
        check.needed = needed.into();
    }
}
