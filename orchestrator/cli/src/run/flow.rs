//! Orders in, verdicts out: many sagas at once, in the order of the file as far as that matters.

use std::fs::File;
use std::io::BufReader;
use std::pin::Pin;
use std::sync::Arc;

use amends_coordinator::{NewOrder, PlaceError, Placed, Placing, execution_of, find_saga, place, start};
use amends_store::SagaState;
use amends_types::SagaId;
use futures_util::future::poll_immediate;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::seen::Seen;
use super::{Line, Lines, Progress, Tally};
use crate::failure::Failure;
use crate::runtime::Runtime;

/// Becomes true when the user asks to stop.
pub(crate) type Interrupt = watch::Receiver<bool>;

/// What became of one line.
enum Ended {
    /// Its saga stands there. `counted` is false for a repetition of an earlier line, `before` says that an earlier run
    /// had ended it.
    Saga { id: SagaId, state: SagaState, counted: bool, before: bool },
    /// It is no acceptable order.
    Rejected { number: u64, reason: String },
}

type Pending = Pin<Box<dyn Future<Output = Result<Placed, PlaceError>> + Send>>;

/// The work on one file.
pub(crate) struct Flow {
    runtime: Arc<Runtime>,
    progress: Progress,
    seen: Seen,
    tasks: JoinSet<Result<Ended, Failure>>,
    concurrency: usize,
    pub(crate) tally: Tally,
    /// Sagas whose execution ended without a verdict: the sweeper's.
    pub(crate) unsettled: Vec<SagaId>,
}

impl Flow {
    pub(crate) fn new(
        runtime: Arc<Runtime>,
        progress: Progress,
        concurrency: usize,
    ) -> Result<Self, Failure> {
        Ok(Self {
            runtime,
            progress,
            seen: Seen::new()?,
            tasks: JoinSet::new(),
            concurrency,
            tally: Tally::default(),
            unsettled: Vec::new(),
        })
    }

    /// Takes every line, and waits for what was begun; says whether the whole file was taken.
    pub(crate) async fn run(
        &mut self,
        lines: &mut Lines<BufReader<File>>,
        interrupt: &Interrupt,
    ) -> Result<bool, Failure> {
        let mut whole = true;
        while let Some((line, bytes)) = lines.next().map_err(Failure::failed)? {
            if *interrupt.borrow() {
                whole = false;
                break;
            }
            self.progress.read(bytes);
            self.take(line).await?;
            while self.tasks.len() >= self.concurrency {
                self.join_one().await?;
            }
        }
        while !self.tasks.is_empty() {
            self.join_one().await?;
        }
        self.progress.finish();
        Ok(whole)
    }

    /// Reads one order and begins its saga.
    async fn take(&mut self, line: Line) -> Result<(), Failure> {
        let Line { number, bytes } = line;
        let Some(bytes) = bytes else {
            self.reject(number, "the line is longer than 4 MiB");
            return Ok(());
        };
        let order = match NewOrder::from_json(&bytes) {
            Ok(order) => order,
            Err(error) => {
                self.reject(number, &error.to_string());
                return Ok(());
            }
        };
        let id = order.id.clone();
        let (store, kind) = (self.runtime.store(), self.runtime.kind.clone());
        let mut placing: Pending = Box::pin(async move {
            place(&*store, &kind, order, Placing { actor: "file".to_owned(), ..Placing::default() }).await
        });
        // Polled here, so that orders enter the store in the order of the file: of two that share an id, the first
        // one counts.
        let placed = poll_immediate(&mut placing).await;
        let runtime = self.runtime.clone();
        let counted = self.seen.is_new(&id)?;
        self.tasks.spawn(async move {
            let placed = match placed {
                Some(placed) => placed,
                None => placing.await,
            };
            finish(&runtime, id, number, counted, placed).await
        });
        Ok(())
    }

    async fn join_one(&mut self) -> Result<(), Failure> {
        let Some(ended) = self.tasks.join_next().await else { return Ok(()) };
        match ended.map_err(Failure::failed)?? {
            Ended::Rejected { number, reason } => self.reject(number, &reason),
            Ended::Saga { counted: false, .. } => {}
            Ended::Saga { id, state, counted: true, before } => {
                self.progress.ended();
                self.tally.ended_before += u64::from(before);
                if !self.tally.count(state) {
                    self.unsettled.push(id);
                }
            }
        }
        Ok(())
    }

    fn reject(&mut self, number: u64, reason: &str) {
        self.tally.rejected += 1;
        self.progress.say(&format!("line {number}: rejected: {reason}"));
    }
}

/// Follows one order to the end of its execution.
async fn finish(
    runtime: &Runtime,
    id: SagaId,
    number: u64,
    counted: bool,
    placed: Result<Placed, PlaceError>,
) -> Result<Ended, Failure> {
    let store = runtime.store();
    let execution = match placed {
        Ok(Placed::New(row)) => start(&*store, &*runtime.functions, &row).await.map_err(Failure::failed)?,
        Ok(Placed::Repeated(saga)) if saga.state.is_final() => {
            return Ok(Ended::Saga { id, state: saga.state, counted, before: true });
        }
        Ok(Placed::Pruned(stub)) => {
            return Ok(Ended::Saga { id, state: stub.verdict, counted, before: true });
        }
        Ok(Placed::Repeated(saga)) => execution_of(&saga, &runtime.kind),
        Err(PlaceError::Store(error)) => return Err(Failure::failed(error)),
        Err(error @ (PlaceError::Invalid(_) | PlaceError::Conflict | PlaceError::KeyReused)) => {
            return Ok(Ended::Rejected { number, reason: error.to_string() });
        }
    };
    runtime.functions.wait_for_end(&execution).await.map_err(Failure::failed)?;
    let saga = find_saga(&*store, &id).await.map_err(Failure::failed)?;
    let saga = saga.ok_or_else(|| Failure::Failed(format!("the saga {id} vanished")))?;
    Ok(Ended::Saga { id, state: saga.state, counted, before: false })
}
