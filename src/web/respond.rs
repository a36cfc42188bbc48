//! Small answers that handlers share: a page, a fragment, a redirect, an error page.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use askama::Template;
use serde_json::json;

use super::client;
use super::errors::{Answer, Failure, sentence};
use super::shell::{Crumb, Shell, theme};
use crate::domain::Error;

/// True when htmx asks, and wants a fragment rather than a page.
pub fn is_htmx(request: &HttpRequest) -> bool {
    let says = |name: &str| {
        request
            .headers()
            .get(name)
            .is_some_and(|value| value == "true")
    };
    says("hx-request") && !says("hx-history-restore-request")
}

/// A rendered template.
///
/// # Errors
/// `Internal` when the template fails, which only formatting code could cause.
pub fn page(status: StatusCode, template: &impl Template) -> Answer<HttpResponse> {
    template
        .render()
        .map(|body| html(status, body))
        .map_err(|cause| Failure(Error::internal(cause)))
}

/// A body of HTML. Pages are personal: no cache keeps them, and fragment and page share one URL.
pub fn html(status: StatusCode, body: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((
            header::VARY,
            "HX-Request, HX-Request-Type, HX-History-Restore-Request, Cookie",
        ))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(body)
}

/// Sends the browser on by GET (RFC 9110 section 15.4.4); htmx is told to load the whole page.
pub fn see_other(request: &HttpRequest, path: &str) -> HttpResponse {
    if is_htmx(request) {
        return HttpResponse::Ok()
            .insert_header(("HX-Redirect", path))
            .finish();
    }
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path))
        .finish()
}

/// Tells htmx to load the page again that the person looks at.
pub fn refresh() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("HX-Refresh", "true"))
        .finish()
}

/// Adds a toast to a fragment, and closes the dialog that asked for it.
pub fn with_toast(response: HttpResponse, text: &str) -> HttpResponse {
    with_toast_and_undo(response, text, None)
}

/// As [`with_toast`]; its button posts to `undo`.
pub fn with_toast_and_undo(response: HttpResponse, text: &str, undo: Option<&str>) -> HttpResponse {
    let toast = json!({ "kind": "ok", "text": text, "undo": undo });
    with_events(response, &json!({ "toast": toast, "dialog:close": {} }))
}

/// Adds events to a fragment, which scripts of the page hear.
pub fn with_events(mut response: HttpResponse, events: &serde_json::Value) -> HttpResponse {
    let events = events.to_string();
    // Header values are ASCII: JSON escapes carry the rest.
    let ascii: String = events
        .chars()
        .flat_map(|character| {
            let mut units = [0; 2];
            if character.is_ascii() {
                vec![character]
            } else {
                character
                    .encode_utf16(&mut units)
                    .iter()
                    .flat_map(|unit| format!("\\u{unit:04x}").chars().collect::<Vec<_>>())
                    .collect()
            }
        })
        .collect();
    if let Ok(value) = header::HeaderValue::from_str(&ascii) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("hx-trigger"), value);
    }
    response
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    status: u16,
    title: String,
    message: String,
    request_id: String,
    action: Option<Crumb>,
}

#[derive(Template)]
#[template(path = "error_panel.html")]
struct ErrorPanel {
    theme: &'static str,
    status: u16,
    title: String,
    message: String,
    request_id: String,
    action: Option<Crumb>,
}

/// The page of a failed request: inside the shell for someone signed in, in a panel otherwise. Who is not signed
/// in is sent to the sign-in page.
pub fn failure_page(
    request: &HttpRequest,
    status: StatusCode,
    failure: Option<&Failure>,
) -> HttpResponse {
    if matches!(failure, Some(Failure(Error::Unauthenticated))) {
        let next = if request.method() == actix_web::http::Method::GET {
            request.path()
        } else {
            "/"
        };
        let query = serde_urlencoded::to_string([("next", next)]).unwrap_or_default();
        return see_other(request, &format!("/login?{query}"));
    }
    let (message, request_id) = (sentence(status, failure), client::request_id(request));
    let title = match status {
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::TOO_MANY_REQUESTS => "Please wait",
        StatusCode::CONFLICT => "That is no longer possible",
        StatusCode::SERVICE_UNAVAILABLE => "Just a moment",
        status if status.is_server_error() => "Something went wrong",
        _ => "That did not work",
    }
    .to_owned();
    let shell = request.extensions().get::<Shell>().cloned();
    let (label, home) = match &shell {
        Some(shell) if shell.support_view => ("Go to Tenants", "/support/tenants"),
        _ => ("Go to API Keys", "/tenant-api-keys"),
    };
    let action = Some(Crumb {
        label: label.into(),
        href: Some(home.into()),
    });
    let rendered = match shell {
        Some(shell) => {
            let crumbs = vec![Crumb {
                label: title.clone(),
                href: None,
            }];
            ErrorPage {
                shell,
                crumbs,
                status: status.as_u16(),
                title,
                message,
                request_id,
                action,
            }
            .render()
        }
        None => ErrorPanel {
            theme: theme(request),
            status: status.as_u16(),
            title,
            message,
            request_id,
            action,
        }
        .render(),
    };
    html(
        status,
        rendered.unwrap_or_else(|_| "Something went wrong.".into()),
    )
}
