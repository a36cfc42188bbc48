//! Questions of a key to the REST API.

use crate::proxy::Proxy;

/// A question with a body, or none when that is empty.
pub fn question(method: &str, path: &str, key: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} /api/v1/auth/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// Asks which id a key has.
pub fn who_am_i(key: &str) -> String {
    question("GET", "whoami", key, "")
}

/// The id in an answer.
pub fn id_in(answer: &str) -> String {
    answer.split("\"id\":\"").nth(1).unwrap()[..36].to_owned()
}

/// The id of a key.
pub async fn id_of(proxy: &Proxy, key: &str) -> String {
    id_in(&proxy.ask(&who_am_i(key)).await)
}

/// Asks that the key with this id be revoked, in the name of another one.
pub fn revocation(id: &str, by: &str) -> String {
    question("DELETE", &format!("api-keys/{id}"), by, "")
}

/// Asks that the settings of the key with this id be changed.
pub fn change(id: &str, by: &str, settings: &str) -> String {
    question("PATCH", &format!("api-keys/{id}"), by, settings)
}

/// Settings with a list of this many addresses, all in 10.`second`.
pub fn allowlist(second: u8, addresses: usize) -> String {
    let list: Vec<String> = (0..addresses)
        .map(|n| format!("\"10.{second}.{}.{}\"", n / 250, n % 250))
        .collect();
    format!("{{\"ip_allowlist\":[{}]}}", list.join(","))
}
