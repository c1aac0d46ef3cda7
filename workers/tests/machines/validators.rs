//! The machines as three validators see them: our own parser, and two that others wrote.
//!
//! `.ci/install-test-tools` installs those of the others; without them these tests fail.

use std::path::{Path, PathBuf};
use std::process::Command;

use amends_asl::StateMachine;

use crate::files::generated;

/// Where the test tools are: as in `.ci/test`.
fn tools() -> PathBuf {
    if let Some(tools) = std::env::var_os("AMENDS_TEST_TOOLS") {
        return tools.into();
    }
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    cache.or_else(home).expect("HOME is set").join("amends/tools")
}

/// Runs a validator; answers what it printed, if it refused.
fn refusal(program: &str, arguments: &[&str], file: &Path) -> Result<(), String> {
    let program = tools().join(program);
    let output = Command::new(&program).args(arguments).arg(file).output();
    let output = output.unwrap_or_else(|error| {
        panic!("{} cannot be run ({error}): run `.ci/test`, which installs it", program.display())
    });
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed).into_owned();
    if output.status.success() { Ok(()) } else { Err(printed) }
}

const STATELINT: (&str, &[&str]) = ("venv/bin/statelint", &[]);
const ASL_VALIDATOR: (&str, &[&str]) = ("node_modules/.bin/asl-validator", &["--json-path"]);

fn accepts((program, arguments): (&str, &[&str])) {
    let check = |name: &str, text: &str| {
        let file = format!("{name}-{}.json", program.replace('/', "-"));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
        std::fs::write(&path, text).unwrap();
        refusal(program, arguments, &path)
    };
    for machine in generated() {
        assert_eq!(check(&machine.name, &machine.text), Ok(()), "{program} refuses {}", machine.name);
    }
    // A validator that accepts everything would prove nothing.
    let broken = generated()[0].text.replacen("\"Next\": \"settle\"", "\"Next\": \"nowhere\"", 1);
    assert!(check("broken", &broken).is_err(), "{program} accepts a Next that leads nowhere");
}

#[test]
fn our_own_parser_accepts_the_machines() {
    for machine in generated() {
        StateMachine::parse(&machine.text).unwrap_or_else(|error| panic!("{}: {error}", machine.name));
    }
}

#[test]
fn statelint_accepts_the_machines() {
    accepts(STATELINT);
}

#[test]
fn asl_validator_accepts_the_machines() {
    accepts(ASL_VALIDATOR);
}
