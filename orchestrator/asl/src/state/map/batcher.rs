//! `ItemBatcher`: how a distributed Map puts items together for one execution.

use crate::quantity::{Quantity, QuantityNames};
use crate::reader::Reader;
use crate::template::Template;

/// How items are put together.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemBatcher {
    /// The most items of a batch.
    pub max_items: Option<Quantity>,
    /// The most bytes of a batch.
    pub max_bytes: Option<Quantity>,
    /// What every batch has besides its `Items`.
    pub batch_input: Option<Template>,
}

const MAX_ITEMS: QuantityNames = QuantityNames::count("MaxItemsPerBatch", "MaxItemsPerBatchPath");
const MAX_BYTES: QuantityNames = QuantityNames::count("MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath");

impl ItemBatcher {
    pub(super) fn read(reader: &Reader<'_>) -> Option<Self> {
        let inner = reader.child_at("ItemBatcher")?;
        let max_items = Quantity::read(&inner, MAX_ITEMS);
        let max_bytes = Quantity::read(&inner, MAX_BYTES);
        let batch_input = Template::read(&inner, "BatchInput");
        inner.finish();
        Some(Self { max_items, max_bytes, batch_input })
    }
}
