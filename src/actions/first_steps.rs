//! How far a tenant has come from nothing to the first request.

use crate::db::{self, Conn};
use crate::domain::Result;
use crate::domain::right::Right;
use crate::domain::role::Actor;

/// What is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstSteps {
    /// A verifier that may ask: without one no API or gateway can.
    pub verifier: bool,
    /// A key of the tenant.
    pub key: bool,
    /// One of its keys was accepted.
    pub request: bool,
}

impl FirstSteps {
    /// Nothing is left to do.
    pub fn are_done(self) -> bool {
        self.verifier && self.key && self.request
    }
}

/// How far the actor's tenant has come.
///
/// # Errors
/// `Forbidden` for somebody who may not see usage.
pub fn find(conn: &mut Conn, by: &Actor) -> Result<FirstSteps> {
    by.must_hold(Right::SeeUsage)?;
    let verifiers = db::verifiers::list(conn)?;
    Ok(FirstSteps {
        verifier: verifiers.iter().any(|one| one.revoked_at.is_none()),
        key: db::keys::exist(conn, by.tenant)?,
        request: db::usage::was_accepted(conn, by.tenant)?,
    })
}
