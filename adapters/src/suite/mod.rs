//! What the behaviour suites of the three traits share.

mod clock;
mod registered;

use amends_types::{DeploymentId, IdempotencyKey, Money};

pub(crate) use clock::VirtualClock;

use crate::{Call, Contract};

/// A call under the key of `purpose`, with the provider's own limit.
pub(crate) fn call(contract: Contract, purpose: &str) -> Call {
    let saga = "suite".parse().expect("a saga id");
    let key = IdempotencyKey::derive(DeploymentId::fixed(1), &saga, "suite", purpose);
    Call { key, limit: contract.call_limit() }
}

/// So many cents of a dollar.
pub(crate) fn usd(minor: i64) -> Money {
    Money { minor, currency: "USD".parse().expect("a currency") }
}

/// The names in the first column of the table in a file's header, sorted.
pub(crate) fn named_in_table(source: &str) -> Vec<&str> {
    let rows = source.lines().filter_map(|line| line.strip_prefix("//! | `"));
    let first_columns = rows.filter_map(|row| row.split(" |").next());
    let mut names: Vec<&str> =
        first_columns.flat_map(|column| column.trim_end_matches('`').split("`, `")).collect();
    names.sort_unstable();
    names
}

/// Expands a suite's list of cases into one test each.
macro_rules! each_case_a_test {
    ([$suite:path, $bench:path] $($group:ident { $($case:ident,)+ })+) => {
        $($(
            #[tokio::test]
            async fn $case() {
                use $suite as suite;
                suite::$group::$case($bench().await).await;
            }
        )+)+
    };
}
pub(crate) use each_case_a_test;

/// Expands a suite's list of cases into their names.
macro_rules! case_names {
    ([] $($group:ident { $($case:ident,)+ })+) => { [$($(stringify!($case),)+)+] };
}
pub(crate) use case_names;
