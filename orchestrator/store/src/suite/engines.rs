//! Engines.

use super::Subject;
use super::examples::engine;
use crate::EngineBeat;

pub(super) fn beats_of_an_engine_are_counted(subject: &Subject) {
    assert_eq!(subject.read(|tx| tx.engine_beats()), []);
    let beat = |number| subject.write(move |tx| tx.beat(engine(number)));
    assert_eq!((beat(2), beat(1), beat(2), beat(2)), (1, 1, 2, 3));
    let expected = [(1, 1), (2, 3)].map(|(number, beats)| EngineBeat { engine: engine(number), beats });
    assert_eq!(subject.read(|tx| tx.engine_beats()), expected);
}
