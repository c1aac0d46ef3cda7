//! A fuzzer of HTTP APIs, which somebody else wrote, against the running service and the document that it serves.
//!
//! `.ci/install-test-tools` installs it; without it this test fails.

use std::process::Command;

use crate::service::{Service, Shop, tools};
use crate::tokens::token;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_does_what_its_document_says_whatever_it_is_sent() {
    // With tokens, because the document says that they are needed.
    let (shop, (token, line)) = (Shop::new(), token("fuzzer", "operator"));
    std::fs::write(shop.path("tokens"), line).unwrap();
    let tokens = shop.path("tokens").display().to_string();
    let service = Service::start_in(shop, "data", &["--tokens", &tokens]);
    let program = tools().join("venv/bin/schemathesis");
    let output = tokio::task::block_in_place(|| {
        Command::new(&program)
            .arg("run")
            .arg(format!("{}/openapi.json", service.url))
            // Draining ends the service, and an event stream of an order ends with the order.
            .args(["--exclude-path", "/drain", "--exclude-path", "/orders/{order_id}/events"])
            // `use_after_free` and the like want links between operations, which are not in the document.
            .args(["--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,negative_data_rejection,unsupported_method"])
            .args(["--header", &format!("Authorization: Bearer {token}")])
            .args(["--max-examples", "25", "--seed", "7", "--no-color", "--generation-deterministic"])
            .env("HYPOTHESIS_STORAGE_DIRECTORY", service.shop.path("hypothesis"))
            .current_dir(service.shop.path("."))
            .output()
    });
    let output = output.unwrap_or_else(|error| {
        panic!("{} cannot be run ({error}): run `.ci/test`, which installs it", program.display())
    });
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
}
