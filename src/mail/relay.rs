//! Speaking to the mail server.

use std::sync::Arc;
use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{AsyncSmtpTransport, Error};
use lettre::{AsyncTransport as _, Message, Tokio1Executor};
use tokio::time::timeout;

use super::headers::AutoSubmitted;
use super::settings::{MailSettings, Protection};
use super::words::Words;
use crate::domain::id::MailId;
use crate::domain::time::Timestamp;

/// Codes by which a server refuses us, not a message: that is for the operator to set right.
const ABOUT_US: [u16; 5] = [523, 530, 534, 535, 538];

/// Why a message was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It never will be.
    Refused(String),
    /// It may be later.
    Later(String),
}

/// Whom and what a message is for.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// The same at each attempt, so that a mailbox may tell a message that it has.
    pub id: MailId,
    /// The address.
    pub to: &'a str,
    /// When the message was written.
    pub date: Timestamp,
}

/// The mail server, ready to be spoken to.
#[derive(Clone)]
pub struct Relay(Arc<Inside>);

struct Inside {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    deadline: Duration,
}

impl Relay {
    /// Nobody is connected to yet.
    ///
    /// # Errors
    /// One line when the certificates can't be used.
    pub fn new(settings: &MailSettings) -> Result<Self, String> {
        let host = settings.host.as_str();
        let tls = || parameters(settings).map_err(|cause| format!("smtp_url: no TLS: {cause}"));
        let tls = match settings.protection {
            Protection::Tls => Tls::Wrapper(tls()?),
            Protection::StartTls => Tls::Required(tls()?),
            Protection::None => Tls::None,
        };
        // The name of this machine is nobody's business, and may be none that the server would take.
        let own = ClientId::Domain(settings.from.email.domain().to_owned());
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(settings.port)
            .tls(tls)
            .hello_name(own)
            .timeout(Some(settings.deadline));
        if let Some((user, password)) = &settings.login {
            let password = password.as_str().to_owned();
            transport = transport.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Self(Arc::new(Inside {
            transport: transport.build(),
            from: settings.from.clone(),
            deadline: settings.deadline,
        })))
    }

    /// Sends a message. It blocks, and never longer than the deadline.
    ///
    /// # Errors
    /// Why not, in words for the operator.
    pub fn send(&self, envelope: Envelope<'_>, words: Words) -> Result<(), Failure> {
        let message = self.message(envelope, words)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|cause| Failure::Later(cause.to_string()))?;
        let Inside {
            transport,
            deadline,
            ..
        } = &*self.0;
        let sent = runtime.block_on(async { timeout(*deadline, transport.send(message)).await });
        // A name that is still being looked up must not hold anybody up.
        runtime.shutdown_background();
        match sent {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(explain(&error)),
            Err(_) => Err(Failure::Later(
                "the mail server did not answer in time".into(),
            )),
        }
    }

    fn message(&self, envelope: Envelope<'_>, words: Words) -> Result<Message, Failure> {
        let refused = |why: &str| Failure::Refused(why.into());
        let to = envelope
            .to
            .parse()
            .map_err(|_| refused("no mail can be sent to this address"))?;
        let from = &self.0.from;
        let id = format!("<{}@{}>", envelope.id, from.email.domain());
        Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(words.subject)
            .date(envelope.date.into())
            .message_id(Some(id))
            .header(AutoSubmitted)
            .multipart(MultiPart::alternative_plain_html(words.text, words.html))
            .map_err(|_| refused("the message could not be put together"))
    }
}

fn parameters(settings: &MailSettings) -> Result<TlsParameters, Error> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.authorities {
        builder = builder.add_root_certificate(Certificate::from_pem(pem)?);
    }
    builder.build_rustls()
}

/// In words of our own where the error could repeat what was sent; a server's answer by its code alone.
fn explain(error: &Error) -> Failure {
    if let Some(code) = error.status() {
        let number = u16::from(code);
        let told = format!("the mail server answered {number}");
        return if error.is_permanent() && !ABOUT_US.contains(&number) {
            Failure::Refused(told)
        } else {
            Failure::Later(told)
        };
    }
    let why = if error.is_timeout() {
        "the mail server did not answer in time"
    } else if error.is_tls() {
        "no trusted TLS connection to the mail server could be made"
    } else if error.is_client() {
        "the mail server lacks what smtp_url asks for, such as STARTTLS or a way to sign in"
    } else if error.is_response() {
        "what answered is no mail server"
    } else {
        "the mail server could not be reached"
    };
    Failure::Later(why.into())
}
