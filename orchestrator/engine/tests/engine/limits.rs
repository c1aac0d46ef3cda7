//! However much comes at once, and however large it is, the engine goes on.

use amends_engine::driver::{Engine, StartError};
use amends_engine::journal::Status;
use serde_json::{Value, json};

use crate::world::{World, task};

/// Registers `guarded`: a task whose every error leads to a Pass state.
fn register_guarded(engine: &Engine) {
    let mut guarded = task("a", None);
    guarded["Catch"] = json!([{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "undo"}]);
    let states = json!({"a": guarded, "undo": {"Type": "Pass", "End": true}});
    engine.register_machine("guarded", &json!({"StartAt": "a", "States": states}).to_string()).unwrap();
}

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

#[test]
fn a_cause_without_end_is_cut_and_its_error_still_caught() {
    let world = World::new();
    let engine = world.open();
    register_guarded(&engine);
    world.run(engine.start("guarded", "g", json!({"ask": "verbose"}))).unwrap();
    let end = world.run(engine.wait_end("guarded", "g")).unwrap().unwrap();
    assert_eq!(end.status, Status::Succeeded);
    let output: Value = serde_json::from_str(&end.output.unwrap()).unwrap();
    assert_eq!(output["error"]["Error"], json!("Saga.Unknown"));
    assert_eq!(output["error"]["Cause"].as_str().unwrap().len(), 32_768);
}

#[test]
fn an_input_is_measured_as_the_bytes_of_its_json_text() {
    let world = World::new();
    let engine = world.open();
    let digits = json!(vec![1; 131_000]);
    let numbers = json!(vec![1.797_693_134_862_315_7e308; 60_000]);
    world.run(engine.start("wait", "digits", digits)).unwrap();
    let refused = world.run(engine.start("wait", "numbers", numbers)).unwrap_err();
    assert!(matches!(refused, StartError::Input(_)), "{refused}");
}
