//! Who must have a second factor and has none: every page but those that help sends them to set one up.

use actix_web::HttpRequest;

use super::state::Site;
use crate::domain::{Error, Result};

/// Where it is set up.
pub const SET_UP: &str = "/account/second-factor";

/// Lets somebody on who has a second factor, or needs none, or is about to set it up.
///
/// # Errors
/// `SecondFactorNeeded`.
pub fn check(request: &HttpRequest, site: &Site, has_one: bool, is_staff: bool) -> Result<()> {
    let path = request.path();
    let helps = path == "/logout" || path.starts_with(SET_UP);
    if has_one || helps || !site.require_second_factor.binds(is_staff) {
        return Ok(());
    }
    Err(Error::SecondFactorNeeded)
}
