//! Ctrl-C, as a search asks for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether Ctrl-C was pressed. Clones are handles to the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Watches from now on. A search looks after each run, which takes milliseconds: there is no harder way to stop.
    pub(crate) fn watch() -> Self {
        let interrupt = Self::default();
        let pressed = interrupt.clone();
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                pressed.0.store(true, Ordering::Relaxed);
            }
        });
        interrupt
    }

    pub(crate) fn is_pressed(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
