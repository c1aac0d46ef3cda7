//! The list of all checks. One that is missing here is dead code, and does not pass clippy.

use crate::Check;
use crate::checks::*;

/// Every check.
pub static CHECKS: &[Check] = &[
    arrows::CHECK,
    behaviours::CHECK,
    clock_and_randomness::CHECK,
    declared_files::CHECK,
    deterministic_path::CHECK,
    document_size::CHECK,
    file_names::CHECK,
    file_size::CHECK,
    formatting::CHECK,
    function_size::CHECK,
    ignored_tests::CHECK,
    leftovers::CHECK,
    links::CHECK,
    lints::CHECK,
    locked_versions::CHECK,
    machine_paths::CHECK,
    module_files::CHECK,
    module_headers::CHECK,
    store_suites::CHECK,
    top_level::CHECK,
];

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_check_is_known_by_the_name_of_its_file_and_is_tested_there() {
        for check in CHECKS {
            let path = format!("{}/src/checks/{}.rs", env!("CARGO_MANIFEST_DIR"), check.name);
            let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(source.contains("is_found"), "{path} has no test in which something is found");
        }
    }
}
