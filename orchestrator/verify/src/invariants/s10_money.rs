//! S10: the money adds up. (Its second half, stock, is checked per product by the audit.)

use std::collections::BTreeMap;

use amends_store::{LedgerRow, LedgerStatus, OrderRow, SagaState};

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
    let open = |row: &LedgerRow| matches!(row.status, LedgerStatus::Parked | LedgerStatus::Undoing);
    let parked = evidence.row("charge").is_some_and(open);
    let accepted = evidence.is_accepted("charge");
    let allowed = match evidence.saga.state {
        SagaState::Committed => left == total,
        SagaState::Compensated if !accepted => left == 0,
        SagaState::Stuck if !parked && !accepted => left == 0,
        SagaState::Compensated | SagaState::Stuck | SagaState::Forward | SagaState::Unwinding => {
            left == 0 || left == total
        }
    };
    if !allowed {
        let state = evidence.saga.state.name();
        found.push(format!("{state}, captured {captured} and refunded {refunded}; the order costs {total}"));
    }
    found.extend(evidence.order.as_ref().and_then(wrong_total));
    found.extend(wrong_stock(evidence));
    let mut amounts = evidence.effects.iter().filter_map(|effect| effect.amount);
    let currency = evidence.total().map(|total| total.currency);
    if amounts.any(|amount| currency.is_some_and(|currency| currency != amount.currency)) {
        found.push("money moved in another currency than the order's".into());
    }
    found
}

/// The frozen total is that of the frozen lines, and those are what was asked for.
fn wrong_total(order: &OrderRow) -> Option<String> {
    let total = order.total.filter(|_| !order.lines.is_empty())?;
    let asked = order.lines.iter().map(|line| (&line.sku, line.quantity));
    if !asked.eq(order.priced.iter().map(|line| (&line.sku, line.quantity))) {
        return Some("the lines that were frozen are not those that were asked for".into());
    }
    let costs = order.priced.iter().map(|line| i128::from(line.quantity) * i128::from(line.unit_price_minor));
    let costs: i128 = costs.sum();
    (costs != total.minor.into()).then(|| format!("its lines cost {costs}, and its total is {}", total.minor))
}

/// What is reserved is what was asked for, line by line of the same product added.
fn wrong_stock(evidence: &Evidence<'_>) -> Option<String> {
    let order = evidence.order.as_ref().filter(|order| !order.lines.is_empty())?;
    if evidence.reserved.is_empty() {
        return None;
    }
    let mut asked = BTreeMap::<&str, u64>::new();
    for line in &order.lines {
        *asked.entry(&line.sku).or_default() += u64::from(line.quantity);
    }
    let reserved: BTreeMap<&str, u64> =
        evidence.reserved.iter().map(|(sku, quantity)| (sku.as_str(), *quantity)).collect();
    (asked != reserved).then(|| format!("{asked:?} was asked for, and {reserved:?} reserved"))
}

#[cfg(test)]
mod tests {
    use amends_store::{OrderLine, PricedLine};

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
    fn a_part_of_the_total_left_with_what_was_accepted_is_caught() {
        let mut mutant = crate::sound::decided(amends_store::Undo::Accepted);
        effect_of(&mut mutant, "captured").amount = Some(usd(1));
        assert_eq!(caught_by(&mutant), ["S10"]);
    }

    #[test]
    fn a_refund_of_nothing_is_caught() {
        let mut mutant = compensated();
        mutant.effects.retain(|effect| effect.name != "captured");
        // The customer was told of a payment, too.
        assert_eq!(caught_by(&mutant), ["S10", "S16"]);
    }

    #[test]
    fn a_total_that_is_not_that_of_its_lines_is_caught() {
        let priced = |quantity: u32, unit_price_minor: i64| {
            let mut evidence = committed();
            let total = evidence.total().unwrap().minor;
            let order = evidence.order.as_mut().unwrap();
            order.lines = vec![OrderLine { sku: "cup".into(), quantity: 2 }];
            order.priced = vec![PricedLine { sku: "cup".into(), quantity, unit_price_minor }];
            evidence.reserved = vec![("cup".into(), 2)];
            (evidence, total)
        };
        let (_, total) = priced(2, 1);
        assert_eq!(caught_by(&priced(2, total / 2).0), [""; 0]);
        assert_eq!(caught_by(&priced(2, total).0), ["S10"]);
        assert_eq!(caught_by(&priced(1, total).0), ["S10"]);
        let (mut short, _) = priced(2, total / 2);
        short.reserved = vec![("cup".into(), 1)];
        assert_eq!(caught_by(&short), ["S10"]);
    }
}
