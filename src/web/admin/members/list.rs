//! Administration > Members: who is in the tenant, and who was invited.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::invitations::Invitation;
use crate::db::members::Member;
use crate::db::{self, Conn};
use crate::domain::right::Right;
use crate::domain::role::{Actor, Role};
use crate::domain::time::Timestamp;
use crate::domain::validate::FieldErrors;
use crate::domain::{Result, person};
use crate::web::failure::Answer;
use crate::web::respond::page;
use crate::web::shell::{Crumb, Moment, Shell, trail};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// Where the list is.
pub const LIST: &str = "/members";

/// Who shall be invited, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "named as the fields of the form")]
pub struct InvitationForm {
    pub email: String,
    pub role: String,
}

/// One person.
#[allow(missing_docs, reason = "what the template shows, in its order")]
pub struct MemberRow {
    pub id: String,
    pub name: String,
    pub email: String,
    pub initials: String,
    pub role: Role,
    pub signed_in: Option<Moment>,
    /// They sign in with a code too.
    pub second_factor: bool,
    /// Keys that they look after.
    pub keys: i64,
    /// The person who looks at the list.
    pub is_me: bool,
    /// Only the operator can change what they are.
    pub runs_keystead: bool,
}

impl MemberRow {
    fn new(member: Member, keys: i64, by: &Actor) -> Self {
        Self {
            id: member.user.to_string(),
            initials: person::initials(&member.name),
            is_me: member.is(by.person()),
            role: member.role,
            keys,
            signed_in: member.signed_in_at.map(|at| Moment::past(at, by.now)),
            second_factor: member.second_factor_at.is_some(),
            runs_keystead: member.super_user,
            name: member.name,
            email: member.email,
        }
    }
}

/// One invitation.
#[allow(missing_docs, reason = "what the template shows, in its order")]
pub struct InvitationRow {
    pub id: String,
    pub email: String,
    pub role: Role,
    pub invited_by: String,
    pub expires: Moment,
    pub is_over: bool,
}

impl InvitationRow {
    fn new(invitation: Invitation, now: Timestamp) -> Self {
        Self {
            id: invitation.id.to_string(),
            email: invitation.email,
            role: invitation.role,
            invited_by: invitation.invited_by,
            expires: Moment::day(invitation.expires_at),
            is_over: invitation.expires_at <= now,
        }
    }
}

/// The page.
#[derive(Template)]
#[template(path = "members/index.html")]
pub struct MembersPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    rows: Vec<MemberRow>,
    invitations: Vec<InvitationRow>,
    form: InvitationForm,
    errors: FieldErrors,
    /// The link is sent as well.
    has_mail: bool,
}

/// The breadcrumb of a page under Members.
pub fn crumbs(last: Option<&str>) -> Vec<Crumb> {
    trail(
        ("Administration", "/tenant-api-keys"),
        ("Members", LIST),
        last,
    )
}

fn load_rows(conn: &mut Conn, by: &Actor) -> Result<(Vec<MemberRow>, Vec<InvitationRow>)> {
    let members = db::members::list(conn, by.tenant)?;
    let invitations = db::invitations::list(conn, by.tenant)?;
    let keys = db::key_owners::counts(conn, by.tenant)?;
    let row = |member: Member| {
        let keys = keys.get(&member.user).copied().unwrap_or_default();
        MemberRow::new(member, keys, by)
    };
    Ok((
        members.into_iter().map(row).collect(),
        invitations
            .into_iter()
            .map(|invitation| InvitationRow::new(invitation, by.now))
            .collect(),
    ))
}

/// The page with what was typed, and what is wrong with it.
///
/// # Errors
/// `Forbidden` for viewers.
pub async fn load(
    state: &State,
    me: SignedIn,
    form: InvitationForm,
    errors: FieldErrors,
) -> Answer<MembersPage> {
    let by = me.actor();
    me.must_see(Right::SeeMembers)?;
    let (rows, invitations) = state.snapshot(move |conn| load_rows(conn, &by)).await?;
    Ok(MembersPage {
        shell: me.shell,
        crumbs: crumbs(None),
        rows,
        invitations,
        form,
        errors,
        has_mail: state.sends_mail(),
    })
}

/// `GET /members`.
///
/// # Errors
/// `Forbidden` for viewers.
pub async fn index(me: SignedIn, state: web::Data<State>) -> Answer<HttpResponse> {
    let (form, errors) = (InvitationForm::default(), FieldErrors::default());
    let view = load(&state, me, form, errors).await?;
    page(StatusCode::OK, view).await
}
