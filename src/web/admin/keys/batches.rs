//! One change of many keys: the question that lists what would happen, then the deed.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::query::KeyQuery;
use crate::actions::key_batches::{self, Change, MOST, Plan, Planned};
use crate::domain::id::KeyId;
use crate::domain::key::State as KeyState;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result, key_text};
use crate::web::change_budget::Lane;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::numbers::{counted, grouped};
use crate::web::proof;
use crate::web::respond::{html, is_htmx, page, see_other, with_events};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Shell, crumbs};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

const NOTHING_CHOSEN: &str = "Nothing is chosen yet: tick the keys to change first.";

/// What was chosen. A form with many fields of one name is read as pairs.
#[derive(Clone)]
struct Choice {
    change: Change,
    ids: Vec<KeyId>,
    typed: String,
    reason: String,
    /// The list that it came from.
    back: String,
}

impl Choice {
    fn read(pairs: &[(String, String)]) -> Result<Self> {
        let all = |wanted: &'static str| {
            let of_name = pairs.iter().filter(move |(name, _)| name == wanted);
            of_name.map(|(_, value)| value.as_str())
        };
        let one = |name| all(name).next().unwrap_or_default();
        let known = ["change", "key", "typed", "reason", "back"];
        if let Some((name, _)) = pairs.iter().find(|(name, _)| !known.contains(&&**name)) {
            return Err(Error::invalid("form", format!("unknown field `{name}`")));
        }
        let ids = all("key").map(|id| {
            id.parse()
                .map_err(|_| Error::BadRequest("Choose keys from the list.".into()))
        });
        Ok(Self {
            change: Change::parse(one("change"))?,
            ids: ids.collect::<Result<_>>()?,
            typed: one("typed").to_owned(),
            reason: one("reason").to_owned(),
            back: KeyQuery::at(one("back")).here(),
        })
    }
}

/// A line of the plan.
struct Line {
    id: String,
    name: String,
    hint: String,
    status: &'static str,
    status_label: &'static str,
    /// What happens to it.
    fate: String,
    changes: bool,
    requests: String,
}

/// The question.
struct Batch {
    csrf: String,
    change: &'static str,
    title: String,
    told: String,
    verb: String,
    lines: Vec<Line>,
    must_type: Option<String>,
    typed: String,
    /// `None` where none is asked for.
    reason: Option<String>,
    back: String,
    any: bool,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "keys/batch.html")]
struct BatchPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    batch: Batch,
}

#[derive(Template)]
#[template(path = "keys/_batch.html")]
struct BatchView {
    batch: Batch,
}

impl Batch {
    fn new(me: &SignedIn, choice: Choice, plan: &Plan, errors: FieldErrors) -> Self {
        let now = me.now();
        // Switching an expired key on is no use before it gets another date.
        let stays_expired = |planned: &Planned| {
            plan.change == Change::Enable && planned.key.state(now) == KeyState::Expired
        };
        let (verb, done) = match plan.change {
            Change::Disable => ("Disable", "disabled"),
            Change::Enable => ("Enable", "enabled"),
            Change::Revoke => ("Revoke", "revoked for good"),
        };
        let count = i64::try_from(plan.changing().count()).unwrap_or(i64::MAX);
        let requests = plan.changing().map(|planned| planned.accepted).sum();
        let lines = plan.keys.iter().map(|planned| {
            let state = planned.key.state(now);
            Line {
                id: planned.key.id.to_string(),
                name: planned.key.name.clone(),
                hint: key_text::hint(&planned.key.key_prefix, &planned.key.last4),
                status: state.as_str(),
                status_label: state.label(),
                fate: match planned.idle {
                    None if stays_expired(planned) => "Will be enabled, but stays expired".into(),
                    None => format!("Will be {done}"),
                    Some(why) => format!("Stays as it is: {why}"),
                },
                changes: planned.idle.is_none(),
                requests: grouped(planned.accepted),
            }
        });
        let breaks = match plan.change {
            Change::Disable => {
                "They are refused from the next request on, until you enable them again."
            }
            Change::Enable if plan.changing().any(stays_expired) => {
                "They are accepted again from the next request on, except those that have expired."
            }
            Change::Enable => "They are accepted again from the next request on.",
            Change::Revoke => {
                "This action cannot be undone, and any applications using these keys will lose access immediately."
            }
        };
        let asked = counted(requests, "accepted request", "accepted requests");
        Self {
            csrf: me.csrf.clone(),
            change: plan.change.as_str(),
            title: if count > 0 {
                format!("{verb} {}?", counted(count, "API key", "API keys"))
            } else {
                format!("Nothing to {}", plan.change.as_str())
            },
            told: format!("{asked} in the last 24 hours with the keys that change. {breaks}"),
            verb: format!("{verb} {}", counted(count, "key", "keys")),
            lines: lines.collect(),
            must_type: plan.must_type(),
            typed: choice.typed,
            reason: (plan.change == Change::Revoke && count > 0).then_some(choice.reason),
            back: choice.back,
            any: count > 0,
            errors,
        }
    }

    async fn respond(
        self,
        request: &HttpRequest,
        shell: Shell,
        status: StatusCode,
    ) -> Answer<HttpResponse> {
        if is_htmx(request) {
            return page(status, BatchView { batch: self }).await;
        }
        let crumbs = crumbs(Some("Several keys"));
        page(
            status,
            BatchPage {
                shell,
                crumbs,
                batch: self,
            },
        )
        .await
    }
}

/// `POST /tenant-api-keys/batch-plan`: what would happen to each key. Nothing changes.
///
/// # Errors
/// `Forbidden` for viewers; `BadRequest` for none of the tenant's keys, and for too many.
pub async fn plan(
    request: HttpRequest,
    session: Session,
    me: SignedIn,
    state: web::Data<State>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer<HttpResponse> {
    let choice = Choice::read(&pairs)?;
    if choice.ids.is_empty() {
        if is_htmx(&request) {
            let toast = json!({ "toast": { "kind": "error", "text": NOTHING_CHOSEN } });
            return Ok(with_events(html(StatusCode::OK, String::new()), &toast));
        }
        set_flash(&session, NOTHING_CHOSEN);
        return Ok(see_other(&request, &choice.back));
    }
    show(&request, me, &state, choice, FieldErrors::default()).await
}

async fn show(
    request: &HttpRequest,
    me: SignedIn,
    state: &State,
    choice: Choice,
    errors: FieldErrors,
) -> Answer<HttpResponse> {
    let (by, change, ids) = (me.actor(), choice.change, choice.ids.clone());
    let plan = state
        .snapshot(move |conn| Plan::make(conn, &by, change, &ids))
        .await?;
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let batch = Batch::new(&me, choice, &plan, errors);
    batch.respond(request, me.shell, status).await
}

/// `POST /tenant-api-keys/batch`: when this answers, it is true for each of the keys.
///
/// # Errors
/// As [`plan`]. When the typed number is wrong the question comes again with 422, and nothing changed.
pub async fn create(
    request: HttpRequest,
    session: Session,
    me: SignedIn,
    state: web::Data<State>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer<HttpResponse> {
    let choice = Choice::read(&pairs)?;
    let lane = match choice.change {
        Change::Disable | Change::Revoke => Lane::Containing,
        Change::Enable => Lane::Usual,
    };
    me.take_changes(&state, lane, choice.ids.len().clamp(1, MOST))?;
    let (by, wanted) = (me.actor(), choice.clone());
    let done = state
        .change(by, move |conn, by| {
            let Choice {
                ids, typed, reason, ..
            } = &wanted;
            key_batches::apply(conn, by, wanted.change, ids, typed, reason)
        })
        .await;
    let changed = match done {
        Ok(changed) => changed,
        Err(Error::Invalid(errors)) => return show(&request, me, &state, choice, errors).await,
        Err(other) => return Err(other.into()),
    };
    let keys = counted(
        i64::try_from(changed).unwrap_or(i64::MAX),
        "key is",
        "keys are",
    );
    let text = match choice.change {
        Change::Disable => format!("{keys} disabled, and refused until you enable them."),
        Change::Enable => format!("{keys} enabled."),
        Change::Revoke => format!("{keys} revoked. They are refused from now on."),
    };
    // All of them were changed at once: what is known of one is true of all.
    let proof = match choice.ids.first() {
        Some(key) => proof::told_of_key(&state, &me, *key).await,
        None => String::new(),
    };
    set_flash(&session, &format!("{text}{proof}"));
    Ok(see_other(&request, &choice.back))
}
