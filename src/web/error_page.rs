//! The page of a failed request.

use actix_web::http::uri::PathAndQuery;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use askama::Template;

use super::client;
use super::error_advice::{Advice, advice};
use super::factor_duty::SET_UP;
use super::failure::Failure;
use super::local_path::{local_path, page_before};
use super::respond::{html, is_htmx, see_other};
use super::session_store;
use super::shell::{Crumb, Shell, theme};
use crate::domain::Error;

/// Longest address that is kept to come back to.
const LONGEST: usize = 2_000;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    status: u16,
    advice: Advice,
    request_id: String,
}

#[derive(Template)]
#[template(path = "error_panel.html")]
struct ErrorPanel {
    theme: &'static str,
    status: u16,
    advice: Advice,
    request_id: String,
}

/// The page of a failed request: inside the shell for someone signed in, in a panel otherwise. Who is not signed
/// in is sent to the sign-in page, and who needs a second factor to where it is set up.
pub fn failure_page(
    request: &HttpRequest,
    status: StatusCode,
    failure: Option<&Failure>,
) -> HttpResponse {
    if matches!(failure, Some(Failure(Error::Unauthenticated))) {
        return see_other(request, &sign_in_first(request));
    }
    if matches!(failure, Some(Failure(Error::SecondFactorNeeded))) {
        return see_other(request, SET_UP);
    }
    let request_id = client::request_id(request);
    let shell = request.extensions().get::<Shell>().cloned();
    let advice = advice(request, status, failure, shell.as_ref());
    let status_code = status.as_u16();
    let rendered = match shell {
        Some(shell) => {
            let crumbs = vec![Crumb {
                label: advice.title.into(),
                href: None,
            }];
            ErrorPage {
                shell,
                crumbs,
                status: status_code,
                advice,
                request_id,
            }
            .render()
        }
        None => ErrorPanel {
            theme: theme(request),
            status: status_code,
            advice,
            request_id,
        }
        .render(),
    };
    html(
        status,
        rendered.unwrap_or_else(|_| "Something went wrong.".into()),
    )
}

/// The sign-in page that leads back to where somebody was. It says so when they had a session before: what they sent
/// then had no effect.
fn sign_in_first(request: &HttpRequest) -> String {
    let (before, is_page) = (page_before(request), request.method() == Method::GET);
    let own = request.uri().path_and_query().map(PathAndQuery::as_str);
    let own = own.filter(|own| own.len() <= LONGEST && is_page && !is_htmx(request));
    let own = own.or_else(|| is_page.then(|| request.path()));
    let kept = |path: &&str| local_path(request, path) == *path;
    // A part of a page, or where a form goes, is no place to come back to.
    let next = if is_htmx(request) {
        before.as_deref().or(own)
    } else {
        own.filter(kept).or(before.as_deref())
    };
    let mut pairs = vec![("next", next.filter(kept).unwrap_or("/"))];
    if before.is_some() || session_store::has_cookie(request) {
        pairs.push(("over", if is_page { "page" } else { "form" }));
    }
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    format!("/login?{query}")
}
