//! Small answers that handlers share: a page, a fragment, a redirect.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde_json::json;

use super::failure::Answer;
use super::state::block;
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
/// As [`part`].
pub async fn page(
    status: StatusCode,
    template: impl Template + Send + 'static,
) -> Answer<HttpResponse> {
    part(status, move || template.render()).await
}

/// What `render` gives, such as a part of a page. A long list takes milliseconds, in which a worker would answer nobody else.
///
/// # Errors
/// `Internal` when the template fails, which only formatting code could cause; `Unavailable` when the server is stopping.
pub async fn part(
    status: StatusCode,
    render: impl FnOnce() -> askama::Result<String> + Send + 'static,
) -> Answer<HttpResponse> {
    let body = block(move || render().map_err(Error::internal)).await?;
    Ok(html(status, body))
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

/// Has htmx put a fragment elsewhere than the element says that asked for it.
pub fn placed(mut response: HttpResponse, target: &str, swap: &'static str) -> HttpResponse {
    let headers = response.headers_mut();
    if let Ok(target) = header::HeaderValue::from_str(target) {
        headers.insert(HeaderName::from_static("hx-retarget"), target);
    }
    let swap = header::HeaderValue::from_static(swap);
    headers.insert(HeaderName::from_static("hx-reswap"), swap);
    response
}

/// Has htmx show another address for what it now shows.
pub fn replacing_url(mut response: HttpResponse, url: &str) -> HttpResponse {
    if let Ok(url) = header::HeaderValue::from_str(url) {
        let name = HeaderName::from_static("hx-replace-url");
        response.headers_mut().insert(name, url);
    }
    response
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
