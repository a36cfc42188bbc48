//! Field checks shared by forms and the REST API, and the list of messages they produce.

use super::{invisible, text_form};

/// Messages by field, in the order in which they were found; at most one per field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(String, String)>);

impl FieldErrors {
    /// Adds a message unless the field already has one.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        if self.get(field).is_none() {
            self.0.push((field.to_owned(), message.into()));
        }
    }

    /// The message of one field.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(name, _)| name == field)
            .map(|(_, message)| message.as_str())
    }

    /// True when nothing was wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every field with its message.
    pub fn list(&self) -> &[(String, String)] {
        &self.0
    }

    /// Keeps the value, or notes the message and yields the type's default so that checking can go on.
    pub fn take<T: Default>(&mut self, field: &str, checked: Result<T, String>) -> T {
        checked.unwrap_or_else(|message| {
            self.add(field, message);
            T::default()
        })
    }

    /// Takes the messages of another check.
    ///
    /// # Errors
    /// Its failure, when it failed for another reason than what was typed.
    pub fn absorb(&mut self, checked: super::Result<()>) -> super::Result<()> {
        match checked {
            Err(super::Error::Invalid(errors)) => {
                for (field, message) in errors.0 {
                    self.add(&field, message);
                }
                Ok(())
            }
            other => other,
        }
    }

    /// `Ok` when nothing was wrong.
    pub fn into_result(self) -> super::Result<()> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(super::Error::Invalid(self))
        }
    }
}

/// Characters that break lines or annotate text where nobody sees it.
fn misleads(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}')
}

/// True for a text without line breaks, other control characters, or characters that reorder or hide text.
pub fn is_plain(value: &str) -> bool {
    !value
        .chars()
        .any(|c| c.is_control() || misleads(c) || invisible::is_one(c))
}

/// The same for what people read, in which scripts and emoji need some of them. All others are refused, since they let one
/// key look like another.
pub fn is_legible(value: &str) -> bool {
    !value.chars().any(|c| c.is_control() || misleads(c)) && !invisible::is_in(value)
}

/// A key or token in a name or a description would be kept and shown for ever.
fn refuse_key(value: &str) -> Result<(), String> {
    if super::key_text::appears_in(value) {
        return Err(
            "Take the API key out: this text is kept and shown. Treat that key as leaked.".into(),
        );
    }
    Ok(())
}

/// Fewest characters of a name.
const LEAST_OF_NAME: usize = 2;

/// The name of something, which has to have one: a [`line()`] of at least two characters. `what` it is, such as "a name",
/// is what somebody is asked for who left it empty.
pub fn name(value: &str, most: usize, what: &str) -> Result<String, String> {
    match value.trim().chars().count() {
        0 => Err(format!("Enter {what}.")),
        length if length < LEAST_OF_NAME => Err(format!(
            "Use at least {LEAST_OF_NAME} characters; this has {length}."
        )),
        _ => line(value, most),
    }
}

/// One line of text: trimmed, at most `most` Unicode scalars, no control characters and nothing invisible.
pub fn line(value: &str, most: usize) -> Result<String, String> {
    let value = value.trim();
    let length = value.chars().count();
    if length > most {
        return Err(format!("Use at most {most} characters; this has {length}."));
    }
    if !is_legible(value) {
        return Err("Remove control characters and invisible formatting characters.".into());
    }
    refuse_key(value)?;
    Ok(value.to_owned())
}

/// Several lines of text: trimmed, at most `most` Unicode scalars; line breaks and tabs are the only controls allowed.
pub fn lines(value: &str, most: usize) -> Result<String, String> {
    let value = value.trim().replace("\r\n", "\n");
    let length = value.chars().count();
    if length > most {
        return Err(format!("Use at most {most} characters; this has {length}."));
    }
    if !is_legible(&value.replace(['\n', '\t'], " ")) {
        return Err("Remove control characters and invisible formatting characters.".into());
    }
    refuse_key(&value)?;
    Ok(value)
}

/// Wrong lines that are named; of more than these only the number.
const NAMED: usize = 10;

/// What is wrong in a text of several lines: a line for each, by its number.
#[derive(Debug, Default)]
pub struct WrongLines {
    named: Vec<String>,
    more: usize,
}

impl WrongLines {
    /// Notes what is wrong with the line at this place, counted from 0.
    pub fn add(&mut self, place: usize, why: &str) {
        if self.named.len() < NAMED {
            self.named.push(format!("Line {}: {why}", place + 1));
        } else {
            self.more += 1;
        }
    }

    /// All of it as one message; `Ok` when nothing was wrong.
    ///
    /// # Errors
    /// The message.
    pub fn into_result(mut self) -> Result<(), String> {
        match self.more {
            0 => {}
            1 => self.named.push("And 1 more line.".into()),
            more => self.named.push(format!("And {more} more lines.")),
        }
        if self.named.is_empty() {
            Ok(())
        } else {
            Err(self.named.join("\n"))
        }
    }
}

/// An e-mail address, lower-cased and in NFC: something, one @, a host; at most 254 characters (RFC 5321).
pub fn email(value: &str) -> Result<String, String> {
    let value = text_form::email(value);
    let looks_right = value.len() <= 254
        && is_plain(&value)
        && !value.contains(char::is_whitespace)
        && matches!(value.split_once('@'), Some((user, host)) if !user.is_empty() && !host.is_empty() && !host.contains('@'));
    if looks_right {
        Ok(value)
    } else {
        Err("Enter an email address, such as maya@example.com.".into())
    }
}
