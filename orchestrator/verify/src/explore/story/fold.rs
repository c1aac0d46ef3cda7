//! What a reader would skip: before the first thing that goes wrong, everything that goes well; and the third attempt
//! that says what the second one said.
//!
//! What the one does to whom it happens stays, so that one sees what it is in the middle of.

use super::line::{Line, LineKind, Weight};

/// A line of the text: one of the story, or several that are told together.
#[derive(Debug, Clone, Copy)]
pub(super) enum Folded<'a> {
    /// This one.
    One(&'a Line),
    /// These, of which there is nothing to say.
    Well(&'a [Line]),
    /// These, which say what the ones before them said, but for numbers.
    Again(&'a [Line]),
}

/// Fewer are not worth a fold.
const FEWEST: usize = 3;

pub(super) fn folded(lines: &[Line]) -> Vec<Folded<'_>> {
    let Some(first) = lines.iter().position(|line| line.kind == LineKind::Injected) else {
        return repeats(lines);
    };
    let hit = lines[first].who.as_str();
    let (before, after) = lines.split_at(first);
    let skips = |line: &Line| line.weight != Weight::Telling && line.who != hit;
    let mut folded = Vec::new();
    for group in before.chunk_by(|one, next| skips(one) && skips(next)) {
        if group.len() >= FEWEST {
            folded.push(Folded::Well(group));
        } else {
            folded.extend(telling(group));
        }
    }
    folded.extend(repeats(after));
    folded
}

fn telling(lines: &[Line]) -> impl Iterator<Item = Folded<'_>> {
    lines.iter().map(Folded::One)
}

/// Attempts that say the same are told once.
fn repeats(lines: &[Line]) -> Vec<Folded<'_>> {
    let attempts: Vec<&[Line]> = lines.chunk_by(|one, next| one.who == next.who).collect();
    let mut folded = Vec::new();
    let mut place = 0;
    while place < attempts.len() {
        folded.extend(telling(attempts[place]));
        let same = attempts[place + 1..].iter().take_while(|next| say_the_same(attempts[place], next));
        let (count, length) = same.fold((0, 0), |(count, length), next| (count + 1, length + next.len()));
        let begin = attempts[..=place].iter().map(|attempt| attempt.len()).sum::<usize>();
        if count > 1 {
            folded.push(Folded::Again(&lines[begin..begin + length]));
            place += count;
        }
        place += 1;
    }
    folded
}

fn say_the_same(one: &[Line], other: &[Line]) -> bool {
    let same = |(one, other): (&Line, &Line)| {
        one.kind == other.kind
            && one.kind != LineKind::Injected
            && without_numbers(&one.who).eq(without_numbers(&other.who))
            && without_numbers(&one.what).eq(without_numbers(&other.what))
    };
    one.len() == other.len() && one.iter().zip(other).all(same)
}

fn without_numbers(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_ascii_digit())
}
