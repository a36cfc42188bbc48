//! An admin with a browser's headers.

use std::io::Write as _;
use std::process::{Command, Stdio};

use reqwest::header::{ACCEPT_ENCODING, COOKIE, SET_COOKIE};
use reqwest::{Client, Response};
use tokio::runtime::Runtime;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";

/// The address of a tenant's admin.
pub fn email(tenant: &str) -> String {
    format!("{}@bench.test", tenant.to_lowercase().replace(' ', "-"))
}

/// Makes an admin of a tenant, by a command of the program.
pub fn make_admin(mut keystead: Command, tenant: &str) {
    keystead.args(["create-admin", "--password-stdin", "--tenant", tenant]);
    keystead.args(["--email", &email(tenant)]);
    let mut child = keystead.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(PASSWORD.as_bytes()).unwrap();
    drop(input);
    assert!(child.wait().unwrap().success());
}

pub struct Person {
    base: String,
    client: Client,
    runtime: Runtime,
    /// As a browser sends them.
    pub cookies: String,
}

impl Person {
    pub fn sign_in(port: u16, tenant: &str) -> Self {
        let redirects = reqwest::redirect::Policy::none();
        let client = Client::builder().redirect(redirects).no_proxy();
        let mut person = Self {
            base: format!("http://127.0.0.1:{port}"),
            client: client.build().unwrap(),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
            cookies: String::new(),
        };
        assert_eq!(person.try_to_sign_in(tenant), 303);
        person
    }

    /// Signs in, anew in a browser that kept nothing but what makes it known: the status of the answer.
    pub fn try_to_sign_in(&mut self, tenant: &str) -> u16 {
        let pairs = self.cookies.split("; ");
        let known: Vec<&str> = pairs
            .filter(|pair| pair.contains("known-browser"))
            .collect();
        self.cookies = known.join("; ");
        let login = format!("{}/login", self.base);
        let form = self.client.get(&login).header(COOKIE, &self.cookies);
        let form = self.runtime.block_on(form.send()).unwrap();
        let sent = self.client.post(&login);
        let sent = sent.header(COOKIE, format!("{}; {}", self.cookies, cookies(&form)));
        let text = self.runtime.block_on(form.text()).unwrap();
        let token = text.split("name=\"csrf\" value=\"").nth(1).unwrap();
        let fields = [
            ("csrf", token.split('"').next().unwrap()),
            ("email", &email(tenant)),
            ("password", PASSWORD),
            ("next", ""),
        ];
        let answer = self.runtime.block_on(sent.form(&fields).send()).unwrap();
        let status = answer.status().as_u16();
        if status == 303 {
            self.cookies = cookies(&answer);
        }
        status
    }

    /// Asks for a page, and gives the size of its body as it came.
    pub fn get(&self, path: &str, htmx: bool) -> usize {
        let mut request = self
            .client
            .get(format!("{}{path}", self.base))
            .header(COOKIE, &self.cookies)
            .header(ACCEPT_ENCODING, "gzip, deflate, br, zstd");
        if htmx {
            request = request.header("HX-Request", "true");
        }
        self.runtime.block_on(async {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 200);
            answer.bytes().await.unwrap().len()
        })
    }
}

fn cookies(answer: &Response) -> String {
    let all = answer.headers().get_all(SET_COOKIE).iter();
    let pairs: Vec<&str> = all
        .map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap())
        .collect();
    pairs.join("; ")
}
