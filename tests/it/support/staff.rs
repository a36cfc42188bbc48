//! Somebody of the support staff.

use keystead::actions::supporters::{self, Supporter};
use keystead::domain::password;

use super::browser_like::Person;
use super::{App, PASSWORD};

/// Of the support staff, once they are hired.
pub const SAM: &str = "sam@support.test";

impl App {
    /// Makes an account for Sam.
    pub fn hire_sam(&self) {
        let sam = Supporter::check("Sam Stone", SAM, PASSWORD).unwrap();
        let digest = password::digest(PASSWORD).unwrap();
        let now = self.clock.now();
        self.db
            .write(|conn| supporters::create(conn, &sam, &digest, now))
            .unwrap();
    }

    /// Sam, signed in.
    pub async fn sam(&self) -> Person {
        self.hire_sam();
        self.sign_in(SAM).await
    }

    /// Where support changes the limit of a tenant.
    pub fn limit_page(&self, tenant: &str) -> String {
        format!("/support/tenants/{}/limit", self.tenant(tenant))
    }

    /// Where support declines the request of a tenant.
    pub fn refusal_page(&self, tenant: &str) -> String {
        format!("/support/tenants/{}/limit-refusal", self.tenant(tenant))
    }

    /// The limit that a tenant has.
    pub fn limit_of(&self, tenant: &str) -> i64 {
        let id = self.tenant(tenant);
        let found = self
            .db
            .read(|conn| keystead::db::tenants::find(conn, id))
            .unwrap();
        found.key_limit
    }
}
