//! Copies of the request log: CSV for people's spreadsheets, NDJSON for programs.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes};
use futures_util::stream;
use serde_json::json;

use super::filter::RequestFilter;
use super::rows::{Rows, head};
use crate::actions::requests;
use crate::db::request_records::Filter;
use crate::domain::request_id::RequestId;
use crate::domain::right::Right;
use crate::domain::role::Actor;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::log_exports::{Format, STEP};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// Most rows of an export.
pub const MOST: usize = 1_000_000;

/// `GET /usage/requests.csv`.
///
/// # Errors
/// Field errors, as 422.
pub async fn csv(
    me: SignedIn,
    state: web::Data<State>,
    typed: web::Query<RequestFilter>,
) -> Answer<HttpResponse> {
    export(&me, state, typed.into_inner(), Format::Csv).await
}

/// `GET /usage/requests.ndjson`.
///
/// # Errors
/// Field errors, as 422.
pub async fn ndjson(
    me: SignedIn,
    state: web::Data<State>,
    typed: web::Query<RequestFilter>,
) -> Answer<HttpResponse> {
    export(&me, state, typed.into_inner(), Format::Ndjson).await
}

/// How far an export is.
struct Progress {
    state: web::Data<State>,
    by: Actor,
    filter: Filter,
    format: Format,
    cursor: Option<RequestId>,
    written: usize,
    is_done: bool,
}

async fn export(
    me: &SignedIn,
    state: web::Data<State>,
    typed: RequestFilter,
    format: Format,
) -> Answer<HttpResponse> {
    let (typed, mut errors) = typed.clean();
    let filter = typed.check(&mut errors);
    errors.into_result()?;
    let by = me.actor();
    by.must_hold(Right::SeeUsage)?;
    state.may_search(by.tenant).await?;
    let detail = json!({ "format": format.ending(), "filter": typed.detail() });
    let noted = by.clone();
    state
        .write(move |conn| requests::note_export(conn, &noted, detail))
        .await?;
    let now = by.now;
    let progress = Progress {
        state,
        by,
        filter,
        format,
        cursor: None,
        written: 0,
        is_done: false,
    };
    let head = head(format)?;
    let body = stream::try_unfold((Some(head), progress), |(head, mut progress)| async move {
        if let Some(head) = head.filter(|head| !head.is_empty()) {
            return Ok(Some((Bytes::from(head), (None, progress))));
        }
        if progress.is_done {
            return Ok(None);
        }
        let step = progress.step().await?;
        Ok::<_, Error>(Some((Bytes::from(step), (None, progress))))
    });
    Ok(format.respond("requests", now, body))
}

impl Progress {
    /// The next rows. Each step is a query of its own: a slow reader holds no transaction open.
    async fn step(&mut self) -> Result<Vec<u8>> {
        let (by, filter, cursor) = (self.by.clone(), self.filter.clone(), self.cursor);
        let (format, room) = (self.format, MOST - self.written);
        let (text, count, next) = self
            .state
            .search_on(by.tenant, move |conn| {
                let page = requests::page(conn, &by, &filter, cursor, STEP.min(room))?;
                let mut rows = Rows::new(format);
                for line in &page.lines {
                    rows.add(line, &page.keys)?;
                }
                let count = page.lines.len();
                if page.next.is_some() && count >= room {
                    rows.add_cut(MOST)?;
                }
                Ok((rows.finish()?, count, page.next))
            })
            .await?;
        self.cursor = next;
        self.written += count;
        self.is_done = next.is_none() || self.written >= MOST;
        Ok(text)
    }
}
