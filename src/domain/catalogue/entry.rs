//! One integration of the catalogue: what people read of it, and which fields its credential has.

use serde::Deserialize;

use super::super::environment::Environment;
use super::test_call::TestCall;

/// An integration that can be chosen.
#[derive(Debug)]
pub struct Entry {
    /// Its name in addresses and in the database: 2 to 40 of a-z, 0-9 and hyphens.
    pub slug: String,
    /// The name of the product.
    pub name: String,
    /// What one uses it for, in one line.
    pub line: String,
    /// How one gets a credential.
    pub kind: Kind,
    /// What it is listed under.
    pub category: Category,
    /// Two letters for the tile in the place of a logo.
    pub letters: String,
    /// The colour of that tile, 0 to 359 degrees.
    pub hue: u16,
    /// True when the provider has keys for live data and keys for tests.
    pub environments: bool,
    /// Where to find the credential, or where to register the app, in the provider's console.
    pub found_at: String,
    /// The provider's page about it.
    pub docs: String,
    /// What a credential consists of; empty for OAuth.
    pub fields: Vec<Field>,
    /// A call that tells whether a credential works.
    pub test: Option<TestCall>,
}

/// One part of a credential.
#[derive(Debug)]
pub struct Field {
    /// Its name in forms, in the API and in what is sealed.
    pub name: String,
    /// How pages name it.
    pub label: String,
    /// False for a part that may be shown in full, such as a region.
    pub secret: bool,
    /// What it looks like, for the empty field.
    pub looks_like: String,
    /// It begins with one of these, when there are any.
    pub prefixes: Vec<String>,
    /// Fewest characters.
    pub min_length: usize,
    /// Most characters.
    pub max_length: usize,
}

/// How one gets a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Somebody pastes what the provider's console shows.
    #[serde(rename = "api_key")]
    ApiKey,
    /// People connect their own accounts.
    OAuth,
}

impl Kind {
    /// The word used in the catalogue, JSON and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "api_key",
            Self::OAuth => "oauth",
        }
    }
}

/// What integrations are listed under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Models.
    Ai,
    /// Mail, chat and telephone.
    Messaging,
    /// Customers and their questions.
    Crm,
    /// ERP and shops.
    Business,
    /// Warehouses and databases.
    Data,
    /// Money.
    Payments,
    /// Code and its faults.
    DeveloperTools,
    /// Files.
    Storage,
    /// Office and planning.
    Productivity,
    /// Machines, networks and their watch.
    Operations,
}

impl Category {
    /// How pages name it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ai => "AI",
            Self::Messaging => "Messaging",
            Self::Crm => "CRM and support",
            Self::Business => "Business systems",
            Self::Data => "Data",
            Self::Payments => "Payments",
            Self::DeveloperTools => "Developer tools",
            Self::Storage => "Storage",
            Self::Productivity => "Productivity",
            Self::Operations => "Operations",
        }
    }
}

impl Entry {
    /// The environments of its credentials: those of one that makes no difference are kept as live ones.
    pub fn each_environment(&self) -> &'static [Environment] {
        if self.environments {
            &[Environment::Live, Environment::Test]
        } else {
            &[Environment::Live]
        }
    }

    /// The field of a name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
