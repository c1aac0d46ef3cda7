//! S18: every time limit fits into the next, in the machines that run.
//!
//! The policies are held to their ladder while they are compiled. A machine is a text that may have been edited, or
//! kept from an older version; so its limits and retries are held against the policies of the steps that it calls.

use amends_saga::{Op, StepPolicy};

use super::Invariant;
use crate::Evidence;
use crate::explore::TaskTimes;

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S18",
    sentence: "a worker's calls + margin < lease < state time limit; a compensation's retries > lease + settle time",
    at_rest: false,
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let tasks = evidence.machines.unwrap_or_default();
    tasks.iter().flat_map(|task| broken_rungs(evidence, task)).collect()
}

fn broken_rungs(evidence: &Evidence<'_>, task: &TaskTimes) -> Vec<String> {
    let Some(limit) = task.timeout_seconds else {
        return vec![format!("{} has no TimeoutSeconds", task.state)];
    };
    let policies = evidence.definition.steps().iter();
    let policy = policies.clone().find(|step| step.name == task.step).map(|step| step.policy);
    let (least, of, busy) = match (task.op, policy) {
        (Some(Op::Settle), _) => {
            let waits = policies.map(|step| lease_and_settle(&step.policy)).max().unwrap_or_default();
            return too_short(task, "Saga.Busy", waits).into_iter().collect();
        }
        (None, _) | (_, None) => return vec![format!("{} asks for what no step has", task.state)],
        (Some(op), Some(policy)) => {
            let undo = (op == Op::Compensate).then(|| lease_and_settle(&policy));
            (undo, policy, u64::from(policy.lease_seconds) + limit)
        }
    };
    let lease = u64::from(of.lease_seconds);
    let calls = u64::from(of.calls) * u64::from(of.call_seconds) + u64::from(of.margin_seconds);
    let mut found = Vec::new();
    if calls >= lease {
        found.push(format!("{}: calls and margin of {calls} s do not fit into {lease} s", task.state));
    }
    if lease >= limit {
        found.push(format!("{}: the lease of {lease} s does not end before {limit} s", task.state));
    }
    found.extend(too_short(task, "Saga.Busy", busy));
    found.extend(least.and_then(|least| too_short(task, "Saga.Unknown", least)));
    found
}

fn too_short(task: &TaskTimes, error: &str, least: u64) -> Option<String> {
    let span = task.span_seconds(error);
    let state = &task.state;
    (span <= least).then(|| format!("{state}: {error} is retried for {span} s, not longer than {least} s"))
}

fn lease_and_settle(policy: &StepPolicy) -> u64 {
    u64::from(policy.lease_seconds) + u64::from(policy.settle_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::{RetrySpan, times_of};
    use crate::sound::{caught_by, committed};

    fn machines() -> Vec<TaskTimes> {
        let definition = committed().definition;
        times_of([&definition.forward_machine(), &definition.unwind_machine()])
    }

    fn broken(state: &str, change: impl Fn(&mut TaskTimes)) -> Vec<&'static str> {
        let mut times = machines();
        times.iter_mut().filter(|task| task.state == state).for_each(change);
        caught_by(&committed().with_machines(&times))
    }

    fn retries(task: &mut TaskTimes, error: &str, at_least_seconds: u64) {
        task.retries.insert(error.into(), RetrySpan { at_least_seconds });
    }

    #[test]
    fn the_generated_machines_stand_on_their_ladder() {
        assert!(machines().len() > 15);
        assert_eq!(check(&committed().with_machines(&machines())), [""; 0]);
    }

    #[test]
    fn each_broken_rung_is_caught() {
        for state in ["charge", "refund", "settle"] {
            assert_eq!(broken(state, |task| task.timeout_seconds = None), ["S18"], "{state}");
            assert_eq!(broken(state, |task| retries(task, "Saga.Busy", 20)), ["S18"], "{state}");
        }
        for state in ["charge", "refund"] {
            assert_eq!(broken(state, |task| task.timeout_seconds = Some(30)), ["S18"], "{state}");
            assert_eq!(broken(state, |task| task.step = "another".into()), ["S18"], "{state}");
        }
        assert_eq!(broken("refund", |task| retries(task, "States.ALL", 45)), ["S18"]);
        assert_eq!(broken("refund", |task| retries(task, "States.ALL", 46)), [""; 0]);
    }
}
