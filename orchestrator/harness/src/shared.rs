//! What every task of a harness works with.

use std::collections::HashMap;
use std::sync::Arc;

use amends_store::Store;
use amends_types::{Clock, Entropy};

use crate::Saga;

pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) sagas: HashMap<&'static str, Saga>,
}
