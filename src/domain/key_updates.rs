//! Changes of a key that exists: what was left out stays as it is.

use super::Result;
use super::address_list::AddressList;
use super::allowlist_mode::AllowlistMode;
use super::key::check_expiry;
use super::owner;
use super::rate_limit::{self, RateLimit};
use super::time::Timestamp;
use super::validate::{self, FieldErrors};

/// The changes as someone asks for them, before they are checked.
#[derive(Debug, Clone, Default)]
pub struct Input<'a> {
    /// Name of the system that holds the key.
    pub name: Option<&'a str>,
    /// What it is for.
    pub description: Option<&'a str>,
    /// Authorization group by name or id.
    pub group: Option<&'a str>,
    /// Project by id; `Some(None)` for the whole tenant.
    pub project: Option<Option<&'a str>>,
    /// Where it may be used from; `Some(None)` is refused, since it could mean nowhere as well as anywhere.
    pub ip_allowlist: Option<Option<Vec<&'a str>>>,
    /// `off`, `observe` or `enforce`.
    pub ip_allowlist_mode: Option<&'a str>,
    /// How often it may be used; `Some(None)` for no limit.
    pub rate_limit: Option<Option<rate_limit::Input>>,
    /// Who looks after it: a member's e-mail address or a line of text; empty: nobody.
    pub owner: Option<&'a str>,
}

/// Checked changes.
#[derive(Debug, Clone, Default)]
pub struct Update {
    /// 2 to 200 characters.
    pub name: Option<String>,
    /// At most 1,000 characters.
    pub description: Option<String>,
    /// Authorization group by name or id, not looked up yet.
    pub group: Option<String>,
    /// Project by id, not looked up yet; `Some(None)` for the whole tenant.
    pub project: Option<Option<String>>,
    /// Allowed addresses.
    pub ip_allowlist: Option<AddressList>,
    /// What happens to others; whether it fits the list is checked against the key.
    pub ip_allowlist_mode: Option<AllowlistMode>,
    /// End of the key's life; `Some(None)` for never.
    pub expires_at: Option<Option<Timestamp>>,
    /// How often it may be used; `Some(None)` for no limit.
    pub rate_limit: Option<Option<RateLimit>>,
    /// Who looks after it, not looked up yet; empty: nobody.
    pub owner: Option<String>,
    /// The version of the key that a form showed: one that changed since is not overwritten.
    pub shown: Option<String>,
}

impl Input<'_> {
    /// Checks what is given and reports all errors at once; `expiry` was read by the caller, which knows its format.
    ///
    /// # Errors
    /// `Invalid` with a message at each field.
    pub fn check(
        &self,
        now: Timestamp,
        expiry: Option<std::result::Result<Option<Timestamp>, String>>,
    ) -> Result<Update> {
        let mut errors = FieldErrors::default();
        let update = Update {
            name: self
                .name
                .map(|name| errors.take("name", validate::name(name, 200, "a name"))),
            description: self
                .description
                .map(|text| errors.take("description", validate::lines(text, 1_000))),
            group: self.group.map(str::to_owned),
            project: self.project.map(|project| project.map(str::to_owned)),
            ip_allowlist: self
                .ip_allowlist
                .as_ref()
                .map(|list| errors.take("ip_allowlist", check_list(list.as_deref()))),
            ip_allowlist_mode: self
                .ip_allowlist_mode
                .map(|word| errors.take("ip_allowlist_mode", AllowlistMode::parse(word))),
            expires_at: expiry.map(|expiry| {
                errors.take("expires_at", expiry.and_then(|at| check_expiry(at, now)))
            }),
            rate_limit: self
                .rate_limit
                .as_ref()
                .map(|limit| limit.as_ref().and_then(|limit| limit.check(&mut errors))),
            owner: self
                .owner
                .map(|typed| errors.take("owner", owner::check(typed))),
            shown: None,
        };
        errors.into_result().map(|()| update)
    }
}

/// Null could mean nowhere as well as anywhere: it is as wrong as a blank entry.
fn check_list(list: Option<&[&str]>) -> std::result::Result<AddressList, String> {
    AddressList::parse_given(list.unwrap_or(&[""]))
}
