//! What the page of a failed request says, and where it leads on: never to another page that fails.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;

use super::failure::{Failure, sentence};
use super::shell::Shell;
use crate::domain::right::Right;

/// Title and sentence, and the way on: words and address.
pub struct Advice {
    pub(super) title: &'static str,
    pub(super) message: String,
    pub(super) action: (&'static str, &'static str),
}

/// What is said of a failure to whom `shell` is drawn around it, if to anybody who is signed in.
pub fn advice(
    request: &HttpRequest,
    status: StatusCode,
    failure: Option<&Failure>,
    shell: Option<&Shell>,
) -> Advice {
    let action = match shell {
        None => ("Go to the start page", "/"),
        Some(shell) if shell.support_view => ("Go to Tenants", "/support/tenants"),
        Some(_) => ("Go to API Keys", "/tenant-api-keys"),
    };
    if status == StatusCode::NOT_FOUND
        && let Some(advice) = of_place(request, shell, action)
    {
        return advice;
    }
    let title = match status {
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::TOO_MANY_REQUESTS => "Please wait",
        StatusCode::CONFLICT => "That is no longer possible",
        StatusCode::SERVICE_UNAVAILABLE => "Just a moment",
        status if status.is_server_error() => "Something went wrong",
        _ => "That did not work",
    };
    Advice {
        title,
        message: sentence(status, failure),
        action,
    }
}

/// For places that exist, but not for this person. What is in them is not told: every address below them says the same.
fn of_place(
    request: &HttpRequest,
    shell: Option<&Shell>,
    action: (&'static str, &'static str),
) -> Option<Advice> {
    let path = request.path();
    let is_below = |place: &str| {
        let rest = path.strip_prefix(place);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let told = |title, message: &str, action| {
        Some(Advice {
            title,
            message: message.into(),
            action,
        })
    };
    if path == "/setup" {
        let text = "This setup link was used already, or it has ended. If you have an account, sign in. If nobody has \
                    one yet, start Keystead again: it prints a new link.";
        return told("This link has ended", text, ("Sign in", "/login"));
    }
    if path == "/invitation" {
        let text = "This invitation was used already, was withdrawn, or has ended after seven days. If you have joined, \
                    sign in. If not, ask whoever invited you for another link.";
        return told("This invitation has ended", text, ("Sign in", "/login"));
    }
    if path == "/password-reset" {
        let text = "This link was used already, or has ended after 24 hours. Ask for another one.";
        return told("This link has ended", text, ("Sign in", "/login"));
    }
    let shell = shell?;
    if is_below("/verifiers") && !shell.may(Right::ChangeVerifiers) {
        let text = "Verifiers are the systems that may ask about keys. Super users manage them; ask the person who runs \
                    Keystead for you.";
        return told("For super users", text, action);
    }
    if is_below("/support") && !shell.support_view {
        let text = "Here support staff changes the limits and plans of tenants. If your organization needs more keys, an admin \
                    can ask for a higher limit under API Keys.";
        return told("For support staff", text, action);
    }
    if shell.support_view && !is_below("/support") && request.resource_map().has_resource(path) {
        let text = "This page is for the people of a tenant. Support staff sees tenants and their limits, and nothing \
                    of their keys.";
        return told("For people of a tenant", text, action);
    }
    None
}
