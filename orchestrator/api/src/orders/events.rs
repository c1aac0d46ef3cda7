//! What becomes of an order, as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use amends_coordinator::{OrderStory, Story};
use amends_types::SagaId;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;

use crate::orders::show::{has_ended, look};
use crate::problem::{Problem, ProblemBody};
use crate::query::order_id;
use crate::shared::{self, Shared, Waiting};
use crate::wake::Waiter;
use crate::wire::OrderView;

/// How often a comment is sent so that nobody in between ends the stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Streams an order: a `status` event now, one whenever something changes, and the last one with the verdict, after which
/// the stream ends.
///
/// Each event's data is the order as `GET /orders/{order_id}` shows it, and its id stands for what has happened so far: a
/// client that comes back with `Last-Event-ID` is not sent that again.
#[utoipa::path(get, path = "/orders/{order_id}/events", tag = "orders",
    params(("order_id" = String, Path, description = "The order"),
        ("Last-Event-ID" = Option<String>, Header, description = "The last event that was received")),
    responses((status = 200, description = "Events", body = String, content_type = "text/event-stream"),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "There is no such order", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available, or too many wait", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn order_events(
    State(shared): shared::State,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let id = order_id(&id)?;
    let place = shared.wait()?;
    let waiter = shared.wakes.waiter(&id);
    // An order that is not there is a problem, not a stream.
    look(&shared, &id).await?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let watch =
        Watch { shared: shared.clone(), id, waiter, last: last.to_owned(), ended: false, _place: place };
    let events = unfold(watch, |mut watch| async move {
        let event = watch.next().await?;
        Some((Ok(event), watch))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

struct Watch {
    shared: Arc<Shared>,
    id: SagaId,
    waiter: Waiter,
    last: String,
    ended: bool,
    _place: Waiting,
}

impl Watch {
    /// The next event; none after the end, or when the store fails: the client comes back then.
    async fn next(&mut self) -> Option<Event> {
        while !self.ended {
            let story = look(&self.shared, &self.id).await.ok()?;
            self.ended = has_ended(&story);
            let version = version(&story);
            if version != self.last {
                self.last = version;
                let view = match &story {
                    Story::Whole(story) => OrderView::of_story(story),
                    Story::Pruned(stub) => OrderView::of_stub(stub),
                };
                return Event::default().event("status").id(&self.last).json_data(view).ok();
            }
            if !self.ended {
                self.waiter.wait().await;
            }
        }
        None
    }
}

/// Stands for everything that has happened.
fn version(story: &Story) -> String {
    match story {
        Story::Pruned(stub) => format!("{}-pruned", stub.verdict.name()),
        Story::Whole(story) => {
            let OrderStory { saga, rows, .. } = &**story;
            let attempts: u32 = rows.iter().map(|row| row.attempts + row.undo_attempts).sum();
            let latest = story.moments().last().map_or(0, |moment| moment.at.as_micros());
            format!("{}-{}-{}-{attempts}-{latest}", saga.state.name(), saga.unwinds, u8::from(saga.repairing))
        }
    }
}
