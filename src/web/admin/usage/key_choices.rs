//! What the field for a key offers while somebody types.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::domain::key_text;
use crate::domain::right::Right;
use crate::web::admin::key_picker::{self, KeyChoice};
use crate::web::failure::Answer;
use crate::web::respond::page;
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// What was typed so far.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    key: String,
}

#[derive(Template)]
#[template(path = "usage/_key_choices.html")]
struct ChoicesView {
    choices: Vec<KeyChoice>,
}

/// `GET /usage/keys?key={text}`: the first keys that the text finds, as options of a list.
///
/// # Errors
/// `BadRequest` for a text that is too long; `Unavailable` when the database is away.
pub async fn index(
    me: SignedIn,
    state: web::Data<State>,
    typed: web::Query<Typed>,
) -> Answer<HttpResponse> {
    me.actor().must_hold(Right::SeeKeys)?;
    let choices = if key_text::appears_in(&typed.key) {
        Vec::new()
    } else {
        key_picker::offer(&state, &me, &typed.key).await?
    };
    page(StatusCode::OK, ChoicesView { choices }).await
}
