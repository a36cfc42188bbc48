//! The form of an authorization group: a new one, or one that keys use already.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::list::{crumbs, keys_in_words};
use crate::actions::group_losses::{self, Loss};
use crate::actions::groups;
use crate::db::groups::Group;
use crate::domain::group::{Draft, Input};
use crate::domain::id::GroupId;
use crate::domain::right::Right;
use crate::domain::validate::FieldErrors;
use crate::domain::{Conflict, Error, Result};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::proof;
use crate::web::respond::{is_htmx, page, part, see_other};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Shell};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

const LIST: &str = "/authorization-groups";

/// The fields as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "named as the fields of the form")]
pub struct GroupForm {
    pub name: String,
    #[serde(default)]
    pub summary: String,
    #[serde(default)]
    pub scopes: String,
    /// What the form showed of a group that exists.
    #[serde(default)]
    pub version: String,
    /// The scopes that somebody confirmed although keys lose what they used.
    #[serde(default)]
    pub confirmed: String,
}

impl GroupForm {
    fn of(group: &Group) -> Self {
        Self {
            name: group.name.clone(),
            summary: group.summary.clone(),
            scopes: group.scopes.list().join("\n"),
            version: groups::version(group),
            confirmed: String::new(),
        }
    }

    fn check(&self) -> Result<Draft> {
        let input = Input {
            name: &self.name,
            summary: &self.summary,
            scopes: self.scopes.lines().collect(),
        };
        input.check()
    }
}

/// A group that exists, as the page tells of it.
struct Existing {
    id: String,
    name: String,
    told: String,
}

/// What is stored now, when it is not what the form showed.
struct Now {
    name: String,
    summary: String,
    scopes: Vec<String>,
}

#[derive(Template)]
#[template(path = "groups/form.html", blocks = ["form"])]
struct GroupPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    form: GroupForm,
    errors: FieldErrors,
    existing: Option<Existing>,
    banner: Option<String>,
    now: Option<Now>,
    losses: Vec<Loss>,
}

impl GroupPage {
    fn new(me: SignedIn, form: GroupForm, existing: Option<Existing>) -> Self {
        Self {
            crumbs: crumbs(Some(existing.as_ref().map_or("New", |_| "Edit"))),
            shell: me.shell,
            form,
            errors: FieldErrors::default(),
            existing,
            banner: None,
            now: None,
            losses: Vec::new(),
        }
    }

    async fn respond(self, request: &HttpRequest, status: StatusCode) -> Answer<HttpResponse> {
        if is_htmx(request) {
            return part(status, move || self.as_form().render()).await;
        }
        page(status, self).await
    }
}

impl Existing {
    fn new(group: &Group, keys: i64) -> Self {
        let told = match keys {
            0 => "No key uses this group.".into(),
            1 => "1 key uses this group; a change takes effect at once.".into(),
            _ => format!(
                "{} use this group; a change takes effect at once.",
                keys_in_words(keys)
            ),
        };
        Self {
            id: group.id.to_string(),
            name: group.name.clone(),
            told,
        }
    }
}

/// `GET /authorization-groups/new`.
///
/// # Errors
/// `Forbidden` for viewers.
pub async fn new(me: SignedIn) -> Answer<HttpResponse> {
    me.actor().must_hold(Right::ChangeGroups)?;
    page(
        StatusCode::OK,
        GroupPage::new(me, GroupForm::default(), None),
    )
    .await
}

/// `POST /authorization-groups`.
///
/// # Errors
/// `Forbidden` for viewers. Field errors show the form again with 422, a full tenant with 409.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    Form(form): Form<GroupForm>,
) -> Answer<HttpResponse> {
    let by = me.actor();
    let made = match form.check() {
        Ok(draft) => {
            state
                .change(by, move |conn, by| groups::create(conn, by, &draft))
                .await
        }
        Err(wrong) => Err(wrong),
    };
    match made {
        Ok(group) => {
            set_flash(
                &session,
                &format!("The group \"{}\" was created.", group.name),
            );
            Ok(see_other(&request, LIST))
        }
        Err(error) => again(&request, GroupPage::new(me, form, None), error).await,
    }
}

/// `GET /authorization-groups/{id}/edit`.
///
/// # Errors
/// `NotFound`, also for another tenant's group; `Forbidden` for viewers; a conflict for a built-in group.
pub async fn edit(
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let (group, keys) = load(&state, &me, id.parse()?).await?;
    let existing = Existing::new(&group, keys);
    page(
        StatusCode::OK,
        GroupPage::new(me, GroupForm::of(&group), Some(existing)),
    )
    .await
}

async fn load(state: &State, me: &SignedIn, id: GroupId) -> Result<(Group, i64)> {
    let by = me.actor();
    by.must_hold(Right::ChangeGroups)?;
    let (group, keys) = state
        .snapshot(move |conn| groups::find(conn, by.tenant, id))
        .await?;
    if group.built_in {
        return Err(Conflict::GroupBuiltIn.into());
    }
    Ok((group, keys))
}

/// `POST /authorization-groups/{id}/edit`: when this answers, the change is true for every key of the group.
///
/// # Errors
/// As [`edit`]. Field errors show the form again with 422. It comes back with 409 when somebody else changed the group
/// meanwhile, or when keys used what they would lose and nobody confirmed that.
pub async fn update(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    Form(form): Form<GroupForm>,
) -> Answer<HttpResponse> {
    let id: GroupId = id.parse()?;
    let (group, keys) = load(&state, &me, id).await?;
    let existing = Some(Existing::new(&group, keys));
    let draft = match form.check() {
        Ok(draft) => draft,
        Err(wrong) => return again(&request, GroupPage::new(me, form, existing), wrong).await,
    };
    let (by, left) = (me.actor(), draft.scopes.clone());
    let of = group.clone();
    let losses = if form.confirmed == draft.scopes.text() {
        Vec::new()
    } else {
        state
            .search(by.tenant, move |conn| {
                group_losses::find(conn, &by, &of, &left)
            })
            .await?
    };
    if !losses.is_empty() && form.version == groups::version(&group) {
        let mut view = GroupPage::new(me, form, existing);
        draft.scopes.text().clone_into(&mut view.form.confirmed);
        view.losses = losses;
        return view.respond(&request, StatusCode::CONFLICT).await;
    }
    let (by, shown) = (me.actor(), form.version.clone());
    let changed = state
        .change(by, move |conn, by| {
            groups::update(conn, by, id, &draft, Some(&shown))
        })
        .await;
    match changed {
        Ok(group) => {
            let told = match keys {
                0 => String::new(),
                keys => format!(" It is so for {} from now on.", keys_in_words(keys)),
            };
            let by = me.actor();
            let proof = proof::told(&state, by.tenant, id.to_string(), &by.request_id).await;
            let text = format!("\"{}\" was saved.{told}{proof}", group.name);
            set_flash(&session, &text);
            Ok(see_other(&request, LIST))
        }
        Err(error @ Error::Conflict(_)) => {
            // What is there now: the next save is made with open eyes.
            let (group, keys) = load(&state, &me, id).await?;
            let mut view = GroupPage::new(me, form, Some(Existing::new(&group, keys)));
            view.form.version = groups::version(&group);
            view.now = Some(Now {
                scopes: group.scopes.list().to_vec(),
                name: group.name,
                summary: group.summary,
            });
            again(&request, view, error).await
        }
        Err(error) => again(&request, GroupPage::new(me, form, existing), error).await,
    }
}

/// The form once more, with what is wrong.
async fn again(request: &HttpRequest, mut view: GroupPage, error: Error) -> Answer<HttpResponse> {
    match error {
        Error::Invalid(errors) => {
            view.errors = errors;
            view.respond(request, StatusCode::UNPROCESSABLE_ENTITY)
                .await
        }
        Error::Conflict(conflict) => {
            view.banner = Some(conflict.to_string());
            view.respond(request, StatusCode::CONFLICT).await
        }
        other => Err(other.into()),
    }
}
