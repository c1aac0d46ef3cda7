//! An execution environment: a process and the Runtime API that it asks.

use std::io;
use std::time::Duration;

use rustix::io::Errno;
use tokio::time::{Instant, timeout, timeout_at};

use super::failure;
use super::function::Function;
use super::name::{FunctionName, Place};
use super::process::Process;
use super::runtime_api::{Invocation, RuntimeApi};
use crate::answer::FunctionAnswer;

/// How long a first start may take. One that takes longer is made again, within the time limit of the invocation.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// A process that serves one invocation at a time.
pub(super) struct Environment {
    api: RuntimeApi,
    process: Process,
}

/// An invocation that has come to an end.
pub(super) struct Ended {
    pub(super) answer: FunctionAnswer,
    /// The environment, if it can serve another one.
    pub(super) environment: Option<Environment>,
}

/// Why an environment did not become ready.
enum NotReady {
    /// As a function answers.
    Failed(FunctionAnswer),
    TooSlow,
}

impl Environment {
    /// Starts an environment and invokes the function in it: Lambda's cold start. An environment that does not become
    /// ready is started once more, and what becomes of that one counts.
    pub(super) async fn start_and_invoke(
        name: &FunctionName,
        function: &Function,
        place: &Place,
        invocation: Invocation,
    ) -> Ended {
        let request = invocation.request.clone();
        let started = match Self::start(name, function, place, &request, INIT_LIMIT).await {
            Ok(started) => Ok((started, function.time_limit())),
            Err(_) => {
                let again = Instant::now();
                let started = Self::start(name, function, place, &request, function.time_limit()).await;
                started.map(|started| (started, function.time_limit().saturating_sub(again.elapsed())))
            }
        };
        match started {
            Ok((environment, limit)) => {
                environment.invoke(Invocation { limit, ..invocation }, function).await
            }
            Err(NotReady::Failed(answer)) => Ended { answer, environment: None },
            Err(NotReady::TooSlow) => {
                Ended { answer: failure::timed_out(&request, function.timeout), environment: None }
            }
        }
    }

    async fn start(
        name: &FunctionName,
        function: &Function,
        place: &Place,
        request: &str,
        limit: Duration,
    ) -> Result<Self, NotReady> {
        let no_room = |error: &io::Error| failure::no_environment(request, &error.to_string());
        let api = RuntimeApi::serve().await.map_err(|error| NotReady::Failed(no_room(&error)))?;
        let process = Process::spawn(name, function, place, api.address()).map_err(|error| {
            let program = function.program();
            NotReady::Failed(match Errno::from_io_error(&error) {
                Some(Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::AGAIN) => no_room(&error),
                _ => failure::invalid_entrypoint(request, &program.to_string_lossy(), &error.to_string()),
            })
        })?;
        let mut environment = Self { api, process };
        let reached = timeout(limit, async {
            tokio::select! {
                // A runtime that cannot begin says so and ends; what it says is the better answer.
                biased;
                ready = environment.api.ready() => {
                    ready.map_err(|error| FunctionAnswer { payload: error, has_failed: true })
                }
                how = environment.process.end() => Err(failure::exited(request, how.as_deref())),
            }
        });
        match reached.await {
            Ok(Ok(())) => Ok(environment),
            Ok(Err(answer)) => Err(NotReady::Failed(answer)),
            Err(_) => Err(NotReady::TooSlow),
        }
    }

    /// Invokes the function. The environment can be used again once its runtime has asked for the next invocation.
    pub(super) async fn invoke(mut self, invocation: Invocation, function: &Function) -> Ended {
        let request = invocation.request.clone();
        let deadline = Instant::now() + invocation.limit;
        let answered = timeout_at(deadline, async {
            tokio::select! {
                biased;
                answer = self.api.invoke(invocation) => answer,
                how = self.process.end() => Some(failure::exited(&request, how.as_deref())),
            }
        });
        let answer = match answered.await {
            Ok(answer) => answer.unwrap_or_else(|| failure::exited(&request, None)),
            Err(_) => {
                let answer = failure::timed_out(&request, function.timeout);
                return Ended { answer, environment: None };
            }
        };
        let ready = timeout_at(deadline, async {
            tokio::select! {
                biased;
                ready = self.api.ready() => ready.is_ok(),
                _ = self.process.end() => false,
            }
        });
        let is_ready = ready.await.unwrap_or(false);
        Ended { answer, environment: is_ready.then_some(self) }
    }

    /// Whether its process has ended while nobody looked.
    pub(super) fn has_ended(&mut self) -> bool {
        self.process.has_ended()
    }
}
