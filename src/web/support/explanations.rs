//! Support > Explain: why a request of a tenant was let through or refused, by its id.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::actions::support_explanations::{Seen, SeenKnown, explain};
use crate::domain::key::State as KeyState;
use crate::domain::request_id::RequestId;
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, key_text};
use crate::web::explained::{StrangerView, request_id, summary};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::page;
use crate::web::shell::{Crumb, Moment, Shell, trail};
use crate::web::staff::Staff;
use crate::web::state::State;
use crate::web::verdicts::{Verdict, verdict};

/// Which request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplainForm {
    request: String,
}

/// What the page says of a request.
enum Said {
    Nothing,
    Known(Box<KnownView>),
    Stranger(StrangerView),
}

struct KnownView {
    seen: SeenKnown,
    at: Moment,
    verdict: Verdict,
    summary: &'static str,
    status: Option<KeyState>,
}

impl Said {
    fn new(id: RequestId, seen: Seen, now: Timestamp) -> Self {
        match seen {
            Seen::Stranger(code) => Self::Stranger(StrangerView::new(id, code)),
            Seen::Known(seen) => {
                let (at, code) = (seen.known.record.at, seen.known.record.code);
                Self::Known(Box::new(KnownView {
                    at: Moment::to_the_second(at),
                    verdict: verdict(code),
                    summary: summary(code),
                    status: seen.key.as_ref().map(|key| key.state(now)),
                    seen: *seen,
                }))
            }
        }
    }
}

#[derive(Template)]
#[template(path = "support/explain.html")]
struct ExplainPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    typed: String,
    errors: FieldErrors,
    said: Said,
}

/// `GET /support/explain`.
///
/// # Errors
/// `NotFound` for anybody but staff.
pub async fn new(me: Staff) -> Answer<HttpResponse> {
    me.must(Right::ExplainRequests)?;
    show(me, String::new(), Ok(Said::Nothing), StatusCode::OK).await
}

/// `POST /support/explain`: a form, since each look is in the log of the tenant.
///
/// # Errors
/// `NotFound` for anybody but staff. What is wrong with the request id is said at the field.
pub async fn create(
    state: web::Data<State>,
    me: Staff,
    Form(form): Form<ExplainForm>,
) -> Answer<HttpResponse> {
    let typed = form.request.trim().to_owned();
    if key_text::appears_in(&typed) {
        let told = "This is a key, not the id of a request. Look it up under Found keys.";
        return show(
            me,
            String::new(),
            Err(told),
            StatusCode::UNPROCESSABLE_ENTITY,
        )
        .await;
    }
    let id = match request_id(&typed) {
        Ok(id) => id,
        Err(told) => return show(me, typed, Err(told), StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    let (by, zone) = (me.supporter(Right::ExplainRequests)?, me.shell.zone);
    let inside = state.clone();
    let seen = state
        .write(move |conn| explain(conn, inside.index(), &by, id, zone))
        .await;
    match seen {
        Ok(seen) => {
            let said = Said::new(id, seen, me.now());
            show(me, typed, Ok(said), StatusCode::OK).await
        }
        Err(Error::NotFound) => {
            show(me, typed, Err(UNKNOWN), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Said of requests that are not there.
const UNKNOWN: &str = "Nothing is known by this id. It takes about a second until a request is listed, and requests are \
                       kept for a limited time.";

async fn show(
    me: Staff,
    typed: String,
    said: Result<Said, &str>,
    status: StatusCode,
) -> Answer<HttpResponse> {
    let mut errors = FieldErrors::default();
    let said = said.unwrap_or_else(|told| {
        errors.add("request", told);
        Said::Nothing
    });
    page(
        status,
        ExplainPage {
            shell: me.shell,
            crumbs: trail(
                ("Support", "/support/tenants"),
                ("Explain a request", "/support/explain"),
                None,
            ),
            typed,
            errors,
            said,
        },
    )
    .await
}
