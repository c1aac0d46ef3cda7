//! Where a mutant changes what a run is made of. In a run of the real thing, nothing.

use std::sync::Arc;

use amends_saga::TaskPayload;
use amends_store::Store;
use amends_types::Clock;

use crate::explore::World;

/// Puts another store before the one that there is.
pub(crate) type ChangeStore = fn(Arc<dyn Store>, &Arc<World>) -> Arc<dyn Store>;

/// What a mutant changes.
#[derive(Clone, Default)]
pub(crate) struct Tweaks {
    /// What workers take for the store.
    pub(crate) store: Option<ChangeStore>,
    /// What a worker makes of its task.
    pub(crate) task: Option<fn(&World, TaskPayload) -> TaskPayload>,
    /// The coordinator delivers what is not owed yet: this step of every saga that goes forward.
    pub(crate) delivers_early: Option<&'static str>,
    /// An execution that is started again begins its saga anew.
    pub(crate) revives: Option<Revive>,
    /// The sweeper does not wait for the former execution's end, nor stop it.
    pub(crate) sweeps_at_once: bool,
    /// The sweeper writes over the verdict of a committed saga whose execution ended otherwise.
    pub(crate) believes_ends: bool,
    /// The sweeper starts the forward machine instead of the one that only compensates.
    pub(crate) sweeps_forward: bool,
    /// The relay deletes the outbox row before the execution is started, and the sweeper leaves alone what is not there.
    pub(crate) deletes_first: bool,
    /// Each coordinator takes Step Functions for its own, and so all that waits in the outbox.
    pub(crate) takes_for_its_own: bool,
    /// The sweeper leaves it to the relay to start what is not there.
    pub(crate) trusts_the_outbox: bool,
    /// What the sweeper stops gets its verdict at once.
    pub(crate) settles_what_it_stops: bool,
    /// The journal is written, and not synced.
    pub(crate) journal_forgets: bool,
    /// The store of a run, and what it loses when the process is killed.
    pub(crate) lossy: Option<MakeLossy>,
    /// The machine gives up where the generated one tries again; that it costs orders is not what the mutant is about.
    pub(crate) gives_up_early: bool,
}

/// Which second start of an execution begins its saga anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Revive {
    /// An operator's redrive.
    Redrive,
    /// An operator's redrive of a saga that is being repaired.
    OfARepair,
    /// A start under the same name.
    Start,
}

/// Makes a store, and what it loses.
pub(crate) type MakeLossy = fn(Arc<dyn Clock>) -> (Arc<dyn Store>, Lose);

/// What a store loses when the process is killed.
pub(crate) type Lose = Arc<dyn Fn() + Send + Sync>;
