//! Each fault and each invariant is there for something: without it, a mutant survives that is found with it.

use amends_verify::INVARIANTS;
use amends_verify::explore::{DURABILITY, Fault, FaultSet, LIVENESS, Setup};
use amends_verify::mutants::{Mutant, all, hunt};

use crate::mutants::pinned;

/// What survives when this fault is not injected.
const FAULTS: &[(Fault, &str)] = &[
    (Fault::Declined, "a_decline_is_taken_for_a_yes"),
    (Fault::Unavailable, "what_was_refused_is_sent_later"),
    (Fault::RequestLost, "no_answer_is_taken_for_a_yes"),
    (Fault::ReplyLost, "a_sale_that_is_there_is_anothers"),
    (Fault::ErrorAfterEffect, "a_server_error_is_reversed_at_once"),
    (Fault::Partial, "any_record_is_taken_for_the_sale"),
    (Fault::Late, "a_time_limit_is_taken_for_a_no"),
    (Fault::CachedError, "another_payment_after_three_errors"),
    (Fault::Down, "a_provider_that_is_down_is_done_without"),
    (Fault::Silent, "another_key_after_three_silences"),
    (Fault::WorkerDies, "a_worker_that_died_did_nothing"),
    (Fault::WorkerHangs, "who_hangs_has_done_it"),
    (Fault::Frozen, "who_never_came_back_is_forgotten"),
    (Fault::FrozenToTheEnd, "late_records_are_kept"),
    (Fault::Overtaken, "ledger_row_of_seconds_ago"),
    (Fault::StoppedMeanwhile, "lease_not_waited_for"),
    (Fault::Cancelled, "commit_without_the_saga_row"),
    (Fault::ProcessKilled, "what_a_dead_process_did_is_refused"),
    (Fault::DownForADay, "a_forgotten_key_is_relied_on"),
    (Fault::StoreUnavailable, "failed_transaction_half_kept"),
    (Fault::Throttled, "a_throttled_step_is_not_tried_again"),
    (Fault::Twice, "a_repeat_is_refused"),
    (Fault::AgainAtTheEnd, "erased_without_a_stub"),
    (Fault::Stopped, "the_end_is_believed"),
    (Fault::SecondCoordinator, "notice_before_the_commit"),
    (Fault::OutOfTime, "what_is_stopped_is_settled"),
    (Fault::AgainAtTheRepair, "a_repair_is_anybodys"),
    (Fault::FrozenToTheRepair, "a_repair_takes_any_result"),
    (Fault::EngineLost, "a_lost_engine_commits"),
    (Fault::CoordinatorOvertaken, "a_claim_lapses_at_once"),
    (Fault::CoordinatorDies, "a_claim_never_lapses"),
    (Fault::Oversized, "an_answer_too_large_is_no_answer"),
    (Fault::Unheard, "a_commit_that_nobody_heard_of"),
    (Fault::PowerLost, "deleted_before_the_start"),
    (Fault::Redriven, "redrive_begins_anew"),
    (Fault::RedrivenMeanwhile, "a_redrive_takes_a_repair_over"),
    (Fault::OperatorResolves, "a_resolution_is_not_recorded"),
    (Fault::OperatorAccepts, "what_is_accepted_is_hidden"),
    (Fault::TwoOperators, "a_second_retry_pushes_the_first_aside"),
    (Fault::StartedAgain, "start_begins_anew"),
    (Fault::StoreClockAhead, "deadline_written_by_the_workers_clock"),
    (Fault::StoreClockBehind, "deadline_read_by_the_workers_clock"),
];

/// What survives when this invariant is not checked.
const CHECKS: &[(&str, &str)] = &[
    ("S1", "a_verdict_without_its_time"),
    ("S2", "a_part_of_a_reservation_is_enough"),
    ("S3", "a_sale_is_not_found"),
    ("S4", "no_tombstone_and_no_word"),
    ("S5", "a_refund_is_recorded_as_a_refusal"),
    ("S6", "the_neighbours_sale_is_reverted_too"),
    ("S7", "undo_order_swapped"),
    ("S8", "undo_of_the_failing_step_skipped"),
    ("S9", "saga_row_read_without_a_lock"),
    ("S10", "the_total_is_worked_out_anew"),
    ("S11", "an_unwound_saga_ends_well"),
    ("S12", "a_payment_for_each_attempt"),
    ("S13", "a_forgotten_key_of_a_notice"),
    ("S14", "a_capture_under_another_key"),
    ("S15", "the_cause_is_read"),
    ("S16", "notice_before_the_commit"),
    ("S17", "a_sale_is_recorded_for_another_order_too"),
    ("S18", "an_undo_is_tried_once"),
    ("S19", "late_records_are_kept"),
    (LIVENESS, "never_delivered"),
    (DURABILITY, "the_journal_is_not_synced"),
];

/// Whether the mutant survives the search, with as many faults as find it, in what `lessen` makes of it.
fn survives(name: &str, lessen: impl Fn(Setup) -> Setup) -> bool {
    let schedules = std::fs::read_to_string(pinned()).unwrap();
    let line = schedules.lines().find(|line| line.split(": ").next() == Some(name));
    let schedule =
        line.and_then(|line| line.split(": ").nth(1)).unwrap_or_else(|| panic!("{name} is not pinned"));
    let faults = u32::try_from(schedule.matches('=').count()).unwrap();
    let mutant: Mutant = all().into_iter().find(|mutant| mutant.name == name).unwrap();
    hunt(&lessen((mutant.setup)()), faults, &|| false).killed.is_none()
}

#[test]
fn without_any_one_fault_a_mutant_survives() {
    assert!(FAULTS.iter().map(|(fault, _)| fault).eq(Fault::ALL), "one line for each fault, in their order");
    for (fault, mutant) in FAULTS {
        let lessen = |setup: Setup| setup.without_faults(FaultSet::of(&[*fault]));
        assert!(survives(mutant, lessen), "{mutant} is found without {fault}");
        assert!(!survives(mutant, |setup| setup), "{mutant} is not found at all");
    }
}

#[test]
fn without_any_one_invariant_a_mutant_survives() {
    let ids = INVARIANTS.iter().map(|invariant| invariant.id).chain([LIVENESS, DURABILITY]);
    assert!(CHECKS.iter().map(|(id, _)| *id).eq(ids), "one line for each invariant, in their order");
    for (id, mutant) in CHECKS {
        assert!(
            survives(mutant, |setup| setup.with_invariants(|one| one != *id)),
            "{mutant} is found without {id}"
        );
    }
}
