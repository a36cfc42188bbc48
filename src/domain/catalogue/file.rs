//! A catalogue file as it is written: its members, and on which line each stands.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::super::private_hosts::PrivateHosts;
use super::entry::{Category, Kind};

/// What is wrong in a catalogue file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Counted from 1.
    pub line: usize,
    /// A sentence without its full stop.
    pub reason: String,
}

impl Mistake {
    /// A mistake on a line.
    pub fn new(line: usize, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { line, reason }
    }
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// A text and where it stands.
pub type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileText {
    #[serde(default)]
    pub hide: Vec<Text>,
    #[serde(default)]
    pub integration: Vec<Spanned<EntryText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryText {
    pub slug: Text,
    pub name: Text,
    pub line: Text,
    pub kind: Kind,
    pub category: Category,
    pub letters: Text,
    pub hue: Spanned<u16>,
    #[serde(default)]
    pub environments: bool,
    #[serde(rename = "where")]
    pub found_at: Text,
    pub docs: Text,
    #[serde(default)]
    pub fields: Vec<Spanned<FieldText>>,
    pub test: Option<Spanned<TestText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldText {
    pub name: Text,
    pub label: Text,
    pub secret: bool,
    pub looks_like: Text,
    #[serde(default)]
    pub prefixes: Vec<Text>,
    pub min_length: Option<Spanned<usize>>,
    pub max_length: Option<Spanned<usize>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestText {
    pub url: Text,
    #[serde(default)]
    pub headers: BTreeMap<Text, Text>,
    pub basic: Option<BasicText>,
    pub accepted: Option<Vec<Spanned<u16>>>,
    pub refused: Option<Vec<Spanned<u16>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BasicText {
    pub user: Text,
    pub password: Text,
}

/// The text of a file, to tell the line of a place in it, and what it may name.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub text: &'a str,
    /// Hosts to which a test call may go without TLS.
    pub private_hosts: &'a PrivateHosts,
}

impl Source<'_> {
    /// The members of the file.
    ///
    /// # Errors
    /// What is no TOML, and members that are unknown, missing or of another kind.
    pub fn parse(self) -> Result<FileText, Mistake> {
        toml::from_str(self.text).map_err(|error| {
            // What serde calls a field is a member here; a field is a part of a credential.
            let reason = error.message().replace("unknown field", "unknown member");
            let reason = reason.replace("missing field", "missing member");
            let reason = reason.split('\n').next().unwrap_or_default();
            Mistake::new(self.line(&error.span().unwrap_or_default()), reason)
        })
    }

    /// The line on which something begins.
    pub fn line(self, span: &Range<usize>) -> usize {
        let before = self.text.get(..span.start).unwrap_or_default();
        before.matches('\n').count() + 1
    }

    /// What is wrong about something, with its line.
    pub fn mistake<T>(self, at: &Spanned<T>, reason: impl Into<String>) -> Mistake {
        Mistake::new(self.line(&at.span()), reason)
    }
}
