//! For load balancers and operators: is the process up, and may it be asked?

use std::time::{Duration, Instant};

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::state::State;
use crate::background::follow::Trouble;
use crate::db;
use crate::db::room::Room;

const SILENT: &str = "the database does not answer";

/// What probes get.
const TEXT: &str = "text/plain; charset=utf-8";

/// Probes give up soon; so does this.
const PATIENCE: Duration = Duration::from_secs(2);

/// For this long an answer of the database serves every probe: probes in a loop must cost nothing.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// A server that has not looked at its database for this long may not know what a command at the shell revoked.
const LOOKED_WITHIN: Duration = Duration::from_secs(3);

/// A change that was just made is on its way into the index for a moment.
const APPLIED_WITHIN: Duration = Duration::from_secs(1);

/// `GET /healthz`: the process answers, and every thread lives without which it should be started anew.
pub async fn live(state: web::Data<State>) -> HttpResponse {
    match state.vitals.dead() {
        None => HttpResponse::Ok().content_type(TEXT).body("ok\n"),
        Some(name) => HttpResponse::ServiceUnavailable()
            .content_type(TEXT)
            .body(format!(
                "a part of this server has ended ({name}): start it anew\n"
            )),
    }
}

/// `GET /readyz`: the index is certain and follows every change, no pepper or master key is missing, and the database answers, or did
/// within the last second. Otherwise 503 with the reason.
pub async fn ready(state: web::Data<State>) -> HttpResponse {
    match obstacle(&state).await {
        None => HttpResponse::Ok()
            .content_type(TEXT)
            .body(format!("ready\n{}", low(state.room()))),
        Some(reason) => HttpResponse::ServiceUnavailable()
            .insert_header((header::RETRY_AFTER, 2))
            .content_type(TEXT)
            .body(format!("not ready: {reason}\n")),
    }
}

/// Keys are verified on whatever room there is, so a server with little of it is ready.
fn low(room: Room) -> &'static str {
    match room {
        Room::Plenty => "",
        Room::Low => {
            "the disk is nearly full: requests, usage and failed sign-ins are not written\n"
        }
        Room::Last => "the disk is nearly full: nothing is written but what stops a key\n",
    }
}

/// Why this server should not be asked now. Everybody may read it, so it gives no numbers of changes; the log does.
async fn obstacle(state: &State) -> Option<String> {
    if let Some(reason) = doubt(state) {
        return Some(reason.into());
    }
    let head = match newest_change(state).await {
        Ok(head) => head,
        Err(reason) => return Some(reason.into()),
    };
    if state.index().lease().left().is_some() {
        // One of several servers answers only while it has a lease, and changes wait for it.
        return doubt(state).map(Into::into);
    }
    let age = state.following().age;
    if age > LOOKED_WITHIN {
        let seconds = age.as_secs();
        return Some(format!(
            "changes were not looked for in the last {seconds} seconds, so keys revoked at the shell may be accepted here"
        ));
    }
    let begun = Instant::now();
    while state.index().rev() < head {
        if begun.elapsed() > APPLIED_WITHIN {
            return Some(
                "the index is behind the database, so keys revoked at the shell may be accepted here"
                    .into(),
            );
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    doubt(state).map(Into::into)
}

fn doubt(state: &State) -> Option<&'static str> {
    if !state.index().is_certain() {
        let has_ended = state.index().lease().has_ended();
        return Some(match state.following().trouble {
            None if has_ended => {
                "PostgreSQL was not heard from for too long, so nobody knows what was revoked meanwhile"
            }
            None => "the index is not certain",
            Some(Trouble::OtherHistory) => {
                "the database was put back to an older state, so all keys are loaded anew"
            }
            Some(Trouble::Undecided) => {
                "the database was put back to an older state, in which keys work again that were stopped; run \
                 `keystead restore` at the server"
            }
            Some(Trouble::TornFiles) => {
                "files of the database were removed or replaced while this server used them"
            }
        });
    }
    if state.index().lacks_pepper() {
        return Some("a pepper is missing here");
    }
    let missing = state.master_keys.missing();
    (!missing.is_empty()).then_some("a master key is missing here")
}

/// The number of the newest change; or why no change can be made or seen.
async fn newest_change(state: &State) -> std::result::Result<i64, &'static str> {
    let mut last = state.readiness.0.lock().await;
    let is_good = |at: Duration| state.clock.elapsed().saturating_sub(at) < GOOD_FOR;
    match *last {
        Some((at, head)) if is_good(at) => head,
        _ => {
            let head = tokio::time::timeout(PATIENCE, ask_database(state)).await;
            let head = head.unwrap_or(Err(SILENT));
            if let Ok(head) = head {
                state.note_head(head);
            }
            *last = Some((state.clock.elapsed(), head));
            head
        }
    }
}

async fn ask_database(state: &State) -> std::result::Result<i64, &'static str> {
    let head = state.read(db::change_log::head).await;
    let takes_changes = state.takes_changes().await;
    match (head, takes_changes) {
        (Ok(head), Ok(true)) => Ok(head.rev),
        (Ok(_), Ok(false)) => {
            Err("the database can be read only, so no key can be made or revoked")
        }
        _ => Err(SILENT),
    }
}
