//! Who gets through, and how many at once.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::auth::{Auth, Caller, Role};
use crate::problem::{Kind, Problem};
use crate::shared::Shared;

/// Refuses early what is too much, and ends what takes too long.
pub(crate) async fn shed(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    // Those who wait have places of their own.
    let waits = request.uri().query().is_some_and(|query| query.contains("wait="))
        || request.uri().path().ends_with("/events");
    let _permit = if waits {
        None
    } else {
        match shared.requests.clone().try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_) => {
                shared.metrics.refused("requests");
                let detail = "too many requests are being worked on";
                return Problem::new(Kind::Overloaded, detail).retry_after(1).into_response();
            }
        }
    };
    let limit = shared.limits.request_time + if waits { shared.limits.wait } else { Default::default() };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail = "the request took too long; ask again with the same order id";
            Problem::new(Kind::Unavailable, detail).retry_after(2).into_response()
        }
    }
}

/// Lets through whoever has the role of the order service, or more.
pub(crate) async fn orders(shared: State<Arc<Shared>>, request: Request, next: Next) -> Response {
    enter(shared, Role::Orders, request, next).await
}

/// Lets operators through.
pub(crate) async fn operator(shared: State<Arc<Shared>>, request: Request, next: Next) -> Response {
    enter(shared, Role::Operator, request, next).await
}

async fn enter(State(shared): State<Arc<Shared>>, role: Role, mut request: Request, next: Next) -> Response {
    match admit(&shared, role, &request) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

fn admit(shared: &Shared, role: Role, request: &Request) -> Result<Caller, Problem> {
    check_origin(&shared.auth, request.headers())?;
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let caller = shared.auth.caller(text(header::AUTHORIZATION.as_str()), text("amends-actor"));
    let caller = caller
        .ok_or_else(|| Problem::new(Kind::Unauthorized, "send a token: Authorization: Bearer TOKEN"))?;
    if caller.role < role {
        let detail = format!("this needs a token of the role {}", role.name());
        return Err(Problem::new(Kind::Forbidden, detail));
    }
    let client = match &shared.auth {
        Auth::Tokens(_) => caller.name.clone(),
        Auth::Loopback => peer(request),
    };
    shared.rate_limit.check(&client).inspect_err(|_| shared.metrics.refused("rate"))?;
    Ok(caller)
}

fn peer(request: &Request) -> String {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.map_or_else(String::new, |ConnectInfo(address)| address.ip().to_string())
}

/// Where nobody needs a token, a page in a browser must not ask in its user's place: neither under another name of this
/// machine nor from another site.
fn check_origin(auth: &Auth, headers: &HeaderMap) -> Result<(), Problem> {
    if !matches!(auth, Auth::Loopback) {
        return Ok(());
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).unwrap_or_default();
    let is_ours =
        is_loopback(host) && text(header::ORIGIN).is_none_or(|origin| origin == format!("http://{host}"));
    if is_ours {
        return Ok(());
    }
    let detail = "without tokens this is only for programs on this machine: ask it by a loopback address";
    Err(Problem::new(Kind::Forbidden, detail))
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_page_of_another_site_does_not_get_through_without_tokens() {
        let check = |host: &'static str, origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            check_origin(&Auth::Loopback, &headers).is_ok()
        };
        assert!(check("127.0.0.1:8080", None) && check("localhost:8080", None) && check("[::1]:8080", None));
        assert!(check("localhost:8080", Some("http://localhost:8080")));
        assert!(!check("localhost:8080", Some("http://evil.example")));
        assert!(!check("localhost:8080", Some("null")));
        assert!(!check("evil.example", None) && !check("127.0.0.1.evil.example", None) && !check("", None));
    }
}
