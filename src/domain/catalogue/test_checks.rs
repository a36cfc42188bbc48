//! What is right about a test call: it goes to one host, and no secret stands in its address.

use toml::Spanned;
use url::Url;

use super::entry::Field;
use super::file::{Mistake, Source, TestText, Text};
use super::test_call::{Template, TestCall};

/// Headers that belong to the connection, so that a file can't send the call elsewhere.
const NOT_OURS: [&str; 7] = [
    "connection",
    "content-length",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What is said of an address without TLS.
const NO_TLS: &str =
    "the address of a test call begins with https://; http:// is for outbound_private_hosts";

/// Checks a test call of an integration with these fields.
pub fn test_call(
    source: Source<'_>,
    written: &Spanned<TestText>,
    fields: &[Field],
) -> Result<TestCall, Mistake> {
    let own = written.get_ref();
    let url = address(source, &own.url, fields)?;
    let mut headers = Vec::with_capacity(own.headers.len());
    for (name, value) in &own.headers {
        check_header(source, name)?;
        headers.push((name.get_ref().clone(), template(source, value, fields)?));
    }
    let basic = match &own.basic {
        Some(basic) => Some((
            template(source, &basic.user, fields)?,
            template(source, &basic.password, fields)?,
        )),
        None => None,
    };
    let has_authorization =
        |(name, _): &(String, Template)| name.eq_ignore_ascii_case("authorization");
    if basic.is_some() && headers.iter().any(has_authorization) {
        return Err(source.mistake(written, "use basic or an Authorization header, not both"));
    }
    let (accepted, refused) = statuses(source, own)?;
    let call = TestCall {
        url,
        headers,
        basic,
        accepted,
        refused,
    };
    if call.sent().any(|name| is_secret(fields, name)) {
        return Ok(call);
    }
    let reason = "the test call sends no secret field, so it tells nothing";
    Err(source.mistake(written, reason))
}

fn is_secret(fields: &[Field], name: &str) -> bool {
    fields
        .iter()
        .any(|field| field.name == name && field.secret)
}

fn template(source: Source<'_>, written: &Text, fields: &[Field]) -> Result<Template, Mistake> {
    let template =
        Template::parse(written.get_ref()).map_err(|why| source.mistake(written, why))?;
    let known = |name: &&str| fields.iter().any(|field| field.name == *name);
    if let Some(unknown) = template.fields().find(|name| !known(name)) {
        let reason = format!("{{{unknown}}} names no field of this integration");
        return Err(source.mistake(written, reason));
    }
    if written.get_ref().chars().any(|c| !matches!(c, ' '..='~')) {
        return Err(source.mistake(written, "use plain ASCII in a test call"));
    }
    Ok(template)
}

fn address(source: Source<'_>, written: &Text, fields: &[Field]) -> Result<Template, Mistake> {
    let text = written.get_ref();
    let wrong = |reason: &str| Err(source.mistake(written, reason));
    let Some((scheme @ ("https" | "http"), rest)) = text.split_once("://") else {
        return wrong(NO_TLS);
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains(['{', '}']) {
        return wrong("the host of a test call is fixed: use no {field} in it");
    }
    if authority.contains(['@', '\\']) || text.contains(['#', ' ']) {
        return wrong("the address of a test call has no user, no # and no spaces");
    }
    let Ok(url) = Url::parse(&format!("https://{authority}/")) else {
        return wrong("the address of a test call needs a host");
    };
    let is_private = url
        .host_str()
        .is_some_and(|host| source.private_hosts.contains(host));
    if scheme == "http" && !is_private {
        return wrong(NO_TLS);
    }
    let template = template(source, written, fields)?;
    if template.fields().any(|name| is_secret(fields, name)) {
        return wrong("no secret in an address, which ends up in logs: send it in a header");
    }
    Ok(template)
}

fn check_header(source: Source<'_>, name: &Text) -> Result<(), Mistake> {
    let text = name.get_ref();
    // A token of RFC 9110 section 5.6.2.
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if text.is_empty() || !text.bytes().all(is_token) {
        return Err(source.mistake(name, format!("{text:?} is no name of a header")));
    }
    if NOT_OURS
        .iter()
        .any(|taken| text.eq_ignore_ascii_case(taken))
    {
        return Err(source.mistake(name, format!("a test call sets no {text} header")));
    }
    Ok(())
}

/// Those that mean yes, and those that mean no; where only one is given, the other is the usual one.
fn statuses(source: Source<'_>, own: &TestText) -> Result<(Vec<u16>, Vec<u16>), Mistake> {
    let numbers = |written: &Option<Vec<Spanned<u16>>>| -> Result<Option<Vec<u16>>, Mistake> {
        let Some(written) = written else {
            return Ok(None);
        };
        let is_wrong = |status: &&Spanned<u16>| !(200..=599).contains(status.get_ref());
        match written.iter().find(is_wrong) {
            Some(wrong) => Err(source.mistake(wrong, "a status is 200 to 599")),
            None => Ok(Some(
                written.iter().map(|status| *status.get_ref()).collect(),
            )),
        }
    };
    let accepted = numbers(&own.accepted)?.unwrap_or_else(|| vec![200]);
    let is_both = |status: &u16| accepted.contains(status);
    let refused = match numbers(&own.refused)? {
        None => [401, 403]
            .into_iter()
            .filter(|usual| !is_both(usual))
            .collect(),
        Some(refused) => refused,
    };
    if let (Some(both), Some(written)) =
        (refused.iter().find(|status| is_both(status)), &own.refused)
    {
        let mut written = written.iter();
        let at = written.find(|status| status.get_ref() == both);
        let reason = format!("{both} can't be both accepted and refused");
        return Err(Mistake::new(
            at.map_or(1, |at| source.line(&at.span())),
            reason,
        ));
    }
    Ok((accepted, refused))
}
