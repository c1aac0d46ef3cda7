//! `mapItemReaderData`: what the `ItemReader` of a Map state reads, made into the items that it would be.

use amends_asl::{ItemReader, Map, States};
use serde_json::Value;

use super::super::context::Scope;
use super::super::failure::Failure;

/// The `ItemsPointer` of the reader.
pub(super) fn pointer(map: &Map) -> Option<&str> {
    pointer_of(map.item_reader.as_ref()?)
}

fn pointer_of(reader: &ItemReader) -> Option<&str> {
    reader.config.get("ItemsPointer")?.as_str()
}

/// The items. CSV is a table, whose rows become objects; JSON Lines has an item on each line; everything else is taken
/// as a list in JSON, since that is how its items can be given as text.
pub(super) fn read(
    reader: &ItemReader,
    text: &str,
    states: &States<'_>,
    scope: &Scope<'_>,
) -> Result<Vec<Value>, Failure> {
    let most = reader.max_items.as_ref().map(|most| most.evaluate_count(states, scope)).transpose();
    let most = most.map_err(|error| Failure::evaluation(scope, &error))?;
    let items = match reader.config.get("InputType").and_then(Value::as_str) {
        Some("CSV") => rows(reader, text),
        Some("JSONL") => text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| serde_json::from_str(line).map_err(|error| error.to_string()))
            .collect(),
        _ => list(reader, text),
    };
    let mut items = items.map_err(|cause| Failure::attempt("States.ItemReaderFailed", Some(cause)))?;
    // 0 is no limit, as it is for concurrency.
    if let Some(most) = most.and_then(|most| usize::try_from(most).ok()).filter(|most| *most > 0) {
        items.truncate(most);
    }
    Ok(items)
}

fn list(reader: &ItemReader, text: &str) -> Result<Vec<Value>, String> {
    let data: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let found = match pointer_of(reader) {
        None => Some(&data),
        Some(pointer) => data.pointer(pointer),
    };
    let items = found.and_then(Value::as_array).cloned();
    items.ok_or_else(|| "Attempting to map over non-iterable node.".to_owned())
}

/// The rows of a table, by the names in its first row or in `CSVHeaders`. A row that is too short has empty values.
fn rows(reader: &ItemReader, text: &str) -> Result<Vec<Value>, String> {
    let delimiter = match reader.config.get("CSVDelimiter").and_then(Value::as_str) {
        Some("PIPE") => b'|',
        Some("SEMICOLON") => b';',
        Some("SPACE") => b' ',
        Some("TAB") => b'\t',
        _ => b',',
    };
    let mut table = csv::ReaderBuilder::new();
    let mut table = table.delimiter(delimiter).flexible(true).has_headers(false).from_reader(text.as_bytes());
    let records: Vec<_> = table.records().collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    let given = reader.config.get("CSVHeaders").and_then(Value::as_array);
    let mut records = records.iter();
    let names: Vec<&str> = match given {
        Some(names) => names.iter().filter_map(Value::as_str).collect(),
        None => records.next().map(|first| first.iter().collect()).unwrap_or_default(),
    };
    let row = |record: &csv::StringRecord| {
        let field =
            |(n, name): (usize, &&str)| ((*name).to_owned(), record.get(n).unwrap_or_default().into());
        Value::Object(names.iter().enumerate().map(field).collect())
    };
    Ok(records.map(row).collect())
}
