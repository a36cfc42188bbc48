//! Audit log: what happened in a tenant, newest first.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::filter::AuditFilter;
use super::lines::{AuditLine, LOG, lines};
use crate::actions::audit_log;
use crate::db::audit_lists::Filter;
use crate::domain::audit_words::{WORDS, label};
use crate::domain::validate::FieldErrors;
use crate::web::admin::log_filter::mark;
use crate::web::failure::Answer;
use crate::web::respond::{is_htmx, page, replacing_url};
use crate::web::shell::{Crumb, Shell, trail};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// Rows on one page.
const PAGE: usize = 50;

/// Which part of the log, beside the filter.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Part {
    before: String,
}

#[derive(Template)]
#[template(path = "audit/index.html", blocks = ["log"])]
struct AuditPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    filter: AuditFilter,
    errors: FieldErrors,
    lines: Vec<AuditLine>,
    older: Option<String>,
    is_first: bool,
}

impl AuditPage {
    fn url(&self, path: &str) -> String {
        self.filter.url(path, &[])
    }

    /// What one can choose among: the word that is kept, and what it says.
    fn actions() -> impl Iterator<Item = (&'static str, String)> {
        WORDS.iter().map(|(word, said)| (*word, label(said)))
    }

    fn respond(&self, request: &HttpRequest) -> Answer<HttpResponse> {
        let status = if self.errors.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        if !is_htmx(request) {
            return page(status, self);
        }
        Ok(replacing_url(page(status, &self.as_log())?, &self.url(LOG)))
    }
}

/// `GET /audit`: the page, for htmx the part with filter and rows.
///
/// # Errors
/// `BadRequest` when a page mark was not made by us. Field errors show the page with 422.
pub async fn index(
    request: HttpRequest,
    me: SignedIn,
    state: web::Data<State>,
    typed: web::Query<AuditFilter>,
    part: web::Query<Part>,
) -> Answer<HttpResponse> {
    let (filter, mut errors) = typed.into_inner().clean();
    let checked = filter.check(&mut errors);
    let before = mark(&part.before)?;
    let by = me.actor();
    let (rows, more) = if errors.is_empty() {
        let wanted = Filter { before, ..checked };
        state
            .read(move |conn| audit_log::page(conn, &by, &wanted, PAGE))
            .await?
    } else {
        (Vec::new(), false)
    };
    let next = rows.last().filter(|_| more).map(|row| row.seq.to_string());
    let answer = AuditPage {
        crumbs: trail(
            ("Administration", "/tenant-api-keys"),
            ("Audit log", LOG),
            None,
        ),
        older: next.map(|next| filter.url(LOG, &[("before", &next)])),
        is_first: before.is_none(),
        lines: lines(rows),
        shell: me.shell,
        filter,
        errors,
    };
    answer.respond(&request)
}
