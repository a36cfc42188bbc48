//! Where a form may send the browser on to, and where somebody was.

use actix_web::HttpRequest;

use super::client;
use crate::domain::authority::Authority;

/// Last parts of addresses that only take forms, or that save a file instead of showing a page.
const NO_PAGES: &[&str] = &[
    "login",
    "code",
    "confirmation",
    "recovery-codes",
    "logout",
    "setup",
    "theme",
    "validation",
    "edit-validation",
    "batch-plan",
    "batch",
    "invitations",
    "renewal",
    "role",
    "name",
    "email",
    "display",
    "password",
    "reset-link",
    "tenant",
    "lookup",
    "search",
    "withdrawal",
    "messages",
    "entry",
    "grant",
    "refusal",
    "allowlist",
    "suspension",
    "archival",
    "removal",
    "block",
    "credentials",
    "test",
    "extension",
    "containment",
    "audit.csv",
    "audit.ndjson",
    "requests.csv",
    "requests.ndjson",
];

/// A page of ours to go on to, or `/`. Whatever could lead a browser elsewhere (`//host`, `/\host`, a scheme) or
/// nowhere is not followed.
pub fn local_path<'a>(request: &HttpRequest, next: &'a str) -> &'a str {
    let plain = next.starts_with('/')
        && !next.starts_with("//")
        && next
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = next.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    if plain && !NO_PAGES.contains(&last) && request.resource_map().has_resource(path) {
        next
    } else {
        "/"
    }
}

/// Where somebody goes on who signs in: the page that they came for, unless it is none of theirs.
pub fn arrival_path<'a>(request: &HttpRequest, next: &'a str, in_tenant: bool) -> &'a str {
    let next = local_path(request, next);
    if in_tenant || next.starts_with("/support/") {
        next
    } else {
        "/"
    }
}

/// The page of ours from which somebody sent this request, if the browser or htmx says so.
pub fn page_before(request: &HttpRequest) -> Option<String> {
    let text = |name: &str| request.headers().get(name)?.to_str().ok();
    let url = text("hx-current-url").or_else(|| text("referer"))?;
    let (scheme, rest) = url.split_once("://")?;
    let (host, path) = rest.split_at(rest.find('/')?);
    let path = path.split('#').next()?;
    let (host, is_https) = Authority::of_origin(&format!("{scheme}://{host}"))?;
    // The start page and the API reference are for everybody: whoever comes from there need not have been signed in.
    let is_ours = Some(host) == client::host(request.head(), is_https)
        && path != "/"
        && !path.starts_with("/api/");
    (is_ours && local_path(request, path) == path).then(|| path.to_owned())
}
