//! The question before a deed that can't be undone: a dialog for htmx, a page of its own without it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::blast_radius::BlastRadius;
use crate::domain::validate::FieldErrors;
use crate::web::failure::Answer;
use crate::web::respond::{is_htmx, page};
use crate::web::shell::{Crumb, Shell};

/// The question, with the facts that matter to the answer.
#[derive(Debug, Clone, Default)]
pub struct Confirmation {
    /// Headline.
    pub title: &'static str,
    /// What happens.
    pub text: String,
    /// Token of the form.
    pub csrf: String,
    /// Where the form goes.
    pub action: String,
    /// Name and value of fields that nobody sees.
    pub hidden: Vec<(&'static str, String)>,
    /// Where Cancel leads without scripts.
    pub cancel: String,
    /// What the answer changes on the page, as a selector.
    pub target: String,
    /// How, in htmx's words.
    pub swap: &'static str,
    /// Word on the button.
    pub verb: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// Name and value, where no blast radius tells more.
    pub facts: Vec<(String, String)>,
    /// Where it is told whom the deed waits for, when it may wait for other servers.
    pub awaits: Option<String>,
    /// One of several ways to do it.
    pub choice: Option<Choice>,
    /// What breaks.
    pub radius: Option<BlastRadius>,
    /// The name that has to be typed, where a slip would hurt.
    pub name: Option<String>,
    /// What was typed as the last four characters, or as the name.
    pub typed: String,
    /// The reason as typed so far, where one may be given.
    pub reason: Option<String>,
    /// What is wrong with what was typed.
    pub errors: FieldErrors,
}

/// Ways to do it, of which one is chosen.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The field.
    pub name: &'static str,
    /// What it is about.
    pub label: &'static str,
    /// Word and sentence of each.
    pub options: Vec<(String, String)>,
    /// The word of the chosen one.
    pub chosen: String,
}

#[derive(Template)]
#[template(path = "confirmations/show.html")]
struct ConfirmationPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    ask: Confirmation,
}

#[derive(Template)]
#[template(path = "confirmations/_dialog.html")]
struct ConfirmationDialog {
    ask: Confirmation,
}

impl Confirmation {
    /// The dialog or the page; 422 when something that was typed is wrong.
    ///
    /// # Errors
    /// `Internal` when the template fails.
    pub async fn respond(
        self,
        request: &HttpRequest,
        shell: Shell,
        crumbs: Vec<Crumb>,
    ) -> Answer<HttpResponse> {
        let status = if self.errors.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        if is_htmx(request) {
            return page(status, ConfirmationDialog { ask: self }).await;
        }
        page(
            status,
            ConfirmationPage {
                shell,
                crumbs,
                ask: self,
            },
        )
        .await
    }
}
