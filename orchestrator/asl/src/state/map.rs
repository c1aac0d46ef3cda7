//! Map: one machine works on each item of a list, and the result is the list of its outputs.

mod batcher;
mod items;
mod processor;
mod storage;

use std::sync::Arc;

pub use batcher::ItemBatcher;
pub use items::Items;
pub use processor::{ExecutionType, MapMode, Processor};
pub use storage::{ItemReader, ResultWriter};

use crate::catcher::Catcher;
use crate::diagnostic::DiagnosticCode;
use crate::quantity::{Quantity, QuantityNames};
use crate::reader::Reader;
use crate::recovery::{read_catch, read_retry};
use crate::retrier::Retrier;
use crate::state::{Names, ResultPath, Transition};
use crate::template::Template;

/// A Map state.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// What it works on, unless `item_reader` says otherwise.
    pub items: Items,
    /// Where a distributed Map reads its items from instead.
    pub item_reader: Option<ItemReader>,
    /// What the processor is given for an item (`ItemSelector`, or `Parameters` as it once was); the item itself, if
    /// there is none. `$$.Map.Item` is the item.
    pub item_selector: Option<Template>,
    /// How a distributed Map puts items together.
    pub item_batcher: Option<ItemBatcher>,
    /// What works on an item.
    pub processor: Processor,
    /// How many items are worked on at once; 0, or none: as many as the engine likes.
    pub max_concurrency: Option<Quantity>,
    /// How many items may fail.
    pub tolerated_failure_count: Option<Quantity>,
    /// How many items in a hundred may fail.
    pub tolerated_failure_percentage: Option<Quantity>,
    /// The name of a distributed Map in the ARNs of its runs; the state's name, if there is none.
    pub label: Option<Arc<str>>,
    /// Where a distributed Map writes its results to.
    pub result_writer: Option<ResultWriter>,
    /// What is made of the list of outputs before it goes anywhere.
    pub result_selector: Option<Template>,
    /// Where the result goes.
    pub result_path: ResultPath,
    /// Tried in this order when too many items failed.
    pub retry: Vec<Retrier>,
    /// Tried in this order when no retrier took the error.
    pub catch: Vec<Catcher>,
    /// Where to go then.
    pub next: Transition,
}

const MAX_CONCURRENCY: QuantityNames = QuantityNames::count("MaxConcurrency", "MaxConcurrencyPath");
const TOLERATED_COUNT: QuantityNames =
    QuantityNames::count("ToleratedFailureCount", "ToleratedFailureCountPath");
const TOLERATED_PERCENTAGE: QuantityNames =
    QuantityNames::percentage("ToleratedFailurePercentage", "ToleratedFailurePercentagePath");

/// The longest `Label`, in characters.
const MAX_LABEL_CHARS: usize = 40;

impl Map {
    pub(crate) fn read(reader: &Reader<'_>, names: &Names) -> Option<Self> {
        let processor = Processor::read(reader, names);
        let items = Items::read(reader);
        let item_reader = ItemReader::read(reader);
        let item_selector = Template::read_item_selector(reader);
        let item_batcher = ItemBatcher::read(reader);
        let max_concurrency = Quantity::read(reader, MAX_CONCURRENCY);
        let tolerated_failure_count = Quantity::read(reader, TOLERATED_COUNT);
        let tolerated_failure_percentage = Quantity::read(reader, TOLERATED_PERCENTAGE);
        let label = read_label(reader);
        let result_writer = ResultWriter::read(reader);
        let result_selector = Template::read_result_selector(reader);
        let result_path = ResultPath::read(reader);
        let retry = read_retry(reader);
        let catch = read_catch(reader, names);
        let next = Transition::read(reader, names)?;
        Some(Self {
            items,
            item_reader,
            item_selector,
            item_batcher,
            processor: processor?,
            max_concurrency,
            tolerated_failure_count,
            tolerated_failure_percentage,
            label,
            result_writer,
            result_selector,
            result_path,
            retry,
            catch,
            next,
        })
    }
}

fn read_label(reader: &Reader<'_>) -> Option<Arc<str>> {
    let label = reader.string("Label")?;
    if label.chars().count() > MAX_LABEL_CHARS {
        let limit = format!("exceeds the {MAX_LABEL_CHARS}-character limit allowed by the service");
        reader.fault(DiagnosticCode::InvalidLabelName, "Label", format!("Invalid Label name: Label {limit}"));
    }
    reader.name_label(label);
    Some(label.into())
}
