//! Why a key was turned away, with the challenge that RFC 6750 section 3 asks for.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};

use super::failure::Failure;
use super::problem::problem;
use super::rate_limit;
use crate::domain::Error;
use crate::domain::request_id::RequestId;
use crate::verify::Allowance;

/// Why a caller was turned away: with the challenge that RFC 6750 section 3 asks for.
#[derive(Debug)]
pub enum Refused {
    /// No credential at all: a challenge without an error code.
    Missing,
    /// A credential that is not accepted; true when it is a genuine key past its expiry.
    Invalid(bool),
    /// A text that is no key, as its own check tells: nothing was looked up.
    Malformed,
    /// A valid key that was used too often: never 401, or its holder would throw it away.
    Limited(Allowance),
    /// Anything else.
    Other(Failure),
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing | Self::Invalid(_) | Self::Malformed => f.write_str(detail(self)),
            Self::Limited(allowance) => f.write_str(&rate_limit::sentence(*allowance)),
            Self::Other(failure) => failure.fmt(f),
        }
    }
}

/// The one sentence for every refusal, so that a caller learns nothing about keys that are not theirs; only the
/// holder of a genuine key is told that it expired.
fn detail(refused: &Refused) -> &'static str {
    if matches!(refused, Refused::Invalid(true)) {
        "API key expired"
    } else {
        "Invalid or missing API key"
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Missing | Self::Invalid(_) | Self::Malformed => StatusCode::UNAUTHORIZED,
            Self::Limited(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Other(failure) => failure.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        let challenge = match self {
            Self::Missing => "Bearer realm=\"keystead\"",
            Self::Invalid(true) => {
                "Bearer realm=\"keystead\", error=\"invalid_token\", error_description=\"API key expired\""
            }
            Self::Invalid(false) | Self::Malformed => {
                "Bearer realm=\"keystead\", error=\"invalid_token\""
            }
            Self::Limited(allowance) => return rate_limit::refusal(*allowance),
            Self::Other(failure) => return failure.error_response(),
        };
        HttpResponse::Unauthorized()
            .insert_header((header::WWW_AUTHENTICATE, challenge))
            .finish()
    }
}

impl Refused {
    /// The last part of the problem's type.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Limited(_) => "rate-limited",
            _ => "about:blank",
        }
    }

    /// What helps whoever copied a key, and tells nothing of any key that exists.
    pub fn hint(&self) -> Option<&'static str> {
        matches!(self, Self::Malformed).then_some(
            "This text is no whole API key: it looks cut, or has stray characters in it. Copy the key again, from its \
             first to its last character.",
        )
    }

    /// The whole answer, for edges that no middleware completes.
    pub fn respond(&self, id: RequestId) -> HttpResponse {
        let bare = self.error_response();
        let text = match self {
            Self::Other(failure) => crate::web::failure::sentence(bare.status(), Some(failure)),
            refused => refused.to_string(),
        };
        let mut answer = problem(bare.status(), self.kind(), &text);
        for (name, value) in bare.headers() {
            if let Ok(value) = value.to_str() {
                answer = answer.header(name.clone(), value);
            }
        }
        if let Some(hint) = self.hint() {
            answer = answer.with("hint", hint.into());
        }
        answer.finish_with("instance", id.to_string())
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Other(Failure(error))
    }
}
