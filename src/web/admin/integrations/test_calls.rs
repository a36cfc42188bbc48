//! Whether a credential works, asked of the provider before it is saved.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::at::At;
use super::form::{self, Typed};
use crate::domain::catalogue::fields::Fields;
use crate::domain::right::Right;
use crate::domain::{Error, Result};
use crate::outbound::Answer as Told;
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::{is_htmx, page};
use crate::web::signed_in::SignedIn;
use crate::web::state::{State, block};

#[derive(Template)]
#[template(path = "integrations/_told.html")]
struct ToldView {
    told: (&'static str, String),
}

/// `POST …/{slug}/credentials/test`: nothing is saved. Scripts put the answer below the field, which keeps the secret;
/// without them the form comes back with the answer, and the secret has to be pasted again.
///
/// # Errors
/// `Forbidden` for viewers; `NotFound`, also where the catalogue has no test call or the operator allows none.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    me: SignedIn,
    at: At,
    Form(typed): Form<Typed>,
) -> Answer<HttpResponse> {
    let by = me.actor();
    by.must_hold(Right::ChangeIntegrations)?;
    // Rights and the feature first: a stranger to it makes no call.
    at.load(&state, &me).await?;
    let told = match form::draft(&at, &state, &typed, by.now) {
        Ok(draft) => told(&call(&state, &at, &draft.secret).await?),
        Err(Error::Invalid(errors)) => {
            let words = errors.list().iter().map(|(_, message)| message.as_str());
            ("bad", words.collect::<Vec<_>>().join(" "))
        }
        Err(other) => return Err(other.into()),
    };
    if is_htmx(&request) {
        return page(StatusCode::OK, ToldView { told }).await;
    }
    form::show_again(&request, &state, me, &at, typed, told).await
}

async fn call(state: &web::Data<State>, at: &At, secret: &str) -> Result<Told> {
    let fields = Fields::from_json(secret)?;
    let (inside, at) = (state.clone(), at.clone());
    block(move || {
        let call = at.entry(&inside)?.test.as_ref().ok_or(Error::NotFound)?;
        if !inside.site.outbound.allowed {
            return Err(Error::NotFound);
        }
        Ok(inside.site.outbound.test(call, &fields))
    })
    .await
}

/// What the provider said, in words, and how that is shown.
fn told(answer: &Told) -> (&'static str, String) {
    match answer {
        Told::Accepted(status) => ("ok", format!("It works: the provider answered {status}.")),
        Told::Refused(status) => (
            "bad",
            format!(
                "The provider refuses it, with {status}. Check that it is whole and not revoked."
            ),
        ),
        Told::Unclear(status) => (
            "warn",
            format!(
                "The provider answered {status}, which says nothing about the credential. You can save it."
            ),
        ),
        Told::Unreachable(why) => (
            "warn",
            format!("The provider could not be asked: {why}. You can save it."),
        ),
        Told::TooSlow => (
            "warn",
            "The provider did not answer within 5 seconds. You can save it.".into(),
        ),
        Told::NotAllowed(why) => ("warn", format!("No call was made: {why}.")),
    }
}
