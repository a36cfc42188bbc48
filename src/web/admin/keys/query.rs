//! What of the list of keys stands in its address.

use actix_web::HttpRequest;
use serde::Deserialize;

use crate::domain::Result;
use crate::domain::id::KeyId;
use crate::key_search::filter::{
    Column, KeyFilter, Mark, Need, Sort, parse_environment, parse_group, parse_owner, parse_project,
};
use crate::key_search::lists::ListRequest;

/// Where the list is.
pub const LIST: &str = "/tenant-api-keys";
/// Keys on one page.
const PAGE: usize = 50;

/// The address as it came.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// What was typed into the search field.
    pub q: String,
    status: String,
    expiration: String,
    need: String,
    group: String,
    project: String,
    owner: String,
    environment: String,
    sort: String,
    cursor: Option<String>,
    view: String,
    /// The id of a key that was just made.
    pub highlight: String,
}

/// A way to show the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// A row for each key.
    #[default]
    Table,
    /// A card for each key.
    Cards,
}

impl View {
    /// The word in addresses and in the cookie.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Cards => "cards",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Table, Self::Cards]
            .into_iter()
            .find(|view| view.as_str() == word)
    }

    /// How the list that the person looks at is shown.
    pub fn shown(request: &HttpRequest) -> Self {
        if shown_url(request).is_some_and(|url| url.contains('?')) {
            KeyQuery::shown(request).view
        } else {
            Self::remembered(request)
        }
    }

    /// What the person chose last.
    pub fn remembered(request: &HttpRequest) -> Self {
        let cookie = request.cookie("view");
        cookie
            .and_then(|cookie| Self::parse(cookie.value()))
            .unwrap_or_default()
    }
}

/// The address, read.
#[derive(Debug, Clone, Default)]
pub struct KeyQuery {
    /// What of the list to show.
    pub wanted: ListRequest,
    /// How.
    pub view: View,
}

impl ListQuery {
    /// Reads the address; without a word about it the list is shown as last time.
    ///
    /// # Errors
    /// `BadRequest` for words and marks that are none of ours.
    pub fn read(&self, remembered: View) -> Result<KeyQuery> {
        let sort = Sort::parse(&self.sort)?;
        let mut filter = KeyFilter::parse(&self.q, &self.status, &self.expiration)?;
        filter.need = Need::parse(&self.need)?;
        filter.group = parse_group(&self.group)?;
        filter.project = parse_project(&self.project)?;
        filter.owner = parse_owner(&self.owner)?;
        filter.environment = parse_environment(&self.environment)?;
        let after = self.cursor.as_deref();
        Ok(KeyQuery {
            wanted: ListRequest {
                filter,
                sort,
                after: after
                    .map(|text| Mark::parse(text, sort.column))
                    .transpose()?,
                limit: PAGE,
            },
            view: View::parse(&self.view).unwrap_or(remembered),
        })
    }
}

/// Where a question or a switch came from.
#[derive(Debug, Default, Deserialize)]
pub struct Back {
    #[serde(default)]
    back: String,
}

impl Back {
    /// The list that it came from; all keys where that is anything else, such as another site.
    pub fn list(&self) -> KeyQuery {
        KeyQuery::at(&self.back)
    }
}

/// The address of the page that asked through htmx.
fn shown_url(request: &HttpRequest) -> Option<&str> {
    request.headers().get("hx-current-url")?.to_str().ok()
}

impl KeyQuery {
    /// The list with this address; all keys where it is no address of the list.
    pub fn at(path: &str) -> Self {
        let query = match path.split_once('?') {
            Some((LIST, query)) => Self::of_words(query, View::default()),
            _ => None,
        };
        query.unwrap_or_default()
    }

    /// The list that htmx says the person looks at; all keys where it says nothing that can be read.
    pub fn shown(request: &HttpRequest) -> Self {
        let query = shown_url(request).and_then(|url| Some(url.split_once('?')?.1));
        query
            .and_then(|query| Self::of_words(query, View::remembered(request)))
            .unwrap_or_default()
    }

    /// Whether the person looks at a list of keys.
    pub fn is_shown(request: &HttpRequest) -> bool {
        let path = shown_url(request).and_then(|url| url.split(['?', '#']).next());
        path.is_some_and(|path| path.ends_with(LIST))
    }

    fn of_words(query: &str, remembered: View) -> Option<Self> {
        let query: ListQuery = serde_urlencoded::from_str(query).ok()?;
        query.read(remembered).ok()
    }

    /// The address of this page of the list.
    pub fn here(&self) -> String {
        self.url_after(self.wanted.after.as_ref())
    }

    /// The address of this page of the list, which lights up a key.
    pub fn here_with(&self, key: KeyId) -> String {
        let here = self.here();
        let sign = if here.contains('?') { '&' } else { '?' };
        format!("{here}{sign}highlight={key}")
    }

    /// What an address of an action gets behind it, so that it leads back here; empty for all keys.
    pub fn as_back(&self) -> String {
        match self.here() {
            here if here == LIST => String::new(),
            here => {
                let pair = serde_urlencoded::to_string([("back", here)]);
                format!("?{}", pair.unwrap_or_default())
            }
        }
    }

    /// The address of this list from its first page on, without what is as usual.
    pub fn url(&self) -> String {
        self.url_with(self.wanted.sort, "")
    }

    /// The address of the page that starts after a mark, or of the first one.
    pub fn url_after(&self, mark: Option<&Mark>) -> String {
        self.url_with(
            self.wanted.sort,
            &mark.map(Mark::to_text).unwrap_or_default(),
        )
    }

    /// True when another list is restricted and sorted alike, whatever words are searched.
    pub fn differs_in_words_only(&self, other: &Self) -> bool {
        let rest = |of: &Self| {
            let filter = KeyFilter {
                words: String::new(),
                ..of.wanted.filter.clone()
            };
            (filter, of.wanted.sort)
        };
        rest(self) == rest(other)
    }

    /// The address of the list sorted by this column; the other way round if it is already.
    pub fn url_sorted(&self, column: Column) -> String {
        let Sort {
            column: now,
            descending,
        } = self.wanted.sort;
        let first = Sort::first(column);
        let sort = Sort {
            column,
            descending: if now == column {
                !descending
            } else {
                first.descending
            },
        };
        self.url_with(sort, "")
    }

    /// The list as its filters and its order say, whatever was searched.
    pub fn without_words(&self) -> Self {
        let mut all = self.clone();
        all.wanted.filter.words.clear();
        all
    }

    /// The address without filters.
    pub fn url_cleared(&self) -> String {
        let mut all = self.clone();
        all.wanted.filter = KeyFilter::default();
        all.url()
    }

    fn url_with(&self, sort: Sort, cursor: &str) -> String {
        let ListRequest { filter, .. } = &self.wanted;
        let (sort, need) = (sort.word(), filter.need.map_or("", Need::as_str));
        let group = filter.group.map(|group| group.to_string());
        let project = filter.project.map(|project| project.to_string());
        let owner = filter.owner.map(|owner| owner.to_string());
        let view = match self.view {
            View::Table => "",
            View::Cards => "cards",
        };
        let mut pairs = vec![
            ("q", filter.words.as_str()),
            ("status", filter.status_word()),
            ("expiration", filter.expiration.as_str()),
            ("need", need),
            ("group", group.as_deref().unwrap_or_default()),
            ("project", project.as_deref().unwrap_or_default()),
            ("owner", owner.as_deref().unwrap_or_default()),
            ("environment", filter.environment_word()),
            ("sort", &sort),
            ("view", view),
            ("cursor", cursor),
        ];
        pairs.retain(|(_, value)| !value.is_empty());
        match serde_urlencoded::to_string(pairs).unwrap_or_default() {
            query if query.is_empty() => LIST.to_owned(),
            query => format!("{LIST}?{query}"),
        }
    }
}
