//! What somebody chose for this browser alone. It is kept in cookies, so that the first byte of a page is right.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

/// The colour theme; without one the system's is taken.
pub const THEME: &str = "theme";
/// Single keys on the list of keys; scripts write it too.
pub const SHORTCUTS: &str = "shortcuts";

/// A cookie that keeps a choice, or ends it.
pub fn cookie(name: &'static str, choice: Option<&'static str>) -> Cookie<'static> {
    let days = if choice.is_some() { 365 } else { 0 };
    Cookie::build(name, choice.unwrap_or_default())
        .path("/")
        .max_age(Duration::days(days))
        .same_site(SameSite::Lax)
        .finish()
}

/// True unless shortcuts are switched off.
pub fn has_shortcuts(request: &HttpRequest) -> bool {
    let kept = request.cookie(SHORTCUTS);
    kept.is_none_or(|kept| kept.value() != "off")
}
