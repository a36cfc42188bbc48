//! The list of verdicts: every answer to the question whether a key may be used.
//!
//! A new verdict is a line here. The compiler then asks for its check (`verify::checks`); the rest follows from the
//! list, save the column in which it is counted: that takes a migration and `db::schema`.

/// How serious a verdict looks to people: pages colour it by this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Good,
    /// Somebody forbids it.
    Forbidden,
    /// It will pass, or can be undone.
    Paused,
    /// There is no such key, or no longer.
    Gone,
}

/// What a client would need to be let through: it decides how a gateway is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: it is let through.
    Nothing,
    /// Another key, or one that works again.
    WorkingKey,
    /// A key that may do more.
    Scope,
    /// Some time: it asked too often.
    Patience,
}

/// Makes [`Code`] of the list: its word in JSON and headers, its name on pages, its tone, and the client's need.
macro_rules! verdicts {
    (
        about known keys { $($(#[$known_doc:meta])+ $known:ident: $known_word:literal, $known_label:literal, $known_tone:ident, $known_need:ident;)+ }
        about other texts { $($(#[$other_doc:meta])+ $other:ident: $other_word:literal, $other_label:literal, $other_tone:ident, $other_need:ident;)+ }
    ) => {
        /// A verdict in one word, for those who may know the reason.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $($(#[$known_doc])+ $known,)+
            $($(#[$other_doc])+ $other,)+
        }

        impl Code {
            /// Every verdict: first those about known keys.
            pub const ALL: [Self; [$($known_word,)+ $($other_word,)+].len()] =
                [$(Self::$known,)+ $(Self::$other,)+];

            /// The verdicts about known keys: `Valid`, then the refusals in the order in which the checks are made.
            pub const OF_KEYS: [Self; [$($known_word,)+].len()] = [$(Self::$known,)+];

            /// The word in JSON and headers.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$known => $known_word,)+
                    $(Self::$other => $other_word,)+
                }
            }

            /// How pages name it.
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$known => $known_label,)+
                    $(Self::$other => $other_label,)+
                }
            }

            /// How serious it looks.
            pub fn tone(self) -> Tone {
                match self {
                    $(Self::$known => Tone::$known_tone,)+
                    $(Self::$other => Tone::$other_tone,)+
                }
            }

            /// What the client would need.
            pub fn need(self) -> Need {
                match self {
                    $(Self::$known => Need::$known_need,)+
                    $(Self::$other => Need::$other_need,)+
                }
            }
        }
    };
}

verdicts! {
    about known keys {
        /// Go ahead.
        Valid: "VALID", "Accepted", Good, Nothing;
        /// The tenant is suspended.
        TenantSuspended: "TENANT_SUSPENDED", "Tenant suspended", Forbidden, WorkingKey;
        /// The key was revoked.
        Revoked: "REVOKED", "Key revoked", Forbidden, WorkingKey;
        /// The key is switched off.
        Disabled: "DISABLED", "Key disabled", Paused, WorkingKey;
        /// The key is past its expiry.
        Expired: "EXPIRED", "Key expired", Gone, WorkingKey;
        /// The caller's address is not on the key's list.
        IpDenied: "IP_DENIED", "Address not allowed", Forbidden, WorkingKey;
        /// The key lacks the scope.
        InsufficientScope: "INSUFFICIENT_SCOPE", "Scope missing", Forbidden, Scope;
        /// The key has used up its rate.
        RateLimited: "RATE_LIMITED", "Too many requests", Paused, Patience;
    }
    about other texts {
        /// Not the shape of a key, or its check is wrong.
        Malformed: "MALFORMED", "Not a key", Gone, WorkingKey;
        /// No such key.
        NotFound: "NOT_FOUND", "Unknown key", Gone, WorkingKey;
    }
}

impl Code {
    /// The place in [`Code::ALL`], and in [`Code::OF_KEYS`] when it is there.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The refusals of known keys, in the order in which the checks are made.
    pub fn refusals() -> impl Iterator<Item = Self> {
        Self::OF_KEYS.into_iter().skip(1)
    }

    /// True for a verdict about a known key.
    pub fn is_of_key(self) -> bool {
        self.index() < Self::OF_KEYS.len()
    }

    /// The code of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == word)
    }
}
