//! The answer in one word.

/// What a decision comes to, for those who may know the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Go ahead.
    Valid,
    /// The tenant is suspended.
    TenantSuspended,
    /// The key was revoked.
    Revoked,
    /// The key is switched off.
    Disabled,
    /// The key is past its expiry.
    Expired,
    /// The caller's address is not on the key's list.
    IpDenied,
    /// The key lacks the scope.
    InsufficientScope,
    /// The key has used up its rate.
    RateLimited,
    /// Not the shape of a key, or its check is wrong.
    Malformed,
    /// No such key.
    NotFound,
}

impl Code {
    /// Every code. Those that can be said of a known key come first, in the order of the checks behind `Valid`.
    pub const ALL: [Self; 10] = [
        Self::Valid,
        Self::TenantSuspended,
        Self::Revoked,
        Self::Disabled,
        Self::Expired,
        Self::IpDenied,
        Self::InsufficientScope,
        Self::RateLimited,
        Self::Malformed,
        Self::NotFound,
    ];

    /// How many of [`Code::ALL`] are said of known keys.
    pub const OF_KEYS: usize = 8;

    /// The place in [`Code::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// The word in JSON and headers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "VALID",
            Self::TenantSuspended => "TENANT_SUSPENDED",
            Self::Revoked => "REVOKED",
            Self::Disabled => "DISABLED",
            Self::Expired => "EXPIRED",
            Self::IpDenied => "IP_DENIED",
            Self::InsufficientScope => "INSUFFICIENT_SCOPE",
            Self::RateLimited => "RATE_LIMITED",
            Self::Malformed => "MALFORMED",
            Self::NotFound => "NOT_FOUND",
        }
    }

    /// How pages name it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Valid => "Accepted",
            Self::TenantSuspended => "Tenant suspended",
            Self::Revoked => "Key revoked",
            Self::Disabled => "Key disabled",
            Self::Expired => "Key expired",
            Self::IpDenied => "Address not allowed",
            Self::InsufficientScope => "Scope missing",
            Self::RateLimited => "Too many requests",
            Self::Malformed => "Not a key",
            Self::NotFound => "Unknown key",
        }
    }

    /// The code of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == word)
    }
}
