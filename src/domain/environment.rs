//! The two environments that a key can belong to.

/// Where a key works: real data or a sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Environment {
    /// Real data.
    #[default]
    Live,
    /// Sandbox.
    Test,
}

impl Environment {
    /// The word used in key text, JSON and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    /// The environment of a word.
    pub fn parse(word: &str) -> Result<Self, String> {
        match word {
            "live" => Ok(Self::Live),
            "test" => Ok(Self::Test),
            _ => Err("Choose live or test.".into()),
        }
    }
}
