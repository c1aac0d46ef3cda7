//! All cases, by name: one for each bullet in the trait's documentation.

/// Passes the list of all cases to a macro.
macro_rules! notification_cases {
    ($($run:ident)::+, $args:tt) => {
        $($run)::+! { $args
            send {
                a_notice_reaches_its_recipient,
                a_notice_sent_again_with_the_same_key_has_the_same_id,
                a_provider_that_keeps_keys_delivers_a_repeated_notice_once,
                a_provider_that_keeps_keys_refuses_one_with_another_body,
                a_correction_is_told_apart_from_a_confirmation,
                a_notice_to_a_rejected_recipient_is_proven_not_done,
                a_notice_while_the_provider_is_down_is_proven_not_done,
                a_notice_whose_reply_is_lost_may_have_happened_and_its_repeat_has_the_same_id,
                no_error_names_the_recipient,
            }
            lookup {
                a_lookup_exists_exactly_if_the_contract_says_so,
                a_lookup_finds_what_was_sent_and_nothing_else,
            }
        }
    };
}
pub(crate) use notification_cases;
