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
        let login = format!("{}/login", person.base);
        let form = person.runtime.block_on(person.client.get(&login).send());
        let form = form.unwrap();
        person.cookies = cookies(&form);
        let text = person.runtime.block_on(form.text()).unwrap();
        let token = text.split("name=\"csrf\" value=\"").nth(1).unwrap();
        let fields = [
            ("csrf", token.split('"').next().unwrap()),
            ("email", &email(tenant)),
            ("password", PASSWORD),
            ("next", ""),
        ];
        let sent = person.client.post(&login).header(COOKIE, &person.cookies);
        let answer = person.runtime.block_on(sent.form(&fields).send()).unwrap();
        assert_eq!(answer.status(), 303);
        person.cookies = cookies(&answer);
        person
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
