//! `amends ls`: the sagas, a page at a time.

use std::process::ExitCode;

use amends_store::{SagaQuery, SagaRow, SagaState};
use serde_json::json;

use crate::args::{Ls, Status};
use crate::failure::Failure;
use crate::inspect::inspect;
use crate::output;

/// How many sagas are read and printed at once.
const BATCH: usize = 500;

impl Status {
    pub(crate) const fn of(state: SagaState) -> Self {
        match state {
            SagaState::Forward => Self::Running,
            SagaState::Unwinding => Self::Unwinding,
            SagaState::Committed => Self::Completed,
            SagaState::Compensated => Self::Compensated,
            SagaState::Stuck => Self::Stuck,
        }
    }

    const fn state(self) -> SagaState {
        match self {
            Self::Running => SagaState::Forward,
            Self::Unwinding => SagaState::Unwinding,
            Self::Completed => SagaState::Committed,
            Self::Compensated => SagaState::Compensated,
            Self::Stuck => SagaState::Stuck,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Unwinding => "unwinding",
            Self::Completed => "completed",
            Self::Compensated => "compensated",
            Self::Stuck => "stuck",
        }
    }
}

pub(crate) async fn run(arguments: &Ls) -> Result<ExitCode, Failure> {
    let store = inspect(&arguments.data, &arguments.database).await?.store;
    let mut left = arguments.limit.unwrap_or(usize::MAX);
    let state = arguments.status.map(Status::state);
    let mut query = SagaQuery { state, limit: BATCH.min(left), ..SagaQuery::default() };
    while left > 0 {
        let page = query.clone();
        let rows = store.query(move |tx| tx.sagas(&page)).await.map_err(Failure::failed)?;
        let Some(last) = rows.last() else { break };
        left -= rows.len();
        query.after = Some(last.id.clone());
        query.limit = BATCH.min(left);
        let lines: String = rows.iter().map(|saga| line(saga, arguments.json)).collect();
        output::print(&lines)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn line(saga: &SagaRow, json: bool) -> String {
    let status = Status::of(saga.state).name();
    if json {
        let value = json!({
            "order_id": saga.id,
            "status": status,
            "created": saga.created.to_string(),
            "ended": saga.ended.map(|ended| ended.to_string()),
            "reason": saga.reason,
        });
        return format!("{value}\n");
    }
    let ended = saga.ended.map_or_else(|| "-".into(), |ended| ended.to_string());
    let reason = saga.reason.as_deref().unwrap_or("");
    format!("{:<24} {status:<12} {}  {ended:<24}  {reason}\n", saga.id, saga.created).trim_end().to_owned()
        + "\n"
}
