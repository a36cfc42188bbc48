//! What a tenant has agreed upon with who runs Keystead: which features may be there for it.

/// The plan of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// What every tenant begins with.
    Standard,
    /// With the features that are for the largest tenants.
    Enterprise,
}

impl Plan {
    /// Every plan, the smallest first.
    pub const ALL: [Self; 2] = [Self::Standard, Self::Enterprise];

    /// Its name, which is also the word kept in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::Enterprise => "Enterprise",
        }
    }

    /// The plan of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plan| plan.as_str() == name)
    }
}
