//! The functions of the tests.

use std::path::{Path, PathBuf};
use std::time::Duration;

use amends_engine::driver::TaskFailure;
use amends_lambda::{Function, Functions, Pool, PoolOptions};
use serde_json::Value;

fn tools() -> PathBuf {
    if let Some(tools) = std::env::var_os("AMENDS_TEST_TOOLS") {
        return tools.into();
    }
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache");
    cache.unwrap_or_else(home).join("amends/tools")
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pool/functions")
}

/// A program with arguments, in the directory of the functions.
pub(crate) fn program(command: &[&str]) -> Function {
    let mut function = Function::new(command[0]);
    function.command = command.iter().map(|&part| part.to_owned()).collect();
    function.directory = directory();
    function
}

/// Python with these arguments.
pub(crate) fn python(arguments: &[&str]) -> Function {
    let python = tools().join("venv/bin/python");
    assert!(python.exists(), "{} is missing: run `.ci/test`, which installs it", python.display());
    let mut function = program(&[python.to_str().unwrap()]);
    function.command.extend(arguments.iter().map(|&argument| argument.to_owned()));
    function.timeout = 20;
    function.environment.insert("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned());
    function
}

/// A handler in Python.
pub(crate) fn handler(name: &str) -> Function {
    python(&["-m", "awslambdaric", name])
}

pub(crate) fn pool_of<'a>(
    functions: impl IntoIterator<Item = (&'a str, Function)>,
    options: PoolOptions,
) -> Pool {
    let mut all = Functions::default();
    for (name, function) in functions {
        all.add(name, function).unwrap();
    }
    Pool::new(all, options)
}

/// A pool of one function, named `f`.
pub(crate) fn pool(function: Function) -> Pool {
    pool_of([("f", function)], PoolOptions::default())
}

/// Invokes `f`, which fails: with which error, and with which message in its cause.
pub(crate) async fn failure(pool: &Pool, payload: Value) -> (String, String) {
    let TaskFailure { error, cause } = pool.invoke("f", &payload).await.unwrap_err();
    let payload: Value = serde_json::from_str(&cause).unwrap();
    assert_eq!(payload["errorType"], error, "the cause is what the function answered");
    (error, payload["errorMessage"].as_str().unwrap().to_owned())
}

/// Whether there is a process with this id.
pub(crate) fn is_alive(process: &Value) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{process}/stat"));
    state.is_ok_and(|stat| !stat.rsplit(')').next().unwrap().trim_start().starts_with('Z'))
}

/// Waits until there is no process with this id any more.
pub(crate) async fn gone(process: &Value) {
    let ended = async {
        while is_alive(process) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(20), ended).await;
    ended.unwrap_or_else(|_| panic!("process {process} is still there"));
}
