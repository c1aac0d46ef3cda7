//! The suite that every store passes: each promise of [`Store`](crate::Store) and [`Tx`](crate::Tx) is a test.
//!
//! One line registers a store, in a test of its crate:
//!
//! ```text
//! amends_store::store_suite!(memory, |clock| Arc::new(MemoryStore::new(clock, DEPLOYMENT)));
//! ```
//!
//! A new case is a function here and its name in the list below; it then runs for every store that is registered. One
//! that is missing from the list is dead code, which does not compile in CI.
#![allow(clippy::unwrap_used, reason = "these are tests, although not compiled as such")]

mod arbitrary;
mod audit_log;
mod changes;
mod clock;
mod concurrency;
mod engines;
mod examples;
mod ledger;
mod orders;
mod outbox;
mod products;
mod reservations;
mod round_trip;
mod sagas;
mod stock;
mod stubs;
mod subject;
mod time;
mod transactions;

pub use clock::SetClock;
pub use subject::Subject;

/// Makes of the list of cases the macro that turns each into a test of one store.
macro_rules! suite {
    ($dollar:tt $($noun:ident { $($case:ident)+ })+) => {
        /// The cases, for [`store_suite!`](crate::store_suite) only.
        #[doc(hidden)]
        pub mod cases {
            $(pub mod $noun {
                $(pub fn $case(subject: &crate::suite::Subject) {
                    crate::suite::$noun::$case(subject);
                })+
            })+
        }

        /// Runs the suite for one store: a module of this name with a test for each case.
        ///
        /// The second argument is called with an `Arc<dyn Clock>` and answers an `Arc<dyn Store>` that is new and
        /// empty.
        #[macro_export]
        macro_rules! store_suite {
            ($dollar store:ident, $dollar open:expr) => {
                mod $dollar store {
                    use super::*;

                    fn subject() -> $dollar crate::suite::Subject {
                        $dollar crate::suite::Subject::of($dollar open)
                    }

                    $(mod $noun {
                        $(#[test]
                        fn $case() {
                            $dollar crate::suite::cases::$noun::$case(&super::subject());
                        })+
                    })+
                }
            };
        }
    };
}

suite! { $
    transactions {
        what_work_answers_is_answered
        an_error_of_the_work_is_answered_and_leaves_nothing
        a_transaction_that_fails_half_way_leaves_no_row_of_any_kind
        a_panic_goes_on_in_the_caller_and_leaves_nothing
        work_sees_its_own_changes
        a_read_sees_what_was_answered_before_it
        the_commit_sequence_grows_with_every_commit_that_changes_something
        the_commit_sequence_stays_when_nothing_is_changed
        the_deployment_never_changes
    }
    changes {
        a_transaction_that_only_reads_cannot_change_sagas_or_ledger
        a_transaction_that_only_reads_cannot_change_orders_or_outbox
        a_transaction_that_only_reads_cannot_change_products_or_reservations
        a_transaction_that_only_reads_cannot_change_audit_log_engines_or_stubs
    }
    time {
        time_is_the_clocks
        time_is_the_same_throughout_a_transaction
        time_does_not_go_back_when_the_clock_does
        a_read_is_later_than_what_it_sees
        later_commits_have_later_times_whoever_makes_them
    }
    concurrency {
        of_many_who_begin_to_unwind_a_saga_exactly_one_does
        no_count_is_lost_when_many_read_and_write_the_same_row
        no_reader_sees_a_part_of_a_transaction
        a_failing_transaction_does_not_disturb_its_neighbours
        a_panicking_transaction_does_not_disturb_its_neighbours
    }
    stock {
        two_hundred_workers_never_oversell_the_last_items
        all_lines_are_reserved_or_none
        everything_in_stock_is_free_reserved_or_sold_whatever_workers_do
    }
    sagas {
        a_saga_that_is_not_there_is_none
        a_saga_is_read_under_every_lock
        a_second_saga_of_the_same_id_is_refused_and_changes_nothing
        an_update_replaces_the_saga
        an_update_of_a_saga_that_is_not_there_is_refused
        ids_are_told_apart_by_case
        pages_are_in_the_order_of_ids_and_meet_without_gaps
        a_page_may_be_of_one_state
        a_page_may_be_of_those_without_a_verdict
        a_stuck_saga_that_is_being_repaired_is_open_again
        a_copy_is_never_open
        a_page_may_be_of_ends_that_are_yet_to_be_announced
    }
    ledger {
        a_row_that_is_not_there_is_none
        a_put_adds_a_row_and_then_replaces_it
        a_row_is_known_by_its_step_not_by_its_place
        rows_of_a_saga_are_in_the_order_of_its_steps
        owed_are_best_effort_rows_of_committed_sagas_that_nobody_runs
        owed_rows_are_in_the_order_of_sagas_after_the_one_given
        a_row_whose_lease_ran_out_is_owed_again
        leased_are_the_rows_that_hold_a_lease
        parked_rows_are_in_the_order_of_sagas_after_the_one_given
    }
    orders {
        an_order_that_is_not_there_is_none
        a_second_order_of_the_same_id_is_refused_and_changes_nothing
        a_second_order_of_the_same_key_is_refused_and_changes_nothing
        an_order_is_found_by_the_key_that_its_sender_chose
        the_newest_orders_come_first_and_pages_meet_without_gaps
        a_page_of_orders_may_be_of_one_customer_state_or_time
        erasing_takes_what_is_personal_and_nothing_else
        an_update_changes_what_became_of_the_order_and_never_what_was_asked_for
        an_update_of_an_order_that_is_not_there_is_refused
        an_order_without_a_saga_is_found
    }
    outbox {
        the_oldest_rows_come_first
        a_second_row_for_a_machine_and_run_is_refused
        a_run_may_wait_for_two_machines
        a_deleted_row_is_gone_and_only_that_one
        deleting_a_row_that_is_not_there_changes_nothing
        a_row_is_claimed_by_one_at_a_time
        a_claim_that_ran_out_can_be_taken_by_another
        only_rows_of_the_engine_are_claimed
        claims_of_an_engine_can_be_ended
    }
    products {
        a_product_that_is_not_there_is_none
        a_product_that_is_there_is_left_as_it_is
        a_product_cannot_have_more_free_than_stocked
        a_product_cannot_have_more_than_a_column_holds
        stock_is_taken_if_there_is_as_much
        stock_of_a_product_that_is_not_there_cannot_be_taken
        stock_is_given_back_up_to_what_was_stocked
        stock_of_a_product_that_is_not_there_cannot_be_given_back
        pages_are_in_the_order_of_skus_and_meet_without_gaps
        what_a_pruned_saga_had_sold_stays_sold
    }
    reservations {
        reservations_of_a_saga_are_in_the_order_of_skus
        a_second_reservation_of_a_product_is_refused
        a_reservation_cannot_have_more_than_a_column_holds
        releasing_marks_all_of_a_saga_and_of_no_other
        held_stock_is_sold_once_its_saga_is_committed_and_reserved_until_then
        released_stock_is_not_held
    }
    audit_log {
        rows_of_the_audit_log_are_numbered_in_order
        pages_of_the_audit_log_meet_without_gaps
        a_page_of_the_audit_log_may_be_of_one_saga
    }
    engines {
        beats_of_an_engine_are_counted
    }
    stubs {
        a_stub_takes_the_place_of_everything_of_its_saga_and_of_no_other
        a_saga_that_is_not_there_cannot_be_replaced_by_a_stub
        sagas_that_ended_before_a_time_are_in_the_order_of_ids
    }
    round_trip {
        sagas_are_read_as_they_were_written
        ledger_rows_are_read_as_they_were_written
        orders_are_read_as_they_were_written
        outbox_rows_are_read_as_they_were_written
        products_and_reservations_are_read_as_they_were_written
        a_megabyte_of_json_is_read_as_it_was_written
        the_ends_of_numbers_and_texts_are_kept
    }
}
