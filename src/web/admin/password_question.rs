//! What a form that is only a button is answered with when its person has to give the password first: a question that
//! does the same, with a field for it.

use actix_web::{HttpRequest, HttpResponse};

use super::confirmation::Confirmation;
use crate::domain::Error;
use crate::web::failure::Answer;
use crate::web::form::OWN_PASSWORD;
use crate::web::shell::Crumb;
use crate::web::signed_in::SignedIn;

const TITLE: &str = "Confirm that it is you";

/// The question, if that is why a form was refused. `hidden` is what the form said, and `cancel` where it stood.
///
/// # Errors
/// Every other refusal.
pub async fn password_question(
    request: &HttpRequest,
    me: &SignedIn,
    hidden: Vec<(&'static str, String)>,
    cancel: &str,
    refusal: Error,
) -> Answer<HttpResponse> {
    let errors = match refusal {
        Error::Invalid(errors) if errors.get(OWN_PASSWORD).is_some() => errors,
        other => return Err(other.into()),
    };
    let ask = Confirmation {
        title: TITLE,
        text: "This needs your password once more. Nothing was changed yet.".into(),
        csrf: me.csrf.clone(),
        action: request.path().to_owned(),
        hidden,
        cancel: cancel.to_owned(),
        target: "#modal-root".into(),
        swap: "innerHTML",
        verb: "Go on",
        icon: "check",
        errors,
        ..Confirmation::default()
    };
    let crumb = Crumb {
        label: TITLE.into(),
        href: None,
    };
    ask.respond(request, me.shell.clone(), vec![crumb]).await
}
