//! The upkeep of a running process: relay, sweeper, adoption, what is owed, ends that are to be told, and alarms.

use std::time::Duration;

use amends_api::Metrics;
use amends_coordinator::{Coordinator, Upkeep, UpkeepOptions, announce_ends};

use super::{Running, Webhook};

/// How often what is due is done.
const EVERY: Duration = Duration::from_secs(1);

/// Keeps up for ever; a pass that fails is made again.
pub(crate) async fn keep_up(
    coordinator: Coordinator,
    options: UpkeepOptions,
    running: Running,
    metrics: Metrics,
    webhook: Option<Webhook>,
) {
    let store = coordinator.store.clone();
    let mut upkeep = Upkeep::new(coordinator, options);
    loop {
        match upkeep.pass().await {
            Ok(kept) => {
                running.is_ready();
                kept.started.into_iter().chain(kept.running).for_each(|execution| running.follow(execution));
                for engine in &kept.lost {
                    tracing::error!(%engine, "an engine is lost; its sagas are undone here");
                }
                metrics.delivered(kept.delivered);
                if let Some(count) = kept.open_alarms {
                    metrics.set_alarms(count);
                }
                for alarm in &kept.alarms {
                    let kind = alarm.kind.name();
                    tracing::error!(saga = %alarm.saga, kind, text = alarm.text, "alarm: a person must look");
                    metrics.raised(kind);
                    if let Some(webhook) = &webhook {
                        webhook.alarm(alarm).await;
                    }
                }
            }
            Err(error) => tracing::error!(%error, "a pass of the upkeep failed; the next one tries again"),
        }
        if let Some(webhook) = &webhook {
            match announce_ends(&*store, webhook).await {
                Ok(told) => {
                    (0..told.told).for_each(|_| metrics.webhook("told"));
                    for (saga, reason) in told.failed {
                        metrics.webhook("failed");
                        tracing::warn!(saga = %saga, reason, "the webhook did not take an end; it is told again");
                    }
                }
                Err(error) => tracing::error!(%error, "ends cannot be told now"),
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}
