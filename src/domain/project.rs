//! Projects, the parts of a tenant: what somebody asks for, and what is right about it.

use super::Result;
use super::validate::{self, FieldErrors};

/// Most projects that a tenant may have, archived ones included.
pub const MOST: i64 = 500;

/// A project as someone asks for it, before it is checked.
#[derive(Debug, Clone, Default)]
pub struct Input<'a> {
    /// Name, unique in the tenant.
    pub name: &'a str,
    /// What it is.
    pub description: &'a str,
}

/// A checked input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// 2 to 80 characters.
    pub name: String,
    /// At most 300 characters in one line; may be empty.
    pub description: String,
}

/// Changes as someone asks for them; what is left out stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Changes<'a> {
    /// Name, unique in the tenant.
    pub name: Option<&'a str>,
    /// What it is.
    pub description: Option<&'a str>,
}

/// Checked changes, each as in a [`Draft`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// Another name.
    pub name: Option<String>,
    /// Another description.
    pub description: Option<String>,
}

impl Input<'_> {
    /// Checks every field and reports all errors at once.
    ///
    /// # Errors
    /// `Invalid` with a message at `name` or `description`.
    pub fn check(&self) -> Result<Draft> {
        let mut errors = FieldErrors::default();
        let draft = Draft {
            name: errors.take("name", check_name(self.name)),
            description: errors.take("description", check_description(self.description)),
        };
        errors.into_result().map(|()| draft)
    }
}

impl Changes<'_> {
    /// As [`Input::check`], of what is there.
    ///
    /// # Errors
    /// As [`Input::check`].
    pub fn check(&self) -> Result<Update> {
        let mut errors = FieldErrors::default();
        let update = Update {
            name: errors.take("name", self.name.map(check_name).transpose()),
            description: errors.take(
                "description",
                self.description.map(check_description).transpose(),
            ),
        };
        errors.into_result().map(|()| update)
    }
}

fn check_name(name: &str) -> std::result::Result<String, String> {
    validate::name(name, 80, "a name")
}

fn check_description(description: &str) -> std::result::Result<String, String> {
    validate::line(description, 300)
}
