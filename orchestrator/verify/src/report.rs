//! What an audit found.

use std::collections::BTreeMap;

use serde::Serialize;

/// How many violations of one invariant are kept with their texts; all are counted.
const KEPT: usize = 100;

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The saga, or the product.
    pub of: String,
    /// What is wrong.
    pub what: String,
}

/// One invariant, with its counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Its name: `S1`.
    pub id: &'static str,
    /// What it says.
    pub sentence: &'static str,
    /// How many sagas (and products, for S10) it was checked on.
    pub checked: u64,
    /// How many violations there are.
    pub violations: u64,
    /// The first of them.
    pub first: Vec<Violation>,
}

impl Checked {
    pub(crate) const fn new(id: &'static str, sentence: &'static str) -> Self {
        Self { id, sentence, checked: 0, violations: 0, first: Vec::new() }
    }

    pub(crate) fn record(&mut self, of: &str, found: Vec<String>) {
        self.checked += 1;
        for what in found {
            self.violations += 1;
            if self.first.len() < KEPT {
                self.first.push(Violation { of: of.to_owned(), what });
            }
        }
    }
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many sagas there are.
    pub sagas: u64,
    /// How many in each state.
    pub states: BTreeMap<&'static str, u64>,
    /// How many have no verdict yet; they are checked only for what holds at every moment.
    pub open: u64,
    /// How many products there are.
    pub products: u64,
    /// How many effects the providers' books show.
    pub effects: u64,
    /// The invariants.
    pub invariants: Vec<Checked>,
}

impl Report {
    /// How many violations there are of all invariants.
    pub fn violations(&self) -> u64 {
        self.invariants.iter().map(|invariant| invariant.violations).sum()
    }

    pub(crate) fn invariant(&mut self, id: &str) -> &mut Checked {
        let found = self.invariants.iter_mut().find(|invariant| invariant.id == id);
        found.expect("every invariant that is recorded is listed")
    }
}
