//! Revoking a key: the question with its facts, then the deed.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::key_use::KeyUse;
use super::keys::{KeyRow, Quota};
use super::sessions::Nothing;
use crate::actions::keys;
use crate::db::{self, keys::Key};
use crate::domain::id::KeyId;
use crate::domain::key_text;
use crate::domain::time;
use crate::domain::{Error, Result};
use crate::web::errors::Answer;
use crate::web::extract::SignedIn;
use crate::web::form::Form;
use crate::web::numbers::grouped;
use crate::web::respond::{is_htmx, page, see_other, with_toast};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Shell, crumbs};
use crate::web::state::State;

/// A question about one key, with the facts that matter to the answer.
pub struct Ask {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) hint: String,
    pub(super) csrf: String,
    pub(super) last_used: String,
    pub(super) requests_today: String,
}

impl Ask {
    /// The question about a key of the person's tenant.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` for viewers.
    pub async fn load(state: &State, me: &SignedIn, id: KeyId) -> Result<Self> {
        me.actor().must_hold("api-keys:write")?;
        let (tenant, now) = (me.member.tenant, me.now());
        let key = state
            .read(move |conn| db::keys::find(conn, tenant, id))
            .await?;
        let today = state
            .snapshot(move |conn| {
                let whose = db::usage::Whose {
                    tenant,
                    key: Some(id),
                    environment: "",
                };
                let (end, day) = (now.timestamp() + 1, db::usage::DAY);
                let today = db::usage::total(conn, whose, day, now.timestamp() / day * day, end)?;
                Ok(today.valid + today.refused())
            })
            .await;
        let last_used = key.last_used_at().map(|at| time::relative(at, now));
        Ok(Self {
            hint: key_text::hint(&key.key_prefix, &key.last4),
            csrf: me.csrf.clone(),
            last_used: last_used.unwrap_or_else(|| "never used".into()),
            // Whoever wants to revoke a key can, whatever becomes of its usage.
            requests_today: today.map_or_else(
                |_| "today's requests can't be told now".into(),
                requests_today,
            ),
            id: key.id,
            name: key.name,
        })
    }
}

fn requests_today(count: i64) -> String {
    match count {
        0 => "no requests today".into(),
        1 => "1 request today".into(),
        _ => format!("{} requests today", grouped(count)),
    }
}

#[derive(Template)]
#[template(path = "keys/revocation.html")]
struct RevocationPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    ask: Ask,
}

#[derive(Template)]
#[template(path = "keys/_revocation.html")]
struct RevocationView {
    ask: Ask,
}

#[derive(Template)]
#[template(path = "keys/_row.html")]
struct KeyRowView {
    row: KeyRow,
}

#[derive(Template)]
#[template(path = "keys/_quota.html")]
struct QuotaView {
    quota: Quota,
}

/// `GET /tenant-api-keys/{id}/revocation`.
///
/// # Errors
/// As [`Ask::load`].
pub async fn new(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let ask = Ask::load(&state, &me, id.parse()?).await?;
    if is_htmx(&request) {
        return page(StatusCode::OK, &RevocationView { ask });
    }
    page(
        StatusCode::OK,
        &RevocationPage {
            shell: me.shell,
            crumbs: crumbs(Some("Revoke")),
            ask,
        },
    )
}

/// `POST /tenant-api-keys/{id}/revocation`: when this answers, the key is refused.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    _: Form<Nothing>,
) -> Answer<HttpResponse> {
    let id: KeyId = id.parse()?;
    let by = me.actor();
    let key = state
        .change(move |conn| keys::revoke(conn, &by, id))
        .await?;
    let text = format!("\"{}\" is revoked. It is refused from now on.", key.name);
    if !is_htmx(&request) {
        set_flash(&session, &text);
        return Ok(see_other(&request, "/tenant-api-keys"));
    }
    let body = changed_parts(&state, &me, key).await?;
    Ok(with_toast(
        crate::web::respond::html(StatusCode::OK, body),
        &text,
    ))
}

/// What changes on the list of keys. The deed is done: what can't be read now is left out, and hides nothing.
async fn changed_parts(state: &State, me: &SignedIn, key: Key) -> Result<String> {
    let render =
        |template: &dyn askama::DynTemplate| template.dyn_render().map_err(Error::internal);
    let (by, now) = (me.actor(), me.now());
    let (tenant, of) = (by.tenant, key.clone());
    let used = state
        .snapshot(move |conn| KeyUse::load(conn, tenant, &of, now))
        .await
        .unwrap_or_else(|_| KeyUse::unknown());
    let row = KeyRow::new(key, used, now, false, true);
    let mut body = render(&KeyRowView { row })?;
    if let Ok(quota) = state.read(move |conn| Quota::find(conn, &by)).await {
        let quota = render(&QuotaView { quota })?;
        body.extend(["<hx-partial hx-target=\"#quota\">", &quota, "</hx-partial>"]);
    }
    Ok(body)
}
