//! One request of a connection after the other, as fast as its client reads the answers.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use actix_http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_http::{BoxedPayloadStream, Method, Payload, Request, RequestHead};
use actix_service::Service;
use futures_util::StreamExt as _;

use super::connections::Connection;

/// Bytes of a body without a length that are read before the first of them are used, and for each one that is: they come in
/// chunks, whose heads count as well.
const CHUNKS: usize = 8 * 1024;
const FOR_EACH: usize = 8;

/// Answers by `S` when it is a connection's turn.
pub struct Turns<S> {
    service: Rc<S>,
}

impl<S> Turns<S> {
    /// Before `service`.
    pub fn before(service: S) -> Self {
        Self {
            service: Rc::new(service),
        }
    }
}

impl<S> Service<Request> for Turns<S>
where
    S: Service<Request>,
    S::Future: Unpin,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Turn<S>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&self, request: Request) -> Turn<S> {
        let connection = request.conn_data::<Rc<Connection>>().map(Rc::clone);
        match connection {
            Some(connection) if connection.is_unread() => {
                connection.note_request(0);
                Turn::Waits {
                    service: Rc::clone(&self.service),
                    request: Some(request),
                    connection,
                }
            }
            connection => Turn::begin(&self.service, request, connection),
        }
    }
}

/// A request that is answered, or waits for it.
pub enum Turn<S: Service<Request>> {
    /// The client has to read what was answered before.
    Waits {
        /// What will answer.
        service: Rc<S>,
        /// The request.
        request: Option<Request>,
        /// Whose turn it is.
        connection: Rc<Connection>,
    },
    /// The answer is under way.
    Comes {
        /// The answer.
        answer: S::Future,
        /// Whose turn it is.
        connection: Option<Rc<Connection>>,
    },
}

impl<S: Service<Request>> Turn<S> {
    fn begin(service: &S, mut request: Request, connection: Option<Rc<Connection>>) -> Self {
        if let Some(connection) = &connection {
            if let Some(length) = length(request.head()) {
                connection.note_request(length);
            } else {
                connection.note_request(CHUNKS);
                request = counted(request, connection);
            }
        }
        Self::Comes {
            answer: service.call(request),
            connection,
        }
    }
}

/// The length of a body; `None` when it comes in chunks.
fn length(head: &RequestHead) -> Option<usize> {
    if head.method == Method::GET {
        return Some(0);
    }
    let headers = head.headers();
    match headers.get(CONTENT_LENGTH) {
        Some(length) => length.to_str().ok()?.parse().ok(),
        None => (!headers.contains_key(TRANSFER_ENCODING)).then_some(0),
    }
}

/// A request of whose body more is read when some of it was used.
fn counted(request: Request, connection: &Rc<Connection>) -> Request {
    let (request, payload) = request.replace_payload(Payload::<BoxedPayloadStream>::None);
    let connection = Rc::clone(connection);
    let payload = payload.inspect(move |chunk| {
        if let Ok(chunk) = chunk {
            connection.allow_reading(chunk.len().saturating_mul(FOR_EACH));
        }
    });
    let payload: BoxedPayloadStream = Box::pin(payload);
    let payload = Payload::Stream { payload };
    request.replace_payload(payload).0
}

impl<S> Future for Turn<S>
where
    S: Service<Request>,
    S::Future: Unpin,
{
    type Output = Result<S::Response, S::Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Self::Waits {
            service,
            request,
            connection,
        } = &mut *self
        {
            if connection.is_unread() {
                connection.hold(context);
                return Poll::Pending;
            }
            if let Some(request) = request.take() {
                *self = Self::begin(&service.clone(), request, Some(connection.clone()));
            }
        }
        match &mut *self {
            Self::Comes { answer, connection } => {
                let answer = ready!(Pin::new(answer).poll(context));
                if let Some(connection) = connection {
                    connection.note_answer();
                }
                Poll::Ready(answer)
            }
            Self::Waits { .. } => Poll::Pending,
        }
    }
}
