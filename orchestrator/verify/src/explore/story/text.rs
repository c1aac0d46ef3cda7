//! A story as a person reads it.

use std::time::Duration;

use super::fold::{Folded, folded};
use super::line::{Line, LineKind};
use super::short::Since;
use super::telling::{BrokenTold, InjectionTold, SagaTold, StepTold, Story};

impl Story {
    /// For a person; ends with a newline.
    pub fn text(&self) -> String {
        let folded = folded(&self.lines);
        let width = folded.iter().map(|line| who(line).chars().count()).max().unwrap_or(0);
        let mut text = self.head();
        for line in &folded {
            text += &told(line, width);
        }
        for saga in &self.at_rest {
            text += &at_rest(saga);
        }
        text += "\n";
        for BrokenTold { invariant, sentence, of, what } in &self.broken {
            text += &format!("{invariant}: {sentence} — {of}: {what}\n");
        }
        if self.broken.is_empty() {
            text += "nothing is broken\n";
        }
        text + &format!("\nagain: {}\n", self.command)
    }

    fn head(&self) -> String {
        let mut text = match self.injected.len() {
            0 => "a run in which nothing was made to go wrong\n".to_owned(),
            1 => "a run with 1 fault:\n".to_owned(),
            more => format!("a run with {more} faults:\n"),
        };
        for InjectionTold { site, fault, told } in &self.injected {
            text += &format!("  {site}={fault}: {told}\n");
        }
        text + "\n"
    }
}

fn who<'a>(line: &Folded<'a>) -> &'a str {
    match line {
        Folded::One(line) => &line.who,
        Folded::Well(_) | Folded::Again(_) => "",
    }
}

fn told(line: &Folded<'_>, width: usize) -> String {
    let (mark, numbers, at_micros, what) = match line {
        Folded::One(Line { number, at_micros, kind, what, .. }) => {
            let mark = if *kind == LineKind::Injected { "!!" } else { "" };
            (mark, number.to_string(), *at_micros, what.clone())
        }
        Folded::Well(lines) => {
            ("", numbers(lines), lines[0].at_micros, format!("… {} lines: all goes well", lines.len()))
        }
        Folded::Again(lines) => {
            let (first, last) = (&lines[0].who, &lines[lines.len() - 1].who);
            let what = format!("… {} lines: the same from {first} to {last}", lines.len());
            ("", numbers(lines), lines[0].at_micros, what)
        }
    };
    let at = Since(Duration::from_micros(at_micros));
    format!("{mark:<2} {numbers:>7}  {at}  {:<width$}  {what}\n", who(line))
}

fn numbers(lines: &[Line]) -> String {
    format!("{}-{}", lines[0].number, lines[lines.len() - 1].number)
}

fn at_rest(saga: &SagaTold) -> String {
    let mut text = format!("\nat the end: {} is {}\n", saga.saga, saga.state);
    let width = saga.steps.iter().map(|step| step.step.len()).max().unwrap_or(0);
    for StepTold { step, ledger, applied, reversed, effects } in &saga.steps {
        let ledger = ledger.unwrap_or("absent");
        let effects = if effects.is_empty() { String::new() } else { format!(" ({})", effects.join(", ")) };
        text += &format!(
            "  {step:<width$}  ledger: {ledger:<8}  books: applied {applied}, reversed {reversed}{effects}\n"
        );
    }
    text
}
