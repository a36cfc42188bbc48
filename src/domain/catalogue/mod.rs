//! The integrations whose secrets can be kept: those that Keystead knows, and those that an operator adds.

mod checks;
pub mod entry;
pub mod fields;
mod file;
pub mod test_call;
mod test_checks;

use std::collections::BTreeSet;

use super::private_hosts::PrivateHosts;
use super::text_form::folded;
use entry::Entry;
pub use file::Mistake;

/// What Keystead knows by itself.
const BUILT_IN: &str = include_str!("built_in.toml");

/// Every integration that can be chosen, sorted by name.
#[derive(Debug)]
pub struct Catalogue(Vec<Entry>);

impl Catalogue {
    /// Those that Keystead knows.
    ///
    /// # Errors
    /// A mistake in the built-in file; a test reads it.
    pub fn built_in() -> Result<Self, Mistake> {
        let entries = checks::read(BUILT_IN, &PrivateHosts::default())?.entries;
        Ok(Self::sorted(entries.into_iter().map(|(_, entry)| entry)))
    }

    /// Those that Keystead knows, without the ones that an operator's file hides, and with the ones that it adds. Their
    /// test calls may go to private hosts without TLS.
    ///
    /// # Errors
    /// The first mistake in the file.
    pub fn extended(text: &str, private_hosts: &PrivateHosts) -> Result<Self, Mistake> {
        let Self(mut entries) = Self::built_in()?;
        let file = checks::read(text, private_hosts)?;
        let known = |slug: &str| entries.iter().any(|entry| entry.slug == slug);
        if let Some((line, entry)) = file.entries.iter().find(|(_, own)| known(&own.slug)) {
            let reason = format!(
                "{} is built in; give yours another slug, and hide the built-in one if you like",
                entry.slug
            );
            return Err(Mistake::new(*line, reason));
        }
        let mut hidden = BTreeSet::new();
        for (line, slug) in &file.hide {
            if !known(slug) {
                let reason = format!("there is no built-in integration {slug} to hide");
                return Err(Mistake::new(*line, reason));
            }
            hidden.insert(slug.as_str());
        }
        entries.retain(|entry| !hidden.contains(entry.slug.as_str()));
        let own = file.entries.into_iter().map(|(_, entry)| entry);
        Ok(Self::sorted(entries.into_iter().chain(own)))
    }

    fn sorted(entries: impl Iterator<Item = Entry>) -> Self {
        let mut entries: Vec<Entry> = entries.collect();
        entries.sort_by_cached_key(|entry| folded(&entry.name));
        Self(entries)
    }

    /// The integration of a slug.
    pub fn find(&self, slug: &str) -> Option<&Entry> {
        self.iter().find(|entry| entry.slug == slug)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter()
    }

    /// Those that have each of these words in their name, slug, line or category; without a word, all.
    pub fn search<'a>(&'a self, words: &str) -> impl Iterator<Item = &'a Entry> {
        let words: Vec<String> = words.split_whitespace().map(folded).collect();
        self.iter().filter(move |entry| {
            let text = format!(
                "{}\n{}\n{}\n{}",
                entry.name,
                entry.slug,
                entry.line,
                entry.category.label()
            );
            let text = folded(&text);
            words.iter().all(|word| text.contains(word.as_str()))
        })
    }
}
