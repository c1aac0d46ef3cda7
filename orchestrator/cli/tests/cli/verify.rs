//! `amends verify`: what it finds, what it says, and how it ends.

use std::process::Output;

use crate::shop::{Shop, amends};
use serde_json::Value;

fn verify(shop: &Shop, arguments: &[&str]) -> Output {
    amends().arg("verify").args(arguments).current_dir(shop.path(".")).output().unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// The order saga's machine, in which the undos of `charge` and `reserve_stock` have changed places, in the shop's
/// directory.
fn write_broken_machine(shop: &Shop) -> &'static str {
    let machine = amends().args(["asl", "order_saga"]).output().unwrap().stdout;
    let mut machine: Value = serde_json::from_slice(&machine).unwrap();
    let refund = machine["States"]["refund"]["Parameters"].take();
    let release = std::mem::replace(&mut machine["States"]["release_stock"]["Parameters"], refund);
    machine["States"]["refund"]["Parameters"] = release;
    std::fs::write(shop.path("broken machine.asl.json"), machine.to_string()).unwrap();
    "broken machine.asl.json"
}

#[test]
fn the_order_saga_survives_every_single_fault_on_every_store() {
    let output = verify(&Shop::new(), &["--faults", "1", "--budget", "0"]);
    let (told, stderr) = (text(output.stdout), text(output.stderr));
    assert_eq!(output.status.code(), Some(0), "{told}{stderr}");
    for part in [
        "one_order on memory, all up to 1 fault: no violation in ",
        "last_item on memory, all up to 1 fault: no violation in ",
        "one_order on sqlite, all up to 1 fault: no violation in ",
        "last_item on sqlite, all up to 1 fault: no violation in ",
        "no runs by chance: the budget was used up",
        "not covered:\n  - PostgreSQL: ",
        "repaired on memory, all up to 0 faults: no violation in ",
        "coordinators on sqlite, all up to 1 fault: no violation in ",
        "lost_engine on sqlite, all up to 1 fault: no violation in ",
    ] {
        assert!(told.contains(part), "{part:?} is not in\n{told}");
    }
    assert_eq!(stderr, "", "no progress where there is no terminal");
}

#[test]
fn runs_by_chance_follow_when_there_is_time_and_say_how_they_began() {
    let arguments = ["--faults", "0", "--scenario", "one_order", "--store", "memory", "--budget", "2"];
    let output = verify(&Shop::new(), &[&arguments[..], &["--seed", "7", "--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let searches = told["searches"].as_array().unwrap();
    let of = |name: &str| searches.iter().map(|one| one[name].clone()).collect::<Vec<_>>();
    assert_eq!(of("how"), ["exhaustive", "by_chance"]);
    assert_eq!(of("seed"), [Value::Null, 7.into()]);
    assert_eq!(of("faults"), [0, 4]);
    assert_eq!(searches[0]["runs"], serde_json::json!([1]));
    assert_eq!((&told["saga"], &told["machine"]), (&"order_saga".into(), &Value::Null));
    assert_eq!((&told["story"], &told["interrupted"]), (&Value::Null, &false.into()));
}

#[test]
fn a_machine_that_undoes_in_the_wrong_order_is_caught_and_its_run_can_be_replayed() {
    let shop = Shop::new();
    let file = write_broken_machine(&shop);
    let arguments = [file, "--faults", "1", "--budget", "0", "--scenario", "one_order", "--store", "memory"];
    let output = verify(&shop, &arguments);
    let told = text(output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("broken: S7 in ") && told.contains("!!"), "{told}");
    let command = told.lines().find_map(|line| line.strip_prefix("again: amends verify ")).unwrap();
    let rest = command.strip_prefix("'broken machine.asl.json' --scenario one_order --schedule '").unwrap();
    let schedule = rest.strip_suffix('\'').unwrap();
    let again = [file, "--scenario", "one_order", "--schedule", schedule];
    let replayed = verify(&shop, &again);
    let story = text(replayed.stdout);
    assert_eq!(replayed.status.code(), Some(1), "{story}");
    assert!(told.contains(&story), "the replay tells the same story");
    let on_sqlite = verify(&shop, &[&again[..], &["--store", "sqlite", "--json"]].concat());
    assert_eq!(on_sqlite.status.code(), Some(1));
    let story: Value = serde_json::from_slice(&on_sqlite.stdout).unwrap();
    assert_eq!(story["schedule"], schedule);
    assert!(story["command"].as_str().unwrap().contains("--store sqlite"));
}

#[test]
fn a_run_that_breaks_nothing_is_told_too() {
    let shop = Shop::new();
    let output = verify(&shop, &["order_saga", "--schedule", "charge.execute.1/capture.1=reply_lost"]);
    let told = text(output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("nothing is broken") && told.contains("order-1 is committed"), "{told}");
}

#[test]
fn what_cannot_be_explored_is_said_with_exit_code_2() {
    let shop = Shop::new();
    let check = |arguments: &[&str], expected: &str| {
        let output = verify(&shop, arguments);
        let stderr = text(output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(expected), "{arguments:?}: {stderr:?} should mention {expected:?}");
    };
    std::fs::write(shop.path("text.json"), "no machine").unwrap();
    std::fs::write(shop.path("nothing.json"), r#"{"StartAt":"a","States":{"a":{"Type":"Succeed"}}}"#)
        .unwrap();
    let machine = text(amends().args(["asl", "order_saga"]).output().unwrap().stdout);
    std::fs::write(shop.path("other.json"), machine.replace(r#""step": "charge""#, r#""step": "pay""#))
        .unwrap();
    check(&["no_saga"], "there is no saga \"no_saga\"; there are order_saga");
    check(&["none.asl.json"], "cannot explore none.asl.json: ");
    check(&["."], "cannot explore .: ");
    check(&["text.json"], "it is no valid state machine: ");
    check(&["nothing.json"], "none of its tasks asks for a step of a saga");
    check(&["other.json"], "order_saga has no step pay");
    check(&["--schedule", "charge"], "\"charge\" is not of the form site=fault");
    check(&["--schedule", "charge.execute.1/capture.1=eaten"], "there is no fault named \"eaten\"");
    let twice = "charge.execute.1/capture.1=reply_lost,charge.execute.9/capture.1=late";
    check(&["--schedule", twice], "charge.execute.9/capture.1=late was not reached");
    check(&["--mutants", "--schedule", "a=late"], "cannot be used with");
    check(&["--faults", "7"], "--faults");
    check(&["--mutant", "none"], "there is no mutant \"none\"; there are undo_of_the_failing_step_skipped");
    check(&["--without", "lightning"], "no fault or invariant is called so; there are declined");
}

#[test]
fn mutants_are_hunted_and_one_that_survives_is_a_failure() {
    let output = verify(&Shop::new(), &["--mutants", "--faults", "0", "--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mutants = told["mutants"].as_array().unwrap();
    let survivors = mutants.iter().filter(|mutant| mutant["killed_by"].is_null()).count();
    assert!(survivors > 0 && told["interrupted"] == false, "some need a fault to be seen: {told}");
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(mutants.iter().all(|mutant| mutant["name"].is_string() && mutant["runs"] == 1), "{told}");
}

#[test]
fn one_mutant_is_told_like_any_other_run() {
    let shop = Shop::new();
    let name = "undo_order_swapped";
    let output = verify(&shop, &["--mutant", name, "--faults", "1"]);
    let told = text(output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.starts_with("undo_order_swapped, a mutant of the machine: "), "{told}");
    let command = told.lines().find_map(|line| line.strip_prefix("again: amends verify ")).unwrap();
    let schedule =
        command.strip_prefix("--mutant undo_order_swapped --schedule '").unwrap().strip_suffix('\'').unwrap();
    let again = verify(&shop, &["--mutant", name, "--schedule", schedule]);
    assert_eq!(again.status.code(), Some(1), "the run breaks something");
    assert!(told.ends_with(&text(again.stdout)), "{told}");
}

#[test]
fn what_is_left_out_is_not_injected_and_not_checked() {
    let shop = Shop::new();
    let output = verify(&shop, &["--mutant", "undo_order_swapped", "--faults", "1", "--without", "S7"]);
    let told = text(output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("SURVIVES"), "{told}");
    let schedule = ["--schedule", "charge.execute.1/capture.1=reply_lost", "--without", "late,reply_lost"];
    let output = verify(&shop, &schedule);
    assert_eq!(output.status.code(), Some(2), "it is not reached: {}", text(output.stdout));
    let arguments = ["--faults", "0", "--budget", "0", "--without", "S3,liveness", "--store", "memory"];
    let told = text(verify(&shop, &arguments).stdout);
    assert!(told.contains("left out: S3, liveness"), "{told}");
}
