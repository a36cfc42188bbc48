//! What is right about a catalogue file, beyond its members being there.

use std::collections::BTreeSet;

use toml::Spanned;
use url::Url;

use super::super::private_hosts::PrivateHosts;
use super::super::validate;
use super::entry::{Entry, Field, Kind};
use super::fields::MOST_BYTES;
use super::file::{EntryText, FieldText, Mistake, Source, Text};
use super::test_checks;

/// Most fields of one integration.
const MOST_FIELDS: usize = 8;

/// A file that was read: entries and slugs to hide, each with its line.
pub struct Checked {
    pub hide: Vec<(usize, String)>,
    pub entries: Vec<(usize, Entry)>,
}

/// Reads a file.
///
/// # Errors
/// The first mistake in it.
pub fn read(text: &str, private_hosts: &PrivateHosts) -> Result<Checked, Mistake> {
    let source = Source {
        text,
        private_hosts,
    };
    let file = source.parse()?;
    let (mut hide, mut seen) = (Vec::new(), BTreeSet::new());
    for slug in &file.hide {
        if !seen.insert(slug.get_ref()) {
            return Err(source.mistake(slug, format!("{slug} is hidden twice")));
        }
        hide.push((source.line(&slug.span()), slug.get_ref().clone()));
    }
    let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
    for written in &file.integration {
        let slug = &written.get_ref().slug;
        let checked = entry(source, written)?;
        if !seen.insert(slug.get_ref()) {
            return Err(source.mistake(slug, format!("the slug {slug} is there twice")));
        }
        entries.push((source.line(&slug.span()), checked));
    }
    Ok(Checked { hide, entries })
}

fn entry(source: Source<'_>, written: &Spanned<EntryText>) -> Result<Entry, Mistake> {
    let own = written.get_ref();
    if !is_slug(own.slug.get_ref()) {
        let wanted =
            "slug: use 2 to 40 of a-z, 0-9 and hyphens, with a letter or digit at both ends";
        return Err(source.mistake(&own.slug, wanted));
    }
    let letters = own.letters.get_ref();
    if letters.chars().count() != 2 || !letters.chars().all(char::is_alphanumeric) {
        return Err(source.mistake(&own.letters, "letters: use two letters or digits"));
    }
    if *own.hue.get_ref() > 359 {
        return Err(source.mistake(&own.hue, "hue: use 0 to 359"));
    }
    let docs = text(source, "docs", &own.docs, 300)?;
    if !docs.starts_with("https://") || Url::parse(&docs).is_err() {
        return Err(source.mistake(&own.docs, "docs: use an address that begins with https://"));
    }
    let fields = fields(source, written)?;
    let test = match &own.test {
        Some(test) if own.kind == Kind::OAuth => {
            return Err(source.mistake(test, "an oauth integration has no test call"));
        }
        Some(test) => Some(test_checks::test_call(source, test, &fields)?),
        None => None,
    };
    Ok(Entry {
        slug: own.slug.get_ref().clone(),
        name: text(source, "name", &own.name, 60)?,
        line: text(source, "line", &own.line, 90)?,
        kind: own.kind,
        category: own.category,
        letters: letters.clone(),
        hue: *own.hue.get_ref(),
        environments: own.environments,
        found_at: text(source, "where", &own.found_at, 200)?,
        docs,
        fields,
        test,
    })
}

fn fields(source: Source<'_>, written: &Spanned<EntryText>) -> Result<Vec<Field>, Mistake> {
    let EntryText { kind, fields, .. } = written.get_ref();
    match (kind, fields.first()) {
        (Kind::OAuth, Some(first)) => {
            let reason = "an oauth integration has no fields: people connect their own accounts";
            return Err(source.mistake(first, reason));
        }
        (Kind::OAuth, None) => return Ok(Vec::new()),
        (Kind::ApiKey, None) => {
            return Err(source.mistake(written, "an api_key integration needs fields"));
        }
        (Kind::ApiKey, Some(_)) => {}
    }
    if let Some(further) = fields.get(MOST_FIELDS) {
        let reason = format!("an integration has at most {MOST_FIELDS} fields");
        return Err(source.mistake(further, reason));
    }
    if !fields.iter().any(|field| field.get_ref().secret) {
        let reason = "an api_key integration needs a field with secret = true";
        return Err(source.mistake(written, reason));
    }
    let mut seen = BTreeSet::new();
    let mut checked = Vec::with_capacity(fields.len());
    for written in fields {
        let name = &written.get_ref().name;
        if !seen.insert(name.get_ref()) {
            return Err(source.mistake(name, format!("the field {name} is there twice")));
        }
        checked.push(field(source, written.get_ref())?);
    }
    Ok(checked)
}

fn field(source: Source<'_>, own: &FieldText) -> Result<Field, Mistake> {
    if !is_field_name(own.name.get_ref()) {
        let wanted = "name: use 1 to 40 of a-z, 0-9 and _, with a letter first";
        return Err(source.mistake(&own.name, wanted));
    }
    let length = |given: &Option<Spanned<usize>>, usual: usize| -> Result<usize, Mistake> {
        let Some(given) = given else { return Ok(usual) };
        match *given.get_ref() {
            length @ 1..=MOST_BYTES => Ok(length),
            _ => Err(source.mistake(given, format!("a length is 1 to {MOST_BYTES}"))),
        }
    };
    let min_length = length(&own.min_length, 1)?;
    let max_length = length(&own.max_length, MOST_BYTES)?;
    if let (true, Some(given)) = (min_length > max_length, &own.min_length) {
        return Err(source.mistake(given, "min_length is more than max_length"));
    }
    let prefix = |prefix: &Text| text(source, "prefixes", prefix, 40);
    Ok(Field {
        name: own.name.get_ref().clone(),
        label: text(source, "label", &own.label, 60)?,
        secret: own.secret,
        looks_like: text(source, "looks_like", &own.looks_like, 60)?,
        prefixes: own.prefixes.iter().map(prefix).collect::<Result<_, _>>()?,
        min_length,
        max_length,
    })
}

/// A text that is there, is not too long, and hides nothing.
fn text(source: Source<'_>, member: &str, given: &Text, most: usize) -> Result<String, Mistake> {
    let value = given.get_ref();
    let reason = match value.chars().count() {
        0 => format!("{member} is empty"),
        length if length > most => {
            format!("{member}: use at most {most} characters; this has {length}")
        }
        _ if value.trim() != value => format!("{member} begins or ends with white space"),
        _ if !validate::is_plain(value) => {
            format!("{member} has line breaks or invisible characters")
        }
        _ => return Ok(value.clone()),
    };
    Err(source.mistake(given, reason))
}

fn is_slug(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = [text.bytes().next(), text.bytes().next_back()];
    (2..=40).contains(&text.len())
        && text.bytes().all(|byte| inside(byte) || byte == b'-')
        && ends.into_iter().flatten().all(inside)
}

fn is_field_name(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=40).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(inside)
}
