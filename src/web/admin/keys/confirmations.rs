//! Whom a change of a key waits for, told while its answer is awaited.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::in_question::key_in_question;
use crate::background::nodes::lapse;
use crate::db::node_leases::NodeLease;
use crate::db::{change_confirmations, change_log, node_leases};
use crate::domain::Result;
use crate::domain::id::KeyId;
use crate::domain::listing::listed;
use crate::web::failure::Answer;
use crate::web::respond::page;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

#[derive(Template)]
#[template(source = "{{ line }}", ext = "html")]
struct Line {
    line: String,
}

/// `GET /tenant-api-keys/{id}/confirmation`: one line, empty when no change of this key waits.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers.
pub async fn show(
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let id: KeyId = id.parse()?;
    key_in_question(&state, &me, id).await?;
    let awaited = awaited(&state, id).await?;
    let line = awaited.map_or_else(String::new, |(names, left)| {
        let seconds = left.as_secs_f64().ceil();
        let whom = match names.as_slice() {
            [] => "the other servers".into(),
            names => listed(names),
        };
        format!("Waiting for {whom}, at most {seconds} s more")
    });
    page(StatusCode::OK, Line { line }).await
}

/// The servers that miss the newest change of a key, and for how long at most they are waited for.
async fn awaited(state: &State, key: KeyId) -> Result<Option<(Vec<String>, Duration)>> {
    if !state.is_shared() {
        return Ok(None);
    }
    if let Some(waits) = state.follower().awaits(&key.to_string()) {
        return Ok(Some(waits));
    }
    // Perhaps another server makes the change: then the database tells, and also when it was confirmed meanwhile.
    let (rev, nodes) = state
        .snapshot(move |conn| {
            let rev = change_log::newest_of(conn, &key.to_string())?.unwrap_or_default();
            let is_confirmed = change_confirmations::has(conn, rev)?;
            let nodes = if is_confirmed {
                Vec::new()
            } else {
                node_leases::list(conn)?
            };
            Ok((rev, nodes))
        })
        .await?;
    let longest = nodes.iter().map(NodeLease::lease).max().unwrap_or_default();
    let missing = nodes.into_iter().filter(|node| node.applied_rev < rev);
    let names: Vec<String> = missing.map(|node| node.name).collect();
    Ok((!names.is_empty()).then(|| (names, lapse(longest))))
}
