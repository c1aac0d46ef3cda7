//! The files, compared byte for byte with what the definition generates.
//!
//! `UPDATE=1 cargo test -p amends-workers` rewrites them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use amends_adapters::books::MemoryBooks;
use amends_adapters::inventory::SandboxInventory;
use amends_adapters::notification::SandboxNotification;
use amends_adapters::payment::SandboxPayment;
use amends_saga::SagaDefinition;
use amends_store::MemoryStore;
use amends_types::{BoxFuture, Clock, DeploymentId, Timestamp};
use amends_workers::{OrderSagaParts, order_saga};

/// A machine's name and its text.
pub(crate) struct Machine {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Both machines of the order saga, as generated.
pub(crate) fn generated() -> [Machine; 2] {
    let saga = definition();
    [
        Machine { name: saga.name().to_owned(), text: saga.forward_machine() },
        Machine { name: saga.unwind_name(), text: saga.unwind_machine() },
    ]
}

pub(crate) fn definition() -> SagaDefinition {
    let (books, clock) = (Arc::new(MemoryBooks::new()), Arc::new(NoClock));
    let parts = OrderSagaParts {
        payment: Arc::new(SandboxPayment::new(books.clone(), clock.clone())),
        notification: Arc::new(SandboxNotification::new(books.clone(), clock.clone())),
        inventory: Arc::new(SandboxInventory::new(books, clock.clone())),
        store: Arc::new(MemoryStore::new(clock, DeploymentId::fixed(1))),
    };
    order_saga(parts).definition().clone()
}

fn path_of(machine: &Machine) -> PathBuf {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../state-machines");
    directory.join(format!("{}.asl.json", machine.name))
}

/// A machine is generated without looking at the time.
struct NoClock;

impl Clock for NoClock {
    fn now(&self) -> Timestamp {
        unreachable!("nothing runs here")
    }
    fn monotonic(&self) -> std::time::Duration {
        unreachable!("nothing runs here")
    }
    fn sleep(&self, _: std::time::Duration) -> BoxFuture<'static, ()> {
        unreachable!("nothing runs here")
    }
}

#[test]
fn the_committed_machines_are_the_generated_ones() {
    for machine in generated() {
        let path = path_of(&machine);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &machine.text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        let file = format!("state-machines/{}.asl.json", machine.name);
        assert!(
            committed == machine.text,
            "{file} is not what the saga generates; run `UPDATE=1 cargo test -p amends-workers` and look at the diff"
        );
    }
}

#[test]
fn the_machines_name_no_account_and_no_region() {
    for Machine { name, text } in generated() {
        assert!(!text.contains("${"), "{name} must need no substitution");
        let arns: Vec<&str> = text.split('"').filter(|word| word.starts_with("arn:")).collect();
        assert!(arns.iter().all(|arn| *arn == "arn:aws:states:::lambda:invoke"), "{name}: {arns:?}");
    }
}
