//! The memory store with a hook before each transaction that may write: it fails, or time passes.

use std::sync::{Arc, Mutex};

use amends_store::{Access, MemoryStore, Store, StoreError, Work};
use amends_types::{BoxFuture, Clock, DeploymentId};

type Hook = Box<dyn FnMut() -> Result<(), StoreError> + Send>;

pub(crate) struct HookedStore {
    inner: MemoryStore,
    hook: Mutex<Option<Hook>>,
}

impl HookedStore {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { inner: MemoryStore::new(clock, DeploymentId::fixed(7)), hook: Mutex::new(None) }
    }

    pub(crate) fn before_each_write(&self, hook: impl FnMut() -> Result<(), StoreError> + Send + 'static) {
        *self.hook.lock().unwrap() = Some(Box::new(hook));
    }

    /// Lets the store fail until [`HookedStore::recover`].
    pub(crate) fn fail(&self) {
        self.before_each_write(|| Err(StoreError::Unavailable("the disk is gone".into())));
    }

    pub(crate) fn recover(&self) {
        *self.hook.lock().unwrap() = None;
    }
}

impl Store for HookedStore {
    fn deployment(&self) -> DeploymentId {
        self.inner.deployment()
    }

    fn commit_sequence(&self) -> u64 {
        self.inner.commit_sequence()
    }

    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            if access == Access::Write
                && let Some(hook) = self.hook.lock().unwrap().as_mut()
            {
                hook()?;
            }
            self.inner.run(access, work).await
        })
    }
}
