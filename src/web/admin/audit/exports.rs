//! Copies of the audit log: CSV for people's spreadsheets, NDJSON for programs.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes};
use futures_util::stream;
use serde_json::json;

use super::filter::AuditFilter;
use crate::actions::audit_log;
use crate::db::audit::ChainedEvent;
use crate::db::audit_lists::Filter;
use crate::domain::role::Actor;
use crate::domain::time::rfc3339;
use crate::domain::{Error, Result};
use crate::web::admin::log_exports::{Format, STEP, cell, csv_writer, finish};
use crate::web::audit_rows::{AuditRow, sentence};
use crate::web::failure::Answer;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// The columns of the CSV.
const COLUMNS: [&str; 13] = [
    "number",
    "time",
    "actor_kind",
    "actor_id",
    "actor",
    "action",
    "said",
    "object_kind",
    "object_id",
    "object",
    "detail",
    "address",
    "request_id",
];

/// `GET /audit.csv`.
///
/// # Errors
/// Field errors, as 422.
pub async fn csv(
    me: SignedIn,
    state: web::Data<State>,
    typed: web::Query<AuditFilter>,
) -> Answer<HttpResponse> {
    export(&me, state, typed.into_inner(), Format::Csv).await
}

/// `GET /audit.ndjson`.
///
/// # Errors
/// Field errors, as 422.
pub async fn ndjson(
    me: SignedIn,
    state: web::Data<State>,
    typed: web::Query<AuditFilter>,
) -> Answer<HttpResponse> {
    export(&me, state, typed.into_inner(), Format::Ndjson).await
}

/// How far an export is.
struct Progress {
    state: web::Data<State>,
    by: Actor,
    filter: Filter,
    format: Format,
    is_begun: bool,
    is_done: bool,
}

async fn export(
    me: &SignedIn,
    state: web::Data<State>,
    typed: AuditFilter,
    format: Format,
) -> Answer<HttpResponse> {
    let (typed, mut errors) = typed.clean();
    let filter = typed.check(&mut errors);
    errors.into_result()?;
    let by = me.actor();
    let detail = json!({ "format": format.ending(), "filter": typed.detail() });
    let noted = by.clone();
    state
        .change(move |conn| audit_log::note_export(conn, &noted, detail))
        .await?;
    let now = by.now;
    let progress = Progress {
        state,
        by,
        filter,
        format,
        is_begun: false,
        is_done: false,
    };
    let body = stream::try_unfold(progress, |mut progress| async move {
        if progress.is_done {
            return Ok(None);
        }
        let step = progress.step().await?;
        Ok::<_, Error>(Some((Bytes::from(step), progress)))
    });
    Ok(format.respond("audit", now, body))
}

impl Progress {
    /// The next rows. Each step is a query of its own: a slow reader holds no transaction open.
    async fn step(&mut self) -> Result<Vec<u8>> {
        let (by, filter) = (self.by.clone(), self.filter.clone());
        let (rows, more) = self
            .state
            .read(move |conn| audit_log::page(conn, &by, &filter, STEP))
            .await?;
        self.filter.before = rows.last().map(|row| row.seq);
        self.is_done = !more;
        let has_head = !std::mem::replace(&mut self.is_begun, true);
        match self.format {
            Format::Csv => as_csv(&rows, has_head),
            Format::Ndjson => as_ndjson(rows),
        }
    }
}

fn as_csv(rows: &[ChainedEvent], has_head: bool) -> Result<Vec<u8>> {
    let mut writer = csv_writer();
    if has_head {
        writer.write_record(COLUMNS).map_err(Error::internal)?;
    }
    for ChainedEvent { event, seq, .. } in rows {
        let cells = [
            &seq.to_string(),
            &rfc3339(event.at),
            &event.actor_kind,
            &event.actor_id,
            &event.actor_name,
            &event.action,
            &sentence(event),
            &event.object_kind,
            &event.object_id,
            &event.object_name,
            &event.detail,
            &event.address,
            &event.request_id,
        ];
        writer
            .write_record(cells.map(|text| cell(text)))
            .map_err(Error::internal)?;
    }
    finish(writer)
}

fn as_ndjson(rows: Vec<ChainedEvent>) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut text, &AuditRow::from(row)).map_err(Error::internal)?;
        text.push(b'\n');
    }
    Ok(text)
}
