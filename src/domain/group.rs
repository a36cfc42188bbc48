//! Authorization groups: what somebody asks for, what is right about it, and what a group grants in plain words.

use super::Result;
use super::id::GroupId;
use super::listing::listed;
use super::scope::{self, Scopes};
use super::validate::{self, FieldErrors, WrongLines};

/// Most groups that a tenant may have, the built-in ones included.
pub const MOST: i64 = 200;
/// Most scopes that a group may have.
pub const MOST_SCOPES: usize = 100;

/// A group as someone asks for it, before it is checked.
#[derive(Debug, Clone, Default)]
pub struct Input<'a> {
    /// Name, unique in the tenant.
    pub name: &'a str,
    /// What it is for.
    pub summary: &'a str,
    /// Scopes; blank ones are skipped, and errors name their place.
    pub scopes: Vec<&'a str>,
}

/// A checked input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// 2 to 80 characters.
    pub name: String,
    /// At most 300 characters in one line; may be empty.
    pub summary: String,
    /// 1 to 100 scopes.
    pub scopes: Scopes,
}

impl Input<'_> {
    /// Checks every field and reports all errors at once.
    ///
    /// # Errors
    /// `Invalid` with a message at `name`, `summary` or `scopes`.
    pub fn check(&self) -> Result<Draft> {
        let mut errors = FieldErrors::default();
        let draft = Draft {
            name: errors.take("name", check_name(self.name)),
            summary: errors.take("summary", validate::line(self.summary, 300)),
            scopes: errors.take("scopes", check_scopes(&self.scopes)),
        };
        errors.into_result().map(|()| draft)
    }
}

/// Keys ask for a group by name or id, so no name may pass for an id.
fn check_name(name: &str) -> std::result::Result<String, String> {
    let name = validate::name(name, 80, "a name")?;
    match name.parse::<GroupId>() {
        Ok(_) => Err("Choose a name that does not look like an id.".into()),
        Err(_) => Ok(name),
    }
}

fn check_scopes(lines: &[&str]) -> std::result::Result<Scopes, String> {
    let (mut words, mut wrong) = (Vec::new(), WrongLines::default());
    for (number, line) in lines.iter().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if !scope::is_scope(line) {
            let shown = shown(line);
            let why =
                format!("{shown} is not a scope. Write resource:action, such as orders:read.");
            wrong.add(number, &why);
        }
        words.push(line);
    }
    wrong.into_result()?;
    let scopes = Scopes::parse(&words.join(" "))?;
    match scopes.list().len() {
        0 => Err("Add at least one scope, such as orders:read.".into()),
        1..=MOST_SCOPES => Ok(scopes),
        count => Err(format!(
            "Use at most {MOST_SCOPES} scopes; these are {count}."
        )),
    }
}

/// A wrong line as an error repeats it: short, and nothing of what may be a key in the wrong field.
fn shown(line: &str) -> String {
    if super::key_text::appears_in(line) || line.chars().any(char::is_control) {
        return "this".into();
    }
    let start: String = line.chars().take(60).collect();
    format!("\"{start}\"")
}

/// What scopes grant, in plain words: "Grants orders: read and write; invoices: everything."
pub fn in_words(scopes: &Scopes) -> String {
    let mut parts: Vec<(&str, Vec<&str>)> = Vec::new();
    for (resource, action) in scopes
        .list()
        .iter()
        .filter_map(|scope| scope.split_once(':'))
    {
        match parts.iter_mut().find(|(known, _)| *known == resource) {
            Some((_, actions)) => actions.push(action),
            None => parts.push((resource, vec![action])),
        }
    }
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(resource, actions)| {
            let resource = if resource == "*" {
                "all data"
            } else {
                resource
            };
            format!("{resource}: {}", actions_in_words(&actions))
        })
        .collect();
    format!("Grants {}.", parts.join("; "))
}

fn actions_in_words(actions: &[&str]) -> String {
    if actions.contains(&"*") {
        return "everything".into();
    }
    listed(actions)
}
