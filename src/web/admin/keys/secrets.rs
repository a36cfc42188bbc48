//! The answers that show a secret.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::query::KeyQuery;
use crate::db::keys::Key;
use crate::domain::key_text::{self, KeySecret};
use crate::web::failure::Answer;
use crate::web::respond::{is_htmx, page};
use crate::web::samples::{self, Sample};
use crate::web::shell::{Crumb, Shell, crumbs};
use crate::web::signed_in::SignedIn;
use crate::web::state::Site;

const LOST: &str = "Only a hash is kept, so a lost secret cannot be recovered. If you lose it, rotate the key, or revoke it and generate another.";

const KEPT: &str = "Whoever has it can use the key. Admins can see it again with their password, until the key is revoked or Settings no longer allow it.";

/// A secret on its one way to the person.
#[derive(Clone)]
pub struct Secret {
    title: &'static str,
    name: String,
    news: String,
    label: &'static str,
    lost: &'static str,
    secret: String,
    hint: String,
    /// Programs that use it; none of them holds it.
    samples: [Sample; 4],
    env_line: String,
    /// A sealed copy is kept: it can be shown again.
    kept: bool,
    /// Where Done leads.
    done: String,
}

impl Secret {
    /// The secret of a new key.
    pub(super) fn new(key: &Key, secret: Option<&KeySecret>, site: &Site, kept: bool) -> Self {
        let text = secret.map(KeySecret::expose).unwrap_or_default();
        Self {
            done: KeyQuery::default().here_with(key.id),
            title: "Your new API key",
            name: key.name.clone(),
            news: "is ready.".into(),
            label: "Secret",
            lost: if kept { KEPT } else { LOST },
            kept,
            hint: key_text::hint(&key.key_prefix, &key.last4),
            samples: samples::first_call(&site.base_url),
            env_line: format!("{}={text}", samples::VARIABLE),
            secret: text.to_owned(),
        }
    }

    /// The secret of a key that is not new.
    pub(super) fn again(key: &Key, secret: &KeySecret, site: &Site) -> Self {
        Self {
            title: "Secret of your API key",
            news: "is shown again, and that is on record.".into(),
            ..Self::new(key, Some(secret), site, true)
        }
    }

    /// The secret that a key got by a rotation; `old` says what becomes of the one it had.
    pub(super) fn rotated(key: &Key, secret: &KeySecret, site: &Site, old: &str) -> Self {
        Self {
            title: "Your new secret",
            news: format!("has a new secret. {old}"),
            ..Self::new(key, Some(secret), site, key.sealed.is_some())
        }
    }

    /// The same for somebody who came from this list.
    pub(super) fn of_list(mut self, key: &Key, list: &KeyQuery) -> Self {
        self.done = list.here_with(key.id);
        self
    }
}

#[derive(Template)]
#[template(path = "keys/_secret.html")]
struct SecretDialog {
    secret: Secret,
}

#[derive(Template)]
#[template(path = "keys/secret.html")]
struct SecretPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    secret: Secret,
    replayed: bool,
}

/// A dialog for htmx, else a page with this last step in its breadcrumb.
///
/// # Errors
/// `Internal` when the template fails.
pub async fn show_secret(
    request: &HttpRequest,
    me: SignedIn,
    last: &str,
    secret: Secret,
    status: StatusCode,
) -> Answer<HttpResponse> {
    if is_htmx(request) {
        return page(status, SecretDialog { secret }).await;
    }
    page(
        status,
        SecretPage {
            shell: me.shell,
            crumbs: crumbs(Some(last)),
            secret,
            replayed: false,
        },
    )
    .await
}

/// The page after a form that was sent before: the key is there, and its secret is not shown again.
///
/// # Errors
/// As [`show_secret`].
pub async fn show_replayed(me: SignedIn, key: &Key, site: &Site) -> Answer<HttpResponse> {
    page(
        StatusCode::OK,
        SecretPage {
            shell: me.shell,
            crumbs: crumbs(Some("New API key")),
            secret: Secret::new(key, None, site, false),
            replayed: true,
        },
    )
    .await
}
