//! `amends verify`: explores what faults can do to a saga.

use std::process::ExitCode;
use std::time::Duration;

use amends_verify::explore::{Injection, Schedule, Story, replay};

use crate::args::Verify;
use crate::failure::{Failure, exit};
use crate::output;
use crate::verify::{Databases, Interrupt, ScenarioName, Searches, StoreName, Target, hunt_all, search_all};

pub(crate) async fn run(arguments: Verify) -> Result<ExitCode, Failure> {
    let interrupt = Interrupt::watch();
    // It computes on all cores and never waits: not on the threads that serve Ctrl-C.
    let work = tokio::task::spawn_blocking(move || explore(&arguments, &interrupt));
    work.await.map_err(Failure::failed)?
}

fn explore(arguments: &Verify, interrupt: &Interrupt) -> Result<ExitCode, Failure> {
    if arguments.mutants {
        return hunt(arguments, interrupt);
    }
    let target = Target::read(arguments.what.as_deref())?;
    if let Some(schedule) = &arguments.schedule {
        return tell(&target, schedule, arguments);
    }
    let outcome = search_all(&Searches {
        target: &target,
        scenarios: arguments.scenario.map_or_else(|| ScenarioName::ALL.to_vec(), |one| vec![one]),
        store: arguments.store,
        faults: arguments.faults,
        budget: Duration::from_secs(arguments.budget),
        seed: arguments.seed,
        interrupt,
    })?;
    if arguments.json {
        output::print_json(&outcome)?;
    } else {
        output::print(&outcome.text())?;
    }
    Ok(exit_code(outcome.interrupted, outcome.is_violated()))
}

fn hunt(arguments: &Verify, interrupt: &Interrupt) -> Result<ExitCode, Failure> {
    let hunt = hunt_all(arguments.faults, interrupt);
    if arguments.json {
        output::print_json(&hunt)?;
    } else {
        output::print(&hunt.text())?;
    }
    Ok(exit_code(hunt.interrupted, hunt.survivors() > 0))
}

/// Makes the run of a schedule.
fn tell(target: &Target, schedule: &str, arguments: &Verify) -> Result<ExitCode, Failure> {
    let schedule: Schedule = schedule
        .parse()
        .map_err(|error| Failure::Unusable(format!("the schedule cannot be used: {error}")))?;
    let scenario = arguments.scenario.unwrap_or(ScenarioName::OneOrder);
    let store = arguments.store.unwrap_or(StoreName::Memory);
    let setup = target.setup(scenario)?;
    let run = match store {
        StoreName::Memory => replay(&setup, &schedule),
        StoreName::Sqlite => {
            let databases = Databases::new()?;
            let run = replay(&setup.with_store(databases.make_store()), &schedule);
            databases.check()?;
            run
        }
    };
    let mut made = run.schedule.injections.clone();
    for injection in schedule.injections {
        let Some(place) = made.iter().position(|made| *made == injection) else {
            return Err(not_reached(&injection, scenario));
        };
        made.remove(place);
    }
    let story = Story::of(&run, &target.arguments(scenario, store));
    if arguments.json {
        output::print_json(&story)?;
    } else {
        output::print(&story.text())?;
    }
    Ok(exit_code(false, !story.broken.is_empty()))
}

fn not_reached(injection: &Injection, scenario: ScenarioName) -> Failure {
    let Injection { site, fault } = injection;
    Failure::Unusable(format!(
        "{site}={fault} was not reached: in this run of {} nothing of that name happens, or that fault cannot happen \
         there",
        scenario.name()
    ))
}

fn exit_code(interrupted: bool, failed: bool) -> ExitCode {
    let code = match (interrupted, failed) {
        (true, _) => exit::INTERRUPTED,
        (false, true) => exit::FAILED,
        (false, false) => 0,
    };
    code.into()
}
