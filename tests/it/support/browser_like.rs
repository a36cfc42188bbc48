//! A person with cookies and forms, as a browser without JavaScript would send them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use reqwest::header::{COOKIE, HeaderMap, SET_COOKIE};
use reqwest::{Method, RequestBuilder};

/// A person; `htmx` makes requests as htmx would.
#[derive(Clone)]
pub struct Person {
    base: String,
    client: reqwest::Client,
    pub cookies: BTreeMap<String, String>,
    pub htmx: bool,
    /// Comes through a proxy on the same machine, which says from where.
    pub from: Option<&'static str>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// A header as text, or empty.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    /// Reads a response to its end.
    pub async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self {
            status,
            headers,
            body: response.text().await.unwrap(),
        }
    }
}

impl Person {
    pub fn new(base: &str, from: Option<IpAddr>) -> Self {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .local_address(from)
            .no_proxy()
            .build()
            .unwrap();
        Self {
            base: base.into(),
            client,
            cookies: BTreeMap::new(),
            htmx: false,
            from: None,
        }
    }

    /// A request of this person, with their cookies.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        if let Some(from) = self.from {
            request = request.header("X-Forwarded-For", from);
        }
        if self.htmx {
            request.header("HX-Request", "true")
        } else {
            request
        }
    }

    /// Sends it and keeps the cookies of the answer.
    pub async fn send(&mut self, request: RequestBuilder) -> Answer {
        let answer = Answer::of(request).await;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        answer
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// A form without looking at its page first: `csrf` is whatever is among the fields.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.request(Method::POST, path).form(fields))
            .await
    }

    /// Opens the page of a form, takes its token, and sends the form.
    pub async fn submit(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token(page).await;
        let mut all = vec![("csrf", token.as_str())];
        all.extend_from_slice(fields);
        self.post(action, &all).await
    }

    /// The token in a page's form.
    pub async fn token(&mut self, page: &str) -> String {
        self.get(page).await.field("csrf")
    }
}

/// The first key text in a page or a JSON body.
pub fn secret_in(text: &str) -> Option<String> {
    let at = text
        .find("ks_live_")
        .into_iter()
        .chain(text.find("ks_test_"))
        .min()?;
    let secret: String = text[at..]
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    keystead::domain::key_text::is_well_formed(&secret)
        .then_some(secret)
        .or_else(|| secret_in(&text[at + 8..]))
}

impl Answer {
    /// Fails unless it leads there.
    #[track_caller]
    pub fn leads_to(&self, place: &str) {
        assert_eq!(
            (self.status, self.header("location")),
            (303, place),
            "{}",
            self.body
        );
    }

    /// Fails unless somebody can read this text in the page, or unless it is in a body of another kind.
    #[track_caller]
    pub fn shows(&self, text: &str) {
        assert!(self.says(text), "no {text:?} in {}", self.body);
    }

    /// Whether it [shows](Self::shows) this text.
    pub fn says(&self, text: &str) -> bool {
        match self.is_html() {
            true => self.words().contains(text),
            false => self.body.contains(text),
        }
    }

    /// Fails if this text is in the body as it is sent, to be read or not, or in a header.
    #[track_caller]
    pub fn hides(&self, text: &str) {
        let is_of_token = |one| matches!(one, b'0'..=b'9' | b'a'..=b'f');
        let by_chance = text.len() < 12 && text.bytes().all(is_of_token);
        assert!(
            !by_chance,
            "a form's token has {text:?} in it now and then: look for something longer"
        );
        assert!(!self.body.contains(text), "{text:?} in {}", self.body);
        for (name, value) in &self.headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            assert!(!value.contains(text), "{text:?} in {name}");
        }
    }
}
