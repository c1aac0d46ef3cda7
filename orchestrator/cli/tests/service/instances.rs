//! Several instances on one PostgreSQL database, killed, together with a server that crashes.

use std::time::Duration;

use amends_client::{Client, Options, Status};
use amends_store_postgres::testing::Cluster;

use crate::service::{Service, Shop, audit, new_order};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_share_a_database_through_kills_and_crashes_of_it_and_nothing_is_half_done() {
    let mut cluster = Cluster::alone();
    let url = cluster.database().url().to_owned();
    let shop = Shop::new();
    let books = shop.path("books.db").display().to_string();
    let arguments = ["--database-url", &url, "--books", &books];
    let start = |data: &str| Service::start_in(shop.clone(), data, &arguments);
    let (one, mut two) = (start("one"), start("two"));
    let patient = |service: &Service| {
        let options = Options { patience: Duration::from_secs(120), ..Options::default() };
        Client::with_options(&service.url, options).unwrap()
    };
    let mut ids = Vec::new();
    for round in 0..3 {
        for number in 0..30 {
            let id = format!("o-{round}-{number}");
            let sku = if number % 5 == 0 { "SANDBOX-SYNC-REFUSED" } else { "book" };
            let client = if number % 2 == 0 { patient(&one) } else { patient(&two) };
            client.start(&new_order(&id, sku, "pm_card_visa")).await.unwrap();
            // Whoever is asked again, also at the other instance, hears the same.
            assert!(patient(&one).start(&new_order(&id, sku, "pm_card_visa")).await.unwrap().before);
            ids.push(id);
        }
        match round {
            0 => {
                two.signal("-KILL");
                drop(two);
                two = start("two");
            }
            1 => tokio::task::block_in_place(|| cluster.crash()),
            _ => {}
        }
    }
    for id in &ids {
        let end = patient(&one).wait(id, Duration::from_secs(240)).await.unwrap();
        assert!(matches!(end.status, Status::Completed | Status::Compensated), "{id}: {end:?}");
    }
    assert_eq!((one.stop(), two.stop()), (0, 0));
    let report = audit(&shop, "one", &["--database-url", &url, "--books", &books]);
    assert_eq!((&report["sagas"], &report["open"]), (&90.into(), &0.into()));
}
