//! How far a search is: a bar on a terminal, nothing otherwise.

use std::io::IsTerminal;

use amends_verify::explore;
use indicatif::{ProgressBar, ProgressStyle};

/// One search's, or one hunt's. It is taken away when it is dropped.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    /// What is searched.
    what: String,
}

impl Progress {
    pub(crate) fn new(what: String) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{elapsed_precise} {bar:30} {msg}");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { bar, what }
    }

    /// A run was made.
    pub(crate) fn show(&self, now: explore::Progress) {
        if let Some(bar) = &self.bar {
            bar.set_length(now.of as u64);
            bar.set_position(if now.of == 0 { 0 } else { now.made as u64 });
            bar.set_message(format!("{}: {} faults, {} runs", self.what, now.faults, now.runs));
        }
    }

    /// So many of so many things are done.
    pub(crate) fn step(&self, done: usize, of: usize, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_length(of as u64);
            bar.set_position(done as u64);
            bar.set_message(format!("{}: {what}", self.what));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
