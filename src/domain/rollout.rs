//! Who has a feature that is not there for everybody: by plan, by support's choice for one tenant, by percentage.

use sha2::{Digest as _, Sha256};

use super::id::TenantId;

/// Something that not every tenant has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// Credentials of third parties, kept for the tenant and its projects.
    Integrations,
}

impl Feature {
    /// The word kept in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Integrations => "integrations",
        }
    }

    /// The feature of a word.
    pub fn parse(word: &str) -> Option<Self> {
        (word == Self::Integrations.as_str()).then_some(Self::Integrations)
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Integrations => "Integrations control",
        }
    }

    /// What its page is called.
    pub fn page(self) -> &'static str {
        match self {
            Self::Integrations => "Integrations",
        }
    }
}

/// Where a tenant stands in the roll-out of a feature, 0 to 99: it has the feature from the percentage above on. The
/// number never changes, so a higher percentage takes the feature from nobody.
pub fn bucket(feature: Feature, tenant: TenantId) -> i64 {
    let word = feature.as_str().as_bytes();
    let mut digest = Sha256::new();
    for part in [word, &tenant.bytes()] {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        digest.update(length.to_be_bytes());
        digest.update(part);
    }
    let number = digest
        .finalize()
        .iter()
        .take(8)
        .fold(0_u64, |all, byte| all.wrapping_shl(8) | u64::from(*byte));
    i64::try_from(number % 100).unwrap_or_default()
}

/// What holds for one tenant, whatever the percentage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// Support gave it the feature.
    On,
    /// Support took it away.
    Off,
    /// It stored credentials when the percentage was lowered, so it keeps the feature.
    Kept,
}

impl Switch {
    /// The word kept in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Kept => "kept",
        }
    }

    /// The switch of a word.
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::On, Self::Off, Self::Kept];
        all.into_iter().find(|switch| switch.as_str() == word)
    }
}

/// Whether a tenant has a feature, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It has it.
    Available,
    /// Its plan does not include it.
    NotOnPlan,
    /// Its turn has not come.
    NotRolledOut,
    /// Support took it away.
    SwitchedOff,
}

impl Access {
    /// Why it does not have the feature, and what to do; nothing when it has it.
    pub fn refusal(self, feature: Feature) -> Option<String> {
        let label = feature.label();
        let why = match self {
            Self::Available => return None,
            Self::NotOnPlan => format!("{label} is not part of this organization's plan."),
            Self::NotRolledOut => {
                format!(
                    "{label} is introduced step by step, and this organization's turn has not come."
                )
            }
            Self::SwitchedOff => format!("Support switched {label} off for this organization."),
        };
        let page = feature.page();
        Some(format!(
            "{why} An admin can ask for access on the page {page}."
        ))
    }
}

/// Whether a tenant has a feature: the plan decides first, whether it is `on_plan`, then the switch, then the percentage.
pub fn access(on_plan: bool, switch: Option<Switch>, percentage: i64, bucket: i64) -> Access {
    match (on_plan, switch) {
        (false, _) => Access::NotOnPlan,
        (true, Some(Switch::Off)) => Access::SwitchedOff,
        (true, Some(Switch::On | Switch::Kept)) => Access::Available,
        (true, None) if bucket < percentage => Access::Available,
        (true, None) => Access::NotRolledOut,
    }
}
