//! `amends engine`: the Step Functions API, until it is told to stop.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::service::tools;

/// A running engine, killed when it is dropped.
pub(crate) struct Engine {
    process: Child,
    pub(crate) url: String,
}

impl Engine {
    pub(crate) fn start(dir: &Path) -> Self {
        Self::with(dir, |command| command)
    }

    /// An engine with further arguments or variables.
    pub(crate) fn with(dir: &Path, further: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        Self::of(dir, Command::new(env!("CARGO_BIN_EXE_amends")), further)
    }

    /// An engine that this command becomes.
    fn of(dir: &Path, mut command: Command, further: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        command.args(["engine", "--listen", "127.0.0.1:0", "--data"]).arg(dir);
        further(command.stderr(Stdio::null()));
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { process, url: url.trim().to_owned() }
    }

    async fn call(&self, action: &str, body: Value) -> Value {
        let request = reqwest::Client::new().post(&self.url).body(body.to_string());
        let request = request.header("x-amz-target", format!("AWSStepFunctions.{action}"));
        request.send().await.unwrap().json().await.unwrap()
    }

    fn interrupt(&mut self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert!(self.process.wait().unwrap().success());
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // It has ended already, if the test went well.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[tokio::test]
async fn the_step_functions_api_is_served_until_an_interrupt_and_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine = Engine::start(dir.path());
    let definition = json!({"StartAt": "w", "States": {"w": {"Type": "Wait", "Seconds": 3600, "End": true}}});
    let role = "arn:aws:iam::111111111111:role/sfn";
    let machine = json!({"name": "m", "roleArn": role, "definition": definition.to_string()});
    let machine = engine.call("CreateStateMachine", machine).await["stateMachineArn"].clone();
    let started = engine.call("StartExecution", json!({ "stateMachineArn": machine })).await;
    engine.interrupt();
    let mut engine = Engine::start(dir.path());
    let arn = &started["executionArn"];
    let shown = engine.call("DescribeExecution", json!({ "executionArn": arn })).await;
    assert_eq!((&shown["status"], &shown["stateMachineArn"]), (&json!("RUNNING"), &machine));
    engine.interrupt();
}

#[tokio::test]
async fn functions_run_as_processes_of_the_engine() {
    let dir = tempfile::tempdir().unwrap();
    let handlers = "def double(event, context):
    print('doubling', event['n'], flush=True)
    return {'doubled': 2 * event['n']}
";
    std::fs::write(dir.path().join("handlers.py"), handlers).unwrap();
    let python = tools().join("venv/bin/python");
    let functions =
        json!({"double": {"command": [python, "-m", "awslambdaric", "handlers.double"], "timeout": 20}});
    let file = dir.path().join("functions.json");
    std::fs::write(&file, functions.to_string()).unwrap();
    let log = std::fs::File::create(dir.path().join("log")).unwrap();
    let engine =
        Engine::with(&dir.path().join("data"), |command| command.arg("--functions").arg(&file).stderr(log));
    let arn = "arn:aws:lambda:us-east-1:111111111111:function:double";
    let definition = json!({"StartAt": "by_arn", "States": {
        "by_arn": {"Type": "Task", "Resource": arn, "Next": "by_name", "ResultPath": "$.first"},
        "by_name": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "missing",
            "Parameters": {"FunctionName": "double:live", "Payload": {"n.$": "$.first.doubled"}},
            "ResultSelector": {"doubled.$": "$.Payload.doubled", "status.$": "$.StatusCode"}},
        "missing": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:111111111111:function:no", "End": true,
            "Catch": [{"ErrorEquals": ["Lambda.ResourceNotFoundException"], "Next": "end", "ResultPath": null}]},
        "end": {"Type": "Succeed"}}});
    let role = "arn:aws:iam::111111111111:role/sfn";
    let machine = json!({"name": "m", "roleArn": role, "definition": definition.to_string()});
    let machine = engine.call("CreateStateMachine", machine).await["stateMachineArn"].clone();
    let start = json!({"stateMachineArn": machine, "input": "{\"n\": 3}"});
    let started = engine.call("StartExecution", start).await;
    let describe = json!({ "executionArn": started["executionArn"] });
    let shown = loop {
        let shown = engine.call("DescribeExecution", describe.clone()).await;
        if shown["status"] != "RUNNING" {
            break shown;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_eq!(
        (&shown["status"], &shown["output"]),
        (&json!("SUCCEEDED"), &json!(r#"{"doubled":12,"status":200}"#))
    );
}

/// A directory in which an execution was started, as it is after a crash.
async fn crashed() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::start(dir.path());
    let definition = json!({"StartAt": "w", "States": {"w": {"Type": "Wait", "Seconds": 3600, "End": true}}});
    let role = "arn:aws:iam::111111111111:role/sfn";
    let machine = json!({"name": "m", "roleArn": role, "definition": definition.to_string()});
    let machine = engine.call("CreateStateMachine", machine).await["stateMachineArn"].clone();
    let started = engine.call("StartExecution", json!({ "stateMachineArn": machine })).await;
    assert!(started["executionArn"].is_string(), "{started}");
    dir
}

fn amends(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_amends")).args(arguments).output().unwrap()
}

#[tokio::test]
async fn an_engine_goes_on_from_a_backup_that_was_made_while_it_worked() {
    let dir = crashed().await;
    let path = |name: &str| dir.path().join(name).display().to_string();
    let data = dir.path().display().to_string();
    let engine = Engine::start(dir.path());
    let listed = engine.call("ListStateMachines", json!({})).await;
    let machine = listed["stateMachines"][0]["stateMachineArn"].clone();
    let backup = amends(&["backup", &path("backup"), "--data", &data]);
    assert!(backup.status.success(), "{}", String::from_utf8_lossy(&backup.stderr));
    drop(engine);
    let restore =
        |how: &str| amends(&["restore", &path("backup"), how, "--why", "test", "--data", &path("restored")]);
    let copied = restore("--copy");
    assert_eq!(copied.status.code(), Some(2), "{}", String::from_utf8_lossy(&copied.stderr));
    let recovered = restore("--recover");
    assert!(recovered.status.success(), "{}", String::from_utf8_lossy(&recovered.stderr));
    let engine = Engine::start(&dir.path().join("restored"));
    let there = engine.call("ListExecutions", json!({ "stateMachineArn": machine })).await;
    assert_eq!(there["executions"][0]["status"], "RUNNING");
    let arn = there["executions"][0]["executionArn"].clone();
    let with = engine.call("DescribeStateMachineForExecution", json!({ "executionArn": arn })).await;
    assert_eq!(with["name"], "m");
}

#[tokio::test]
async fn more_clients_than_there_are_descriptors_wait() {
    let dir = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_amends");
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -n 96 && exec {program} \"$@\""), "sh"]);
    let engine = Engine::of(dir.path(), command, |command| command);
    let address = engine.url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let idle: Vec<_> = (0..90).map(|_| std::net::TcpStream::connect(&address).unwrap()).collect();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    drop(idle);
    assert_eq!(engine.call("ListStateMachines", json!({})).await, json!({"stateMachines": []}));
}

#[tokio::test]
async fn a_directory_that_has_lost_something_is_refused() {
    for (lost, expected) in
        [("registry.sqlite-wal", "the registry, is older than"), ("engine", "engine is gone")]
    {
        let dir = crashed().await;
        let path = dir.path().join(lost);
        if path.is_dir() {
            std::fs::remove_dir_all(path).unwrap();
        } else {
            std::fs::write(path, "").unwrap();
        }
        let data = dir.path().display().to_string();
        let output = amends(&["engine", "--listen", "127.0.0.1:0", "--data", &data]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn what_the_engine_cannot_use_is_refused_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let cases: [&[&str]; 9] = [
        &["--listen", "0.0.0.0:0"],
        &["--account", "1"],
        &["--region", "Here"],
        &["--listen", "0.0.0.0:0", "--token", "short"],
        &["--access-key", "AKID"],
        &["--access-key", "AKID", "--secret-key", ""],
        &["--access-key", "AKID", "--secret-key", "short"],
        &["--retention-days", "0"],
        &["--functions", "no-such-file.json"],
    ];
    for arguments in cases {
        let mut command = Command::new(env!("CARGO_BIN_EXE_amends"));
        command.arg("engine").args(arguments).arg("--data").arg(dir.path().join("data"));
        let output = command
            .env_remove("AMENDS_ENGINE_TOKEN")
            .env_remove("AMENDS_ENGINE_SECRET_KEY")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    assert!(!dir.path().join("data").exists());
}
