//! A test call, filled with the values of a credential.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ureq::http::{HeaderName, HeaderValue};
use url::Url;
use zeroize::Zeroizing;

use crate::domain::catalogue::fields::Fields;
use crate::domain::catalogue::test_call::TestCall;

/// What is sent. Its headers hold the secret, so it never prints.
pub struct Request {
    pub url: String,
    /// The host as URLs write it.
    pub host: String,
    pub is_https: bool,
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Request {
    /// Fills a call.
    ///
    /// # Errors
    /// Why it can't be made, in words without any value.
    pub fn of(call: &TestCall, fields: &Fields) -> Result<Self, &'static str> {
        let lacking = "the credential lacks a field that the test call sends";
        let unusual = "the credential has characters that no header can carry";
        let url = call.url.fill_address(|name| fields.get(name));
        let url = Url::parse(&url.ok_or(lacking)?).map_err(|_| "the test call has no address")?;
        let mut headers = Vec::with_capacity(call.headers.len() + 1);
        for (name, value) in &call.headers {
            let value = value.fill(|name| fields.get(name)).ok_or(lacking)?;
            headers.push((name.as_str(), value));
        }
        if let Some((user, password)) = &call.basic {
            let user = user.fill(|name| fields.get(name)).ok_or(lacking)?;
            let password = password.fill(|name| fields.get(name)).ok_or(lacking)?;
            let pair = Zeroizing::new(format!("{}:{}", *user, *password));
            let encoded = Zeroizing::new(BASE64_STANDARD.encode(&*pair));
            headers.push((
                "authorization",
                Zeroizing::new(format!("Basic {}", *encoded)),
            ));
        }
        let checked = headers.iter().map(|(name, value)| {
            let name = HeaderName::try_from(*name).map_err(|_| unusual)?;
            let mut value = HeaderValue::from_str(value).map_err(|_| unusual)?;
            value.set_sensitive(true);
            Ok((name, value))
        });
        Ok(Self {
            headers: checked.collect::<Result<_, &'static str>>()?,
            host: url.host_str().unwrap_or_default().to_owned(),
            is_https: url.scheme() == "https",
            url: url.into(),
        })
    }
}
