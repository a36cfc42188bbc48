//! Support > Roll-outs: which part of the tenants on a plan with a feature has it.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::actions::rollout_percentages;
use crate::actions::rollouts::Reach;
use crate::domain::decision::Input;
use crate::domain::right::Right;
use crate::domain::rollout::Feature;
use crate::domain::validate::FieldErrors;
use crate::domain::{Conflict, Error, Result};
use crate::web::failure::Answer;
use crate::web::form::Form;
use crate::web::past_step::PastStep;
use crate::web::respond::{is_htmx, page, part, see_other};
use crate::web::session::set_flash;
use crate::web::shell::{Crumb, Shell, trail};
use crate::web::staff::Staff;
use crate::web::state::State;

/// The page.
const HERE: &str = "/support/rollouts";
const FEATURE: Feature = Feature::Integrations;
/// Percentages that a link fills in.
const PRESETS: [i64; 6] = [0, 5, 10, 25, 50, 100];

/// The fields as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RolloutForm {
    /// The percentage that the form showed.
    shown: String,
    percentage: String,
    reason: String,
}

/// A percentage to look at before it is set.
#[derive(Debug, Default, Deserialize)]
pub struct Preview {
    percentage: Option<String>,
}

#[derive(Template)]
#[template(path = "support/rollouts.html", blocks = ["effect"])]
struct RolloutsPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    reach: Reach,
    form: RolloutForm,
    errors: FieldErrors,
    banner: Option<String>,
    history: Vec<PastStep>,
}

impl RolloutsPage {
    /// How many have it now.
    fn now(&self) -> String {
        self.at(self.reach.percentage)
    }

    /// "3 of 12 Enterprise tenants".
    fn at(&self, percentage: i64) -> String {
        let tenants = match self.reach.all() {
            1 => "Enterprise tenant",
            _ => "Enterprise tenants",
        };
        format!(
            "{} of {} {tenants}",
            self.reach.at(percentage),
            self.reach.all()
        )
    }

    /// The same of the percentage that is typed, if it is one.
    fn after(&self) -> Option<String> {
        rollout_percentages::read(&self.form.percentage).map(|typed| self.at(typed))
    }
}

/// `GET /support/rollouts`, also with a percentage to see what it would change.
///
/// # Errors
/// `NotFound` for anybody but staff.
pub async fn show(
    request: HttpRequest,
    state: web::Data<State>,
    me: Staff,
    preview: web::Query<Preview>,
) -> Answer<HttpResponse> {
    let mut view = load(&state, me).await?;
    view.form.percentage = preview.into_inner().percentage.unwrap_or_default();
    if is_htmx(&request) {
        return part(StatusCode::OK, move || view.as_effect().render()).await;
    }
    page(StatusCode::OK, view).await
}

async fn load(state: &State, me: Staff) -> Result<RolloutsPage> {
    me.must(Right::ChangeFeatures)?;
    let now = me.now();
    let (reach, history) = state
        .snapshot(|conn| {
            let history = rollout_percentages::history(conn, FEATURE)?;
            Ok((Reach::find(conn, FEATURE)?, history))
        })
        .await?;
    Ok(RolloutsPage {
        shell: me.shell,
        crumbs: trail(("Support", "/support/tenants"), ("Roll-outs", HERE), None),
        form: RolloutForm {
            shown: reach.percentage.to_string(),
            ..RolloutForm::default()
        },
        reach,
        errors: FieldErrors::default(),
        banner: None,
        history: history
            .into_iter()
            .map(|past| PastStep::of_decision(past, now))
            .collect(),
    })
}

/// `POST /support/rollouts`: when this answers, the percentage holds.
///
/// # Errors
/// `NotFound` for anybody but staff. What is wrong shows the page again with 422, a percentage that somebody else
/// changed meanwhile with 409.
pub async fn update(
    request: HttpRequest,
    state: web::Data<State>,
    session: Session,
    me: Staff,
    Form(form): Form<RolloutForm>,
) -> Answer<HttpResponse> {
    let (by, typed) = (me.supporter(Right::ChangeFeatures)?, form.clone());
    let set = state
        .change(by, move |conn, by| {
            let input = Input {
                shown: &typed.shown,
                choice: &typed.percentage,
                reason: &typed.reason,
            };
            rollout_percentages::set(conn, by, FEATURE, &input)
        })
        .await;
    let (status, errors, banner) = match set {
        Ok(percentage) => {
            let text = format!("{} is rolled out to {percentage}%.", FEATURE.label());
            set_flash(&session, &text);
            return Ok(see_other(&request, HERE));
        }
        Err(Error::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors, None),
        Err(Error::Conflict(conflict @ Conflict::ChangedMeanwhile)) => {
            let told = Some(conflict.to_string());
            (StatusCode::CONFLICT, FieldErrors::default(), told)
        }
        Err(other) => return Err(other.into()),
    };
    let view = load(&state, me).await?;
    let form = RolloutForm {
        shown: view.form.shown,
        ..form
    };
    let again = RolloutsPage {
        form,
        errors,
        banner,
        ..view
    };
    page(status, again).await
}
