//! `amends verify`: explores what faults can do to a saga.

use std::process::ExitCode;
use std::time::Duration;

use amends_verify::explore::{Counterexample, Injection, Schedule, Story, replay};
use amends_verify::mutants::Mutant;

use crate::args::Verify;
use crate::failure::{Failure, exit};
use crate::output;
use crate::verify::{
    Databases, Interrupt, LeftOut, ScenarioName, Searches, StoreName, Target, arguments_of, find_mutant,
    hunt_all, hunt_one, search_all,
};

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
    if let Some(name) = &arguments.mutant {
        return of_mutant(&find_mutant(name)?, arguments, interrupt);
    }
    let target = Target::read(arguments.what.as_deref())?.without(&arguments.without);
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
    let hunt = hunt_all(arguments.faults, &arguments.without, interrupt);
    if arguments.json {
        output::print_json(&hunt)?;
    } else {
        output::print(&hunt.text())?;
    }
    Ok(exit_code(hunt.interrupted, hunt.survivors() > 0))
}

/// Finds one mutant, or makes one run of it.
fn of_mutant(mutant: &Mutant, arguments: &Verify, interrupt: &Interrupt) -> Result<ExitCode, Failure> {
    let without = &arguments.without;
    if let Some(schedule) = &arguments.schedule {
        let schedule = read(schedule)?;
        let setup = LeftOut::all_from((mutant.setup)(), without);
        let run = replay(&setup, &schedule);
        all_reached(&run, schedule, setup.scenario())?;
        return print(&Story::of(&run, &arguments_of(mutant, without)), arguments);
    }
    let hunt = hunt_one(mutant, arguments.faults, without, interrupt);
    if arguments.json {
        output::print_json(&hunt)?;
    } else {
        output::print(&hunt.text())?;
    }
    Ok(exit_code(hunt.interrupted, hunt.story.is_none()))
}

/// Makes the run of a schedule.
fn tell(target: &Target, schedule: &str, arguments: &Verify) -> Result<ExitCode, Failure> {
    let schedule = read(schedule)?;
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
    all_reached(&run, schedule, scenario.name())?;
    print(&Story::of(&run, &target.arguments(scenario, store)), arguments)
}

fn read(schedule: &str) -> Result<Schedule, Failure> {
    schedule.parse().map_err(|error| Failure::Unusable(format!("the schedule cannot be used: {error}")))
}

fn print(story: &Story, arguments: &Verify) -> Result<ExitCode, Failure> {
    if arguments.json {
        output::print_json(story)?;
    } else {
        output::print(&story.text())?;
    }
    Ok(exit_code(false, !story.broken.is_empty()))
}

/// A run in which a part of its schedule was not reached is another run.
fn all_reached(run: &Counterexample, schedule: Schedule, scenario: &str) -> Result<(), Failure> {
    let mut made = run.schedule.injections.clone();
    for injection in schedule.injections {
        let Some(place) = made.iter().position(|made| *made == injection) else {
            return Err(not_reached(&injection, scenario));
        };
        made.remove(place);
    }
    Ok(())
}

fn not_reached(injection: &Injection, scenario: &str) -> Failure {
    let Injection { site, fault } = injection;
    Failure::Unusable(format!(
        "{site}={fault} was not reached: in this run of {scenario} nothing of that name happens, or that fault cannot \
         happen there"
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
