//! A harmless call to the provider, which tells whether a credential works. Nothing here makes it.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

/// `GET` of one address at a fixed host, with the credential in headers.
#[derive(Debug)]
pub struct TestCall {
    /// The address; only fields that are no secret may stand in its path or query.
    pub url: Template,
    /// Headers by name.
    pub headers: Vec<(String, Template)>,
    /// User and password of Basic authentication.
    pub basic: Option<(Template, Template)>,
    /// Statuses by which the provider accepts the credential.
    pub accepted: Vec<u16>,
    /// Statuses by which it refuses it; any other tells nothing.
    pub refused: Vec<u16>,
}

impl TestCall {
    /// Every field that is sent, in headers or as Basic authentication.
    pub fn sent(&self) -> impl Iterator<Item = &str> {
        let headers = self.headers.iter().map(|(_, value)| value);
        let basic = self
            .basic
            .iter()
            .flat_map(|(user, password)| [user, password]);
        headers.chain(basic).flat_map(Template::fields)
    }
}

/// A text in which `{name}` stands for the value of a field.
#[derive(Debug)]
pub struct Template(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    Field(String),
}

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    /// A brace that has no partner.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            let inside = from.strip_prefix('{').and_then(|from| from.split_once('}'));
            let Some((name, after)) = inside.filter(|(name, _)| !name.contains('{')) else {
                return Err(format!("{text} has a brace too many or too few"));
            };
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Field(name.to_owned()));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// Every field that it names.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Field(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The text with the value of each field; `None` when one has no value.
    pub fn fill<'a>(
        &'a self,
        value: impl Fn(&str) -> Option<&'a str>,
    ) -> Option<Zeroizing<String>> {
        let part = |part: &'a Part| match part {
            Part::Text(text) => Some(text.as_str()),
            Part::Field(name) => value(name),
        };
        let parts: Vec<&str> = self.0.iter().map(part).collect::<Option<_>>()?;
        // A text that grows would leave copies of a secret behind.
        let room = parts.iter().map(|part| part.len()).sum();
        let mut text = Zeroizing::new(String::with_capacity(room));
        for part in parts {
            text.push_str(part);
        }
        Some(text)
    }

    /// As [`Template::fill`] for an address, in which a value stays one part of the path or query.
    pub fn fill_address<'a>(&'a self, value: impl Fn(&str) -> Option<&'a str>) -> Option<String> {
        let part = |part: &Part| match part {
            Part::Text(text) => Some(text.clone()),
            Part::Field(name) => {
                value(name).map(|value| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string())
            }
        };
        self.0.iter().map(part).collect()
    }
}
