//! The tables of test data in the headers of the sandboxes.

/// The names in the first column of the table in a file's header, sorted.
pub(crate) fn named_in_table(source: &str) -> Vec<&str> {
    let rows = source.lines().filter_map(|line| line.strip_prefix("//! | `"));
    let first_columns = rows.filter_map(|row| row.split(" |").next());
    let mut names: Vec<&str> =
        first_columns.flat_map(|column| column.trim_end_matches('`').split("`, `")).collect();
    names.sort_unstable();
    names
}
