//! Identifiers: UUIDv7 (RFC 9562), written as lower-case text; each noun has a type of its own.

/// The text of an identifier.
#[derive(Debug, Clone, Copy)]
pub struct IdText([u8; 36]);

impl IdText {
    /// As text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Its letters.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Declares an identifier type over a UUID.
macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// A fresh identifier; later ones sort after earlier ones.
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7())
            }

            /// Its 16 bytes.
            pub fn bytes(&self) -> [u8; 16] {
                self.0.into_bytes()
            }

            /// The identifier of these bytes.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(uuid::Uuid::from_bytes(bytes))
            }

            /// Its text, without an allocation.
            pub fn text(&self) -> IdText {
                let mut text = [0; 36];
                self.0.as_hyphenated().encode_lower(&mut text);
                IdText(text)
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl std::str::FromStr for $name {
            type Err = super::Error;

            /// Accepts the hyphenated form only, so that one thing has one URL.
            ///
            /// # Errors
            /// `NotFound`: an id that can't exist and one that does not exist look the same.
            fn from_str(text: &str) -> super::Result<Self> {
                if text.len() != 36 || text.bytes().any(|b| b.is_ascii_uppercase()) {
                    return Err(super::Error::NotFound);
                }
                uuid::Uuid::try_parse(text).map(Self).map_err(|_| super::Error::NotFound)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.text().as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                text.parse().map_err(|_| serde::de::Error::custom("it is no id"))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}", self.0.as_hyphenated())
            }
        }
    };
}

id_type!(
    /// A tenant: an organisation.
    TenantId
);
id_type!(
    /// A person who signs in.
    UserId
);
id_type!(
    /// An invitation to join a tenant.
    InvitationId
);
id_type!(
    /// An API key.
    KeyId
);
id_type!(
    /// An authorization group.
    GroupId
);
id_type!(
    /// A project: a part of a tenant.
    ProjectId
);
id_type!(
    /// An integration of a tenant, or of one of its projects.
    IntegrationId
);
id_type!(
    /// An integration credential.
    CredentialId
);
id_type!(
    /// A verifier.
    VerifierId
);
id_type!(
    /// One row of the audit log.
    AuditId
);
id_type!(
    /// A hole in the request log.
    GapId
);
id_type!(
    /// A server with its data directory.
    NodeId
);
id_type!(
    /// A tenant's request for a higher limit.
    LimitRequestId
);
id_type!(
    /// That support staff asks to look at a tenant, or may.
    SupportGrantId
);
id_type!(
    /// A message about such a request.
    LimitMessageId
);
id_type!(
    /// A tenant's request for a feature.
    AccessRequestId
);
id_type!(
    /// A message in the outbox.
    MailId
);
id_type!(
    /// A change of a key's secret, or of a verifier's token.
    RotationId
);
