//! What a change of a key changes on the list of keys.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderValue;
use askama::Template;

use super::list::beside_change;
use super::query::{KeyQuery, View};
use super::recent_use::KeyUse;
use super::row::KeyRow;
use crate::db::keys::Key;
use crate::domain::{Error, Result};
use crate::web::admin::quota::Quota;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

#[derive(Template)]
#[template(path = "keys/_row.html")]
struct KeyRowView {
    row: KeyRow,
}

#[derive(Template)]
#[template(path = "keys/_card.html")]
struct KeyCardView {
    row: KeyRow,
}

#[derive(Template)]
#[template(path = "keys/_quota.html")]
struct QuotaView {
    quota: Quota,
}

/// What changes on the list of keys. The deed is done: what can't be read now is left out, and hides nothing.
pub async fn changed_parts(
    request: &HttpRequest,
    state: &State,
    me: &SignedIn,
    key: Key,
) -> Result<String> {
    let render =
        |template: &dyn askama::DynTemplate| template.dyn_render().map_err(Error::internal);
    let (by, now) = (me.actor(), me.now());
    let (tenant, of) = (by.tenant, key.clone());
    let used = state
        .snapshot(move |conn| KeyUse::load(conn, tenant, &of, now))
        .await
        .unwrap_or_else(|_| KeyUse::unknown());
    let back = KeyQuery::shown(request).as_back();
    let row = KeyRow::new(key, used, now, false, true).in_list(&me.csrf, &back);
    // htmx names what it will replace: `tr#key-…` in the table, `li#key-…` among cards. Who asked from a dialog names
    // that, but looks at the list all the same.
    let target = request.headers().get("hx-target");
    let is_card = match target.map(HeaderValue::as_bytes) {
        Some([b'l', b'i', ..]) => true,
        Some([b't', b'r', ..]) | None => false,
        Some(_) => View::shown(request) == View::Cards,
    };
    let mut body = if is_card {
        render(&KeyCardView { row })?
    } else {
        render(&KeyRowView { row })?
    };
    if let Ok(quota) = state.read(move |conn| Quota::find(conn, &by)).await {
        let quota = render(&QuotaView { quota })?;
        body.extend(["<hx-partial hx-target=\"#quota\">", &quota, "</hx-partial>"]);
    }
    if let Ok((counts, _)) = beside_change(request, state, me).await {
        body.push_str(&counts);
    }
    Ok(body)
}
