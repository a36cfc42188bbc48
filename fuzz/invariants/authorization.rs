//! The presented credential: one value or an error, and never more than what the client wrote.

use keystead::domain::credential::read;
use keystead::domain::key_text::is_well_formed;

const KEY: &str = "ks_live_00000000000000000000000000000000";

/// Each line is a header value; lines that begin with a small letter stand in `Authorization`, others in `X-API-Key`.
pub fn hold(data: &[u8]) {
    let lines: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
    let (authorization, api_key): (Vec<&[u8]>, Vec<&[u8]>) = lines
        .into_iter()
        .filter_map(|line| line.split_first())
        .map(|(first, value)| (first.is_ascii_lowercase(), value))
        .fold((Vec::new(), Vec::new()), |mut both, (bearer, value)| {
            if bearer {
                both.0.push(value)
            } else {
                both.1.push(value)
            }
            both
        });
    let presented = read(authorization.iter().copied(), api_key.iter().copied());
    match authorization.len() + api_key.len() {
        0 => assert_eq!(presented, Ok(None)),
        1 => {
            let text = presented.unwrap().unwrap();
            assert_eq!(text, text.trim_matches([' ', '\t']));
            for value in &api_key {
                assert_eq!(text, blank_free(value));
            }
            for value in &authorization {
                is_what_bearer_says(value, &text);
            }
        }
        _ => assert!(presented.is_err(), "{presented:?}"),
    }
    for value in authorization.iter().chain(&api_key) {
        a_key_beside_anything_is_refused(value);
    }
}

/// The rule again, on text instead of bytes.
fn is_what_bearer_says(value: &[u8], text: &str) {
    let value = blank_free(value);
    let said = match value.split_once([' ', '\t']) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token,
        _ => "",
    };
    assert_eq!(text, said.trim_matches([' ', '\t']), "{value:?}");
    // The case of the scheme and blanks around the value say nothing.
    if let Some(token) = value
        .get(6..)
        .filter(|_| value[..6].eq_ignore_ascii_case("bearer"))
    {
        let again = format!("\t BEARER{token} \t");
        assert_eq!(read([again.as_bytes()], []).unwrap().unwrap(), text);
    }
    // What is accepted was sent, whole.
    assert!(!is_well_formed(text) || value.ends_with(text), "{value:?}");
}

fn a_key_beside_anything_is_refused(value: &[u8]) {
    let bearer = format!("Bearer {KEY}");
    assert!(read([bearer.as_bytes(), value], []).is_err());
    assert!(read([bearer.as_bytes()], [value]).is_err());
    assert!(read([value], [KEY.as_bytes()]).is_err());
    assert!(read([], [KEY.as_bytes(), value]).is_err());
    assert_eq!(read([bearer.as_bytes()], []).unwrap().unwrap(), KEY);
}

fn blank_free(value: &[u8]) -> String {
    String::from_utf8_lossy(value)
        .trim_matches([' ', '\t'])
        .to_owned()
}
