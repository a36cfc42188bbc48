//! Scopes: `resource:action`, `*` allowed on either side.

/// A sorted set of scopes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes {
    list: Vec<String>,
    text: String,
}

impl Scopes {
    /// Reads scopes separated by spaces, as OAuth writes them (RFC 6749 section 3.3).
    ///
    /// # Errors
    /// The first word that is not `resource:action`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut list: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        if let Some(bad) = list.iter().find(|word| !is_scope(word)) {
            return Err(format!("\"{bad}\" is not a scope; write resource:action."));
        }
        list.sort();
        list.dedup();
        let text = list.join(" ");
        Ok(Self { list, text })
    }

    /// The scopes in order.
    pub fn list(&self) -> &[String] {
        &self.list
    }

    /// The scopes in order, separated by spaces.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// True when these scopes grant the wanted one.
    pub fn allow(&self, wanted: &str) -> bool {
        let Some((resource, action)) = wanted.split_once(':') else {
            return false;
        };
        self.list
            .iter()
            .filter_map(|scope| scope.split_once(':'))
            .any(|(own_resource, own_action)| {
                (own_resource == "*" || own_resource == resource)
                    && (own_action == "*" || own_action == action)
            })
    }

    /// True when every scope of `other` is granted by these, wildcards included.
    pub fn cover(&self, other: &Self) -> bool {
        other.list.iter().all(|scope| self.allow(scope))
    }
}

/// True for `resource:action` with 1 to 64 letters, digits, `-`, `_` or `.` on each side, or `*`.
pub fn is_scope(text: &str) -> bool {
    let part = |part: &str| {
        part == "*"
            || (!part.is_empty()
                && part.len() <= 64
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')))
    };
    text.split_once(':')
        .is_some_and(|(resource, action)| part(resource) && part(action))
}
