//! However much comes at once, and however large it is, the engine goes on.

use serde_json::json;

use crate::world::World;

#[test]
fn more_answers_at_once_than_one_record_holds_go_into_several() {
    let world = World::new();
    let engine = world.open();
    let names: Vec<_> = (0..12).map(|number| format!("s-{number}")).collect();
    for name in &names {
        world.run(engine.start("steps", name, json!({"ask": "large"}))).unwrap();
    }
    for name in &names {
        let end = world.run(engine.wait_end("steps", name)).unwrap().unwrap();
        assert_eq!(end.error.as_deref(), Some("States.DataLimitExceeded"));
    }
}
