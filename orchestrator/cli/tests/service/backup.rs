//! `amends backup` and `amends restore`, of a service at work.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use amends_store_postgres::testing::Cluster;
use serde_json::Value;

use crate::service::{Service, Shop, audit, order_of};

/// Orders of every outcome, most of them under way for a while.
async fn place_orders(service: &Service, prefix: &str, count: usize) {
    for number in 0..count {
        let (sku, method) = match number % 7 {
            0 => ("SANDBOX-SYNC-REFUSED", "pm_sandbox_lostReply"),
            1 => ("book", "pm_sandbox_lostReply"),
            2 => ("book", "pm_card_chargeDeclined"),
            3 => ("SANDBOX-SYNC-REFUSED", "pm_sandbox_lostReply"),
            4 => ("book", "pm_sandbox_serverError"),
            5 => ("SANDBOX-SYNC-REFUSED", "pm_sandbox_serverError"),
            _ => ("book", "pm_card_visa"),
        };
        let body = order_of(&format!("{prefix}-{number}"), sku, method);
        let (status, answer) = service.post("/orders", &body).await;
        assert_eq!(status, 201, "{answer}");
    }
}

async fn wait_until_all_ended(service: &Service) {
    let begun = Instant::now();
    loop {
        let running = service.get("/orders?status=running").await.1;
        let unwinding = service.get("/orders?status=unwinding").await.1;
        let count = |page: &Value| page["orders"].as_array().unwrap().len();
        if count(&running) + count(&unwinding) == 0 {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(90), "{running} {unwinding}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn ask(shop: &Shop, data: &str, arguments: &[&str]) -> Value {
    let output = shop.ask(data, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn backup_of(shop: &Shop, data: &str, backup: &str) -> String {
    let path = shop.path(backup).display().to_string();
    ask(shop, data, &["backup", &path, "--json"]);
    path
}

#[tokio::test]
async fn what_is_recovered_goes_on_and_no_order_is_half_done_although_the_providers_know_more() {
    let shop = Shop::new();
    let service = Service::start_in(shop.clone(), "data", &[]);
    place_orders(&service, "o", 150).await;
    let backup = backup_of(&shop, "data", "backup");
    // What is done now is lost, but for what the providers have of it.
    wait_until_all_ended(&service).await;
    drop(service);
    let told = ask(&shop, "again", &["restore", &backup, "--recover", "--why", "the disk died", "--json"]);
    assert_eq!(told["restored"], "recovered");
    assert!(told["orders"].as_u64().unwrap() > 0, "orders were open in the backup: {told}");
    copy_books(&shop.path("data"), &shop.path("again"));
    let service = Service::start_in(shop.clone(), "again", &[]);
    wait_until_all_ended(&service).await;
    let log = service.get("/audit-log").await.1;
    assert_eq!(log["entries"][0]["why"], "the disk died", "{log}");
    assert_eq!(service.stop(), 0);
    audit(&shop, "again", &[]);
}

/// The providers of a shop that is recovered are the ones that it had.
fn copy_books(from: &Path, to: &Path) {
    for name in ["books.db", "books.db-wal"] {
        let (from, to) = (from.join(name), to.join(name));
        drop(std::fs::remove_file(&to));
        if from.exists() {
            std::fs::copy(from, to).unwrap();
        }
    }
}

#[tokio::test]
async fn in_a_copy_the_open_orders_stay_as_they_are_and_new_ones_are_another_deployments() {
    let shop = Shop::new();
    let service = Service::start_in(shop.clone(), "data", &[]);
    place_orders(&service, "o", 100).await;
    let backup = backup_of(&shop, "data", "backup");
    let told = ask(&shop, "copy", &["restore", &backup, "--copy", "--why", "staging", "--json"]);
    let frozen = told["orders"].as_u64().unwrap();
    assert!(frozen > 0, "{told}");
    // Both at once, each with its own providers.
    let copy = Service::start_in(shop.clone(), "copy", &[]);
    place_orders(&copy, "new", 7).await;
    wait_until_all_ended(&service).await;
    let begun = Instant::now();
    loop {
        let open = copy.get("/orders?status=running").await.1["orders"].as_array().unwrap().len()
            + copy.get("/orders?status=unwinding").await.1["orders"].as_array().unwrap().len();
        let new = copy.get("/orders/new-6").await.1;
        if open as u64 <= frozen && new["status"] == "completed" {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{open} open, {frozen} frozen, {new}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!((service.stop(), copy.stop()), (0, 0));
    let ids = |data| std::fs::read_to_string(shop.path(data).join("backup.json"));
    assert!(ids("copy").is_err(), "the note stays in the backup");
    audit(&shop, "data", &[]);
}

#[test]
fn what_cannot_be_used_is_said() {
    let shop = Shop::new();
    let refused = |data: &str, arguments: &[&str], part: &str| {
        let output = shop.ask(data, arguments);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(part), "{part:?} is not in {stderr}");
    };
    let there = shop.path("products.csv").parent().unwrap().display().to_string();
    let none = shop.path("none").display().to_string();
    refused("data", &["backup", &none], "no data directory");
    refused("new", &["restore", &none, "--copy", "--why", "x"], "is no backup");
    refused("new", &["restore", &there, "--copy", "--why", "x"], "is no backup");
    refused("new", &["restore", &there, "--why", "x"], "--copy");
    refused("new", &["restore", &there, "--copy", "--recover", "--why", "x"], "--copy");
    std::fs::create_dir(shop.path("odd")).unwrap();
    std::fs::write(shop.path("odd/backup.json"), r#"{"format":2}"#).unwrap();
    let odd = shop.path("odd").display().to_string();
    refused("new", &["restore", &odd, "--copy", "--why", "x"], "format 2");
    assert!(!shop.path("new").exists(), "nothing was made");
}

#[tokio::test]
async fn a_backup_or_a_restore_never_overwrites_anything() {
    let shop = Shop::new();
    let service = Service::start_in(shop.clone(), "data", &[]);
    place_orders(&service, "o", 3).await;
    let backup = backup_of(&shop, "data", "backup");
    let again = shop.ask("data", &["backup", &backup]);
    assert_eq!(again.status.code(), Some(2));
    let over = shop.ask("data", &["restore", &backup, "--recover", "--why", "x"]);
    assert_eq!(over.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&over.stderr).into_owned();
    assert!(stderr.contains("is not empty"), "{stderr}");
    let database =
        ["restore", &backup, "--recover", "--why", "x", "--database-url", "postgres://localhost/x"];
    let wrong = shop.ask("new", &database);
    assert_eq!(wrong.status.code(), Some(2));
    wait_until_all_ended(&service).await;
    assert_eq!(service.stop(), 0);
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn a_directory_that_works_for_a_database_is_recovered_with_the_databases_own_backup() {
    let cluster = Cluster::shared();
    let (lost, found, copy) = (cluster.database(), cluster.database(), cluster.database());
    let shop = Shop::new();
    let books = shop.path("books.db").display().to_string();
    let start = |data: &str, url: &str| {
        Service::start_in(shop.clone(), data, &["--database-url", url, "--books", &books])
    };
    let service = start("data", lost.url());
    place_orders(&service, "o", 60).await;
    let backup = backup_of(&shop, "data", "backup");
    let dump = shop.path("dump.sql").display().to_string();
    run("pg_dump", &[lost.url(), "--file", &dump]);
    wait_until_all_ended(&service).await;
    drop(service);
    for database in [&found, &copy] {
        run("psql", &[database.url(), "--quiet", "--set", "ON_ERROR_STOP=1", "--file", &dump]);
    }
    let restore = |data: &str, how: &str, url: &str| {
        let arguments = ["restore", &backup, how, "--why", "x", "--json", "--database-url", url];
        ask(&shop, data, &arguments)
    };
    let told = restore("again", "--recover", found.url());
    assert!(told["orders"].as_u64().unwrap() > 0, "orders were open in the backup: {told}");
    let service = start("again", found.url());
    wait_until_all_ended(&service).await;
    assert_eq!(service.stop(), 0);
    audit(&shop, "again", &["--database-url", found.url(), "--books", &books]);
    // A copy is another deployment: its directory cannot be used with the original's database, nor the reverse.
    restore("copy", "--copy", copy.url());
    let service = start("copy", copy.url());
    place_orders(&service, "new", 1).await;
    assert_eq!(service.stop(), 0);
    let wrong = shop.ask("again", &["up", "--listen", "127.0.0.1:0", "--database-url", copy.url()]);
    assert_eq!(wrong.status.code(), Some(2), "{}", String::from_utf8_lossy(&wrong.stderr));
    let recover = ["restore", &backup, "--recover", "--why", "x", "--database-url", copy.url()];
    let wrong = shop.ask("new", &recover);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("another one"), "{wrong:?}");
    assert!(!shop.path("new").exists() && !shop.path("new.restoring").exists(), "nothing was left behind");
}
