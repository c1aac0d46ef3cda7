//! Metrics, in Prometheus' text format.
//!
//! | name | kind | labels | what |
//! |---|---|---|---|
//! | `amends_http_requests_total` | counter | `method`, `route`, `status` | requests that were answered |
//! | `amends_http_request_seconds` | histogram | `method`, `route` | how long that took |
//! | `amends_http_refused_total` | counter | `reason` | requests that were refused early: rate limit, overload, drain |
//! | `amends_waiters` | gauge | | clients that wait for an end |
//! | `amends_orders_placed_total` | counter | | orders that were placed here, repeats not counted |
//! | `amends_sagas_ended_total` | counter | `verdict` | sagas of this process that got their verdict |
//! | `amends_open_sagas` | gauge | | sagas under way in this process |
//! | `amends_alarms` | gauge | | what waits for a person: stuck sagas, orders that were not started, and so on |
//! | `amends_alarms_raised_total` | counter | `kind` | alarms that were raised |
//! | `amends_notices_delivered_late_total` | counter | | notices that were owed and then delivered |
//! | `amends_webhooks_total` | counter | `outcome` | ends that were told, or could not be |

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// All metrics of a process. Clones are handles to the same.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<RequestLabels, Counter>,
    seconds: Family<RouteLabels, Histogram, fn() -> Histogram>,
    refused: Family<ReasonLabels, Counter>,
    waiters: Gauge,
    placed: Counter,
    ended: Family<VerdictLabels, Counter>,
    open_sagas: Gauge,
    alarms: Gauge,
    raised: Family<KindLabels, Counter>,
    delivered: Counter,
    webhooks: Family<OutcomeLabels, Counter>,
}

macro_rules! labels {
    ($($name:ident { $($field:ident),+ })+) => {
        $(#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
        struct $name { $($field: String),+ })+
    };
}
labels! {
    RequestLabels { method, route, status }
    RouteLabels { method, route }
    ReasonLabels { reason }
    VerdictLabels { verdict }
    KindLabels { kind }
    OutcomeLabels { outcome }
}

fn seconds() -> Histogram {
    Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0])
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("amends");
        let requests = Family::default();
        let seconds: Family<_, _, fn() -> Histogram> = Family::new_with_constructor(seconds);
        let (refused, waiters, placed, ended) =
            (Family::default(), Gauge::default(), Counter::default(), Family::default());
        let (open_sagas, alarms, raised) = (Gauge::default(), Gauge::default(), Family::default());
        let (delivered, webhooks) = (Counter::default(), Family::default());
        registry.register("http_requests", "requests that were answered", requests.clone());
        registry.register("http_request_seconds", "how long requests took", seconds.clone());
        registry.register("http_refused", "requests that were refused early", refused.clone());
        registry.register("waiters", "clients that wait for an end", waiters.clone());
        registry.register("orders_placed", "orders that were placed here", placed.clone());
        registry.register("sagas_ended", "sagas of this process that got their verdict", ended.clone());
        registry.register("open_sagas", "sagas under way in this process", open_sagas.clone());
        registry.register("alarms", "what waits for a person", alarms.clone());
        registry.register("alarms_raised", "alarms that were raised", raised.clone());
        registry.register(
            "notices_delivered_late",
            "notices that were owed and then delivered",
            delivered.clone(),
        );
        registry.register("webhooks", "ends that were told, or could not be", webhooks.clone());
        Self {
            registry: Arc::new(registry),
            requests,
            seconds,
            refused,
            waiters,
            placed,
            ended,
            open_sagas,
            alarms,
            raised,
            delivered,
            webhooks,
        }
    }
}

impl Metrics {
    /// A saga got its verdict.
    pub fn ended(&self, verdict: &str) {
        self.ended.get_or_create(&VerdictLabels { verdict: verdict.to_owned() }).inc();
    }

    /// An alarm was raised.
    pub fn raised(&self, kind: &str) {
        self.raised.get_or_create(&KindLabels { kind: kind.to_owned() }).inc();
    }

    /// How many alarms there are.
    pub fn set_alarms(&self, count: usize) {
        self.alarms.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Notices were delivered late.
    pub fn delivered(&self, count: usize) {
        self.delivered.inc_by(count as u64);
    }

    /// An end was told, or could not be.
    pub fn webhook(&self, outcome: &str) {
        self.webhooks.get_or_create(&OutcomeLabels { outcome: outcome.to_owned() }).inc();
    }

    pub(crate) fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let (method, route) = (method.to_owned(), route.to_owned());
        let labels =
            RequestLabels { method: method.clone(), route: route.clone(), status: status.to_string() };
        self.requests.get_or_create(&labels).inc();
        self.seconds.get_or_create(&RouteLabels { method, route }).observe(took.as_secs_f64());
    }

    pub(crate) fn refused(&self, reason: &str) {
        self.refused.get_or_create(&ReasonLabels { reason: reason.to_owned() }).inc();
    }

    pub(crate) fn placed(&self) {
        self.placed.inc();
    }

    pub(crate) fn waiters(&self) -> &Gauge {
        &self.waiters
    }

    pub(crate) fn text(&self, open_sagas: usize) -> String {
        self.open_sagas.set(i64::try_from(open_sagas).unwrap_or(i64::MAX));
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to a String does not fail");
        text
    }
}
