//! The payment methods that the sandbox accepts. Their meaning is in the table of the sandbox's header.

use amends_types::Money;

use crate::sandbox::{Operation, Scenario};

/// What a test payment method does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TestMethod {
    Succeeds,
    Declined(&'static str),
    LostReply,
    LostReplies,
    SlowSuccess,
    ServerError,
    DownForAWhile,
    Down,
    RefundFails,
    RefundLostReply,
    RefundDownForAWhile,
}

const METHODS: &[(&str, TestMethod)] = &[
    ("pm_card_visa", TestMethod::Succeeds),
    ("pm_card_visa_debit", TestMethod::Succeeds),
    ("pm_card_mastercard", TestMethod::Succeeds),
    ("pm_card_mastercard_debit", TestMethod::Succeeds),
    ("pm_card_amex", TestMethod::Succeeds),
    ("pm_card_discover", TestMethod::Succeeds),
    ("pm_card_diners", TestMethod::Succeeds),
    ("pm_card_jcb", TestMethod::Succeeds),
    ("pm_card_unionpay", TestMethod::Succeeds),
    ("pm_card_chargeDeclined", TestMethod::Declined("card_declined")),
    ("pm_card_chargeDeclinedInsufficientFunds", TestMethod::Declined("insufficient_funds")),
    ("pm_card_chargeDeclinedExpiredCard", TestMethod::Declined("expired_card")),
    ("pm_card_chargeDeclinedIncorrectCvc", TestMethod::Declined("incorrect_cvc")),
    ("pm_card_chargeDeclinedProcessingError", TestMethod::Declined("processing_error")),
    ("pm_card_authenticationRequired", TestMethod::Declined("requires_action")),
    ("pm_sandbox_lostReply", TestMethod::LostReply),
    ("pm_sandbox_lostReplies", TestMethod::LostReplies),
    ("pm_sandbox_slowSuccess", TestMethod::SlowSuccess),
    ("pm_sandbox_serverError", TestMethod::ServerError),
    ("pm_sandbox_downForAWhile", TestMethod::DownForAWhile),
    ("pm_sandbox_down", TestMethod::Down),
    ("pm_sandbox_refundFails", TestMethod::RefundFails),
    ("pm_sandbox_refundLostReply", TestMethod::RefundLostReply),
    ("pm_sandbox_refundDownForAWhile", TestMethod::RefundDownForAWhile),
];

impl TestMethod {
    /// The method of this name, if it is one of the sandbox's.
    pub(crate) fn named(token: &str) -> Option<Self> {
        METHODS.iter().find(|(name, _)| *name == token).map(|(_, method)| *method)
    }

    /// The course of one operation on a payment of `amount`.
    pub(crate) fn scenario(self, operation: Operation, amount: Money) -> Scenario {
        let at = |hit: Operation, scenario| {
            if operation == hit { scenario } else { Scenario::Plain }
        };
        match self {
            Self::Succeeds => Scenario::Plain,
            Self::Declined(code) => at(Operation::Capture, Scenario::Declined(code)),
            Self::LostReply => at(Operation::Capture, Scenario::LostReply),
            Self::LostReplies => at(Operation::Capture, Scenario::LostReplies),
            Self::SlowSuccess => at(Operation::Capture, Scenario::Slow),
            Self::ServerError => at(Operation::Capture, Scenario::server_error(amount.minor)),
            Self::DownForAWhile => at(Operation::Capture, Scenario::DownForAWhile),
            Self::Down => Scenario::Down,
            // A payment that was never captured can be cancelled even so.
            Self::RefundFails => Scenario::Plain,
            Self::RefundLostReply => at(Operation::Reverse, Scenario::LostReply),
            Self::RefundDownForAWhile => at(Operation::Reverse, Scenario::DownForAWhile),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::named_in_table;

    #[test]
    fn the_table_in_the_sandboxs_header_names_each_and_no_other() {
        let mut names: Vec<&str> = METHODS.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        assert_eq!(named_in_table(include_str!("sandbox.rs")), names);
    }
}
