//! Administration > API Keys: what shows a key, and the one answer that shows a secret.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::edit_form::Act;
use super::key_edits::add_address;
use super::key_form::{KeyForm, NewKeyPage};
use super::key_query::KeyQuery;
use super::key_secrets::show_secret;
use super::key_use::KeyUse;
use crate::actions::disclosures;
use crate::actions::keys::{self, Issued, Issuing};
use crate::db::keys::Key;
use crate::db::{self, Conn};
use crate::domain::key::{State as KeyState, expires_soon};
use crate::domain::key_text::{self, KeySecret};
use crate::domain::role::Actor;
use crate::domain::time::{self, Timestamp};
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result, random};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::{is_htmx, page, see_other};
use crate::web::shell::{Crumb, Moment, Shell, crumbs};
use crate::web::signed_in::SignedIn;
use crate::web::state::{Site, State};

/// "2 of 10 keys".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// Keys that count.
    pub used: i64,
    /// Most that may count.
    pub limit: i64,
    /// From 80 % on.
    pub near: bool,
    /// No more keys can be made.
    pub full: bool,
    /// The person may make keys at all.
    pub may_generate: bool,
    /// Since when a request for a higher limit waits, in words.
    pub requested: Option<String>,
}

impl Quota {
    /// The quota of the person's tenant now.
    ///
    /// # Errors
    /// `NotFound` without such a tenant.
    pub fn find(conn: &mut Conn, by: &Actor) -> Result<Self> {
        let used = db::keys::count_toward_limit(conn, by.tenant, by.now)?;
        Self::with_used(conn, by, used)
    }

    /// The quota of who counted the keys already.
    ///
    /// # Errors
    /// As [`Quota::find`].
    pub fn with_used(conn: &mut Conn, by: &Actor, used: i64) -> Result<Self> {
        let limit = db::tenants::find(conn, by.tenant)?.key_limit;
        Ok(Self {
            used,
            limit,
            near: used * 10 >= limit * 8,
            full: used >= limit,
            may_generate: by.must_hold("api-keys:write").is_ok(),
            requested: db::limit_requests::find_open(conn, by.tenant)?
                .map(|open| time::relative(open.asked_at.and_utc(), by.now)),
        })
    }
}

/// When a key ends, as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiry {
    /// "in 6 days".
    pub text: String,
    /// "26 Nov 2026": the last day on which the key works.
    pub date: String,
    /// RFC 3339.
    pub iso: String,
    /// `plain`, `warn` or `bad`.
    pub tone: &'static str,
}

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "what the template shows, in its order")]
pub struct KeyRow {
    pub id: String,
    pub name: String,
    pub description: String,
    pub status: &'static str,
    pub status_label: &'static str,
    pub hint: String,
    pub is_test: bool,
    pub group: String,
    pub created: Moment,
    pub expires: Option<Expiry>,
    pub last_used: Option<Moment>,
    pub used: KeyUse,
    pub can_revoke: bool,
    pub can_delete: bool,
    pub can_copy: bool,
    pub highlight: bool,
    /// Switched off for now, whatever else it is.
    pub off: bool,
    /// Token of the forms in the row; without it there are none.
    pub csrf: String,
    /// Behind the address of each action: the list to come back to.
    pub back: String,
}

impl KeyRow {
    /// With the forms that change the key at once; `back` is of [`KeyQuery::as_back`].
    pub fn in_list(mut self, csrf: &str, back: &str) -> Self {
        csrf.clone_into(&mut self.csrf);
        back.clone_into(&mut self.back);
        self
    }

    /// The row of a key; `may_change` offers what changes it.
    pub fn new(key: Key, used: KeyUse, now: Timestamp, highlight: bool, may_change: bool) -> Self {
        let state = key.state(now);
        let revoked = state == KeyState::Revoked;
        let last_used = key.last_used_at().map(|at| Moment::past(at, now));
        Self {
            status: state.as_str(),
            status_label: state.label(),
            hint: key_text::hint(&key.key_prefix, &key.last4),
            is_test: key.environment == "test",
            group: key.group_name,
            created: Moment::day(key.created_at.and_utc()),
            expires: key
                .expires_at
                .filter(|_| !revoked)
                .map(|at| expiry(at.and_utc(), now)),
            last_used,
            used,
            can_revoke: may_change && !revoked,
            can_delete: may_change && revoked,
            can_copy: may_change && key.sealed.is_some(),
            highlight,
            off: key.disabled_at.is_some(),
            csrf: String::new(),
            back: String::new(),
            id: key.id,
            name: key.name,
            description: key.description,
        }
    }
}

/// When a key ends, for one that ends.
pub(super) fn expiry(at: Timestamp, now: Timestamp) -> Expiry {
    let tone = match (at - now).num_seconds() {
        ..=0 => "bad",
        _ if expires_soon(at, now) => "warn",
        _ => "plain",
    };
    // The instant is the first at which the key no longer works; its last day is a moment before.
    let last_day = time::day(at - chrono::TimeDelta::microseconds(1));
    Expiry {
        text: time::relative(at, now),
        date: last_day,
        iso: time::rfc3339(at),
        tone,
    }
}

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
    curl: String,
    env_line: String,
    /// A sealed copy is kept: it can be shown again.
    kept: bool,
    /// Where Done leads.
    done: String,
}

impl Secret {
    fn new(key: &Key, secret: Option<&KeySecret>, site: &Site, kept: bool) -> Self {
        let text = secret.map(KeySecret::expose).unwrap_or_default();
        Self {
            done: KeyQuery::default().here_with(&key.id),
            title: "Your new API key",
            name: key.name.clone(),
            news: "is ready.".into(),
            label: "Secret",
            lost: if kept { KEPT } else { LOST },
            kept,
            hint: key_text::hint(&key.key_prefix, &key.last4),
            curl: format!(
                "curl {}/api/v1/auth/whoami \\\n  -H \"Authorization: Bearer {text}\"",
                site.base_url
            ),
            env_line: format!("KEYSTEAD_API_KEY={text}"),
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
        self.done = list.here_with(&key.id);
        self
    }
}

#[derive(Template)]
#[template(path = "keys/_secret.html")]
pub(super) struct SecretView {
    pub(super) secret: Secret,
}

#[derive(Template)]
#[template(path = "keys/secret.html")]
pub(super) struct SecretPage {
    pub(super) shell: Shell,
    pub(super) crumbs: Vec<Crumb>,
    pub(super) secret: Secret,
    pub(super) replayed: bool,
}

/// `POST /tenant-api-keys`: the answer to this request alone shows the secret, so there is no address at which a
/// reload or the history could show it again.
///
/// # Errors
/// `Forbidden` for viewers. Field errors show the form again with 422, a full tenant with 409.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    Form(mut form): Form<KeyForm>,
) -> Answer<HttpResponse> {
    if form.act == Act::AddAddress {
        me.actor().must_hold("api-keys:write")?;
        let errors = add_address(&mut form.ip_allowlist, me.actor().address);
        let view = NewKeyPage::load(&state, me, form, errors, None).await?;
        return view.with_list(&request);
    }
    match issue(&state, &me, &form).await {
        Ok(Issued::New(key, secret)) => {
            let kept = !form.recoverable.is_empty();
            let secret = Secret::new(&key, Some(&secret), &state.site, kept);
            show_secret(&request, me, "New API key", secret, StatusCode::CREATED)
        }
        Ok(Issued::Replayed(key)) if is_htmx(&request) => Ok(see_other(
            &request,
            &format!("/tenant-api-keys?highlight={}", key.id),
        )),
        Ok(Issued::Replayed(key)) => {
            let secret = Secret::new(&key, None, &state.site, false);
            let crumbs = crumbs(Some("New API key"));
            page(
                StatusCode::OK,
                &SecretPage {
                    shell: me.shell,
                    crumbs,
                    secret,
                    replayed: true,
                },
            )
        }
        Err(Error::Invalid(errors)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            NewKeyPage::load(&state, me, form, errors, None)
                .await?
                .respond(&request, status)
        }
        Err(Error::Conflict { code, detail }) => {
            let mut banner = detail;
            if code == "idempotency-key-reused" {
                form.idempotency_key = random::token()?;
                banner = "This form already made a key, with other values. Check these, then generate again.".into();
            }
            let page =
                NewKeyPage::load(&state, me, form, FieldErrors::default(), Some(banner)).await?;
            page.respond(&request, StatusCode::CONFLICT)
        }
        Err(other) => Err(other.into()),
    }
}

async fn issue(state: &web::Data<State>, me: &SignedIn, form: &KeyForm) -> Result<Issued> {
    let by = me.actor();
    let draft = form.check(by.now)?;
    let (group, word) = (form.group.clone(), form.idempotency_key.clone());
    let recoverable = !form.recoverable.is_empty();
    let state_inside = state.clone();
    let issued = state
        .change(move |conn| {
            let peppers = state_inside.index().peppers();
            let issuing = Issuing {
                brand: &state_inside.site.brand,
                pepper: peppers.newest()?,
                group: Some(&group),
                idempotency_key: Some(&word)
                    .filter(|word| !word.is_empty())
                    .map(String::as_str),
            };
            if recoverable {
                return disclosures::issue(conn, &by, &draft, issuing, &state_inside.sealing);
            }
            keys::issue(conn, &by, &draft, issuing)
        })
        .await;
    match issued {
        // The form's field is called group.
        Err(Error::Invalid(errors)) => Err(match errors.get("authorization_group") {
            Some(message) => Error::invalid("group", message),
            None => Error::Invalid(errors),
        }),
        other => other,
    }
}
