//! The product's errors on their way to a client: each knows its status and its sentence.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};

use crate::domain::{Conflict, Error};

/// A domain error on its way to the client.
#[derive(Debug)]
pub struct Failure(pub Error);

/// What handlers return.
pub type Answer<T> = Result<T, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Conflict> for Failure {
    fn from(conflict: Conflict) -> Self {
        Self(conflict.into())
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self.0 {
            Error::NotFound
            | Error::Hidden
            | Error::Conflict(Conflict::CredentialNotSet | Conflict::CredentialBlocked) => {
                StatusCode::NOT_FOUND
            }
            Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::BadRequest(_) => StatusCode::BAD_REQUEST,
            Error::Conflict(_) => StatusCode::CONFLICT,
            Error::Forbidden(_) | Error::StaleForm(_) | Error::SecondFactorNeeded => {
                StatusCode::FORBIDDEN
            }
            Error::Unauthenticated => StatusCode::UNAUTHORIZED,
            Error::Throttled(_) | Error::Excess(..) => StatusCode::TOO_MANY_REQUESTS,
            Error::Unavailable(_)
            | Error::NotReached(_)
            | Error::Busy(_)
            | Error::OutcomeUnknown(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponseBuilder::new(self.status_code());
        match self.0 {
            Error::Throttled(seconds) | Error::Excess(_, seconds) => {
                response.insert_header((header::RETRY_AFTER, seconds))
            }
            Error::Unavailable(_) | Error::Busy(_) | Error::OutcomeUnknown(_) => {
                response.insert_header((header::RETRY_AFTER, 2))
            }
            Error::NotReached(_) => response.insert_header((header::RETRY_AFTER, 1)),
            _ => &mut response,
        };
        response.finish()
    }
}

/// The sentence for people. What went wrong inside stays in the log.
pub fn sentence(status: StatusCode, failure: Option<&Failure>) -> String {
    match failure.map(|failure| &failure.0) {
        Some(Error::Conflict(conflict)) => conflict.to_string(),
        Some(Error::Forbidden(text) | Error::StaleForm(text) | Error::BadRequest(text)) => text.clone(),
        Some(said @ (Error::Invalid(_) | Error::NotReached(_))) => said.to_string(),
        Some(Error::Busy(text)) => (*text).into(),
        Some(Error::OutcomeUnknown(_)) => {
            "Keystead can't tell whether the change was made. Look before you try again.".into()
        }
        Some(Error::Throttled(seconds)) => {
            format!("Too many attempts. {}", again_in(*seconds))
        }
        Some(Error::Excess(excess, seconds)) => format!("{excess} {}", again_in(*seconds)),
        _ => match status {
            StatusCode::NOT_FOUND => "There is nothing here, or it belongs to somebody else.",
            StatusCode::METHOD_NOT_ALLOWED => "This method is not allowed here. Open the page anew, or look the address up in the API reference.",
            StatusCode::REQUEST_TIMEOUT => "The body came too slowly. Send it again.",
            StatusCode::PAYLOAD_TOO_LARGE => "The body is too large. Send less at once.",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                "This content type or compression is not understood here. Send JSON, or a form, without compression."
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                "Keystead can't be sure of the answer now. Try again in a moment."
            }
            status if status.is_server_error() => {
                "Something went wrong on our side. Nothing was changed."
            }
            _ => "The request could not be understood.",
        }
        .into(),
    }
}

fn again_in(seconds: u64) -> String {
    let plural = if seconds == 1 { "" } else { "s" };
    format!("Try again in {seconds} second{plural}.")
}
