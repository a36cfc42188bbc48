//! What a tenant has agreed upon with who runs Keystead: named sets of a key limit and features.

use super::key::DEFAULT_LIMIT;
use super::rollout::Feature;

/// The plan that every tenant begins with. One of this name is always there.
pub const STANDARD: &str = "Standard";
/// The plan with all features.
pub const ENTERPRISE: &str = "Enterprise";

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its name, which is also the word kept with a tenant.
    pub name: String,
    /// The key limit with which a tenant on it begins.
    pub key_limit: i64,
    /// Features that may be there for its tenants.
    pub features: Vec<Feature>,
}

impl Plan {
    /// What is in it, in words.
    pub fn about(&self) -> String {
        let features: Vec<&str> = self.features.iter().map(|one| one.label()).collect();
        if features.is_empty() {
            return "Keys, groups, projects, usage.".into();
        }
        format!("Also {}, where it is rolled out.", features.join(" and "))
    }
}

/// Those that are there without a word in the configuration, the smallest first.
pub fn built_in() -> Vec<Plan> {
    let plan = |name: &str, features| Plan {
        name: name.into(),
        key_limit: DEFAULT_LIMIT,
        features,
    };
    vec![
        plan(STANDARD, Vec::new()),
        plan(ENTERPRISE, vec![Feature::Integrations]),
    ]
}
