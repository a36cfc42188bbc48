//! Copies of the audit log: CSV for people's spreadsheets, NDJSON for programs.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes};
use futures_util::stream;
use serde::Serialize;
use serde_json::{Value, json};

use super::filter::AuditFilter;
use crate::actions::{audit_log, staff_audit_log};
use crate::db::Conn;
use crate::db::audit::ChainedEvent;
use crate::db::audit_lists::{Filter, Reach};
use crate::db::confirmed_events::Logged;
use crate::domain::id::{AuditId, TenantId};
use crate::domain::right::Right;
use crate::domain::role::{Actor, Supporter};
use crate::domain::time::{Timestamp, rfc3339};
use crate::domain::{Error, Result};
use crate::web::audit_rows::{AuditRow, sentence};
use crate::web::failure::Answer;
use crate::web::log_exports::{Format, STEP, cell, csv_head, csv_writer, finish};
use crate::web::searches::Seeker;
use crate::web::signed_in::SignedIn;
use crate::web::staff::Staff;
use crate::web::state::State;

/// The columns of the CSV.
const COLUMNS: [&str; 16] = [
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
    "servers",
    "confirmed",
    "waited_ms",
];

/// Those that the log of staff has too.
const TENANT_COLUMNS: [&str; 2] = ["tenant_id", "tenant"];

/// `GET /audit.csv`.
///
/// # Errors
/// Field errors, as 422.
pub async fn csv(
    me: SignedIn,
    state: web::Data<State>,
    typed: web::Query<AuditFilter>,
) -> Answer<HttpResponse> {
    let log = Log::OfTenant(me.actor());
    export(log, me.now(), state, typed.into_inner(), Format::Csv).await
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
    let log = Log::OfTenant(me.actor());
    export(log, me.now(), state, typed.into_inner(), Format::Ndjson).await
}

/// `GET /support/audit.csv`.
///
/// # Errors
/// Field errors, as 422.
pub async fn staff_csv(
    me: Staff,
    state: web::Data<State>,
    typed: web::Query<AuditFilter>,
) -> Answer<HttpResponse> {
    let log = Log::OfStaff(me.supporter(Right::ReadStaffLog)?, me.reach());
    export(log, me.now(), state, typed.into_inner(), Format::Csv).await
}

/// `GET /support/audit.ndjson`.
///
/// # Errors
/// Field errors, as 422.
pub async fn staff_ndjson(
    me: Staff,
    state: web::Data<State>,
    typed: web::Query<AuditFilter>,
) -> Answer<HttpResponse> {
    let log = Log::OfStaff(me.supporter(Right::ReadStaffLog)?, me.reach());
    export(log, me.now(), state, typed.into_inner(), Format::Ndjson).await
}

/// Which log, and who copies it.
#[derive(Clone)]
enum Log {
    OfTenant(Actor),
    OfStaff(Supporter, Reach),
}

impl Log {
    fn seeker(&self) -> Seeker {
        match self {
            Self::OfTenant(by) => by.tenant.into(),
            Self::OfStaff(by, _) => Seeker::Staff(by.id),
        }
    }

    fn note(&self, conn: &mut Conn, detail: Value) -> Result<()> {
        match self {
            Self::OfTenant(by) => audit_log::note_export(conn, by, detail),
            Self::OfStaff(by, _) => staff_audit_log::note_export(conn, by, detail),
        }
    }

    /// The rows behind `last`, and whether there are more.
    fn rows(
        &self,
        conn: &mut Conn,
        filter: &Filter,
        last: Option<Mark>,
    ) -> Result<(Vec<ExportedRow>, Option<Mark>)> {
        match self {
            Self::OfTenant(by) => {
                let filter = Filter {
                    before: last.and_then(Mark::number),
                    ..filter.clone()
                };
                let found = audit_log::page(conn, by, &filter, STEP)?;
                let rows = found.rows.into_iter().map(ExportedRow::of_tenant);
                Ok((rows.collect(), found.next.map(Mark::Number)))
            }
            Self::OfStaff(_, reach) => {
                let before = last.and_then(Mark::id);
                let found = staff_audit_log::page(conn, *reach, filter, before, STEP)?;
                let named = found
                    .rows
                    .into_iter()
                    .map(|row| ExportedRow::of_staff(row, &found.tenants));
                Ok((named.collect(), found.next.map(Mark::Id)))
            }
        }
    }
}

/// Where an export goes on: the number in a tenant's log, and in the log of staff, which is of many chains, an id.
#[derive(Clone, Copy)]
enum Mark {
    Number(i64),
    Id(AuditId),
}

impl Mark {
    fn number(self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Id(_) => None,
        }
    }

    fn id(self) -> Option<AuditId> {
        match self {
            Self::Id(id) => Some(id),
            Self::Number(_) => None,
        }
    }
}

/// A row and, in the log of staff, id and name of the tenant that it is about; empty for the installation.
struct ExportedRow {
    row: Logged,
    tenant: Option<[String; 2]>,
}

impl ExportedRow {
    fn of_tenant(row: Logged) -> Self {
        Self { row, tenant: None }
    }

    fn of_staff(row: Logged, names: &BTreeMap<TenantId, String>) -> Self {
        let about = row.row.event.tenant_id;
        let tenant = about.map_or_else(Default::default, |id| {
            [id.to_string(), names.get(&id).cloned().unwrap_or_default()]
        });
        Self {
            row,
            tenant: Some(tenant),
        }
    }
}

/// How far an export is.
struct Progress {
    state: web::Data<State>,
    log: Log,
    filter: Filter,
    format: Format,
    next: Option<Mark>,
    has_head: bool,
    is_done: bool,
}

async fn export(
    log: Log,
    now: Timestamp,
    state: web::Data<State>,
    typed: AuditFilter,
    format: Format,
) -> Answer<HttpResponse> {
    let (typed, mut errors) = typed.clean();
    let filter = typed.check(&mut errors);
    errors.into_result()?;
    if let Log::OfTenant(by) = &log {
        audit_log::must_read(by)?;
    }
    state.may_search(log.seeker()).await?;
    let detail = json!({ "format": format.ending(), "filter": typed.detail() });
    let noted = log.clone();
    state.write(move |conn| noted.note(conn, detail)).await?;
    let progress = Progress {
        state,
        log,
        filter,
        format,
        next: None,
        has_head: false,
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
        let (log, filter, last) = (self.log.clone(), self.filter.clone(), self.next);
        let (format, seeker) = (self.format, log.seeker());
        let needs_head = !std::mem::replace(&mut self.has_head, true);
        let read = move |conn: &mut Conn| {
            let (rows, next) = log.rows(conn, &filter, last)?;
            let text = match format {
                Format::Csv => as_csv(&rows, needs_head),
                Format::Ndjson => as_ndjson(rows),
            };
            Ok((text?, next))
        };
        let (text, next) = self.state.search_on(seeker, read).await?;
        self.next = next;
        self.is_done = next.is_none();
        Ok(text)
    }
}

fn as_csv(rows: &[ExportedRow], has_head: bool) -> Result<Vec<u8>> {
    let mut writer = if has_head {
        let about = rows.first().and_then(|row| row.tenant.as_ref());
        let tenant = about.map_or(&[][..], |_| &TENANT_COLUMNS);
        csv_head(COLUMNS.iter().chain(tenant).copied())?
    } else {
        csv_writer()
    };
    for ExportedRow { row, tenant } in rows {
        let ChainedEvent { event, seq, .. } = &row.row;
        let proof = row.confirmed.map_or_else(Default::default, |of| {
            [of.nodes, of.confirmed(), of.waited_ms].map(|number| number.to_string())
        });
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
        let cells = cells.into_iter().chain(&proof);
        let cells = cells.chain(tenant.iter().flatten());
        writer
            .write_record(cells.map(|text| cell(text)))
            .map_err(Error::internal)?;
    }
    finish(writer)
}

/// A row as NDJSON has it.
#[derive(Serialize)]
struct JsonRow {
    #[serde(flatten)]
    row: AuditRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_name: Option<String>,
}

fn as_ndjson(rows: Vec<ExportedRow>) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    for ExportedRow { row, tenant } in rows {
        let (tenant_id, tenant_name) = tenant.map(|[id, name]| (id, name)).unzip();
        let row = JsonRow {
            row: row.into(),
            tenant_id,
            tenant_name,
        };
        serde_json::to_writer(&mut text, &row).map_err(Error::internal)?;
        text.push(b'\n');
    }
    Ok(text)
}
