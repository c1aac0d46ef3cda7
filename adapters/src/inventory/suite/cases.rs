//! All cases, by name: one for each bullet in the trait's documentation.

/// Passes the list of all cases to a macro.
macro_rules! inventory_cases {
    ($($run:ident)::+, $args:tt) => {
        $($run)::+! { $args
            sync {
                a_sync_is_recorded_once,
                a_sync_again_with_the_same_key_answers_the_same_receipt,
                a_sync_with_the_same_key_and_another_body_is_refused,
                a_refused_sync_is_proven_not_done,
                a_sync_whose_reply_is_lost_is_found_by_its_repeat,
                a_sync_slower_than_the_limit_times_out_and_is_found_by_its_repeat,
                a_sync_answered_with_a_server_error_may_have_happened_and_its_repeat_ends_it,
                an_inventory_that_is_down_for_a_while_did_nothing_until_it_is_back,
            }
            find {
                finding_answers_the_receipt_until_it_is_reverted,
                finding_an_unknown_reference_answers_nothing,
                finding_before_a_slow_sync_arrives_answers_nothing_and_the_receipt_afterwards,
            }
            revert {
                reverting_takes_the_record_back_once,
                reverting_again_with_the_same_key_answers_the_same,
                reverting_again_with_another_key_takes_back_nothing_more,
                reverting_a_sync_whose_reply_was_lost_takes_it_back,
                reverting_an_unknown_reference_finds_nothing,
                reverting_before_a_slow_sync_arrives_finds_nothing_and_takes_it_back_afterwards,
            }
        }
    };
}
pub(crate) use inventory_cases;
