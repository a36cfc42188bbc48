//! What is asked before a key is rotated, on a page or in a dialog, and what was typed so far.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::expiry::expiry;
use super::query::KeyQuery;
use super::rotation_form::{COMPROMISED, RotationForm};
use super::rotation_state::RotationState;
use crate::db::keys::Key;
use crate::domain::Result;
use crate::domain::key::State as KeyState;
use crate::domain::key_rotations::Grace;
use crate::domain::time::Timestamp;
use crate::domain::validate::FieldErrors;
use crate::web::admin::blast_radius::BlastRadius;
use crate::web::failure::Answer;
use crate::web::respond::{is_htmx, page};
use crate::web::shell::{Crumb, Shell, crumbs};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;
use crate::web::viewer_zone;

/// The question with what was typed so far.
pub(super) struct Question {
    pub(super) key: Key,
    pub(super) form: RotationForm,
    pub(super) errors: FieldErrors,
    pub(super) banner: Option<String>,
    pub(super) radius: BlastRadius,
    typed: String,
    pub(super) running: Option<RotationState>,
    pub(super) is_expired: bool,
    ends: String,
    csrf: String,
    min_date: String,
    pub(super) list: KeyQuery,
}

#[derive(Template)]
#[template(path = "keys/rotation.html")]
struct RotationPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    ask: Question,
}

#[derive(Template)]
#[template(path = "keys/_rotation.html")]
struct RotationDialog {
    ask: Question,
}

impl Question {
    pub(super) async fn load(
        state: &State,
        me: &SignedIn,
        key: Key,
        list: KeyQuery,
        form: RotationForm,
    ) -> Result<Self> {
        let (tenant, now, of) = (me.member.tenant, me.now(), key.clone());
        let running = state
            .read(move |conn| RotationState::load(conn, tenant, &of, now))
            .await?;
        let ends = key.expires_at.map(|at| expiry(at, now));
        Ok(Self {
            radius: BlastRadius::load(state, tenant, &key, now).await,
            typed: form.last4.clone(),
            is_expired: key.state(now) == KeyState::Expired,
            ends: ends.map_or_else(|| "never".into(), |end| end.date),
            csrf: me.csrf.clone(),
            min_date: now.format("%Y-%m-%d").to_string(),
            errors: FieldErrors::default(),
            banner: None,
            running,
            key,
            list,
            form,
        })
    }

    fn title(&self) -> &'static str {
        match self.is_expired {
            true => "Renew API key",
            false if self.first_to_end().is_some() => "A rotation is running",
            false => "Rotate API key",
        }
    }

    /// The running rotation that has to end before this one; one that ends every older secret at once need not wait.
    fn first_to_end(&self) -> Option<&RotationState> {
        let running = self.running.as_ref();
        running.filter(|_| !self.is_expired && self.form.grace != "now")
    }

    /// The same form for a secret that others know.
    fn compromised(&self) -> String {
        let back = self.list.as_back();
        let sign = if back.is_empty() { '?' } else { '&' };
        let id = self.key.id;
        format!("/tenant-api-keys/{id}/rotation{back}{sign}reason={COMPROMISED}")
    }

    fn verb(&self) -> &'static str {
        if self.is_expired {
            "Renew key"
        } else {
            "Rotate key"
        }
    }

    pub(super) async fn respond(
        self,
        request: &HttpRequest,
        shell: Shell,
        status: StatusCode,
    ) -> Answer<HttpResponse> {
        if is_htmx(request) {
            return page(status, RotationDialog { ask: self }).await;
        }
        page(
            status,
            RotationPage {
                shell,
                crumbs: crumbs(Some("Rotate")),
                ask: self,
            },
        )
        .await
    }

    /// What becomes of the secret that the key had, in words.
    pub(super) fn fate_of_old_secret(&self, now: Timestamp) -> String {
        match self.form.grace.as_str() {
            "now" => "The old one is refused from now on.".into(),
            "quiet" => "The old one works on until nobody has used it for 24 hours.".into(),
            chosen => match Grace::parse(chosen)
                .ok()
                .and_then(|grace| grace.ends_at(now))
            {
                Some(_) if self.is_expired => "The old one stays refused.".into(),
                Some(at) => format!(
                    "The old one works until {}.",
                    viewer_zone::current().format(at, "%-d %b %Y, %H:%M %Z")
                ),
                None => String::new(),
            },
        }
    }
}
