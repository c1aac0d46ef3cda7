//! What can be known about map runs and their child executions. Like the history, it is not stored: folding again with
//! [`MapRuns`] gives it back.

use std::collections::HashMap;
use std::sync::Arc;

use amends_types::Timestamp;
use serde_json::Value;

use super::{HistoryEvent, HistorySink};
use crate::interp::{MapRunUpdate, Outcome};

/// Something that happens to a map run.
#[derive(Debug, Clone, PartialEq)]
pub enum MapRunNote {
    /// It began.
    Started {
        /// Its ARN.
        arn: Arc<str>,
        /// The ARN of the execution that it is in.
        execution_arn: Arc<str>,
        /// Its children are Express executions.
        is_express: bool,
        /// How much it does at once, and how much of it may fail.
        limits: MapRunLimits,
        /// How many items each child has.
        items: Vec<u64>,
    },
    /// Its limits were changed.
    Updated {
        /// Its ARN.
        arn: Arc<str>,
        /// What was changed.
        update: MapRunUpdate,
    },
    /// It goes on after it had failed.
    Redriven {
        /// Its ARN.
        arn: Arc<str>,
        /// How often that has happened.
        count: u32,
    },
    /// It ended.
    Ended {
        /// Its ARN.
        arn: Arc<str>,
        /// How.
        end: MapRunEnd,
    },
    /// A child began, or began anew.
    ChildStarted {
        /// The ARN of its map run.
        run: Arc<str>,
        /// Which of the run's children.
        index: usize,
        /// Its ARN.
        arn: Arc<str>,
        /// What it is given.
        input: Arc<Value>,
    },
    /// A child goes on from where it had failed.
    ChildRedriven {
        /// Its ARN.
        arn: Arc<str>,
        /// How often that has happened.
        count: u32,
    },
    /// A child ended.
    ChildEnded {
        /// Its ARN.
        arn: Arc<str>,
        /// How.
        outcome: Outcome,
    },
}

/// How a map run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapRunEnd {
    /// Not too many of its children failed.
    Succeeded,
    /// Too many did.
    Failed,
    /// What it is in ended, or went on without it.
    Aborted,
}

/// How much a map run does at once, and how much of it may fail; zero where nothing was said.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct MapRunLimits {
    /// How many child executions may run at once.
    pub max_concurrency: u64,
    /// How many items may fail.
    pub tolerated_failure_count: u64,
    /// What share of the items may fail, of 100.
    pub tolerated_failure_percentage: f64,
}

/// A map run.
#[derive(Debug, Clone, PartialEq)]
pub struct MapRun {
    /// Its ARN.
    pub arn: Arc<str>,
    /// The ARN of the execution that it is in: the whole, or a child of another map run.
    pub execution_arn: Arc<str>,
    /// Its children are Express executions.
    pub is_express: bool,
    /// How much it does at once, and how much of it may fail.
    pub limits: MapRunLimits,
    /// When it began.
    pub started: Timestamp,
    /// When it ended, and how.
    pub ended: Option<(Timestamp, MapRunEnd)>,
    /// How often it has been redriven.
    pub redrives: u32,
    /// When it was redriven last.
    pub redriven: Option<Timestamp>,
    /// How many items each child has, also those that have not begun.
    pub items: Vec<u64>,
    /// The children that have begun, in that order.
    pub children: Vec<MapRunChild>,
}

/// A child execution of a map run.
#[derive(Debug, Clone, PartialEq)]
pub struct MapRunChild {
    /// Which of the run's children.
    pub index: usize,
    /// Its ARN.
    pub arn: Arc<str>,
    /// What it was given.
    pub input: Arc<Value>,
    /// When it began.
    pub started: Timestamp,
    /// When it ended, and how.
    pub ended: Option<(Timestamp, Outcome)>,
    /// How often it has been redriven.
    pub redrives: u32,
    /// When it was redriven last.
    pub redriven: Option<Timestamp>,
}

/// Keeps what there is to know about the map runs of an execution.
#[derive(Debug, Clone, Default)]
pub struct MapRuns {
    runs: Vec<MapRun>,
    /// By ARN: the run and its child.
    children: HashMap<Arc<str>, (usize, usize)>,
}

impl MapRuns {
    /// The map runs in the order in which they began.
    pub fn into_list(self) -> Vec<MapRun> {
        self.runs
    }

    fn run(&mut self, arn: &str) -> Option<&mut MapRun> {
        self.runs.iter_mut().rev().find(|run| *run.arn == *arn)
    }

    fn child(&mut self, arn: &str) -> Option<&mut MapRunChild> {
        let (run, child) = self.children.get(arn)?;
        self.runs.get_mut(*run)?.children.get_mut(*child)
    }

    fn child_started(&mut self, run: &str, child: MapRunChild) {
        if let Some(again) = self.child(&child.arn) {
            *again = MapRunChild { redrives: again.redrives + 1, redriven: Some(child.started), ..child };
            return;
        }
        let Some(place) = self.runs.iter().rposition(|each| *each.arn == *run) else { return };
        let children = &mut self.runs[place].children;
        self.children.insert(Arc::clone(&child.arn), (place, children.len()));
        children.push(child);
    }
}

impl HistorySink for MapRuns {
    fn wants(&self, _: Option<&str>) -> bool {
        false
    }

    fn record(&mut self, _: HistoryEvent) {}

    fn wants_map_runs(&self) -> bool {
        true
    }

    fn note(&mut self, at: Timestamp, note: MapRunNote) {
        match note {
            MapRunNote::Started { arn, execution_arn, is_express, limits, items } => self.runs.push(MapRun {
                arn,
                execution_arn,
                is_express,
                limits,
                started: at,
                ended: None,
                redrives: 0,
                redriven: None,
                items,
                children: Vec::new(),
            }),
            MapRunNote::Updated { arn, update } => {
                if let Some(run) = self.run(&arn) {
                    run.limits.update(update);
                }
            }
            MapRunNote::Redriven { arn, count } => {
                if let Some(run) = self.run(&arn) {
                    (run.ended, run.redrives, run.redriven) = (None, count, Some(at));
                }
            }
            MapRunNote::Ended { arn, end } => {
                if let Some(run) = self.run(&arn) {
                    run.ended = Some((at, end));
                }
            }
            MapRunNote::ChildStarted { run, index, arn, input } => {
                let (ended, redrives, redriven) = (None, 0, None);
                let child = MapRunChild { index, arn, input, started: at, ended, redrives, redriven };
                self.child_started(&run, child);
            }
            MapRunNote::ChildRedriven { arn, count } => {
                if let Some(child) = self.child(&arn) {
                    (child.ended, child.redrives, child.redriven) = (None, count, Some(at));
                }
            }
            MapRunNote::ChildEnded { arn, outcome } => {
                if let Some(child) = self.child(&arn) {
                    child.ended = Some((at, outcome));
                }
            }
        }
    }
}

impl MapRunLimits {
    fn update(&mut self, update: MapRunUpdate) {
        if let Some(most) = update.max_concurrency {
            self.max_concurrency = u64::from(most);
        }
        if let Some(count) = update.tolerated_failure_count {
            self.tolerated_failure_count = count;
        }
        if let Some(share) = update.tolerated_failure_percentage {
            self.tolerated_failure_percentage = share;
        }
    }
}
