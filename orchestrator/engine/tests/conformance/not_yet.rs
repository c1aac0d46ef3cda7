//! What does not pass yet, and why.
//!
//! Each line of `not_yet.txt` is a kind of case, a rule, and a reason. Rules: `case NAME`; `needs INTEGRATION`, for
//! cases that cannot run without it.

use crate::case::Case;

pub(crate) struct NotYet {
    rules: Vec<Rule>,
}

struct Rule {
    condition: Condition,
    reason: &'static str,
    is_used: bool,
}

enum Condition {
    Case(&'static str),
    Needs(&'static str),
}

impl NotYet {
    pub(crate) fn read(kind: &str) -> Self {
        let lines = include_str!("not_yet.txt").lines();
        let lines = lines.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let rules = lines.filter_map(|line| {
            let (of, rest) = line.split_once(' ').unwrap();
            let (rule, reason) = rest.split_once(" | ").unwrap_or_else(|| panic!("no reason: {line}"));
            let (word, argument) = rule.trim().split_once(' ').unwrap();
            let condition = match word {
                "case" => Condition::Case(argument),
                "needs" => Condition::Needs(argument),
                _ => panic!("no such rule: {line}"),
            };
            (of == kind).then_some(Rule { condition, reason, is_used: false })
        });
        Self { rules: rules.collect() }
    }

    /// Why the case is expected to fail, if it is.
    pub(crate) fn reason(&mut self, case: &Case) -> Option<&'static str> {
        let mut reasons = self.rules.iter_mut().filter_map(|rule| {
            let applies = match &rule.condition {
                Condition::Case(name) => case.name == *name,
                Condition::Needs(need) => case.needs.iter().any(|each| each == need),
            };
            rule.is_used |= applies;
            applies.then_some(rule.reason)
        });
        let first = reasons.next();
        reasons.for_each(drop);
        first
    }

    pub(crate) fn unused(&self) -> impl Iterator<Item = &'static str> {
        self.rules.iter().filter(|rule| !rule.is_used).map(|rule| rule.reason)
    }
}
