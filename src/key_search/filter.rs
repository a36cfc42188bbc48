//! Which keys a list shows and in which order, as words in addresses and as values.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::environment::Environment;
use crate::domain::id::{GroupId, KeyId, ProjectId, UserId};
use crate::domain::key::State;
use crate::domain::request_id::RequestId;
use crate::domain::{Error, Result, key_text};

/// Most characters that can be searched for.
const LONGEST: usize = 200;

/// Where a key stands in its life, whatever its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expiration {
    /// Anywhere.
    #[default]
    Any,
    /// It has not ended, by its date or by a revocation.
    Valid,
    /// It has not ended, and ends within 14 days.
    Soon,
    /// It has ended.
    Expired,
}

impl Expiration {
    /// Every choice.
    pub const ALL: [Self; 4] = [Self::Any, Self::Valid, Self::Soon, Self::Expired];

    /// The word in addresses; empty for the usual one.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::Valid => "valid",
            Self::Soon => "expiring-soon",
            Self::Expired => "expired",
        }
    }

    /// How pages name it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Any => "Any expiration",
            Self::Valid => "Valid",
            Self::Soon => "Expiring soon",
            Self::Expired => "Expired",
        }
    }

    /// # Errors
    /// `BadRequest` for a word that is none of ours.
    pub fn parse(word: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|one| one.as_str() == word);
        known.ok_or_else(|| {
            Error::BadRequest("expiration: use valid, expiring-soon or expired.".into())
        })
    }
}

/// Why somebody should look at a key, beside its expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It is active, and nobody has used it for [`super::sieve::UNUSED_DAYS`] days.
    Unused,
    /// Two of its secrets work.
    Rotating,
    /// It is active, and nobody looks after it who is still a member.
    Ownerless,
}

impl Need {
    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unused => "unused",
            Self::Rotating => "rotating",
            Self::Ownerless => "ownerless",
        }
    }

    /// # Errors
    /// `BadRequest` for a word that is none of ours.
    pub fn parse(word: &str) -> Result<Option<Self>> {
        match word {
            "" => Ok(None),
            "unused" => Ok(Some(Self::Unused)),
            "rotating" => Ok(Some(Self::Rotating)),
            "ownerless" => Ok(Some(Self::Ownerless)),
            _ => Err(Error::BadRequest(
                "need: use unused, rotating or ownerless.".into(),
            )),
        }
    }
}

/// Which keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyFilter {
    /// Words that must all occur in name, description, group, owner or the visible parts of the key, in upper or lower case; or
    /// the id of a key.
    pub words: String,
    /// `None`: in any state.
    pub status: Option<State>,
    /// Where in their life.
    pub expiration: Expiration,
    /// Only those with this need.
    pub need: Option<Need>,
    /// Only those of this group.
    pub group: Option<GroupId>,
    /// Only those of this project.
    pub project: Option<ProjectId>,
    /// Only those that this person looks after.
    pub owner: Option<UserId>,
    /// Only those of this environment.
    pub environment: Option<Environment>,
}

impl KeyFilter {
    /// Reads the words of an address; empty ones restrict nothing.
    ///
    /// # Errors
    /// `BadRequest` for an unknown word, a search that is too long, and one that holds a whole key.
    pub fn parse(words: &str, status: &str, expiration: &str) -> Result<Self> {
        if key_text::appears_in(words) {
            return Err(Error::BadRequest(KEY_IN_URL.into()));
        }
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.chars().count() > LONGEST {
            let text = format!("q: use at most {LONGEST} characters.");
            return Err(Error::BadRequest(text));
        }
        Ok(Self {
            words,
            status: parse_status(status)?,
            expiration: Expiration::parse(expiration)?,
            need: None,
            group: None,
            project: None,
            owner: None,
            environment: None,
        })
    }

    /// The status as the word in addresses; empty for any.
    pub fn status_word(&self) -> &'static str {
        self.status.map_or("", State::as_str)
    }

    /// The words as the id of a request, if they are one.
    pub fn request(&self) -> Option<RequestId> {
        self.words.to_ascii_lowercase().parse().ok()
    }

    /// The environment as the word in addresses; empty for any.
    pub fn environment_word(&self) -> &'static str {
        self.environment.map_or("", Environment::as_str)
    }

    /// True when every key fits.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Said of a search that holds a whole key: it stands in the address now.
pub const KEY_IN_URL: &str = "The search held an API key, and addresses end up in logs: treat this key as leaked. \
                              Paste whole keys into the search field of the page API Keys, which sends them safely.";

/// Reads the group of an address; empty for any.
///
/// # Errors
/// `BadRequest` for what is no id.
pub fn parse_group(id: &str) -> Result<Option<GroupId>> {
    if id.is_empty() {
        return Ok(None);
    }
    let refused = |_| Error::BadRequest("group: use the id of an authorization group.".into());
    id.parse().map(Some).map_err(refused)
}

/// Reads the project of an address; empty for any, and for none.
///
/// # Errors
/// `BadRequest` for what is no id.
pub fn parse_project(id: &str) -> Result<Option<ProjectId>> {
    if id.is_empty() {
        return Ok(None);
    }
    let refused = |_| Error::BadRequest("project: use the id of a project.".into());
    id.parse().map(Some).map_err(refused)
}

/// Reads the owner of an address; empty for any, and for none.
///
/// # Errors
/// `BadRequest` for what is no id.
pub fn parse_owner(id: &str) -> Result<Option<UserId>> {
    if id.is_empty() {
        return Ok(None);
    }
    let refused = |_| Error::BadRequest("owner: use the id of a member.".into());
    id.parse().map(Some).map_err(refused)
}

/// Reads the environment of an address; empty for any.
///
/// # Errors
/// `BadRequest` for a word that is none of ours.
pub fn parse_environment(word: &str) -> Result<Option<Environment>> {
    if word.is_empty() {
        return Ok(None);
    }
    let refused = |_| Error::BadRequest("environment: use live or test.".into());
    Environment::parse(word).map(Some).map_err(refused)
}

fn parse_status(word: &str) -> Result<Option<State>> {
    if word.is_empty() {
        return Ok(None);
    }
    let known = State::ALL.into_iter().find(|state| state.as_str() == word);
    known.map(Some).ok_or_else(|| {
        Error::BadRequest("status: use active, disabled, expired or revoked.".into())
    })
}

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Name, without regard to case.
    Name,
    /// When it was made.
    Created,
    /// When it ends; those that never end come last.
    Expires,
    /// When it was last accepted; those that never were come first.
    Used,
}

impl Column {
    /// Every column that can be sorted by.
    pub const ALL: [Self; 4] = [Self::Name, Self::Created, Self::Expires, Self::Used];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Created => "created",
            Self::Expires => "expires",
            Self::Used => "used",
        }
    }
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub column: Column,
    /// From the highest down.
    pub descending: bool,
}

impl Default for Sort {
    /// Newest first.
    fn default() -> Self {
        Self::first(Column::Created)
    }
}

impl Sort {
    /// What most people want to see of a column first.
    pub fn first(column: Column) -> Self {
        Self {
            column,
            descending: matches!(column, Column::Created | Column::Used),
        }
    }

    /// The word in addresses, such as `-created`; empty for the usual order.
    pub fn word(self) -> String {
        if self == Self::default() {
            return String::new();
        }
        let sign = if self.descending { "-" } else { "" };
        format!("{sign}{}", self.column.as_str())
    }

    /// # Errors
    /// `BadRequest` for a word that is none of ours.
    pub fn parse(word: &str) -> Result<Self> {
        if word.is_empty() {
            return Ok(Self::default());
        }
        let (descending, name) = match word.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, word),
        };
        let column = Column::ALL
            .into_iter()
            .find(|column| column.as_str() == name);
        column
            .map(|column| Self { column, descending })
            .ok_or_else(|| {
                Error::BadRequest(
                    "sort: use name, created, expires or used, with - before it for the other way."
                        .into(),
                )
            })
    }
}

/// What a key is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Microseconds since 1970.
    At(i64),
    /// A name in lower case.
    Name(String),
}

/// Where a page ends: the next one starts after it, whatever is made or deleted meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// What the last key is sorted by.
    pub place: Place,
    /// The last key, since several may stand at one place.
    pub id: KeyId,
}

impl Mark {
    /// As text for an address.
    pub fn to_text(&self) -> String {
        match &self.place {
            Place::At(at) => format!("{at}.{}", self.id),
            Place::Name(name) => format!("{}.{}", URL_SAFE_NO_PAD.encode(name), self.id),
        }
    }

    /// Reads a mark of a list in this order.
    ///
    /// # Errors
    /// `BadRequest` when it was not made by [`Mark::to_text`].
    pub fn parse(text: &str, column: Column) -> Result<Self> {
        let refused = || {
            Error::BadRequest(
                "This page mark was not made by Keystead; start at the first page.".into(),
            )
        };
        let (place, id) = text.split_once('.').ok_or_else(refused)?;
        let id = id.parse().map_err(|_| refused())?;
        let place = if column == Column::Name {
            let bytes = URL_SAFE_NO_PAD.decode(place).map_err(|_| refused())?;
            Place::Name(String::from_utf8(bytes).map_err(|_| refused())?)
        } else if place.len() <= 19 && place.bytes().all(|byte| byte.is_ascii_digit()) {
            Place::At(place.parse().map_err(|_| refused())?)
        } else {
            return Err(refused());
        };
        Ok(Self { place, id })
    }
}
