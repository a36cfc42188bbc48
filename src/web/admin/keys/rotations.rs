//! Another secret for a key: how long the old one works on and when the key ends, then the one answer that shows it.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use serde::Deserialize;

use super::expiry::expiry;
use super::in_question::key_in_question;
use super::overtaken::{overtaken, page_of, revoked_before};
use super::query::{Back, KeyQuery};
use super::rotation_state::RotationState;
use super::secrets::{Secret, show_secret};
use crate::actions::key_rotations::{self, Rotated, Rotating};
use crate::actions::keys::check_reason;
use crate::db::keys::Key;
use crate::domain::id::KeyId;
use crate::domain::key::{State as KeyState, expires_soon, expiry_of_last_day};
use crate::domain::key_rotations::Grace;
use crate::domain::time::Timestamp;
use crate::domain::validate::FieldErrors;
use crate::domain::{Conflict, Error, Result, random};
use crate::web::admin::blast_radius::BlastRadius;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::{is_htmx, page, see_other};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Shell, crumbs};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// The fields as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationForm {
    #[serde(default)]
    grace: String,
    #[serde(default)]
    expiry: String,
    #[serde(default)]
    expires_on: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    last4: String,
    #[serde(default)]
    idempotency_key: String,
}

/// The reason that leaves the old secret no time.
const COMPROMISED: &str = "Compromised";

/// What the form is opened with.
#[derive(Debug, Default, Deserialize)]
pub struct Opened {
    /// `now`: to rotate once more while a rotation runs, which ends both secrets at once.
    #[serde(default)]
    again: String,
    /// Why.
    #[serde(default)]
    reason: String,
}

/// Choices of the old secret's time: the word, and how it reads.
pub const GRACES: [(&str, &str); 5] = [
    ("24h", "Old secret keeps working for 24 hours"),
    ("1h", "Old secret keeps working for 1 hour"),
    ("7d", "Old secret keeps working for 7 days"),
    (
        "quiet",
        "Old secret keeps working until nobody has used it for 24 hours",
    ),
    ("now", "Old secret stops working now"),
];

impl RotationForm {
    /// As it is before anything is chosen: a key that ends soon, or has ended, is not to keep its date.
    fn new(key: &Key, now: Timestamp) -> Result<Self> {
        let ends_soon = key.expires_at.is_some_and(|at| expires_soon(at, now));
        let (grace, expiry) = match key.state(now) {
            KeyState::Expired => ("now", "90"),
            _ if ends_soon => ("24h", "90"),
            _ => ("24h", "keep"),
        };
        Ok(Self {
            grace: grace.into(),
            expiry: expiry.into(),
            idempotency_key: random::token()?,
            ..Self::default()
        })
    }

    /// The new end of the key's life; presets count whole days, as on the form for new keys.
    #[allow(
        clippy::option_option,
        reason = "kept, never and an instant are three things"
    )]
    fn expires_at(
        &self,
        now: Timestamp,
    ) -> std::result::Result<Option<Option<Timestamp>>, (&'static str, String)> {
        let in_days = |days: i64| {
            let last = (now + TimeDelta::days(days)).format("%Y-%m-%d");
            expiry_of_last_day(&last.to_string())
        };
        match self.expiry.as_str() {
            "keep" | "" => return Ok(None),
            "never" => return Ok(Some(None)),
            "30" => in_days(30),
            "90" => in_days(90),
            "365" => in_days(365),
            "date" if self.expires_on.trim().is_empty() => {
                Err("Choose the last day on which the key works.".into())
            }
            "date" => {
                return expiry_of_last_day(&self.expires_on)
                    .map(Some)
                    .map_err(|text| ("expires_on", text));
            }
            _ => return Err(("expiry", "Choose one of these.".into())),
        }
        .map(Some)
        .map_err(|text| ("expires_on", text))
    }
}

/// The question with what was typed so far.
struct Question {
    key: Key,
    form: RotationForm,
    errors: FieldErrors,
    banner: Option<String>,
    radius: BlastRadius,
    typed: String,
    running: Option<RotationState>,
    is_expired: bool,
    ends: String,
    csrf: String,
    min_date: String,
    list: KeyQuery,
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
    async fn load(
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

    fn respond(
        self,
        request: &HttpRequest,
        shell: Shell,
        status: StatusCode,
    ) -> Answer<HttpResponse> {
        if is_htmx(request) {
            return page(status, &RotationDialog { ask: self });
        }
        page(
            status,
            &RotationPage {
                shell,
                crumbs: crumbs(Some("Rotate")),
                ask: self,
            },
        )
    }
}

/// `GET /tenant-api-keys/{id}/rotation`.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers.
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    back: web::Query<Back>,
    opened: web::Query<Opened>,
) -> Answer<HttpResponse> {
    let key = key_in_question(&state, &me, id.parse()?).await?;
    if let Some(text) = revoked_before(&key) {
        let to = page_of(&key);
        return overtaken(&request, &state, &session, &me, key, (&to, &text)).await;
    }
    let form = RotationForm::new(&key, me.now())?;
    let mut ask = Question::load(&state, &me, key, back.list(), form).await?;
    let is_compromised = opened.reason == COMPROMISED;
    if is_compromised {
        COMPROMISED.clone_into(&mut ask.form.reason);
    }
    // While a rotation runs, its end is asked about first.
    if (ask.running.is_none() && is_compromised) || (ask.running.is_some() && opened.again == "now")
    {
        "now".clone_into(&mut ask.form.grace);
    }
    ask.respond(&request, me.shell, StatusCode::OK)
}

/// `POST /tenant-api-keys/{id}/rotation`: the answer to this request alone shows the new secret. What is typed wrong
/// asks again, with 422 or 409.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    back: web::Query<Back>,
    Form(form): Form<RotationForm>,
) -> Answer<HttpResponse> {
    let id: KeyId = id.parse()?;
    let key = key_in_question(&state, &me, id).await?;
    if let Some(text) = revoked_before(&key) {
        let to = page_of(&key);
        return overtaken(&request, &state, &session, &me, key, (&to, &text)).await;
    }
    let mut ask = Question::load(&state, &me, key, back.list(), form).await?;
    match rotate(&state, &me, id, &ask).await {
        Ok(Rotated::New(key, secret)) => {
            let old = fate_of_old_secret(&ask, me.now());
            let secret = Secret::rotated(&key, &secret, &state.site, &old).of_list(&key, &ask.list);
            show_secret(&request, me, "Rotate", secret, StatusCode::CREATED)
        }
        Ok(Rotated::Replayed(key)) => {
            let text = "This form was sent before: the key was rotated then, and its new secret was shown. If you did not keep it, rotate again.";
            set_flash(&session, text);
            Ok(see_other(&request, &format!("/tenant-api-keys/{}", key.id)))
        }
        Err(Error::Invalid(errors)) => {
            ask.errors = errors;
            ask.respond(&request, me.shell, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(Error::Conflict(conflict)) if conflict != Conflict::KeyRevoked => {
            if conflict == Conflict::RotationRunning {
                // It may have begun a moment ago.
                let key = key_in_question(&state, &me, id).await?;
                ask = Question::load(&state, &me, key, ask.list, ask.form).await?;
            }
            ask.banner = Some(conflict.to_string());
            ask.respond(&request, me.shell, StatusCode::CONFLICT)
        }
        Err(other) => Err(other.into()),
    }
}

/// What becomes of the secret that the key had, in words.
fn fate_of_old_secret(ask: &Question, now: Timestamp) -> String {
    match ask.form.grace.as_str() {
        "now" => "The old one is refused from now on.".into(),
        "quiet" => "The old one works on until nobody has used it for 24 hours.".into(),
        chosen => match Grace::parse(chosen)
            .ok()
            .and_then(|grace| grace.ends_at(now))
        {
            Some(_) if ask.is_expired => "The old one stays refused.".into(),
            Some(at) => format!(
                "The old one works until {}.",
                at.format("%-d %b %Y, %H:%M UTC")
            ),
            None => String::new(),
        },
    }
}

async fn rotate(
    state: &web::Data<State>,
    me: &SignedIn,
    id: KeyId,
    ask: &Question,
) -> Result<Rotated> {
    let (by, form) = (me.actor(), ask.form.clone());
    if form.idempotency_key.len() != 64 {
        return Err(Error::BadRequest(
            "This form is damaged; reload the page.".into(),
        ));
    }
    let (who, idempotency_key) = (by.clone(), form.idempotency_key.clone());
    let made = state.read(move |conn| key_rotations::was_rotated(conn, &who, id, &idempotency_key));
    // Asked first: after the first request other characters would have to be typed.
    if made.await? {
        return Ok(Rotated::Replayed(ask.key.clone()));
    }
    let mut errors = FieldErrors::default();
    let grace = Grace::parse(&form.grace).unwrap_or_else(|text| {
        errors.add("grace", text);
        Grace::Seconds(0)
    });
    let expires_at = form.expires_at(by.now).unwrap_or_else(|(field, text)| {
        errors.add(field, text);
        None
    });
    errors.absorb(check_reason(&form.reason).map(|_| ()))?;
    if grace.is_none() && errors.get("grace").is_none() {
        errors.absorb(ask.radius.check(&form.last4))?;
    }
    errors.into_result()?;
    let inside = state.clone();
    let rotated = state
        .change(move |conn| {
            let peppers = inside.index().peppers();
            let how = Rotating {
                pepper: peppers.newest()?,
                master_keys: &inside.master_keys,
                grace,
                expires_at,
                reason: &form.reason,
                idempotency_key: Some(&form.idempotency_key),
            };
            key_rotations::rotate(conn, &by, id, how)
        })
        .await;
    match rotated {
        // The action's word for it; the form has two fields.
        Err(Error::Invalid(errors)) => {
            let field = if ask.form.expiry == "date" {
                "expires_on"
            } else {
                "expiry"
            };
            let first = errors.list().first().map(|(_, text)| text.clone());
            Err(Error::invalid(field, first.unwrap_or_default()))
        }
        other => other,
    }
}
