//! S16: no notice of success before the money was taken, and no failing notice ever gives it back.
//!
//! Money goes back because of the notice when the saga's reason is a step that it can do without, or when the execution
//! that unwinds a saga, which until then went forward, had last asked for such a step.

use std::collections::BTreeMap;

use amends_adapters::books::EffectKind;
use amends_saga::Op;
use amends_store::SagaState;

use super::Invariant;
use crate::explore::Happened;
use crate::way::{task_of, walk};
use crate::{BookEffect, Direction, Evidence};

/// The step that takes money.
const CHARGE: &str = "charge";

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S16",
    sentence: "no success notice before the charge; a failing notice never rolls money back",
    at_rest: true,
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let mut found: Vec<String> = too_early(evidence).into_iter().collect();
    let optional = |step: &str| {
        let step = evidence.definition.step(step);
        step.is_some_and(|(_, step)| !step.policy.is_required())
    };
    let reason = evidence.saga.reason.as_deref().and_then(|reason| reason.split_once(": "));
    if let Some((step, _)) = reason.filter(|(step, _)| optional(step)) {
        found.push(format!("the saga unwinds because of {step}, which it can do without"));
    }
    // What each execution asked for last.
    let mut last = BTreeMap::new();
    walk(evidence, |standing, moment| match &moment.what {
        Happened::Delivered { payload } if payload.op == Op::Execute => {
            last.insert(payload.run.as_str(), payload.step.as_str());
        }
        Happened::Saga { after, .. }
            if after.state == SagaState::Unwinding && standing.state() == Some(SagaState::Forward) =>
        {
            let task = task_of(standing, &moment.actor, Op::Compensate);
            let step = task.and_then(|task| last.get(task.run.as_str()));
            if let Some(step) = step.filter(|step| optional(step)) {
                found.push(format!("{step} failed, and the saga was unwound"));
            }
        }
        _ => {}
    });
    found
}

fn too_early(evidence: &Evidence<'_>) -> Option<String> {
    // An order that costs nothing is not charged.
    if evidence.definition.step(CHARGE).is_none() || !evidence.leaves_an_effect(CHARGE) {
        return None;
    }
    let first = |found: &dyn Fn(&BookEffect) -> bool| {
        evidence.effects.iter().filter(|effect| found(effect)).map(|effect| effect.sequence).min()
    };
    let sent = first(&|effect| effect.name == EffectKind::Sent.as_str())?;
    let charged = first(&|effect| effect.step == CHARGE && effect.direction == Direction::Applied);
    let early = charged.is_none_or(|charged| sent < charged);
    early.then(|| "the customer was told of a payment before it was taken".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{
        assert_finds_nothing, caught_by, committed, compensated, delivered, effect_of, unwound_by,
    };

    #[test]
    fn the_notices_of_sound_sagas_are_true() {
        assert_finds_nothing(check);
    }

    #[test]
    fn a_notice_before_the_charge_is_caught() {
        let mut mutant = committed();
        effect_of(&mut mutant, "sent").sequence = 0;
        assert_eq!(caught_by(&mutant), ["S16"]);
    }

    #[test]
    fn a_saga_that_unwinds_because_of_a_notice_is_caught() {
        let mut mutant = compensated();
        mutant.saga.reason = Some("notify: rejected: no such address".into());
        assert_eq!(caught_by(&mutant), ["S16"]);
    }

    #[test]
    fn a_notice_that_leads_to_an_undo_is_caught() {
        let after = |step| unwound_by(compensated(), delivered(step, Op::Execute));
        assert_eq!(caught_by(&after("external_inventory_sync")), [""; 0]);
        assert_eq!(caught_by(&after("notify")), ["S16"]);
    }
}
