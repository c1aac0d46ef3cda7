//! How far the work is: a bar on a terminal, a plain line now and then otherwise.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

/// How often a plain line is printed.
const INTERVAL: Duration = Duration::from_secs(5);

pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    printed: Instant,
    bytes: u64,
    length: u64,
    ended: u64,
}

impl Progress {
    /// Progress through a file of `length` bytes, on standard error.
    pub(crate) fn new(length: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = "{elapsed_precise} {bar:30} {percent:>3}% of the file, {msg}";
            let style = ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(length).with_style(style)
        });
        Self { bar, printed: Instant::now(), bytes: 0, length, ended: 0 }
    }

    /// Bytes of the file were read.
    pub(crate) fn read(&mut self, bytes: u64) {
        self.bytes += bytes;
        self.show();
    }

    /// An order ended.
    pub(crate) fn ended(&mut self) {
        self.ended += 1;
        self.show();
    }

    fn show(&mut self) {
        match &self.bar {
            Some(bar) => {
                bar.set_position(self.bytes);
                bar.set_message(format!("{} orders ended", self.ended));
            }
            None if self.printed.elapsed() >= INTERVAL => {
                self.printed = Instant::now();
                let percent = (self.bytes * 100).checked_div(self.length).unwrap_or(100);
                output::complain(&format!("{percent}% of the file read, {} orders ended", self.ended));
            }
            None => {}
        }
    }

    /// Prints a line without disturbing the bar.
    pub(crate) fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| output::complain(line)),
            None => output::complain(line),
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
