//! `POST /api/v1/verify/batch`: up to a thousand questions at once, answered in their order.

use actix_web::http::header::{self, ContentType};
use actix_web::{HttpRequest, HttpResponse, web};

use super::asker::Asker;
use super::{at_least, verdict_json, verify, views};
use crate::domain::request_id::RequestId;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result};
use crate::verify::KeyLookup;
use crate::web::body::{Body, understand};
use crate::web::failure::Answer;
use crate::web::media_type;
use crate::web::problem::Problem;
use crate::web::state::State;
use crate::web::strict_json::explain;

/// Most questions in one request.
const MOST: usize = 1_000;
/// Largest body: 1 MiB.
pub const LARGEST_BODY: usize = 1024 * 1024;

/// What is wrong with a question that is a bare text, the likeliest slip.
const NO_OBJECT: &str = "Send an object with a key, such as {\"key\":\"…\"}.";

/// Verify many keys
///
/// 1 to 1,000 questions in a body of at most 1 MiB; the verdicts come in the same order, each with a request id of
/// its own. A question that can't be read is named by its place, from 0, and then none is answered; nor is any while this
/// server lacks a revision that one of them insists on.
#[utoipa::path(
    post,
    path = "/api/v1/verify/batch",
    operation_id = "verifyKeys",
    tag = "Verification",
    request_body = views::Questions<'_>,
    responses(
        (status = 200, description = "The verdicts, in the order of the questions", body = views::Verdicts<'_>),
        (status = 413, description = "The body is larger than 1 MiB", body = Problem),
        (
            status = 422,
            description = "No question, more than 1,000, or one with a member that is unknown or wrong",
            body = Problem,
        ),
    ),
    security(("verifier" = [])),
)]
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    _: Asker,
    Body(body): Body,
) -> Answer<HttpResponse> {
    if !media_type::is(request.head(), media_type::JSON) {
        return Ok(HttpResponse::UnsupportedMediaType().finish());
    }
    let ask = || {
        let (state, body) = (state.clone(), body.clone());
        understand(body.len(), move || answer(&state, &body))
    };
    let json = match ask().await {
        Err(Error::NotReached(rev)) => {
            at_least::wait(state.index(), rev).await?;
            ask().await?
        }
        answered => answered?,
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type(ContentType::json())
        .body(json))
}

fn answer(state: &State, body: &[u8]) -> Result<Vec<u8>> {
    let batch: views::RawQuestions<'_> =
        serde_json::from_slice(body).map_err(|cause| explain(&cause))?;
    if !(1..=MOST).contains(&batch.keys.len()) {
        return Err(Error::invalid(
            "keys",
            format!("Send 1 to {MOST} questions."),
        ));
    }
    let asked = batch.keys.iter().enumerate().map(|(place, raw)| {
        if !raw.get().starts_with('{') {
            return Err(Error::invalid(&format!("keys[{place}]"), NO_OBJECT));
        }
        serde_json::from_str(raw.get()).map_err(|cause| at_place(place, explain(&cause)))
    });
    let asked: Vec<views::Question<'_>> = asked.collect::<Result<_>>()?;
    let now = state.now();
    let keys: Vec<KeyLookup<'_>> = asked
        .iter()
        .map(|asked| verify::seek(asked, state.index()))
        .collect();
    let questions = asked.iter().zip(&keys).enumerate();
    let questions = questions.map(|(place, (asked, key))| {
        verify::read(asked, key, RequestId::next(now), now).map_err(|error| at_place(place, error))
    });
    let questions: Vec<_> = questions.collect::<Result<_>>()?;
    // Before any is answered, which is counted as use.
    let newest = questions.iter().map(|question| question.at_least).max();
    at_least::must_be_reached(state.index(), newest.unwrap_or_default())?;
    let mut json = Vec::with_capacity(questions.len() * verdict_json::USUAL_LENGTH);
    json.extend_from_slice(b"{\"results\":[");
    for (place, question) in questions.iter().enumerate() {
        if place > 0 {
            json.push(b',');
        }
        let verdict = verify::decide(state.index(), question)?;
        verdict_json::write(&mut json, &verdict, now, question.facts.id)?;
    }
    json.extend_from_slice(b"]}");
    Ok(json)
}

/// The same error, of one question. Lines and columns are those of the question alone, so they are left out.
fn at_place(place: usize, error: Error) -> Error {
    match error {
        Error::Invalid(errors) => {
            let mut placed = FieldErrors::default();
            for (field, message) in errors.list() {
                match field.as_str() {
                    "body" => placed.add(&format!("keys[{place}]"), "Wrong type of value."),
                    field => placed.add(&format!("keys[{place}].{field}"), message.as_str()),
                }
            }
            Error::Invalid(placed)
        }
        Error::BadRequest(text) => {
            let text = text.split(": line").next().unwrap_or_default();
            Error::BadRequest(format!("keys[{place}]: {text}"))
        }
        other => other,
    }
}
