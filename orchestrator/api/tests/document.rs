//! The OpenAPI document that is committed is the one that is served. `UPDATE=1` writes it anew.

#[test]
fn the_document_is_the_one_that_is_committed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let document = amends_api::document();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &document).expect("the document can be written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == document, "run UPDATE=1 cargo test -p amends-api --test document");
}
