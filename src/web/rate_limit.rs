//! How a rate limit is told in HTTP: `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers), and
//! 429 with `Retry-After` when it is used up.

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderName};

use crate::verify::Allowance;

/// What is left: `"key";r=99;t=1`, with requests and seconds. After a refusal the seconds are those of `Retry-After`.
pub const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// What is allowed: `"key";q=100;w=1`: that many requests at once, and the seconds in which as many are earned again. So
/// `r` is never more than `q`, and `t` never more than `w`, whichever of burst and flow is larger.
pub const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Both fields.
pub fn fields(allowance: Allowance) -> [(HeaderName, String); 2] {
    let (limit, remaining, reset) = (allowance.limit, allowance.remaining, allowance.reset);
    let (requests, seconds) = (limit.burst(), allowance.window());
    [
        (LIMIT, format!("\"key\";r={remaining};t={reset}")),
        (POLICY, format!("\"key\";q={requests};w={seconds}")),
    ]
}

/// The refusal, still without its body.
pub fn refusal(allowance: Allowance) -> HttpResponse {
    let mut response = HttpResponse::TooManyRequests();
    for field in fields(allowance) {
        response.insert_header(field);
    }
    response
        .insert_header((header::RETRY_AFTER, seconds(allowance)))
        .finish()
}

/// The refusal for people.
pub fn sentence(allowance: Allowance) -> String {
    let (limit, seconds) = (allowance.limit, seconds(allowance));
    let plural = if seconds == 1 { "" } else { "s" };
    format!("Too many requests: this key may make {limit}. Try again in {seconds} second{plural}.")
}

fn seconds(allowance: Allowance) -> u64 {
    allowance.retry_after.unwrap_or_default()
}
