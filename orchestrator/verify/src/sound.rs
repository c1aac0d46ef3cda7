//! Sound sagas: every history that the design allows, as the store and the books would tell it.
//!
//! No invariant may find anything in them. A mutant is one of them with one thing wrong.

use std::sync::LazyLock;

use amends_adapters::ProviderKind;
use amends_adapters::books::{EffectKind, Entry, NewEntry};
use amends_saga::{SagaDefinition, StepDefinition, StepPolicy};
use amends_store::{
    AuditAction, Customer, LedgerRow, LedgerStatus as Status, NewAuditRow, OrderRow, OrderStatus,
    ReservationRow, SagaRow, SagaState, Undo,
};
use amends_types::{DeploymentId, IdempotencyKey, Money, Personal, SagaId, Sha256Hex, Timestamp};
use serde_json::Value;

use crate::{BookEffect, Evidence, INVARIANTS};

mod histories;
mod ways;

pub(crate) use histories::{charged, histories, refunded};
pub(crate) use ways::{
    DAY, answered, call, called, delivered, ended_unsettled, repaired, resolved, row_put, saga_put, unknown,
    unwound_by, watched, with_before_verdict, with_call, with_end, with_more,
};

/// What an order costs here.
pub(crate) const TOTAL_MINOR: i64 = 3998;

static DEFINITION: LazyLock<SagaDefinition> = LazyLock::new(|| {
    let step = |name, compensation, policy| StepDefinition { name, compensation, policy };
    SagaDefinition::builder("order_saga")
        .define(step("order", "cancel_order", StepPolicy::REQUIRED))
        .define(step("reserve_stock", "release_stock", StepPolicy::REQUIRED))
        .define(step("charge", "refund", StepPolicy::REQUIRED))
        .define(step("notify", "send_correction", StepPolicy::BEST_EFFORT))
        .define(step("external_inventory_sync", "revert_inventory_sync", StepPolicy::REQUIRED))
        .build()
});

/// A moment of the saga's life.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000 + seconds * 1_000_000)
}

/// When steps begin to be undone.
const UNWINDING: i64 = 100;

fn id() -> SagaId {
    "o".parse().unwrap()
}

/// A history as it is being told: steps are executed and undone in order, each in a second of its own.
pub(crate) struct Story {
    saga: SagaRow,
    rows: Vec<LedgerRow>,
    order: OrderRow,
    reservations: Vec<ReservationRow>,
    effects: Vec<BookEffect>,
    decisions: Vec<NewAuditRow>,
}

impl Story {
    /// A saga that was just placed.
    pub(crate) fn placed() -> Self {
        let customer =
            Customer { id: "c-1".into(), email: Personal::new("ada@example.com".into()), phone: None };
        let order = OrderRow {
            id: id(),
            body_sha256: Sha256Hex::of(b"body"),
            customer,
            currency: "USD".parse().unwrap(),
            lines: vec![],
            payment_method: Personal::new("pm_card_visa".into()),
            status: OrderStatus::Received,
            priced: vec![],
            total: None,
            created: at(0),
            idempotency_key: None,
            placed_by: String::new(),
            erased: None,
        };
        let saga = SagaRow::new(id(), "order_saga", Value::Null, at(0), at(10_000));
        Self { saga, rows: vec![], order, reservations: vec![], effects: vec![], decisions: vec![] }
    }

    pub(crate) fn row(&mut self, step: &str) -> &mut LedgerRow {
        let (position, definition) = DEFINITION.step(step).unwrap();
        if let Some(index) = self.rows.iter().position(|row| row.step == step) {
            return &mut self.rows[index];
        }
        let best_effort = !definition.policy.is_required();
        let position = u32::try_from(position).unwrap();
        self.rows.push(LedgerRow::new(id(), step, position, best_effort, Status::Started));
        self.rows.last_mut().unwrap()
    }

    /// A step was begun, and nothing is known of it.
    pub(crate) fn started(mut self, step: &str) -> Self {
        let row = self.row(step);
        row.attempts = 1;
        row.started = Some(at(i64::from(row.position) + 1));
        self
    }

    /// A step was begun, and nobody knows whether it had its effect.
    pub(crate) fn in_doubt(self, step: &str) -> Self {
        let mut story = self.started(step);
        story.row(step).in_doubt = true;
        story
    }

    fn finished(self, step: &str, status: Status) -> Self {
        let mut story = self.started(step);
        let row = story.row(step);
        (row.status, row.finished) = (status, row.started);
        story
    }

    /// A step was recorded as done; its effects at providers are told apart.
    pub(crate) fn done(self, step: &str) -> Self {
        let mut story = self.finished(step, Status::Done);
        match step {
            "order" => {
                story.order.status = OrderStatus::Accepted;
                story.order.total = Some(usd(TOTAL_MINOR));
            }
            "reserve_stock" => {
                let (saga, sku) = (id(), "book".to_owned());
                story.reservations.push(ReservationRow { saga, sku, quantity: 2, released: false });
            }
            _ => {}
        }
        story
    }

    /// A step was proven not done.
    pub(crate) fn refused(self, step: &str) -> Self {
        self.finished(step, Status::Refused)
    }

    /// The order costs nothing.
    pub(crate) fn for_free(mut self) -> Self {
        self.order.total = Some(usd(0));
        self
    }

    /// A provider's books show this.
    pub(crate) fn effect(self, effect: EffectKind) -> Self {
        self.effect_of(effect, TOTAL_MINOR)
    }

    /// The same, on another object than all the others.
    pub(crate) fn effect_on(self, object: &str, effect: EffectKind) -> Self {
        let mut story = self.effect(effect);
        story.effects.last_mut().unwrap().object = Some(object.to_owned());
        story
    }

    pub(crate) fn effect_of(mut self, effect: EffectKind, amount_minor: i64) -> Self {
        let (provider, purpose) = match effect {
            EffectKind::Prepared => (ProviderKind::Payment, "prepare"),
            EffectKind::Captured => (ProviderKind::Payment, "capture"),
            EffectKind::Canceled | EffectKind::Refunded => (ProviderKind::Payment, "reverse"),
            EffectKind::PartlySynced | EffectKind::Synced => (ProviderKind::Inventory, "sync"),
            EffectKind::Reverted => (ProviderKind::Inventory, "revert"),
            EffectKind::Sent => (ProviderKind::Notification, "confirmation"),
            EffectKind::CorrectionSent => (ProviderKind::Notification, "correction"),
        };
        let seq = self.effects.len() as u64 + 1;
        let body = NewEntry {
            at: at(0),
            provider,
            reference: id().to_string(),
            effect,
            key: IdempotencyKey::derive(DeploymentId::fixed(1), &id(), "step", purpose),
            body_sha256: Sha256Hex::of(purpose.as_bytes()),
            object: "object".into(),
            amount: (provider == ProviderKind::Payment).then(|| usd(amount_minor)),
            scenario: None,
        };
        self.effects.push(BookEffect::of_entry(&Entry { seq, body }));
        self
    }

    /// The saga stopped going forward.
    pub(crate) fn unwinding(mut self) -> Self {
        assert!(self.saga.begin_unwinding(Some("charge: declined".into()), at(UNWINDING)));
        self.saga.unwinder = Some(id().forward_run());
        self
    }

    /// Another execution took over, `seconds` after the unwinding began.
    pub(crate) fn taken_over(mut self, seconds: i64) -> Self {
        self.saga.unwinds += 1;
        self.saga.unwinder = Some(id().unwind_run(self.saga.unwinds));
        let limit = std::time::Duration::from_secs(DEFINITION.deadline_seconds());
        self.saga.deadline = at(UNWINDING + seconds).plus(limit);
        self
    }

    /// A step began to be undone `seconds` after the unwinding began.
    pub(crate) fn undoing_at(mut self, step: &str, seconds: i64) -> Self {
        let row = self.row(step);
        (row.status, row.undo_attempts) = (Status::Undoing, 1);
        row.undoing = Some(at(UNWINDING + seconds));
        self
    }

    fn ended(mut self, step: &str, status: Status, undo: Option<Undo>, seconds: i64) -> Self {
        let row = self.row(step);
        (row.status, row.undo) = (status, undo);
        row.settled = Some(at(UNWINDING + seconds));
        self
    }

    pub(crate) fn undone_at(self, step: &str, undo: Undo, seconds: i64) -> Self {
        let mut story = self.undoing_at(step, seconds).ended(step, Status::Undone, Some(undo), seconds);
        if step == "order" && undo == Undo::Reversed {
            story.order.status = OrderStatus::Cancelled;
        }
        story.reservations.iter_mut().for_each(|row| row.released |= step == "reserve_stock");
        story
    }

    /// A step was undone in its turn, from the last to the first.
    pub(crate) fn undone(self, step: &str, undo: Undo) -> Self {
        let (position, _) = DEFINITION.step(step).unwrap();
        self.undone_at(step, undo, 10 - i64::try_from(position).unwrap())
    }

    /// The step never began, and its tombstone forbids it for ever.
    pub(crate) fn buried(self, step: &str) -> Self {
        self.undone(step, Undo::NeverStarted)
    }

    /// Undoing the step gave up.
    pub(crate) fn parked(self, step: &str) -> Self {
        self.ended(step, Status::Parked, None, 20)
    }

    /// A person had what is parked undone once more, and it has not ended.
    pub(crate) fn repairing(mut self, step: &str) -> Self {
        self = self.taken_over(3000);
        self.saga.repairing = true;
        self.row(step).status = Status::Undoing;
        self.decisions.push(decision(AuditAction::Retry, None));
        self
    }

    /// A person said what became of a step, and nothing is parked any more.
    pub(crate) fn decided(mut self, step: &str, undo: Undo, action: AuditAction) -> Self {
        self.row(step).bury(undo, at(3000));
        self.decisions.push(decision(action, Some(step)));
        self.saga.end(SagaState::Compensated, at(3000));
        self
    }

    pub(crate) fn verdict(mut self, verdict: SagaState) -> Self {
        self.saga.end(verdict, at(UNWINDING + 30));
        self
    }

    /// What an audit sees.
    pub(crate) fn told(mut self) -> Evidence<'static> {
        self.rows.sort_by_key(|row| row.position);
        let Self { saga, rows, order, reservations, effects, decisions } = self;
        Evidence::new(&DEFINITION, saga, rows, Some(order), &reservations, effects).with_decisions(decisions)
    }
}

pub(crate) fn usd(minor: i64) -> Money {
    Money { minor, currency: "USD".parse().unwrap() }
}

/// All is done, and paid.
pub(crate) fn committed() -> Evidence<'static> {
    histories::all_done().verdict(SagaState::Committed).told()
}

/// The last step was refused after all the others were done, and everything is undone.
pub(crate) fn compensated() -> Evidence<'static> {
    histories::all_undone().told()
}

/// The money could not be given back.
pub(crate) fn stuck() -> Evidence<'static> {
    histories::refund_failed().told()
}

/// What a person decided about the charge that could not be given back.
pub(crate) fn decision(action: AuditAction, step: Option<&str>) -> NewAuditRow {
    let (saga, step) = (Some(id()), step.map(str::to_owned));
    NewAuditRow { actor: "ada".into(), action, saga, step, why: "asked".into(), detail: Value::Null }
}

/// The money could not be given back, and a person has that tried again.
pub(crate) fn repairing() -> Evidence<'static> {
    histories::refund_failed().repairing("charge").told()
}

/// The money could not be given back, and a person said what became of it.
pub(crate) fn decided(undo: Undo) -> Evidence<'static> {
    histories::decided(undo).told()
}

/// The ledger row of a step, to change it.
pub(crate) fn row_of<'e>(evidence: &'e mut Evidence<'_>, step: &str) -> &'e mut LedgerRow {
    evidence.rows.iter_mut().find(|row| row.step == step).unwrap()
}

/// An effect by the name that it has in the books, to change it.
pub(crate) fn effect_of<'e>(evidence: &'e mut Evidence<'_>, name: &str) -> &'e mut BookEffect {
    evidence.effects.iter_mut().find(|effect| effect.name == name).unwrap()
}

/// The invariants that find something in this saga.
pub(crate) fn caught_by(evidence: &Evidence<'_>) -> Vec<&'static str> {
    let broken = INVARIANTS.iter().filter(|invariant| !(invariant.check)(evidence).is_empty());
    broken.map(|invariant| invariant.id).collect()
}

/// What one invariant finds in all the histories that are allowed, and on the ways to their ends: nothing.
#[track_caller]
pub(crate) fn assert_finds_nothing(check: fn(&Evidence<'_>) -> Vec<String>) {
    for (name, story) in histories() {
        let evidence = story.told();
        assert_eq!(check(&evidence), Vec::<String>::new(), "{name}");
        if !evidence.saga.is_open() {
            assert_eq!(check(&watched(evidence)), Vec::<String>::new(), "the way to: {name}");
        }
    }
}

#[test]
fn no_invariant_finds_anything_in_a_history_that_is_allowed() {
    for (name, story) in histories() {
        let evidence = story.told();
        assert_eq!(caught_by(&evidence), [""; 0], "{name}");
        if !evidence.saga.is_open() {
            assert_eq!(caught_by(&watched(evidence)), [""; 0], "the way to: {name}");
        }
    }
}
