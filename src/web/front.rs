//! What every request meets first.
//!
//! Gateways and verifiers ask two questions all day: `/forward-auth` and `POST /api/v1/verify`. Both are answered right
//! here, because finding the route and passing its middleware would cost more than the answer does. A request that is
//! unusual in any way goes on to the routes, which answer the same questions in the same way.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Instant;

use actix_http::{Method, Request};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{
    AppConfig, Payload, RequestHead, Response, Service, ServiceFactory, ServiceResponse,
};
use actix_web::http::header;
use actix_web::web::Data;
use futures_util::{StreamExt as _, stream};

use super::body;
use super::client::Incoming;
use super::edges::{asker, forward_auth, verify};
use super::guard;
use super::media_type;
use super::presented::presented;
use super::state::State;
use crate::domain::request_id::RequestId;

type Later<T> = Pin<Box<dyn Future<Output = T>>>;
type Outcome = Result<Response<BoxBody>, actix_web::Error>;

/// Makes a [`Front`] for each worker.
pub struct FrontFactory<R> {
    routes: R,
    state: Data<State>,
}

impl<R> FrontFactory<R> {
    /// A front before `routes`.
    pub fn new(routes: R, state: Data<State>) -> Self {
        Self { routes, state }
    }
}

impl<R, B> ServiceFactory<Request> for FrontFactory<R>
where
    R: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = ServiceResponse<B>,
            Error = actix_web::Error,
        >,
    R::Future: 'static,
    R::Service: 'static,
    B: MessageBody + 'static,
{
    type Response = Response<BoxBody>;
    type Error = actix_web::Error;
    type Config = AppConfig;
    type Service = Front<R::Service>;
    type InitError = R::InitError;
    type Future = Later<Result<Self::Service, R::InitError>>;

    fn new_service(&self, config: AppConfig) -> Self::Future {
        let (routes, state) = (self.routes.new_service(config), self.state.clone());
        Box::pin(async move {
            let routes = Rc::new(routes.await?);
            Ok(Front { routes, state })
        })
    }
}

/// The routes, and what answers before them.
pub struct Front<R> {
    routes: Rc<R>,
    state: Data<State>,
}

impl<R, B> Service<Request> for Front<R>
where
    R: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = Response<BoxBody>;
    type Error = actix_web::Error;
    type Future = Answering<R>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.routes.poll_ready(context)
    }

    fn call(&self, request: Request) -> Self::Future {
        catch_unwind(AssertUnwindSafe(|| self.begin(request)))
            .unwrap_or_else(|_| Answering::Done(Some(guard::after_panic())))
    }
}

impl<R, B> Front<R>
where
    R: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: MessageBody + 'static,
{
    /// Answers at once, or begins to.
    fn begin(&self, request: Request) -> Answering<R> {
        let begun = Instant::now();
        let head = request.head();
        match (&head.method, head.uri.path()) {
            (_, "/forward-auth") if self.state.index().certainty().is_some() => {
                // First: memory takes a while to bring the key, and the rest is done meanwhile.
                let presented = presented(head, self.state.index());
                if !guard::is_usual(head) {
                    return Answering::by_routes(&self.routes, request);
                }
                let incoming = arrived(&self.state, head, begun);
                let mut response = forward_auth::respond(&incoming, presented);
                guard::complete(&incoming, &mut response, begun, None);
                Answering::Done(Some(response.into()))
            }
            (&Method::POST, "/api/v1/verify") => match length(head) {
                Some(length) if guard::is_usual(head) => Answering::Reading(Reading {
                    front: Self {
                        routes: Rc::clone(&self.routes),
                        state: self.state.clone(),
                    },
                    request: Some(request),
                    length,
                    begun,
                    looked: false,
                }),
                _ => Answering::by_routes(&self.routes, request),
            },
            _ => Answering::by_routes(&self.routes, request),
        }
    }
}

fn arrived<'a>(state: &'a State, head: &'a RequestHead, begun: Instant) -> Incoming<'a> {
    let now = state.at(begun);
    Incoming {
        head,
        id: RequestId::next(now),
        now,
        state,
    }
}

/// The length of a body that may be read here: it is told, it is small, and nothing is said of compression.
fn length(head: &RequestHead) -> Option<usize> {
    let headers = head.headers();
    if headers.contains_key(header::CONTENT_ENCODING) {
        return None;
    }
    let length = headers.get(header::CONTENT_LENGTH)?.to_str().ok()?;
    let length = length.parse().ok()?;
    (1..=body::LARGEST).contains(&length).then_some(length)
}

/// A verifier's question whose body is not read yet.
pub struct Reading<R> {
    front: Front<R>,
    request: Option<Request>,
    length: usize,
    begun: Instant,
    /// True once the body was looked for.
    looked: bool,
}

impl<R: Service<Request>> Reading<R> {
    /// actix polls once when it has read the head of a request, and again when it has decoded whatever came with it. By
    /// the second time the body of a question is there; if not, its sender is slow, and the routes know how long to wait.
    fn poll(&mut self) -> Poll<Answering<R>> {
        let Some(mut request) = self.request.take() else {
            return Poll::Ready(Answering::Done(None));
        };
        let mut payload = request.take_payload();
        // No waker is needed: when more arrives, actix polls again by itself.
        let mut unwoken = Context::from_waker(Waker::noop());
        let body = match payload.poll_next_unpin(&mut unwoken) {
            Poll::Pending if !self.looked => {
                self.looked = true;
                self.request = Some(request.replace_payload(payload).0);
                return Poll::Pending;
            }
            Poll::Ready(Some(Ok(body))) => body,
            Poll::Ready(Some(Err(error))) => {
                let payload = Box::pin(stream::once(std::future::ready(Err(error))));
                return Poll::Ready(self.by_routes(request, Payload::Stream { payload }));
            }
            Poll::Pending | Poll::Ready(None) => {
                return Poll::Ready(self.by_routes(request, payload));
            }
        };
        if body.len() == self.length
            && let Some(response) = self.front.verify(request.head(), &body, self.begun)
        {
            return Poll::Ready(Answering::Done(Some(response)));
        }
        if let Payload::H1 { payload } = &mut payload {
            payload.unread_data(body);
        }
        Poll::Ready(self.by_routes(request, payload))
    }

    fn by_routes(&self, request: Request, payload: Payload) -> Answering<R> {
        let (request, _) = request.replace_payload(payload);
        Answering::by_routes(&self.front.routes, request)
    }
}

impl<R> Front<R> {
    /// The answer to a verifier, unless something is wrong with its question.
    fn verify(&self, head: &RequestHead, body: &[u8], begun: Instant) -> Option<Response<BoxBody>> {
        let asked = verify::parse(body).ok()?;
        // Before it is known who asks: memory takes a while to bring the key, and the rest is done meanwhile.
        let key = verify::seek(&asked, self.state.index());
        let incoming = arrived(&self.state, head, begun);
        asker::admit(&incoming, false).ok()?;
        if !media_type::is(head, media_type::JSON) {
            return None;
        }
        let mut response = verify::answer(&incoming, &asked, &key).ok()?;
        guard::complete(&incoming, &mut response, begun, None);
        Some(response.into())
    }
}

/// An answer on its way.
pub enum Answering<R: Service<Request>> {
    /// It is here.
    Done(Option<Response<BoxBody>>),
    /// Its question is not read yet.
    Reading(Reading<R>),
    /// The routes answer.
    ByRoutes(Pin<Box<R::Future>>),
}

impl<R: Service<Request>> Answering<R> {
    fn by_routes(routes: &R, request: Request) -> Self {
        Self::ByRoutes(Box::pin(routes.call(request)))
    }
}

impl<R, B> Future for Answering<R>
where
    R: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody + 'static,
{
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let answering = &mut *self;
        // actix would close the connection without an answer.
        let polled = catch_unwind(AssertUnwindSafe(|| answering.go_on(context)));
        polled.unwrap_or_else(|_| {
            *answering = Self::Done(None);
            Poll::Ready(Ok(guard::after_panic()))
        })
    }
}

impl<R, B> Answering<R>
where
    R: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody + 'static,
{
    fn go_on(&mut self, context: &mut Context<'_>) -> Poll<Outcome> {
        if let Self::Reading(reading) = self {
            *self = ready!(reading.poll());
        }
        match self {
            Self::Done(response) => {
                let gone = || actix_web::error::ErrorInternalServerError("answered already");
                Poll::Ready(response.take().ok_or_else(gone))
            }
            Self::ByRoutes(answer) => {
                let response = ready!(answer.as_mut().poll(context))?;
                Poll::Ready(Ok(Response::from(response).map_into_boxed_body()))
            }
            Self::Reading(_) => Poll::Pending,
        }
    }
}
