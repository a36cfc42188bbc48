//! Support rolls a feature out further, or draws it back.

use super::tenant_history::{self, Past};
use super::{Object, access_requests, record_by_supporter};
use crate::db::{self, Conn, change_log};
use crate::domain::audit::Event;
use crate::domain::decision::{Decision, Input};
use crate::domain::role::Supporter;
use crate::domain::rollout::{self, Feature, Switch};
use crate::domain::validate::FieldErrors;
use crate::domain::{Conflict, Result, limits};

/// Steps that are shown.
const SHOWN: usize = 20;

/// Sets the percentage of a feature, provided that it still is the one that the form showed. Tenants that had the feature
/// by percentage and store something in it keep it.
///
/// # Errors
/// `Invalid` at `percentage` and `reason`; a conflict `changed-meanwhile`.
pub fn set(conn: &mut Conn, by: &Supporter, feature: Feature, input: &Input<'_>) -> Result<i64> {
    change_log::hold(conn)?;
    let before = db::feature_rollouts::percentage(conn, feature)?;
    if before.to_string() != input.shown {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    let mut errors = FieldErrors::default();
    let percentage = errors.take("percentage", check(input.choice, before));
    let reason = errors.take("reason", limits::check_reason(input.reason));
    errors.into_result()?;
    if percentage < before {
        keep(conn, feature, percentage..before)?;
    }
    change_log::append(conn, change_log::Item::Rollout(feature))?;
    db::feature_rollouts::set_percentage(conn, feature, percentage)?;
    let event = Event::RolloutChanged(Decision {
        before: before.to_string(),
        after: percentage.to_string(),
        reason: reason.clone(),
    });
    let object = Object {
        kind: "feature",
        id: feature.as_str().into(),
        name: feature.label(),
    };
    record_by_supporter(conn, by, None, &event, object)?;
    for tenant in db::access_requests::all_open(conn, feature)?.into_keys() {
        access_requests::settle(conn, by, tenant, feature, &reason)?;
    }
    Ok(percentage)
}

/// The percentage as typed.
///
/// # Errors
/// A message for the field.
fn check(text: &str, before: i64) -> std::result::Result<i64, String> {
    let typed = read(text).ok_or("Enter a whole number from 0 to 100.")?;
    if typed == before {
        return Err(format!("The percentage is {before} already."));
    }
    Ok(typed)
}

/// A percentage, if the text is one.
pub fn read(text: &str) -> Option<i64> {
    let digits = text.trim();
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| plain);
    number.filter(|number| (0..=100).contains(number))
}

/// Has those keep the feature whose turn these percentages were and who store something in it.
fn keep(conn: &mut Conn, feature: Feature, lost: std::ops::Range<i64>) -> Result<()> {
    for tenant in db::feature_rollouts::list_storing(conn, feature)? {
        let is_lost = lost.contains(&rollout::bucket(feature, tenant));
        if is_lost && db::feature_switches::find(conn, tenant, feature)?.is_none() {
            db::feature_switches::set(conn, tenant, feature, Some(Switch::Kept))?;
        }
    }
    Ok(())
}

/// How the percentage went, newest first.
pub fn history(conn: &mut Conn, feature: Feature) -> Result<Vec<Past<Decision>>> {
    let rows = db::audit::list_of_object(conn, feature.as_str())?;
    rows.into_iter()
        .rev()
        .take(SHOWN)
        .map(tenant_history::past)
        .collect()
}
