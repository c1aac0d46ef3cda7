//! One run: lives of the process, one after the other, until everything has come to rest.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use amends_engine::clock::Simulation;
use amends_types::Clock;
use futures_util::future::{Either, select};

use crate::effect::BookEffect;
use crate::explore::choices::{Offer, Site};
use crate::explore::disk::{Disk, StoreClock};
use crate::explore::ending::Ending;
use crate::explore::fault::{Fault, FaultSet};
use crate::explore::fingerprint::Paths;
use crate::explore::judge::{Broken, Judged, judge};
use crate::explore::life::{Birth, Life};
use crate::explore::rest::{Unrest, come_to_rest};
use crate::explore::scenario::Stage;
use crate::explore::schedule::Schedule;
use crate::explore::setup::Setup;
use crate::explore::trace::{Happened, Moment, Trace};
use crate::explore::wire::Wire;
use crate::explore::world::World;

/// More lives than faults could have ended.
const MOST_LIVES: usize = 64;
/// By how much the store's clock is off, when it is: more than a saga's deadline is away, or mixing the clocks there
/// would not show.
const SKEW_MICROS: i64 = 12 * 60 * 60 * 1_000_000;

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Run {
    /// What was injected.
    pub(crate) schedule: Schedule,
    /// What is wrong; empty when nothing is.
    pub(crate) broken: Vec<Broken>,
    /// What could have been injected, in order.
    pub(crate) offers: Vec<Offer>,
    /// What happened.
    pub(crate) trace: Trace,
    /// How each saga stood at the end.
    pub(crate) endings: Vec<Ending>,
}

/// Runs once, in a world of its own.
pub(crate) fn run(setup: &Setup, world: &Arc<World>) -> Run {
    let stage: Arc<dyn Stage> = setup.scenario.stage(Arc::new(world.clock.clone())).into();
    let clock = StoreClock::new(world.clock.clone());
    skew(world, &clock);
    let disk = match setup.tweaks.lossy {
        Some(lossy) => Disk::lossy(lossy(Arc::new(clock))),
        None => Disk::new((setup.store)(Arc::new(clock))),
    };
    let store = disk.store.clone();
    let unrest = live(setup, world, &stage, disk);
    world.end_life();
    let mut trace = world.take_trace();
    tell_arrivals(&mut trace, &stage.effects());
    let Judged { broken, endings } = judge(setup, &*store, &*stage, &trace, unrest);
    let (schedule, offers) = (world.choices.made(), world.choices.take_offers());
    Run { schedule, broken, offers, trace, endings }
}

/// What was late, and so in no call, is told when it arrived.
fn tell_arrivals(trace: &mut Trace, effects: &[(String, BookEffect)]) {
    let is_late = |moment: &Moment| matches!(moment.what, Happened::Injected { fault: Fault::Late, .. });
    if !trace.moments.iter().any(is_late) {
        return;
    }
    for (reference, effect) in effects {
        let Some(at) = effect.at else { continue };
        let is_call = |moment: &Moment| moment.at == at && matches!(moment.what, Happened::Called(_));
        if trace.moments.iter().any(is_call) {
            continue;
        }
        let place = trace.moments.partition_point(|moment| moment.at <= at);
        let told = format!("what was late for {reference} arrives: {}", effect.name);
        trace.moments.insert(place, Moment { at, actor: "provider".into(), what: Happened::Noted(told) });
    }
}

/// The store's clock may be off from the beginning.
fn skew(world: &World, clock: &StoreClock) {
    let site = Site { actor: "store".into(), action: "clock", nth: 1 };
    match world.offer(site, FaultSet::of(&[Fault::StoreClockAhead, Fault::StoreClockBehind])) {
        Some(Fault::StoreClockAhead) => clock.set_ahead(SKEW_MICROS),
        Some(Fault::StoreClockBehind) => clock.set_ahead(-SKEW_MICROS),
        _ => {}
    }
}

/// Why a run did not come to rest, if it did not.
fn live(setup: &Setup, world: &Arc<World>, stage: &Arc<dyn Stage>, mut disk: Disk) -> Option<Unrest> {
    let wire = Wire::new(world.clone());
    let paths = Arc::new(Paths::default());
    for _ in 0..MOST_LIVES {
        let simulation = Simulation::new(world.clock.clone());
        world.begin_life(&simulation, policies(setup));
        let ended = {
            let birth = Birth { setup, world, stage, disk: &disk, wire: &wire, paths: &paths };
            let life = async {
                let life = Life::begin(birth, &simulation).await.map_err(Unrest::DoesNotStart)?;
                come_to_rest(setup, &life, stage).await
            };
            let (life, killed) = (pin!(life), pin!(world.until_killed()));
            simulation.run(async {
                // Death first: nothing goes on in a process that has been killed.
                match select(killed, life).await {
                    Either::Left(_) => None,
                    Either::Right((rest, _)) => Some(rest),
                }
            })
        };
        world.end_life();
        let down = world.is_killed();
        match (down, ended) {
            (Some(down), _) => {
                disk = disk.crash();
                world.clock.advance(down);
            }
            (None, Some(Some(rest))) => return rest.err(),
            (None, Some(None) | None) => return Some(Unrest::Deadlock),
        }
    }
    Some(Unrest::NeverEnds("the process was started too often".into()))
}

fn policies(setup: &Setup) -> std::collections::HashMap<&'static str, amends_saga::StepPolicy> {
    setup.definition.steps().iter().map(|step| (step.name, step.policy)).collect()
}

/// Lets time pass in a life.
pub(crate) async fn pass(life: &Life, duration: Duration) {
    life.world.clock.sleep(duration).await;
}
