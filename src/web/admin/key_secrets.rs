//! The answers that show a secret.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

use super::keys::{Secret, SecretPage, SecretView};
use crate::web::failure::Answer;
use crate::web::respond::{is_htmx, page};
use crate::web::shell::crumbs;
use crate::web::signed_in::SignedIn;

/// A dialog for htmx, else a page with this last step in its breadcrumb.
///
/// # Errors
/// `Internal` when the template fails.
pub fn show_secret(
    request: &HttpRequest,
    me: SignedIn,
    last: &str,
    secret: Secret,
    status: StatusCode,
) -> Answer<HttpResponse> {
    if is_htmx(request) {
        return page(status, &SecretView { secret });
    }
    page(
        status,
        &SecretPage {
            shell: me.shell,
            crumbs: crumbs(Some(last)),
            secret,
            replayed: false,
        },
    )
}
