//! S10: the money adds up. (Its second half, stock, is checked per product by the audit.)

use amends_store::{LedgerStatus, SagaState};

use super::Invariant;
use crate::{Direction, Evidence};

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S10",
    at_rest: true,
    sentence: "refunds do not exceed captures, what is left is the total or nothing, and stock adds up",
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let captured = evidence.moved(Direction::Applied);
    let refunded = evidence.moved(Direction::Reversed);
    let total = evidence.total().map_or(0, |total| i128::from(total.minor));
    let left = captured - refunded;
    let mut found = Vec::new();
    if refunded > captured {
        found.push(format!("{refunded} refunded, but only {captured} captured"));
    }
    let parked = evidence.row("charge").is_some_and(|row| row.status == LedgerStatus::Parked);
    let allowed = match evidence.saga.state {
        SagaState::Committed => left == total,
        SagaState::Compensated => left == 0,
        SagaState::Stuck if !parked => left == 0,
        SagaState::Stuck | SagaState::Forward | SagaState::Unwinding => left == 0 || left == total,
    };
    if !allowed {
        let state = evidence.saga.state.name();
        found.push(format!("{state}, captured {captured} and refunded {refunded}; the order costs {total}"));
    }
    let mut amounts = evidence.effects.iter().filter_map(|effect| effect.amount);
    let currency = evidence.total().map(|total| total.currency);
    if amounts.any(|amount| currency.is_some_and(|currency| currency != amount.currency)) {
        found.push("money moved in another currency than the order's".into());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{
        TOTAL_MINOR, assert_finds_nothing, caught_by, committed, compensated, effect_of, stuck, usd,
    };

    #[test]
    fn the_money_of_sound_sagas_adds_up() {
        assert_finds_nothing(check);
    }

    #[test]
    fn another_amount_than_the_total_is_caught() {
        for amount in [TOTAL_MINOR - 1, TOTAL_MINOR + 1, 0] {
            let mut mutant = committed();
            effect_of(&mut mutant, "captured").amount = Some(usd(amount));
            assert_eq!(caught_by(&mutant), ["S10"], "captured {amount}");
            let mut mutant = compensated();
            effect_of(&mut mutant, "refunded").amount = Some(usd(amount));
            assert_eq!(caught_by(&mutant), ["S10"], "refunded {amount}");
        }
    }

    #[test]
    fn another_currency_is_caught() {
        let mut mutant = committed();
        let amount = usd(TOTAL_MINOR);
        effect_of(&mut mutant, "captured").amount =
            Some(amends_types::Money { currency: "EUR".parse().unwrap(), ..amount });
        assert_eq!(caught_by(&mutant), ["S10"]);
    }

    #[test]
    fn a_part_of_the_total_left_with_a_stuck_or_open_saga_is_caught() {
        for state in [SagaState::Stuck, SagaState::Unwinding] {
            let mut mutant = stuck();
            mutant.saga.state = state;
            mutant.saga.ended = mutant.saga.ended.filter(|_| state == SagaState::Stuck);
            effect_of(&mut mutant, "captured").amount = Some(usd(1));
            assert_eq!(caught_by(&mutant), ["S10"], "{state:?}");
        }
    }

    #[test]
    fn a_refund_of_nothing_is_caught() {
        let mut mutant = compensated();
        mutant.effects.retain(|effect| effect.name != "captured");
        // The customer was told of a payment, too.
        assert_eq!(caught_by(&mutant), ["S10", "S16"]);
    }
}
