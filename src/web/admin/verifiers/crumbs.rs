//! The breadcrumb of the pages under Verifiers.

use crate::web::shell::{Crumb, trail};

/// The breadcrumb of a page under Verifiers.
pub fn crumbs(last: Option<&str>) -> Vec<Crumb> {
    let home = "/verifiers";
    trail(("Installation", home), ("Verifiers", home), last)
}
