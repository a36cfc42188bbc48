//! The page of an audit log: a tenant's, or the one of staff.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::filter::AuditFilter;
use super::lines::AuditLine;
use crate::domain::audit_words::{WORDS, label};
use crate::domain::validate::FieldErrors;
use crate::web::failure::Answer;
use crate::web::respond::{is_htmx, page, part, replacing_url};
use crate::web::shell::{Crumb, Shell};

/// Rows on one page.
pub const PAGE: usize = 50;

/// Which part of the log, beside the filter.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Part {
    /// The mark behind which it begins; empty for the newest rows.
    pub before: String,
}

/// What the template shows.
#[derive(Template)]
#[template(path = "audit/index.html", blocks = ["log"])]
#[allow(missing_docs, reason = "what the template shows, in its order")]
pub struct AuditPage {
    pub shell: Shell,
    pub crumbs: Vec<Crumb>,
    /// Where this log is.
    pub path: &'static str,
    pub filter: AuditFilter,
    pub errors: FieldErrors,
    pub lines: Vec<AuditLine>,
    /// The mark of the last row, when there are older ones.
    pub next: Option<String>,
    /// Older rows were not looked at although there is room.
    pub is_cut: bool,
    pub is_first: bool,
}

/// What htmx puts below the rows that are shown, with where it goes on from there.
#[derive(Template)]
#[template(path = "audit/_older.html")]
struct OlderRows<'a> {
    lines: &'a [AuditLine],
    newest: String,
    older: Option<String>,
    is_cut: bool,
    is_first: bool,
}

impl AuditPage {
    fn url(&self, ending: &str) -> String {
        self.filter.url(&format!("{}{ending}", self.path), &[])
    }

    fn older(&self) -> Option<String> {
        let next = self.next.as_ref()?;
        Some(self.filter.url(self.path, &[("before", next)]))
    }

    fn older_rows(&self) -> OlderRows<'_> {
        OlderRows {
            lines: &self.lines,
            newest: self.url(""),
            older: self.older(),
            is_cut: self.is_cut,
            is_first: false,
        }
    }

    /// What one can choose among: the word that is kept, and what it says.
    fn actions() -> impl Iterator<Item = (&'static str, String)> {
        WORDS.iter().map(|(word, said)| (*word, label(said)))
    }

    /// The page; for htmx the part with filter and rows, or older rows to be put below those that are shown.
    ///
    /// # Errors
    /// `Internal` when the template fails.
    pub async fn respond(self, request: &HttpRequest) -> Answer<HttpResponse> {
        let status = if self.errors.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        if !is_htmx(request) {
            return page(status, self).await;
        }
        if !self.is_first {
            return part(status, move || self.older_rows().render()).await;
        }
        let newest = self.url("");
        let log = part(status, move || self.as_log().render()).await?;
        Ok(replacing_url(log, &newest))
    }
}
