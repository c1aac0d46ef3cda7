//! All cases, by name: one for each bullet in the trait's documentation.

/// Passes the list of all cases to a macro.
macro_rules! payment_cases {
    ($($run:ident)::+, $args:tt) => {
        $($run)::+! { $args
            prepare {
                preparing_takes_no_money,
                preparing_again_with_the_same_key_answers_the_same_payment,
                preparing_with_the_same_key_and_another_body_is_refused,
                preparing_with_an_unknown_payment_method_is_proven_not_done,
                preparing_with_another_key_makes_another_payment,
            }
            capture {
                capturing_takes_the_money_once,
                capturing_again_with_the_same_key_answers_the_recorded_capture,
                capturing_a_captured_payment_with_another_key_takes_nothing,
                capturing_another_amount_than_was_prepared_takes_nothing,
                capturing_an_unknown_payment_is_proven_not_done,
                a_declined_capture_is_proven_not_done,
                a_capture_whose_reply_is_lost_is_found_by_its_repeat,
                a_capture_slower_than_the_limit_times_out_and_is_found_by_its_repeat,
                a_capture_answered_with_a_server_error_may_have_happened_and_its_repeat_ends_it,
                a_provider_that_is_down_for_a_while_did_nothing_until_it_is_back,
                capturing_a_cancelled_payment_is_refused_for_ever,
            }
            reverse {
                reversing_a_prepared_payment_cancels_it,
                reversing_a_captured_payment_refunds_all_of_it,
                reversing_again_with_the_same_key_answers_the_same,
                reversing_again_with_another_key_refunds_nothing_more,
                reversing_a_capture_whose_reply_was_lost_refunds_it,
                reversing_before_a_slow_capture_arrives_keeps_it_from_ever_happening,
                reversing_an_unknown_payment_is_proven_not_done,
                a_refund_that_the_provider_refuses_is_proven_not_done,
            }
            status {
                the_status_follows_a_payment_through_its_states,
                the_status_of_an_unknown_payment_is_not_found,
            }
        }
    };
}
pub(crate) use payment_cases;
