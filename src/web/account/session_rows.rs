//! The list of one's sessions. What it names a session by opens none.

use actix_session::SessionExt as _;
use actix_web::HttpRequest;

use crate::db;
use crate::db::sessions::Session;
use crate::domain::id::UserId;
use crate::domain::time::Timestamp;
use crate::domain::{Result, program};
use crate::web::session_facts::SessionFacts;
use crate::web::session_store::is_open;
use crate::web::shell::Moment;
use crate::web::state::State;

/// One session.
#[allow(missing_docs, reason = "what the template shows, in its order")]
pub struct SessionRow {
    /// Digest of its key.
    pub id: String,
    /// The browser that asks.
    pub is_this: bool,
    pub program: String,
    pub place: String,
    pub began: Moment,
    pub used: Moment,
}

impl SessionRow {
    fn new(session: Session, own: Option<&str>, now: Timestamp) -> Self {
        Self {
            is_this: own == Some(&session.key_digest),
            program: program::words(&session.program),
            place: match session.address.as_str() {
                "" => "Unknown address".into(),
                known => known.to_owned(),
            },
            began: Moment::past(session.created_at, now),
            used: Moment::past(session.seen_at, now),
            id: session.key_digest,
        }
    }
}

/// The sessions of whoever asks.
///
/// # Errors
/// `Unavailable` when the database is away.
pub async fn list(request: &HttpRequest, state: &State, user: UserId) -> Result<Vec<SessionRow>> {
    let own = SessionFacts::of(&request.get_session()).ok();
    let own = own.as_ref().and_then(|facts| facts.row().ok());
    let (all, now) = (
        state
            .read(move |conn| db::sessions::list_of_user(conn, user))
            .await?,
        state.now(),
    );
    let open = all
        .into_iter()
        .filter(|session| is_open(&state.site, session, now));
    Ok(open
        .map(|session| SessionRow::new(session, own, now))
        .collect())
}
