//! The page of a failed request.

use actix_web::http::StatusCode;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use askama::Template;

use super::client;
use super::failure::{Failure, sentence};
use super::respond::{html, see_other};
use super::shell::{Crumb, Shell, theme};
use crate::domain::Error;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    status: u16,
    title: String,
    message: String,
    request_id: String,
    action: Option<Crumb>,
}

#[derive(Template)]
#[template(path = "error_panel.html")]
struct ErrorPanel {
    theme: &'static str,
    status: u16,
    title: String,
    message: String,
    request_id: String,
    action: Option<Crumb>,
}

/// The page of a failed request: inside the shell for someone signed in, in a panel otherwise. Who is not signed
/// in is sent to the sign-in page.
pub fn failure_page(
    request: &HttpRequest,
    status: StatusCode,
    failure: Option<&Failure>,
) -> HttpResponse {
    if matches!(failure, Some(Failure(Error::Unauthenticated))) {
        let next = if request.method() == actix_web::http::Method::GET {
            request.path()
        } else {
            "/"
        };
        let query = serde_urlencoded::to_string([("next", next)]).unwrap_or_default();
        return see_other(request, &format!("/login?{query}"));
    }
    let (message, request_id) = (sentence(status, failure), client::request_id(request));
    let title = match status {
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::TOO_MANY_REQUESTS => "Please wait",
        StatusCode::CONFLICT => "That is no longer possible",
        StatusCode::SERVICE_UNAVAILABLE => "Just a moment",
        status if status.is_server_error() => "Something went wrong",
        _ => "That did not work",
    }
    .to_owned();
    let shell = request.extensions().get::<Shell>().cloned();
    let (label, home) = match &shell {
        Some(shell) if shell.support_view => ("Go to Tenants", "/support/tenants"),
        _ => ("Go to API Keys", "/tenant-api-keys"),
    };
    let action = Some(Crumb {
        label: label.into(),
        href: Some(home.into()),
    });
    let rendered = match shell {
        Some(shell) => {
            let crumbs = vec![Crumb {
                label: title.clone(),
                href: None,
            }];
            ErrorPage {
                shell,
                crumbs,
                status: status.as_u16(),
                title,
                message,
                request_id,
                action,
            }
            .render()
        }
        None => ErrorPanel {
            theme: theme(request),
            status: status.as_u16(),
            title,
            message,
            request_id,
            action,
        }
        .render(),
    };
    html(
        status,
        rendered.unwrap_or_else(|_| "Something went wrong.".into()),
    )
}
