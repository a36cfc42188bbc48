//! Where a form may send the browser on to.

use actix_web::HttpRequest;

/// A path of ours to go on to, or `/`. Whatever could lead a browser elsewhere (`//host`, `/\host`, a scheme) or
/// nowhere is not followed.
pub fn local_path<'a>(request: &HttpRequest, next: &'a str) -> &'a str {
    let plain = next.starts_with('/')
        && !next.starts_with("//")
        && next
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = next.split(['?', '#']).next().unwrap_or_default();
    // These are for forms, or for people who are not signed in.
    let is_page = !matches!(path, "/logout" | "/theme" | "/login" | "/setup");
    if plain && is_page && request.resource_map().has_resource(path) {
        next
    } else {
        "/"
    }
}
