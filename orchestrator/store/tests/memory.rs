//! The store in memory passes the suite.

use std::sync::Arc;

use amends_store::MemoryStore;
use amends_types::DeploymentId;

amends_store::store_suite!(memory, |clock| Arc::new(MemoryStore::new(clock, DeploymentId::fixed(1))));
