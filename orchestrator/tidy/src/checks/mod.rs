//! The checks, one file each.

pub(crate) mod arrows;
pub(crate) mod behaviours;
pub(crate) mod clock_and_randomness;
pub(crate) mod declared_files;
pub(crate) mod deterministic_path;
pub(crate) mod document_size;
pub(crate) mod file_names;
pub(crate) mod file_size;
pub(crate) mod formatting;
pub(crate) mod function_size;
pub(crate) mod ignored_tests;
pub(crate) mod leftovers;
pub(crate) mod links;
pub(crate) mod lints;
pub(crate) mod locked_versions;
pub(crate) mod machine_paths;
pub(crate) mod module_files;
pub(crate) mod module_headers;
pub(crate) mod store_suites;
pub(crate) mod top_level;
