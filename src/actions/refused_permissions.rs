//! Refused permissions on record: what somebody known asked for and may not do.

use serde_json::json;

use super::{Object, record, record_by_supporter};
use crate::db::Conn;
use crate::domain::Result;
use crate::domain::audit::Event;
use crate::domain::role::{Actor, Supporter};

/// Who asked.
#[derive(Debug, Clone)]
pub enum Asker {
    /// A member or a key of a tenant, in whose log it goes.
    InTenant(Box<Actor>),
    /// Somebody of the support staff, in no tenant.
    Support(Box<Supporter>),
}

impl Asker {
    /// The id of the person or key.
    pub fn id(&self) -> String {
        match self {
            Self::InTenant(by) => match (by.person(), by.key()) {
                (Some(person), _) => person.to_string(),
                (None, Some(key)) => key.to_string(),
                (None, None) => String::new(),
            },
            Self::Support(by) => by.id.to_string(),
        }
    }
}

/// What was asked for.
#[derive(Debug, Clone)]
pub struct Refused {
    /// Method and route, such as `POST /members/{id}/role`.
    pub route: String,
    /// The id in its path, whether there is such a thing or not; else empty.
    pub object: String,
    /// The sentence that was answered.
    pub said: String,
}

/// Writes the row.
///
/// # Errors
/// Those of the database.
pub fn note(conn: &mut Conn, by: &Asker, refused: &Refused) -> Result<()> {
    let event = Event::PermissionRefused(json!({ "reason": refused.said }));
    let object = Object {
        kind: "route",
        id: refused.object.clone(),
        name: &refused.route,
    };
    match by {
        Asker::InTenant(by) => record(conn, by, &event, object),
        Asker::Support(by) => record_by_supporter(conn, by, None, &event, object),
    }
}
