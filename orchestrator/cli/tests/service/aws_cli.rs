//! The engine under the AWS CLI, which signs what it sends.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::engine::Engine;
use crate::service::tools;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// The AWS CLI with this secret.
fn run(engine: &Engine, secret: &str, arguments: &[&str]) -> Output {
    let program = tools().join("venv/bin/aws");
    let mut command = Command::new(&program);
    command.args([
        "--endpoint-url",
        &engine.url,
        "--region",
        "us-east-1",
        "--output",
        "json",
        "stepfunctions",
    ]);
    command.args(arguments).env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").env("AWS_SECRET_ACCESS_KEY", secret);
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    command.env("AWS_MAX_ATTEMPTS", "1").env_remove("AWS_SESSION_TOKEN").env_remove("AWS_PROFILE");
    command.output().unwrap_or_else(|error| panic!("{} ({error}): `.ci/test` installs it", program.display()))
}

fn call(engine: &Engine, arguments: &[&str]) -> Value {
    let output = run(engine, SECRET, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_aws_cli_works_on_an_engine_that_checks_signatures() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::with(dir.path(), |command| {
        command.args(["--access-key", "AKIDEXAMPLE"]).env("AMENDS_ENGINE_SECRET_KEY", SECRET)
    });
    let refused = run(&engine, "another", &["list-state-machines"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("InvalidSignatureException"), "{said}");

    let definition =
        json!({"StartAt": "p", "States": {"p": {"Type": "Pass", "Result": "é", "End": true}}}).to_string();
    let role = "arn:aws:iam::111111111111:role/sfn";
    let create = ["create-state-machine", "--name", "m", "--role-arn", role, "--definition", &definition];
    let machine = call(&engine, &create)["stateMachineArn"].as_str().unwrap().to_owned();
    let start = ["start-execution", "--state-machine-arn", &machine, "--name", "e", "--input", "{\"ü\": 1}"];
    let execution = call(&engine, &start)["executionArn"].as_str().unwrap().to_owned();
    let described = loop {
        let described = call(&engine, &["describe-execution", "--execution-arn", &execution]);
        if described["status"] != "RUNNING" {
            break described;
        }
    };
    assert_eq!((&described["status"], &described["output"]), (&json!("SUCCEEDED"), &json!("\"é\"")));
    let history = call(&engine, &["get-execution-history", "--execution-arn", &execution, "--reverse-order"]);
    assert_eq!(history["events"][0]["type"], "ExecutionSucceeded");
    let listed = call(&engine, &["list-executions", "--state-machine-arn", &machine, "--max-items", "1"]);
    assert_eq!(listed["executions"][0]["executionArn"], execution.as_str());
}
