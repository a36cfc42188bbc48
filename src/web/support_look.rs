//! Somebody of the support staff with a tenant open that let them look: they read some of its pages as a viewer would,
//! and send no form.

use actix_web::{HttpMessage as _, HttpRequest};

use super::respond::is_htmx;
use super::shell::{LookStrip, Shell, hour};
use super::state::State;
use super::{page_owner, supporter};
use crate::actions::support_grants;
use crate::db::members::Member;
use crate::db::support_grants::{Present, find_present};
use crate::domain::right::Right;
use crate::domain::role::{Actor, Role, Who};
use crate::domain::{Error, Result, key_text};

/// The pages that are open to them, as routes name them. What is not here stays closed, above all whatever shows a
/// secret or a credential, or saves a copy of a log.
const OPEN: [&str; 10] = [
    "/tenant-api-keys",
    "/tenant-api-keys/{id}",
    "/authorization-groups",
    "/projects",
    "/usage",
    "/usage/keys",
    "/usage/requests",
    "/audit",
    "/members",
    "/settings",
];

/// No page that is open has a longer path.
const LONGEST_PATH: usize = 80;

/// Who looks, into what.
#[derive(Debug, Clone)]
pub struct Looking {
    /// The person as a viewer of the tenant.
    pub member: Member,
    /// What pages show around their content.
    pub shell: Shell,
    /// The person for actions.
    pub actor: Actor,
}

/// The person and the tenant that they have open, looked at in the database on this very request. The page is on record
/// in the tenant's log before anything of it is read.
///
/// # Errors
/// `Hidden` without an open tenant; `Forbidden` for forms and for pages that stay closed; `Unauthenticated` when nobody
/// of the support staff is behind the session.
pub async fn load(request: &HttpRequest) -> Result<Looking> {
    let (frame, by) = supporter::load(request).await?;
    if !frame.may(Right::LookAtTenants) {
        return Err(Error::Hidden);
    }
    let state = State::of(request)?;
    let (user, now) = (by.id, by.now);
    let found = state
        .read(move |conn| find_present(conn, user, now))
        .await?;
    let present = found.ok_or(Error::Hidden)?;
    let (Some(until), tenant) = (present.grant.until(now), present.grant.tenant_id) else {
        return Err(Error::Hidden);
    };
    let path = open_path(request)?;
    let (noting, is_part) = (by.clone(), is_htmx(request));
    state
        .write(move |conn| support_grants::note_page(conn, &noting, &path, is_part))
        .await?;
    let member = member_of(present);
    let mut shell = Shell::new(
        request,
        &member,
        Vec::new(),
        &frame.csrf,
        page_owner::of(request),
    );
    shell.role = "Support, looking";
    shell.flash = frame.flash;
    shell.looks = vec![LookStrip {
        id: tenant.to_string(),
        staff: member.name.clone(),
        until: Some(hour(until)),
        is_mine: true,
    }];
    request.extensions_mut().insert(shell.clone());
    let actor = Actor {
        who: Who::Person {
            id: by.id,
            email: member.email.clone(),
            role: Role::Viewer,
            session: by.session,
        },
        tenant,
        now,
        address: by.address,
        request_id: by.request_id,
    };
    Ok(Looking {
        member,
        shell,
        actor,
    })
}

/// The path of a page that is open, for the log.
///
/// # Errors
/// `Forbidden` for forms and for pages that stay closed.
fn open_path(request: &HttpRequest) -> Result<String> {
    if !request.method().is_safe() {
        return Err(Error::Forbidden(
            "Support only looks: nothing of a tenant can be sent from here.".into(),
        ));
    }
    let route = request.match_pattern().unwrap_or_default();
    if !OPEN.contains(&route.as_str()) {
        return Err(Error::Forbidden(
            "This page stays closed to support, also while a tenant lets you look.".into(),
        ));
    }
    // Whatever somebody pasted into the address stays out of the log.
    Ok(match request.path() {
        path if path.len() > LONGEST_PATH || key_text::appears_in(path) => route,
        path => path.to_owned(),
    })
}

fn member_of(present: Present) -> Member {
    Member {
        user: present.grant.user_id,
        email: present.email,
        name: present.name,
        role: Role::Viewer,
        super_user: false,
        tenant: present.grant.tenant_id,
        tenant_name: present.tenant_name,
        suspended_at: None,
        suspension_reason: String::new(),
        deletion_at: None,
        signed_in_at: None,
        second_factor_at: None,
        time_zone: present.time_zone,
    }
}
