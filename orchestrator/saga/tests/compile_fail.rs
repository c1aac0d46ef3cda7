//! Programs that must not compile, and what the compiler says about them.
//!
//! The messages are pinned, because they are what the author of a saga reads. A new compiler may word them anew:
//! `TRYBUILD=overwrite cargo test -p amends-saga` rewrites them; read the diff.

#[test]
fn a_step_without_a_compensation_and_a_thing_that_is_no_step_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
