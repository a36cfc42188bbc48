//! Calls to third parties, which tell whether a credential works.
//!
//! A call goes to the host that the catalogue fixes and to no other: no redirect is followed, no proxy is used, and a
//! host in a private network is called only when the operator named it. Neither the credential nor what the provider
//! answers is kept, logged or shown, but for the status.

mod request;
mod resolver;

use std::time::Duration;

use ureq::Agent;
use ureq::unversioned::transport::DefaultConnector;

use crate::domain::catalogue::fields::Fields;
use crate::domain::catalogue::test_call::TestCall;
use crate::domain::private_hosts::PrivateHosts;
use request::Request;
use resolver::{NotPublic, PublicResolver};

/// How long a call may take in all.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// What a call told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The provider accepts the credential, by this status.
    Accepted(u16),
    /// The provider refuses the credential, by this status.
    Refused(u16),
    /// A status that says nothing about the credential.
    Unclear(u16),
    /// There was no answer, and why.
    Unreachable(&'static str),
    /// There was no answer in time.
    TooSlow,
    /// No call was made, and why.
    NotAllowed(&'static str),
}

/// Who may be called.
#[derive(Debug, Clone)]
pub struct Outbound {
    /// Nobody at all, unless the operator says so.
    pub allowed: bool,
    /// Hosts of private networks that may be called, also without TLS.
    pub private_hosts: PrivateHosts,
    /// How long a call may take in all.
    pub deadline: Duration,
}

impl Outbound {
    /// Makes the test call of an integration with a credential. It blocks.
    pub fn test(&self, call: &TestCall, fields: &Fields) -> Answer {
        if !self.allowed {
            return Answer::NotAllowed("calls to third parties are switched off");
        }
        let request = match Request::of(call, fields) {
            Ok(request) => request,
            Err(why) => return Answer::NotAllowed(why),
        };
        let is_private = self.private_hosts.contains(&request.host);
        if !request.is_https && !is_private {
            return Answer::NotAllowed("only named private hosts may be called without TLS");
        }
        let config = Agent::config_builder()
            .https_only(request.is_https)
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_global(Some(self.deadline))
            .max_idle_connections(0)
            .user_agent("Keystead")
            .build();
        let resolver = PublicResolver::new(is_private);
        let agent = Agent::with_parts(config, DefaultConnector::default(), resolver);
        let mut asked = agent.get(&request.url);
        for (name, value) in request.headers {
            asked = asked.header(name, value);
        }
        match asked.call() {
            Ok(response) => judge(call, response.status().as_u16()),
            Err(error) => explain(&error),
        }
    }
}

fn judge(call: &TestCall, status: u16) -> Answer {
    if call.accepted.contains(&status) {
        Answer::Accepted(status)
    } else if call.refused.contains(&status) {
        Answer::Refused(status)
    } else {
        Answer::Unclear(status)
    }
}

/// In words of our own: the text of an error may repeat what was sent or received.
fn explain(error: &ureq::Error) -> Answer {
    use std::io::ErrorKind;
    match error {
        ureq::Error::Timeout(_) => Answer::TooSlow,
        ureq::Error::Io(cause) if cause.kind() == ErrorKind::TimedOut => Answer::TooSlow,
        ureq::Error::Io(cause) if cause.kind() == ErrorKind::ConnectionRefused => {
            Answer::Unreachable("the connection was refused")
        }
        ureq::Error::Other(cause) if cause.is::<NotPublic>() => {
            Answer::NotAllowed("the host is in a private network that the operator did not name")
        }
        ureq::Error::HostNotFound => Answer::Unreachable("the name of the host has no address"),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => {
            Answer::Unreachable("no trusted TLS connection could be made")
        }
        ureq::Error::Protocol(_) => Answer::Unreachable("the answer is not HTTP"),
        _ => Answer::Unreachable("the connection failed"),
    }
}
