//! The process of an execution environment, and what it writes.

use std::io;
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use super::function::Function;
use super::name::{FunctionName, Place};

/// The environment variables that every function has from this process.
const PASSED_ON: [&str; 2] = ["PATH", "HOME"];

/// The longest line of a function's output that is written to the log as one.
const MOST_LINE_BYTES: u64 = 64 * 1024;

/// A process with those that it starts. It is killed when this is dropped.
pub(super) struct Process {
    child: Child,
    group: Option<Pid>,
}

impl Process {
    /// Starts the program of a function, which asks the Runtime API at that address.
    pub(super) fn spawn(
        name: &FunctionName,
        function: &Function,
        place: &Place,
        api: SocketAddr,
    ) -> io::Result<Self> {
        let mut command = Command::new(function.program());
        command.args(function.command.iter().skip(1)).env_clear();
        for inherited in PASSED_ON.into_iter().chain(function.inherit.iter().map(String::as_str)) {
            if let Some(value) = std::env::var_os(inherited) {
                command.env(inherited, value);
            }
        }
        command.envs(&function.environment).envs(variables(name, function, place, api));
        if !function.directory.as_os_str().is_empty() {
            command.current_dir(&function.directory);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.process_group(0).kill_on_drop(true).spawn()?;
        forward(child.stdout.take(), &name.name);
        forward(child.stderr.take(), &name.name);
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Ok(Self { child, group: id.and_then(Pid::from_raw) })
    }

    /// Waits for its end; says how it ended, if not well.
    pub(super) async fn end(&mut self) -> Option<String> {
        let status = self.child.wait().await;
        self.kill_group();
        match status {
            Ok(status) => describe(status),
            Err(error) => Some(error.to_string()),
        }
    }

    /// Whether it has ended.
    pub(super) fn has_ended(&mut self) -> bool {
        let has_ended = !matches!(self.child.try_wait(), Ok(None));
        if has_ended {
            self.kill_group();
        }
        has_ended
    }

    /// Kills it and what it has started, once. A group keeps its number as long as anything is in it; when nothing is, the
    /// number of a process that has just ended is not given to another one at once.
    fn kill_group(&mut self) {
        if let Some(group) = self.group.take() {
            kill_process_group(group, Signal::KILL).ok();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill_group();
    }
}

/// What Lambda sets.
fn variables(
    name: &FunctionName,
    function: &Function,
    place: &Place,
    api: SocketAddr,
) -> [(&'static str, String); 14] {
    let root = function.directory.display().to_string();
    let text = str::to_owned;
    [
        ("AWS_LAMBDA_RUNTIME_API", api.to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", name.name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", text(name.version())),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory_size.to_string()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", text("on-demand")),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", name.name)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", format!("[{}]", name.version())),
        ("AWS_EXECUTION_ENV", text("AWS_Lambda_provided.al2023")),
        ("AWS_REGION", place.region.clone()),
        ("AWS_DEFAULT_REGION", place.region.clone()),
        ("LAMBDA_TASK_ROOT", if root.is_empty() { text(".") } else { root }),
        ("_HANDLER", function.handler.clone().unwrap_or_else(|| name.name.clone())),
        ("TZ", text(":UTC")),
        ("LANG", text("en_US.UTF-8")),
    ]
}

/// Writes what the function writes to the log, line by line.
fn forward(output: Option<impl AsyncRead + Send + Unpin + 'static>, function: &str) {
    let Some(output) = output else { return };
    let function = function.to_owned();
    tokio::spawn(async move {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        // A line that never ends comes in pieces.
        while let Ok(1..) = (&mut output).take(MOST_LINE_BYTES).read_until(b'\n', &mut line).await {
            tracing::info!(target: "function", function, "{}", String::from_utf8_lossy(&line).trim_end());
            line.clear();
        }
    });
}

/// As Lambda tells it; nothing for an end without an error.
fn describe(status: ExitStatus) -> Option<String> {
    if let Some(signal) = status.signal() {
        let name = match signal {
            2 => "interrupt",
            4 => "illegal instruction",
            6 => "aborted",
            7 => "bus error",
            8 => "floating point exception",
            9 => "killed",
            11 => "segmentation fault",
            13 => "broken pipe",
            15 => "terminated",
            other => return Some(format!("signal: {other}")),
        };
        return Some(format!("signal: {name}"));
    }
    status.code().filter(|code| *code != 0).map(|code| format!("exit status {code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_as_lambda_tells_it() {
        let told = |raw| describe(ExitStatus::from_raw(raw));
        assert_eq!(told(0), None);
        assert_eq!(told(3 << 8).as_deref(), Some("exit status 3"));
        assert_eq!(told(9).as_deref(), Some("signal: killed"));
        assert_eq!(told(11).as_deref(), Some("signal: segmentation fault"));
        assert_eq!(told(40).as_deref(), Some("signal: 40"));
    }
}
