//! The mutants, and what finds them.

use amends_verify::explore::Story;
use amends_verify::mutants::{self, Hunted, Mutant};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::interrupt::Interrupt;
use super::left_out::LeftOut;
use super::progress::Progress;
use crate::failure::Failure;

/// What became of all mutants.
#[derive(Debug, Serialize)]
pub(crate) struct Hunt {
    /// In each run, at most.
    faults: u32,
    /// The faults and invariants that were left out.
    without: Vec<String>,
    mutants: Vec<MutantTold>,
    /// Whether Ctrl-C ended it; then the last ones were not hunted.
    pub(crate) interrupted: bool,
}

/// What became of one.
#[derive(Debug, Serialize)]
struct MutantTold {
    name: &'static str,
    layer: String,
    told: &'static str,
    /// The shortest schedule that shows it; none if it survives.
    killed_by: Option<String>,
    /// What that run breaks.
    broken: Vec<&'static str>,
    /// How many runs were made.
    runs: u64,
}

/// The mutant of this name.
pub(crate) fn find_mutant(name: &str) -> Result<Mutant, Failure> {
    let all = mutants::all();
    all.iter().find(|mutant| mutant.name == name).copied().ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|mutant| mutant.name).collect();
        Failure::Unusable(format!("there is no mutant {name:?}; there are {}", names.join(", ")))
    })
}

/// One mutant, and the run that finds it.
#[derive(Debug, Serialize)]
pub(crate) struct HuntOfOne {
    mutant: MutantTold,
    faults: u32,
    /// None if it survives.
    pub(crate) story: Option<Story>,
    /// Whether Ctrl-C ended it.
    pub(crate) interrupted: bool,
}

/// Hunts one.
pub(crate) fn hunt_one(
    mutant: &Mutant,
    faults: u32,
    without: &[LeftOut],
    interrupt: &Interrupt,
) -> HuntOfOne {
    let setup = LeftOut::all_from((mutant.setup)(), without);
    let hunted = mutants::hunt(&setup, faults, &|| interrupt.is_pressed());
    let story = hunted.killed.as_ref().map(|killed| Story::of(killed, &arguments_of(mutant, without)));
    HuntOfOne { mutant: MutantTold::new(mutant, &hunted), faults, story, interrupted: interrupt.is_pressed() }
}

/// The arguments with which the mutant is explored again.
pub(crate) fn arguments_of(mutant: &Mutant, without: &[LeftOut]) -> String {
    let names = LeftOut::names(without);
    let without = if names.is_empty() { names } else { format!(" --without {names}") };
    format!("--mutant {}{without}", mutant.name)
}

impl HuntOfOne {
    /// For a person; ends with a newline.
    pub(crate) fn text(&self) -> String {
        let MutantTold { name, layer, told, runs, .. } = &self.mutant;
        let head = format!("{name}, a mutant of the {layer}: {told}\n");
        let faults = self.faults;
        match &self.story {
            Some(story) => format!("{head}found after {runs} runs\n\n{}", story.text()),
            None if self.interrupted => format!("{head}interrupted after {runs} runs\n"),
            None => format!("{head}SURVIVES {runs} runs with up to {faults} faults\n"),
        }
    }
}

/// Hunts one after the other.
pub(crate) fn hunt_all(faults: u32, without: &[LeftOut], interrupt: &Interrupt) -> Hunt {
    let all = mutants::all();
    let progress = Progress::new("mutants".into());
    let names = without.iter().map(ToString::to_string).collect();
    let mut hunt = Hunt { faults, without: names, mutants: Vec::new(), interrupted: false };
    for (place, mutant) in all.iter().enumerate() {
        progress.step(place, all.len(), mutant.name);
        let setup = LeftOut::all_from((mutant.setup)(), without);
        let hunted = mutants::hunt(&setup, faults, &|| interrupt.is_pressed());
        if interrupt.is_pressed() {
            hunt.interrupted = true;
            break;
        }
        hunt.mutants.push(MutantTold::new(mutant, &hunted));
    }
    hunt
}

impl MutantTold {
    fn new(mutant: &Mutant, hunted: &Hunted) -> Self {
        let mut broken: Vec<_> = hunted.killed.iter().flat_map(|killed| &killed.broken).collect();
        broken.sort_unstable();
        broken.dedup_by_key(|broken| broken.invariant);
        Self {
            name: mutant.name,
            layer: mutant.layer.to_string(),
            told: mutant.told,
            killed_by: hunted.killed.as_ref().map(|killed| killed.schedule.to_string()),
            broken: broken.into_iter().map(|broken| broken.invariant).collect(),
            runs: hunted.runs,
        }
    }
}

impl Hunt {
    /// How many were not found.
    pub(crate) fn survivors(&self) -> usize {
        self.mutants.iter().filter(|mutant| mutant.killed_by.is_none()).count()
    }

    /// For a person; ends with a newline.
    pub(crate) fn text(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(["mutant", "layer", "what is wrong", "killed by", "breaks", "runs"]);
        for MutantTold { name, layer, told, killed_by, broken, runs } in &self.mutants {
            let killed_by = match killed_by.as_deref() {
                None => "SURVIVES",
                Some("") => "nothing needs to go wrong",
                Some(schedule) => schedule,
            };
            table.add_row([*name, layer, *told, killed_by, &broken.join(" "), &runs.to_string()]);
        }
        if let Some(column) = table.column_mut(5) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let interrupted = if self.interrupted { "interrupted: not every mutant was hunted\n" } else { "" };
        let (all, survivors) = (self.mutants.len(), self.survivors());
        format!(
            "{table}\n\n{interrupted}{} of {all} mutants found with up to {} faults{}\n",
            all - survivors,
            self.faults,
            without(&self.without)
        )
    }
}

fn without(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!(", without {}", names.join(", ")) }
}
