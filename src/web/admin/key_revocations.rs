//! Revoking a key: the question with its facts, then the deed.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::key_use::KeyUse;
use super::keys::{KeyRow, Quota};
use super::sessions::Nothing;
use crate::actions::keys;
use crate::db;
use crate::domain::Result;
use crate::domain::id::KeyId;
use crate::domain::key_text;
use crate::domain::time;
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
        let (key, today) = state
            .read(move |conn| {
                let key = db::keys::find(conn, tenant, id)?;
                let whose = db::usage::Whose {
                    tenant,
                    key: Some(id),
                    environment: "",
                };
                let (end, day) = (now.timestamp() + 1, db::usage::DAY);
                let today = db::usage::total(conn, whose, day, now.timestamp() / day * day, end)?;
                Ok((key, today.valid + today.refused()))
            })
            .await?;
        let last_used = key.last_used_at().map(|at| time::relative(at, now));
        Ok(Self {
            hint: key_text::hint(&key.key_prefix, &key.last4),
            csrf: me.csrf.clone(),
            last_used: last_used.unwrap_or_else(|| "never used".into()),
            requests_today: requests_today(today),
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
    let now = by.now;
    let (key, used, quota) = state
        .change(move |conn| {
            let key = keys::revoke(conn, &by, id)?;
            let used = KeyUse::load(conn, by.tenant, &key, now)?;
            Ok((key, used, Quota::find(conn, &by)?))
        })
        .await?;
    let text = format!("\"{}\" is revoked. It is refused from now on.", key.name);
    if !is_htmx(&request) {
        set_flash(&session, &text);
        return Ok(see_other(&request, "/tenant-api-keys"));
    }
    let row = KeyRowView {
        row: KeyRow::new(key, used, now, false, true),
    };
    let quota = QuotaView { quota };
    let render = |template: &dyn askama::DynTemplate| {
        template
            .dyn_render()
            .map_err(crate::domain::Error::internal)
    };
    let body = format!(
        "{}<hx-partial hx-target=\"#quota\">{}</hx-partial>",
        render(&row)?,
        render(&quota)?
    );
    Ok(with_toast(
        crate::web::respond::html(StatusCode::OK, body),
        &text,
    ))
}
