//! What a tenant is made of, and what is right about it.

use super::Result;
use super::limits;
use super::plan::Plan;
use super::text_form::name_key;
use super::validate::{self, FieldErrors};

/// Longest name, in characters.
const LONGEST: usize = 100;

/// A tenant to be made, as typed.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Name of the organization.
    pub name: &'a str,
    /// The word of a plan.
    pub plan: &'a str,
    /// A whole number; empty: that of the plan.
    pub limit: &'a str,
    /// E-mail address of who becomes its first admin.
    pub email: &'a str,
}

/// A checked input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Name, as it is shown.
    pub name: String,
    /// Name of the plan.
    pub plan: String,
    /// Most keys that count at the same time.
    pub limit: i64,
    /// Lower-case address.
    pub email: String,
}

impl Input<'_> {
    /// Checks every field; `plans` are those that can be chosen.
    ///
    /// # Errors
    /// `Invalid` with a message at `name`, `plan`, `limit` and `email`.
    pub fn check(&self, plans: &[Plan]) -> Result<Draft> {
        let mut errors = FieldErrors::default();
        let name = errors.take("name", check_name(self.name));
        let key = name_key(self.plan);
        let plan = plans.iter().find(|plan| name_key(&plan.name) == key);
        if plan.is_none() {
            errors.add("plan", "Choose one of the plans.");
        }
        let limit = match plan {
            Some(plan) if self.limit.trim().is_empty() => Ok(plan.key_limit),
            _ => limits::check_number(self.limit, 1),
        };
        let draft = Draft {
            name,
            plan: plan.map_or_else(String::new, |plan| plan.name.clone()),
            limit: errors.take("limit", limit),
            email: errors.take("email", validate::email(self.email)),
        };
        errors.into_result().map(|()| draft)
    }
}

/// The name of a tenant.
///
/// # Errors
/// A message for the field.
pub fn check_name(text: &str) -> std::result::Result<String, String> {
    validate::name(text, LONGEST, "the name of the organization")
}
