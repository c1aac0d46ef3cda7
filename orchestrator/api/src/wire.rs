//! The shapes that are sent and received. No personal data: a customer is named by the order service's id.

use amends_coordinator::{OrderStory, users_word};
use amends_store::{LedgerRow, OrderRow, ProductRow, SagaState, StubRow};
use amends_types::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount of money in minor units: 1999 USD is 19.99.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Money, example = json!({ "minor": 1999, "currency": "USD" }))]
pub(crate) struct MoneyView {
    /// Minor units of the currency.
    minor: i64,
    /// ISO 4217 code.
    currency: &'static str,
}

impl From<Money> for MoneyView {
    fn from(money: Money) -> Self {
        Self { minor: money.minor, currency: money.currency.code() }
    }
}

/// An order as it is placed. Other fields are refused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is read by the coordinator, which is stricter; this is for the document")]
#[schema(as = NewOrder, example = json!({
    "order_id": "o-1",
    "customer": { "id": "c-1", "email": "ada@example.com", "phone": "+1 555 0100" },
    "currency": "USD",
    "lines": [{ "sku": "MUG-CRAB", "quantity": 2 }],
    "payment_method": "pm_card_visa"
}))]
pub(crate) struct NewOrderBody {
    /// The order's id, chosen by the sender: letters, digits, `-` and `_`. A new try needs a new one.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_-]{1,64}$")]
    order_id: String,
    customer: NewCustomer,
    /// ISO 4217 code; all products must be sold in it.
    #[schema(pattern = "^[A-Z]{3}$")]
    currency: String,
    #[schema(min_items = 1, max_items = 1000)]
    lines: Vec<NewLine>,
    /// The payment provider's token.
    #[schema(min_length = 1, max_length = 200)]
    payment_method: String,
}

/// Who orders.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "for the document")]
#[schema(as = NewCustomer)]
pub(crate) struct NewCustomer {
    /// The order service's id of the customer.
    #[schema(min_length = 1, max_length = 200)]
    id: String,
    /// Where the confirmation goes. A plain address at a domain with a dot.
    #[schema(min_length = 3, max_length = 254, format = "email")]
    email: String,
    /// A telephone number.
    #[schema(min_length = 1, max_length = 200, nullable)]
    phone: Option<String>,
}

/// A line of an order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "for the document")]
#[schema(as = NewLine)]
pub(crate) struct NewLine {
    /// The product.
    #[schema(min_length = 1, max_length = 200)]
    sku: String,
    /// How many.
    #[schema(minimum = 1, maximum = 10000)]
    quantity: u32,
}

/// An order that was placed. The same at every repeat.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderPlaced {
    /// The order.
    #[schema(example = "o-1")]
    pub(crate) order_id: String,
    /// Where to see what becomes of it.
    #[schema(example = "/orders/o-1")]
    pub(crate) status_url: String,
    /// When it arrived.
    #[schema(example = "2026-01-01T00:00:00.000Z")]
    pub(crate) created: String,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderStatusView {
    /// Its steps are being done.
    Running,
    /// It is being undone.
    Unwinding,
    /// Everything is done.
    Completed,
    /// Everything is undone.
    Compensated,
    /// Something could not be undone and waits for a person.
    Stuck,
}

impl OrderStatusView {
    pub(crate) const fn state(self) -> SagaState {
        match self {
            Self::Running => SagaState::Forward,
            Self::Unwinding => SagaState::Unwinding,
            Self::Completed => SagaState::Committed,
            Self::Compensated => SagaState::Compensated,
            Self::Stuck => SagaState::Stuck,
        }
    }

    pub(crate) const fn of(state: SagaState) -> Self {
        match state {
            SagaState::Forward => Self::Running,
            SagaState::Unwinding => Self::Unwinding,
            SagaState::Committed => Self::Completed,
            SagaState::Compensated => Self::Compensated,
            SagaState::Stuck => Self::Stuck,
        }
    }
}

/// An order, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Order)]
pub(crate) struct OrderView {
    order_id: String,
    status: OrderStatusView,
    /// Whether this is the end. A stuck order may still be repaired.
    ended_for_good: bool,
    /// Whether a stuck order is being undone once more.
    repairing: bool,
    /// Whether everything but the end was removed after its retention.
    pruned: bool,
    /// Why it is not, or will not be, completed.
    reason: Option<String>,
    /// The order service's id of the customer.
    customer_id: Option<String>,
    /// What it costs, once prices are frozen.
    total: Option<MoneyView>,
    lines: Vec<LineView>,
    created: String,
    /// When its execution must have ended; the sweeper takes it over then.
    deadline: Option<String>,
    ended: Option<String>,
    /// What is known of each step.
    steps: Vec<StepView>,
    /// What happened when.
    timeline: Vec<MomentView>,
}

/// A line of an order, as it was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Line)]
pub(crate) struct LineView {
    sku: String,
    quantity: u32,
}

/// Where one step of an order stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Step)]
pub(crate) struct StepView {
    /// The step's name.
    #[schema(example = "charge")]
    step: String,
    /// `started`, `done`, `refused`, `undoing`, `undone` or `parked`.
    status: &'static str,
    /// Whether the order can be completed without it.
    best_effort: bool,
    attempts: u32,
    undo_attempts: u32,
    /// Whether an attempt may have had an effect that nobody has confirmed.
    in_doubt: bool,
    /// Why the last attempt at it, or at undoing it, failed.
    reason: Option<String>,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Moment)]
pub(crate) struct MomentView {
    at: String,
    /// The step, or `order`.
    of: String,
    what: String,
}

impl OrderView {
    pub(crate) fn of_story(story: &OrderStory) -> Self {
        let OrderStory { saga, order, rows } = story;
        let order = order.as_ref();
        let moments = story.moments().into_iter();
        Self {
            order_id: saga.id.to_string(),
            status: OrderStatusView::of(saga.state),
            ended_for_good: matches!(saga.state, SagaState::Committed | SagaState::Compensated),
            repairing: saga.repairing,
            pruned: false,
            reason: saga.reason.clone(),
            customer_id: order.map(|order| order.customer.id.clone()),
            total: order.and_then(|order| order.total).map(MoneyView::from),
            lines: order.map_or_else(Vec::new, lines),
            created: saga.created.to_string(),
            deadline: saga.is_open().then(|| saga.deadline.to_string()),
            ended: saga.ended.map(|ended| ended.to_string()),
            steps: rows.iter().map(step).collect(),
            timeline: moments
                .map(|moment| MomentView { at: moment.at.to_string(), of: moment.of, what: moment.what })
                .collect(),
        }
    }

    pub(crate) fn of_stub(stub: &StubRow) -> Self {
        Self {
            order_id: stub.id.to_string(),
            status: OrderStatusView::of(stub.verdict),
            ended_for_good: true,
            repairing: false,
            pruned: true,
            reason: None,
            customer_id: None,
            total: None,
            lines: Vec::new(),
            created: stub.created.to_string(),
            deadline: None,
            ended: Some(stub.ended.to_string()),
            steps: Vec::new(),
            timeline: Vec::new(),
        }
    }
}

fn lines(order: &OrderRow) -> Vec<LineView> {
    let lines = order.lines.iter();
    lines.map(|line| LineView { sku: line.sku.clone(), quantity: line.quantity }).collect()
}

fn step(row: &LedgerRow) -> StepView {
    StepView {
        step: row.step.clone(),
        status: row.status.name(),
        best_effort: row.best_effort,
        attempts: row.attempts,
        undo_attempts: row.undo_attempts,
        in_doubt: row.in_doubt,
        reason: row.undo_reason.clone().or_else(|| row.reason.clone()),
    }
}

/// An order in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderSummary {
    order_id: String,
    status: OrderStatusView,
    customer_id: String,
    total: Option<MoneyView>,
    created: String,
}

impl OrderSummary {
    pub(crate) fn of(order: &OrderRow, state: SagaState) -> Self {
        Self {
            order_id: order.id.to_string(),
            status: OrderStatusView::of(state),
            customer_id: order.customer.id.clone(),
            total: order.total.map(MoneyView::from),
            created: order.created.to_string(),
        }
    }
}

/// A page of orders, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderPage {
    pub(crate) orders: Vec<OrderSummary>,
    /// What to ask with for the next page; null at the end.
    pub(crate) next_cursor: Option<String>,
}

/// A product.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Product)]
pub(crate) struct ProductView {
    sku: String,
    name: String,
    price: MoneyView,
    /// How many can be ordered.
    free: u64,
}

impl ProductView {
    pub(crate) fn of(row: &ProductRow) -> Self {
        Self { sku: row.sku.clone(), name: row.name.clone(), price: row.price.into(), free: row.free }
    }
}

/// A page of products, in the order of their SKUs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductPage {
    pub(crate) products: Vec<ProductView>,
    /// What to ask with for the next page; null at the end.
    pub(crate) next_cursor: Option<String>,
}

/// Why an order is cancelled.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelBody {
    /// For people; no personal data.
    #[serde(default)]
    #[schema(max_length = 1024, nullable)]
    pub(crate) reason: Option<String>,
}

/// A cancel that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CancelTaken {
    #[schema(example = "o-1")]
    pub(crate) order_id: String,
    /// Whether this request did it, or it was being undone before.
    pub(crate) was_under_way: bool,
    #[schema(example = "/orders/o-1")]
    pub(crate) status_url: String,
}

/// What a state is called, for problems.
pub(crate) fn status_name(state: SagaState) -> &'static str {
    users_word(state)
}
