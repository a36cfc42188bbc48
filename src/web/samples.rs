//! The same first call in several languages. Each reads the key from the environment: a secret in code or in a command
//! line is read by others sooner or later.

/// The environment variable that holds the key, here and in the file for download.
pub const VARIABLE: &str = "KEYSTEAD_API_KEY";

/// The environment variable that holds the token of a verifier.
pub const VERIFIER_VARIABLE: &str = "KEYSTEAD_VERIFIER_TOKEN";

/// A program to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Its language.
    pub name: &'static str,
    /// All of it.
    pub text: String,
}

/// Programs that ask who the key is.
pub fn first_call(base_url: &str) -> [Sample; 4] {
    let url = format!("{base_url}/api/v1/auth/whoami");
    let sample = |name, text: &str| Sample {
        name,
        text: text.replace("{url}", &url).replace("{key}", VARIABLE),
    };
    [
        sample("curl", &format!("{}curl -H @- {{url}}", header(VARIABLE))),
        sample("Python", PYTHON),
        sample("JavaScript", JAVASCRIPT),
        sample("Go", GO),
    ]
}

/// The start of a call by curl with the credential of this environment variable. Its header comes over a pipe: what
/// stands in a command line, every user of the machine can list.
pub fn header(variable: &str) -> String {
    format!("printf 'Authorization: Bearer %s\\n' \"${variable}\" |\n  ")
}

/// A call by curl whose body holds a secret too: header and body are settings that curl reads from a pipe.
pub fn from_pipe(target: &str, variable: Option<&str>, kind: Option<&str>, data: &str) -> String {
    let credential = variable.map(|name| format!("header = \"Authorization: Bearer ${name}\"\n"));
    let kind = kind.map(|kind| format!("header = \"Content-Type: {kind}\"\n"));
    format!(
        "curl -K - {target} <<END\n{}{}data = \"{}\"\nEND",
        credential.unwrap_or_default(),
        kind.unwrap_or_default(),
        data.replace('"', "\\\""),
    )
}

const PYTHON: &str = r#"import json, os, urllib.request

request = urllib.request.Request(
    "{url}",
    headers={"Authorization": "Bearer " + os.environ["{key}"]},
)
with urllib.request.urlopen(request) as answer:
    print(json.load(answer))"#;

const JAVASCRIPT: &str = r#"const answer = await fetch("{url}", {
  headers: { Authorization: `Bearer ${process.env.{key}}` },
});
if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
console.log(await answer.json());"#;

const GO: &str = r#"package main

import (
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	request, err := http.NewRequest("GET", "{url}", nil)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("{key}"))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(os.Stdout, answer.Body); err != nil {
		log.Fatal(err)
	}
}"#;
