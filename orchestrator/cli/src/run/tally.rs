//! What became of the orders of a file.

use std::time::Duration;

use amends_store::SagaState;
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

/// Counts while the work goes on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) completed: u64,
    pub(crate) compensated: u64,
    pub(crate) stuck: u64,
    pub(crate) rejected: u64,
    /// Sagas that an earlier run had brought to their end.
    pub(crate) ended_before: u64,
}

impl Tally {
    /// Counts a verdict; says whether there was one.
    pub(crate) fn count(&mut self, state: SagaState) -> bool {
        match state {
            SagaState::Committed => self.completed += 1,
            SagaState::Compensated => self.compensated += 1,
            SagaState::Stuck => self.stuck += 1,
            SagaState::Forward | SagaState::Unwinding => return false,
        }
        true
    }

    /// All orders that were accepted and have ended.
    pub(crate) const fn ended(&self) -> u64 {
        self.completed + self.compensated + self.stuck
    }
}

/// What `amends run` says at its end.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Summary {
    /// Accepted orders of the file, each counted once.
    pub(crate) orders: u64,
    pub(crate) completed: u64,
    pub(crate) compensated: u64,
    /// Also those that could not be brought to an end.
    pub(crate) stuck: u64,
    /// Lines that are no acceptable order.
    pub(crate) rejected: u64,
    pub(crate) seconds: f64,
    /// Of the sagas that this run brought to their end.
    pub(crate) sagas_per_second: f64,
}

impl Summary {
    pub(crate) fn new(tally: &Tally, open: u64, elapsed: Duration) -> Self {
        let orders = tally.ended() + open;
        let seconds = (elapsed.as_secs_f64() * 1000.0).round() / 1000.0;
        let rate = orders.saturating_sub(tally.ended_before) as f64 / elapsed.as_secs_f64().max(1e-9);
        Self {
            orders,
            completed: tally.completed,
            compensated: tally.compensated,
            stuck: tally.stuck + open,
            rejected: tally.rejected,
            seconds,
            sagas_per_second: (rate * 10.0).round() / 10.0,
        }
    }

    pub(crate) fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        let rows = [
            ("orders", self.orders.to_string()),
            ("completed", self.completed.to_string()),
            ("compensated", self.compensated.to_string()),
            ("stuck", self.stuck.to_string()),
            ("rejected lines", self.rejected.to_string()),
            ("seconds", format!("{:.3}", self.seconds)),
            ("sagas per second", format!("{:.1}", self.sagas_per_second)),
        ];
        for (name, value) in rows {
            table.add_row([name.to_owned(), value]);
        }
        if let Some(column) = table.column_mut(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        format!("{table}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_without_a_verdict_is_counted_as_stuck() {
        let mut tally = Tally::default();
        assert!(tally.count(SagaState::Committed) && tally.count(SagaState::Stuck));
        assert!(!tally.count(SagaState::Unwinding));
        let summary = Summary::new(&tally, 1, Duration::from_secs(2));
        assert_eq!((summary.orders, summary.completed, summary.stuck), (3, 1, 2));
        assert!((summary.sagas_per_second - 1.5).abs() < f64::EPSILON);
    }
}
