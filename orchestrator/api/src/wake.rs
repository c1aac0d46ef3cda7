//! Waking those who wait for a saga to change.
//!
//! A wake is a hint that something may have changed; whoever is woken looks. Those who wait look now and then without
//! being woken too, because the saga may run in another process.

use std::time::Duration;

use amends_types::SagaId;
use tokio::sync::broadcast;

/// How many wakes may be on their way to one waiter; one that misses some looks at once.
const MOST_PENDING: usize = 1024;
/// How often those look who are not woken.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Wakes whoever waits for a saga. Clones are handles to the same.
#[derive(Debug, Clone)]
pub struct Wakes {
    sender: broadcast::Sender<SagaId>,
}

impl Default for Wakes {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(MOST_PENDING) }
    }
}

impl Wakes {
    /// Something may have changed about the saga.
    pub fn wake(&self, saga: &SagaId) {
        // An error means that nobody waits.
        drop(self.sender.send(saga.clone()));
    }

    /// Who waits from now on.
    pub(crate) fn waiter(&self, saga: &SagaId) -> Waiter {
        Waiter { receiver: self.sender.subscribe(), saga: saga.clone() }
    }
}

/// Somebody who waits for one saga.
pub(crate) struct Waiter {
    receiver: broadcast::Receiver<SagaId>,
    saga: SagaId,
}

impl Waiter {
    /// Completes when it is time to look again.
    pub(crate) async fn wait(&mut self) {
        let woken = async {
            loop {
                match self.receiver.recv().await {
                    Ok(saga) if saga != self.saga => {}
                    // Some were missed: perhaps ours.
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
                    Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        // Either way it is time to look.
        drop(tokio::time::timeout(LOOK_EVERY, woken).await);
    }
}
