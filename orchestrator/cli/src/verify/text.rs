//! An exploration, for a person.

use comfy_table::{CellAlignment, Table, presets};

use super::outcome::{How, Outcome, Searched};
use super::target::StoreName;

impl Outcome {
    /// Ends with a newline.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("{}\n\n{}\n\n", self.told, self.table());
        for one in &self.searches {
            text += &sentence(one);
        }
        if let Some(why) = self.not_by_chance {
            text += &format!("no runs by chance: {why}\n");
        }
        text += "\nnot covered:\n";
        for what in self.not_covered {
            text += &format!("  - {what}\n");
        }
        if let Some(story) = &self.story {
            text += &format!("\nthe shortest run that breaks something:\n\n{}", story.text());
        }
        text + "\n" + &self.verdict() + "\n"
    }

    fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header([
            "scenario",
            "store",
            "search",
            "runs by faults",
            "runs",
            "runs/s",
            "states",
            "peak MiB",
        ]);
        for one in &self.searches {
            table.add_row([
                one.scenario.name().to_owned(),
                one.store.name().to_owned(),
                how(one),
                by_faults(one),
                one.total().to_string(),
                format!("{:.0}", one.total() as f64 / one.seconds.max(f64::EPSILON)),
                if one.how == How::Exhaustive { one.states.to_string() } else { "-".into() },
                memory(one.peak_memory_bytes),
            ]);
        }
        for index in 4..8 {
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table
    }

    fn verdict(&self) -> String {
        let runs: u64 = self.searches.iter().map(Searched::total).sum();
        let interrupted = if self.interrupted { "interrupted: not every run was made\n" } else { "" };
        let verdict = if self.is_violated() { "VIOLATIONS FOUND" } else { "no violation" };
        format!("{interrupted}{verdict} in {runs} runs")
    }
}

fn how(one: &Searched) -> String {
    let faults = one.faults;
    let plural = if faults == 1 { "" } else { "s" };
    match (one.how, one.seed) {
        (How::ByChance, Some(seed)) => format!("by chance, up to {faults} fault{plural}, seed {seed}"),
        (How::ByChance, None) => format!("by chance, up to {faults} fault{plural}"),
        (How::Exhaustive, _) if one.interrupted => format!("up to {faults} fault{plural}, interrupted"),
        (How::Exhaustive, _) => format!("all up to {faults} fault{plural}"),
    }
}

fn by_faults(one: &Searched) -> String {
    match one.how {
        How::ByChance => "-".into(),
        How::Exhaustive => {
            let counts = one.runs.iter().enumerate().map(|(faults, runs)| format!("{faults}: {runs}"));
            counts.collect::<Vec<_>>().join(", ")
        }
    }
}

/// What one search found, in a line.
fn sentence(one: &Searched) -> String {
    let runs = one.total();
    let of = format!("{} on {}, {}", one.scenario.name(), one.store.name(), how(one));
    let databases = match one.store {
        StoreName::Sqlite => ", each on a database of its own",
        StoreName::Memory => "",
    };
    if one.broken.is_empty() {
        return format!("{of}: no violation in {runs} runs{databases}\n");
    }
    let broken = one.broken.iter().map(|(invariant, count)| format!("{invariant} in {count} of {runs} runs"));
    format!("{of}: broken: {}\n", broken.collect::<Vec<_>>().join(", "))
}

fn memory(bytes: u64) -> String {
    // Not every system says.
    if bytes == 0 { "-".into() } else { format!("{:.0}", bytes as f64 / 1_048_576.0) }
}
