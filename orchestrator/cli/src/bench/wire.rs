//! The Step Functions API over the wire, with AWS's own client.

use std::path::Path;
use std::time::Duration;

use amends_aws::AwsStepFunctions;
use serde_json::json;

use super::latency::Latencies;
use super::report::{Calls, ServerStart};
use super::server::EngineServer;
use super::{Load, size};
use crate::failure::Failure;

/// How long it is left alone before its memory is looked at.
const IDLE: Duration = Duration::from_secs(1);
/// How many executions are made at once before a restart.
const FILLING: u64 = 256;

/// A start on an empty directory, and calls.
pub(super) async fn measure(loads: &[Load], dir: &Path) -> Result<(ServerStart, Vec<Calls>), Failure> {
    // The first start makes the directory, the second finds it.
    drop(EngineServer::start(dir)?);
    let server = EngineServer::start(dir)?;
    let started = look(&server, dir, 0, 0).await?;
    let client = server.client().await;
    create(&client, "passes", &json!({"Type": "Pass", "End": true})).await?;
    let mut calls = Vec::new();
    for (index, load) in loads.iter().enumerate() {
        let of = |number| format!("{index}-{number}");
        let start = |number| start(client.clone(), "passes", of(number));
        calls.push(Calls::new("StartExecution", *load, &Latencies::of(*load, start).await?));
        let describe = |number| describe(client.clone(), "passes", of(number));
        calls.push(Calls::new("DescribeExecution", *load, &Latencies::of(*load, describe).await?));
        let history = |number| history(client.clone(), "passes", of(number));
        calls.push(Calls::new("GetExecutionHistory", *load, &Latencies::of(*load, history).await?));
    }
    Ok((started, calls))
}

/// A restart on a directory with ten times as many finished executions, and as many that wait for a year.
pub(super) async fn restart(open: u64, dir: &Path, say: &impl Fn(&str)) -> Result<ServerStart, Failure> {
    let finished = open * 10;
    say(&format!("making {finished} finished and {open} open executions ..."));
    {
        let server = EngineServer::start(dir)?;
        let client = server.client().await;
        create(&client, "passes", &json!({"Type": "Pass", "End": true})).await?;
        create(&client, "waits", &json!({"Type": "Wait", "Seconds": 31_536_000, "End": true})).await?;
        for (machine, sagas) in [("passes", finished), ("waits", open)] {
            let load = Load { sagas, concurrency: FILLING };
            Latencies::of(load, |number| start(client.clone(), machine, number.to_string())).await?;
        }
        // Killed while it has nothing to do, as by a power failure.
        tokio::time::sleep(IDLE).await;
    }
    say("restarting ...");
    let server = EngineServer::start(dir)?;
    look(&server, dir, finished, open).await
}

async fn look(server: &EngineServer, dir: &Path, finished: u64, open: u64) -> Result<ServerStart, Failure> {
    tokio::time::sleep(IDLE).await;
    Ok(ServerStart {
        finished,
        open,
        start_micros: u64::try_from(server.start.as_micros()).unwrap_or(u64::MAX),
        idle_memory_bytes: server.memory_bytes(),
        disk_bytes: size::bytes(dir)?,
    })
}

async fn create(client: &AwsStepFunctions, machine: &str, state: &serde_json::Value) -> Result<(), Failure> {
    let definition = json!({"StartAt": "only", "States": {"only": state}});
    let create = client.client().create_state_machine().name(machine).definition(definition.to_string());
    create.role_arn("arn:aws:iam::111111111111:role/bench").send().await.map_err(Failure::failed)?;
    Ok(())
}

async fn start(client: AwsStepFunctions, machine: &'static str, name: String) -> Result<(), Failure> {
    let input = json!({ "saga_id": name, "input_sha256": "0".repeat(64) }).to_string();
    let start = client.client().start_execution().state_machine_arn(client.machine_arn(machine));
    start.name(name).input(input).send().await.map_err(Failure::failed)?;
    Ok(())
}

async fn describe(client: AwsStepFunctions, machine: &'static str, name: String) -> Result<(), Failure> {
    let arn = client.named_execution_arn(machine, &name);
    client.client().describe_execution().execution_arn(arn).send().await.map_err(Failure::failed)?;
    Ok(())
}

async fn history(client: AwsStepFunctions, machine: &'static str, name: String) -> Result<(), Failure> {
    let arn = client.named_execution_arn(machine, &name);
    client.client().get_execution_history().execution_arn(arn).send().await.map_err(Failure::failed)?;
    Ok(())
}
