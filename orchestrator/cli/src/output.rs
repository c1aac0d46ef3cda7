//! Standard output and error, which may be closed: `amends ls | head` is no error.

use std::io::{self, IsTerminal, Write};

use indicatif::ProgressBar;
use serde::Serialize;

use crate::failure::Failure;

/// Prints to standard output. A reader that went away ends the program quietly.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => Err(Failure::Failed(format!("cannot write to standard output: {error}"))),
    }
}

/// Prints one JSON document and a newline.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(Failure::failed)?;
    print(&format!("{text}\n"))
}

/// Prints a line to standard error, if anybody listens.
pub(crate) fn complain(line: &str) {
    drop(writeln!(io::stderr().lock(), "{line}"));
}

/// What a long command is about, shown on a terminal while it lasts.
pub(crate) struct Steps(Option<ProgressBar>);

impl Steps {
    pub(crate) fn new() -> Self {
        let bar = io::stderr().is_terminal().then(ProgressBar::new_spinner);
        if let Some(bar) = &bar {
            bar.enable_steady_tick(std::time::Duration::from_millis(100));
        }
        Self(bar)
    }

    pub(crate) fn begin(&self, what: &str) {
        if let Some(bar) = &self.0 {
            bar.set_message(what.to_owned());
        }
    }

    pub(crate) fn end(self) {
        if let Some(bar) = self.0 {
            bar.finish_and_clear();
        }
    }
}
