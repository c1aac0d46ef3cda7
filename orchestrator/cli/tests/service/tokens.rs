//! Who may ask for what, and from where.

use std::process::Command;

use serde_json::json;

use crate::service::{Service, Shop, order};

/// Makes a token with the program itself; the token and its line.
pub(crate) fn token(name: &str, role: &str) -> (String, String) {
    let made = Command::new(env!("CARGO_BIN_EXE_amends")).args(["token", name, role]).output().unwrap();
    let said = String::from_utf8(made.stderr).unwrap();
    let token = said.lines().find(|line| line.starts_with("amends_")).unwrap().to_owned();
    (token, String::from_utf8(made.stdout).unwrap())
}

#[tokio::test]
async fn a_token_is_needed_known_and_of_the_right_role() {
    let shop = Shop::new();
    let ((orders, first), (operator, second)) = (token("shop", "orders"), token("ada", "operator"));
    std::fs::write(shop.path("tokens"), first + &second).unwrap();
    let tokens = shop.path("tokens").display().to_string();
    let service = Service::start_in(shop, "data", &["--tokens", &tokens]);
    let http = reqwest::Client::new();
    let status = async |path: &str, token: Option<&str>| {
        let mut request = http.get(format!("{}{path}", service.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(status("/orders", None).await, 401);
    assert_eq!(status("/orders", Some("amends_0")).await, 401);
    assert_eq!(status("/orders", Some(&orders)).await, 200);
    assert_eq!(status("/parked", Some(&orders)).await, 403);
    assert_eq!(status("/parked", Some(&operator)).await, 200);
    assert_eq!(status("/metrics", Some(&orders)).await, 403);
    for open in ["/health", "/ready", "/openapi.json"] {
        assert_eq!(status(open, None).await, 200, "{open}");
    }
    let place = http.post(format!("{}/orders", service.url)).bearer_auth(&orders).json(&order("o-1"));
    assert_eq!(place.send().await.unwrap().status(), 201);
    let drain = http.post(format!("{}/drain", service.url)).bearer_auth(&operator);
    let drain = drain.json(&json!({ "why": "deploy" })).send().await.unwrap();
    assert_eq!(drain.status(), 202);
    assert!(!service.log().contains(&orders));
}

#[test]
fn an_address_that_others_reach_is_refused_without_tokens() {
    let shop = Shop::new();
    let refused = shop.ask("data", &["up", "--listen", "0.0.0.0:0"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--tokens"));
    assert!(!shop.path("data").exists(), "nothing was begun");
}
