//! What becomes of a suite's list of cases.

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
