//! `ItemReader` and `ResultWriter`: where a distributed Map has its items from, and where it leaves its results.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::machine::require;
use crate::quantity::{Quantity, QuantityNames};
use crate::reader::Reader;
use crate::template::Template;

/// Where items are read from.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemReader {
    /// `arn:aws:states:::s3:getObject`, `arn:aws:states:::s3:listObjectsV2`.
    pub resource: Arc<str>,
    /// What the call is made with.
    pub parameters: Option<Template>,
    /// The most items that are taken.
    pub max_items: Option<Quantity>,
    /// `ReaderConfig` as written: `InputType`, `CSVHeaderLocation` and their like.
    pub config: Map<String, Value>,
}

/// Where results are written to.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultWriter {
    /// `arn:aws:states:::s3:putObject`; none if results are only given another form.
    pub resource: Option<Arc<str>>,
    /// What the call is made with.
    pub parameters: Option<Template>,
    /// `WriterConfig` as written: `OutputType` and `Transformation`.
    pub config: Map<String, Value>,
}

const MAX_ITEMS: QuantityNames = QuantityNames::count("MaxItems", "MaxItemsPath").at_most(100_000_000);
const READER_FIELDS: &[&str] = &[
    "InputType",
    "CSVHeaderLocation",
    "CSVHeaders",
    "CSVDelimiter",
    "ManifestType",
    "Transformation",
    "ItemsPointer",
];
const WRITER_FIELDS: &[&str] = &["OutputType", "Transformation"];

impl ItemReader {
    pub(super) fn read(reader: &Reader<'_>) -> Option<Self> {
        let inner = reader.child_at("ItemReader")?;
        let resource = inner.string("Resource").map(Arc::from);
        require(&inner, &["Resource"]);
        if inner.has("Resource") && resource.as_deref().is_some_and(|resource| !is_reader(resource)) {
            inner.error_at("Resource", "The field 'Resource' does not match any of the allowed values");
        }
        let parameters = Template::read_arguments(&inner);
        let config = inner.child_at("ReaderConfig");
        let max_items = config.as_ref().and_then(|config| Quantity::read(config, MAX_ITEMS));
        if let Some(config) = &config {
            check_header(config);
        }
        let config = config.map(|config| read_config(&config, READER_FIELDS)).unwrap_or_default();
        inner.finish();
        Some(Self { resource: resource?, parameters, max_items, config })
    }
}

impl ResultWriter {
    pub(super) fn read(reader: &Reader<'_>) -> Option<Self> {
        let inner = reader.child_at("ResultWriter")?;
        let resource = inner.string("Resource").map(Arc::from);
        let parameters = Template::read_arguments(&inner);
        let config = inner.child_at("WriterConfig");
        let config = config.map(|config| read_config(&config, WRITER_FIELDS)).unwrap_or_default();
        inner.finish();
        Some(Self { resource, parameters, config })
    }
}

/// Whether Step Functions reads items there, in whichever partition of AWS.
fn is_reader(resource: &str) -> bool {
    let Some((partition, call)) = resource.strip_prefix("arn:").and_then(|rest| rest.split_once(':')) else {
        return false;
    };
    !partition.is_empty() && matches!(call, "states:::s3:getObject" | "states:::s3:listObjectsV2")
}

/// CSV is read with a header, of the file's own or given, and JSON without.
fn check_header(config: &Reader<'_>) {
    let has_header = config.has("CSVHeaderLocation");
    match config.string("InputType") {
        Some("CSV") if !has_header => config.error("The field 'CSVHeaderLocation' is required"),
        Some("JSON") if has_header => config.unsupported("CSVHeaderLocation"),
        _ => {}
    }
    if config.string("CSVHeaderLocation") == Some("GIVEN") {
        require(config, &["CSVHeaders"]);
    }
}

fn read_config(reader: &Reader<'_>, fields: &[&'static str]) -> Map<String, Value> {
    let given = fields.iter().filter_map(|field| Some(((*field).to_owned(), reader.take(field)?.clone())));
    let config = given.collect();
    reader.finish();
    config
}
