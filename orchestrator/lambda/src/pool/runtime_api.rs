//! The Lambda Runtime API, as one execution environment asks it.
//!
//! `GET …/invocation/next` waits for an invocation; `POST …/invocation/{id}/response` and `…/error` answer it; `POST
//! …/init/error` says that there will never be one.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::failure::{MOST_RESPONSE_BYTES, response_too_large};
use crate::answer::FunctionAnswer;

/// What a function is handed.
#[derive(Debug, Clone)]
pub(super) struct Invocation {
    /// The id of the request.
    pub(super) request: String,
    /// The ARN that was invoked.
    pub(super) arn: String,
    pub(super) payload: String,
    /// How long it may take from now on.
    pub(super) limit: Duration,
}

/// Where a runtime stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phase {
    /// It has not asked for an invocation yet.
    Init,
    /// It has said that it will never ask, and why: an error as functions answer them.
    InitFailed(String),
    /// It waits for an invocation.
    Ready,
    /// It has one.
    Busy,
}

/// The API, served as long as this lives.
pub(super) struct RuntimeApi {
    address: SocketAddr,
    desk: Arc<Desk>,
    invocations: mpsc::Sender<Invocation>,
    server: JoinHandle<()>,
}

/// What the requests of a runtime and its invoker share.
struct Desk {
    phase: watch::Sender<Phase>,
    invocations: AsyncMutex<mpsc::Receiver<Invocation>>,
    open: Mutex<Option<Open>>,
}

/// An invocation without an answer.
struct Open {
    request: String,
    /// The runtime has it.
    is_handed_over: bool,
    answer: oneshot::Sender<FunctionAnswer>,
}

impl RuntimeApi {
    /// Serves the API on a port of its own.
    pub(super) async fn serve() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (invocations, receiver) = mpsc::channel(1);
        let desk = Arc::new(Desk {
            phase: watch::Sender::new(Phase::Init),
            invocations: AsyncMutex::new(receiver),
            open: Mutex::default(),
        });
        let routes = routes(desk.clone());
        // Without this, an answer in two packets waits for the first one's acknowledgement.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::error!(%error, "a runtime API is not served any more");
            }
        });
        Ok(Self { address, desk, invocations, server })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the runtime is ready, or never will be.
    pub(super) async fn ready(&self) -> Result<(), String> {
        let mut phase = self.desk.phase.subscribe();
        let reached = phase.wait_for(|phase| matches!(phase, Phase::Ready | Phase::InitFailed(_))).await;
        match reached.as_deref() {
            Ok(Phase::InitFailed(error)) => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// Hands an invocation to the runtime, and waits for its answer. It must be ready.
    pub(super) async fn invoke(&self, invocation: Invocation) -> Option<FunctionAnswer> {
        let (answer, answered) = oneshot::channel();
        let open = Open { request: invocation.request.clone(), is_handed_over: false, answer };
        *self.desk.open() = Some(open);
        self.invocations.send(invocation).await.ok()?;
        answered.await.ok()
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Desk {
    fn open(&self) -> std::sync::MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers the invocation of that id, if it is the one that the runtime has.
    fn answer(&self, request: &str, answer: FunctionAnswer) -> Response {
        let open = self.open().take_if(|open| open.is_handed_over && open.request == request);
        let Some(open) = open else {
            return refuse(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID");
        };
        // Who asked may have given up.
        drop(open.answer.send(answer));
        accepted()
    }
}

fn routes(desk: Arc<Desk>) -> Router {
    const ROOT: &str = "/2018-06-01/runtime";
    Router::new()
        .route(&format!("{ROOT}/invocation/next"), get(next))
        .route(&format!("{ROOT}/invocation/{{request}}/response"), post(response))
        .route(&format!("{ROOT}/invocation/{{request}}/error"), post(error))
        .route(&format!("{ROOT}/init/error"), post(init_error))
        .layer(DefaultBodyLimit::max(MOST_RESPONSE_BYTES))
        .with_state(desk)
}

async fn next(State(desk): State<Arc<Desk>>) -> Response {
    if desk.open().as_ref().is_some_and(|open| open.is_handed_over) {
        let message = "the invocation that the runtime has is not answered yet";
        return refuse(StatusCode::FORBIDDEN, "InvalidStateTransition", message);
    }
    desk.phase.send_replace(Phase::Ready);
    let Some(invocation) = desk.invocations.lock().await.recv().await else {
        return refuse(StatusCode::INTERNAL_SERVER_ERROR, "Shutdown", "the environment is shut down");
    };
    desk.phase.send_replace(Phase::Busy);
    if let Some(open) = desk.open().as_mut() {
        open.is_handed_over = true;
    }
    let deadline = SystemTime::now() + invocation.limit;
    let deadline = deadline.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let headers = [
        ("lambda-runtime-aws-request-id", invocation.request),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", invocation.arn),
        ("lambda-runtime-trace-id", trace_id()),
        ("content-type", "application/json".to_owned()),
    ];
    let headers: HeaderMap = headers.into_iter().filter_map(header).collect();
    (headers, invocation.payload).into_response()
}

fn header((name, value): (&'static str, String)) -> Option<(HeaderName, HeaderValue)> {
    Some((HeaderName::from_static(name), HeaderValue::try_from(value).ok()?))
}

/// A trace that nobody samples: `Root=1-{time}-{random};Parent={random};Sampled=0`.
fn trace_id() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let random = Uuid::new_v4().simple().to_string();
    format!("Root=1-{seconds:08x}-{};Parent={};Sampled=0", &random[..24], &random[16..])
}

async fn response(State(desk): State<Arc<Desk>>, Path(request): Path<String>, body: Received) -> Response {
    match read(body) {
        Ok(payload) => desk.answer(&request, FunctionAnswer { payload, has_failed: false }),
        Err(NotRead::TooLarge) => {
            drop(desk.answer(&request, response_too_large(&request)));
            let message = format!("Exceeded maximum allowed payload size ({MOST_RESPONSE_BYTES} bytes).");
            refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message)
        }
        Err(NotRead::Broken) => broken(),
    }
}

async fn error(State(desk): State<Arc<Desk>>, Path(request): Path<String>, body: Received) -> Response {
    match read(body) {
        Ok(payload) => desk.answer(&request, FunctionAnswer { payload, has_failed: true }),
        Err(NotRead::TooLarge) => desk.answer(&request, response_too_large(&request)),
        Err(NotRead::Broken) => broken(),
    }
}

async fn init_error(State(desk): State<Arc<Desk>>, body: Received) -> Response {
    let payload = read(body).unwrap_or_default();
    let is_first = desk.phase.send_if_modified(|phase| {
        let is_init = *phase == Phase::Init;
        if is_init {
            *phase = Phase::InitFailed(payload);
        }
        is_init
    });
    if is_first {
        return accepted();
    }
    refuse(StatusCode::FORBIDDEN, "InvalidStateTransition", "the runtime has begun already")
}

type Received = Result<Bytes, BytesRejection>;

enum NotRead {
    TooLarge,
    /// Its sender has gone, or sent no HTTP: whatever it is about stays open.
    Broken,
}

fn read(body: Received) -> Result<String, NotRead> {
    match body {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_))) => {
            Err(NotRead::TooLarge)
        }
        Err(_) => Err(NotRead::Broken),
    }
}

fn broken() -> Response {
    refuse(StatusCode::BAD_REQUEST, "InvalidRequest", "the body cannot be read")
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, Json(json!({"status": "OK"}))).into_response()
}

fn refuse(status: StatusCode, error: &str, message: &str) -> Response {
    (status, Json(json!({"errorType": error, "errorMessage": message}))).into_response()
}
