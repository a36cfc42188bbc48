//! The form of a project: a new one, or one that gets another name or description.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::list::{LIST, crumbs};
use crate::actions::projects;
use crate::db;
use crate::db::projects::Project;
use crate::domain::id::ProjectId;
use crate::domain::project::{Changes, Draft, Input, Update};
use crate::domain::right::Right;
use crate::domain::validate::FieldErrors;
use crate::domain::{Error, Result};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::respond::{is_htmx, page, part, see_other};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Shell};
use crate::web::signed_in::SignedIn;
use crate::web::state::State;

/// The fields as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "named as the fields of the form")]
pub struct ProjectForm {
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// What the form showed of a project that exists.
    #[serde(default)]
    pub version: String,
}

impl ProjectForm {
    fn of(project: &Project) -> Self {
        Self {
            name: project.name.clone(),
            description: project.description.clone(),
            version: projects::version(project),
        }
    }

    fn draft(&self) -> Result<Draft> {
        let input = Input {
            name: &self.name,
            description: &self.description,
        };
        input.check()
    }

    fn update(&self) -> Result<Update> {
        let changes = Changes {
            name: Some(&self.name),
            description: Some(&self.description),
        };
        changes.check()
    }
}

#[derive(Template)]
#[template(path = "projects/form.html", blocks = ["form"])]
struct ProjectPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    form: ProjectForm,
    errors: FieldErrors,
    /// The project as stored, unless it is a new one.
    existing: Option<Project>,
    banner: Option<String>,
}

impl ProjectPage {
    fn new(me: SignedIn, form: ProjectForm, existing: Option<Project>) -> Self {
        Self {
            crumbs: crumbs(Some(existing.as_ref().map_or("New", |_| "Edit"))),
            shell: me.shell,
            form,
            errors: FieldErrors::default(),
            existing,
            banner: None,
        }
    }

    async fn respond(self, request: &HttpRequest, status: StatusCode) -> Answer<HttpResponse> {
        if is_htmx(request) {
            return part(status, move || self.as_form().render()).await;
        }
        page(status, self).await
    }
}

/// `GET /projects/new`.
///
/// # Errors
/// `Forbidden` for viewers.
pub async fn new(me: SignedIn) -> Answer<HttpResponse> {
    me.actor().must_hold(Right::ChangeProjects)?;
    page(
        StatusCode::OK,
        ProjectPage::new(me, ProjectForm::default(), None),
    )
    .await
}

/// `POST /projects`.
///
/// # Errors
/// `Forbidden` for viewers. Field errors show the form again with 422, a full tenant with 409.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    Form(form): Form<ProjectForm>,
) -> Answer<HttpResponse> {
    let by = me.actor();
    by.must_hold(Right::ChangeProjects)?;
    let made = match form.draft() {
        Ok(draft) => {
            state
                .change(by, move |conn, by| projects::create(conn, by, &draft))
                .await
        }
        Err(wrong) => Err(wrong),
    };
    match made {
        Ok(project) => {
            let text = format!("The project \"{}\" was created.", project.name);
            set_flash(&session, &text);
            Ok(see_other(&request, LIST))
        }
        Err(error) => again(&request, ProjectPage::new(me, form, None), error).await,
    }
}

/// `GET /projects/{id}/edit`.
///
/// # Errors
/// `NotFound`, also for another tenant's project; `Forbidden` for viewers.
pub async fn edit(
    state: web::Data<State>,
    me: SignedIn,
    id: web::Path<String>,
) -> Answer<HttpResponse> {
    let project = load(&state, &me, id.parse()?).await?;
    let form = ProjectForm::of(&project);
    page(StatusCode::OK, ProjectPage::new(me, form, Some(project))).await
}

async fn load(state: &State, me: &SignedIn, id: ProjectId) -> Result<Project> {
    let by = me.actor();
    by.must_hold(Right::ChangeProjects)?;
    state
        .read(move |conn| db::projects::find(conn, by.tenant, id))
        .await
}

/// `POST /projects/{id}/edit`.
///
/// # Errors
/// As [`edit`]. Field errors show the form again with 422. It comes back with 409, and with what is stored now, when
/// somebody else changed the project meanwhile.
pub async fn update(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: SignedIn,
    id: web::Path<String>,
    Form(form): Form<ProjectForm>,
) -> Answer<HttpResponse> {
    let id: ProjectId = id.parse()?;
    let project = load(&state, &me, id).await?;
    let (by, shown) = (me.actor(), form.version.clone());
    let changed = match form.update() {
        Ok(update) => {
            state
                .change(by, move |conn, by| {
                    projects::update(conn, by, id, update, Some(&shown))
                })
                .await
        }
        Err(wrong) => Err(wrong),
    };
    match changed {
        Ok(project) => {
            let text = format!("The project \"{}\" was saved.", project.name);
            set_flash(&session, &text);
            Ok(see_other(&request, LIST))
        }
        Err(error @ Error::Conflict(_)) => {
            // What is there now: the next save is made with open eyes.
            let project = load(&state, &me, id).await?;
            let mut view = ProjectPage::new(me, form, Some(project.clone()));
            view.form.version = projects::version(&project);
            again(&request, view, error).await
        }
        Err(error) => again(&request, ProjectPage::new(me, form, Some(project)), error).await,
    }
}

/// The form once more, with what is wrong.
async fn again(request: &HttpRequest, mut view: ProjectPage, error: Error) -> Answer<HttpResponse> {
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
