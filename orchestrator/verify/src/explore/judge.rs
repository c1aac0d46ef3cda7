//! Judges a run at rest: every invariant on every saga, the stock, and whether it came to rest at all.

use amends_store::{
    LedgerRow, NewAuditRow, OrderRow, ProductRow, ReservationRow, SagaQuery, SagaRow, Store, StoreError, Tx,
};
use futures_util::FutureExt;

use crate::audit::decisions;
use crate::effect::BookEffect;
use crate::evidence::Evidence;
use crate::explore::ending::Ending;
use crate::explore::needless::{is_committed, must_commit, needless};
use crate::explore::rest::Unrest;
use crate::explore::scenario::Stage;
use crate::explore::setup::Setup;
use crate::explore::trace::{Happened, Moment, Trace};

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Broken {
    /// The invariant: `S2`, or `liveness`.
    pub invariant: &'static str,
    /// What it says.
    pub sentence: &'static str,
    /// The saga, or the product.
    pub of: String,
    /// What is wrong.
    pub what: String,
}

/// What a run at rest came to.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// What is wrong; empty when nothing is.
    pub(crate) broken: Vec<Broken>,
    /// How each saga stands.
    pub(crate) endings: Vec<Ending>,
}

/// The name of what is no invariant of a state but of the whole way.
pub const LIVENESS: &str = "liveness";
/// The name of what the engine promises: what led further is never lost.
pub const DURABILITY: &str = "durability";
const DURABILITY_SENTENCE: &str = "no task result that led further is lost: no execution goes back";
/// The name of what no code of ours may do.
pub(crate) const PANIC: &str = "panic";
const LIVENESS_SENTENCE: &str =
    "once faults stop, every saga ends or is parked, and what is owed is delivered";
const STOCK_SENTENCE: &str = "free + reserved + sold = stocked";

type StoredSaga = (SagaRow, Vec<LedgerRow>, Option<OrderRow>, Vec<ReservationRow>, Vec<NewAuditRow>);

/// What the store says at rest.
struct Stored {
    sagas: Vec<StoredSaga>,
    stock: Vec<(ProductRow, u64, u64)>,
    owed: Vec<LedgerRow>,
}

pub(crate) fn judge(
    setup: &Setup,
    store: &dyn Store,
    stage: &dyn Stage,
    trace: &Trace,
    unrest: Option<Unrest>,
) -> Judged {
    let Judged { mut broken, mut endings } = Judged::default();
    if let Some(unrest) = unrest {
        broken.push(liveness("the run", unrest.to_string()));
    }
    let stored = match store.query(|tx| read(tx)).now_or_never() {
        Some(Ok(stored)) => stored,
        Some(Err(error)) => {
            broken.push(liveness("the run", format!("the store cannot be read: {error}")));
            return Judged { broken, endings };
        }
        None => unreachable!("a store that is explored answers at once"),
    };
    let mut effects = stage.effects();
    let mut committed = 0;
    for (saga, rows, order, reservations, decisions) in stored.sagas {
        let own = effects.extract_if(.., |(reference, _)| *reference == saga.id.as_str());
        let own: Vec<BookEffect> = own.map(|(_, effect)| effect).collect();
        let evidence = Evidence::new(&setup.definition, saga, rows, order, &reservations, own)
            .with_decisions(decisions)
            .with_way(trace)
            .with_machines(&setup.times)
            .with_books(|step| stage.keeps_books(step));
        endings.push(Ending::of(&evidence));
        committed += usize::from(is_committed(&evidence));
        let for_nothing = needless(&evidence, trace).into_iter().filter(|_| !setup.tweaks.gives_up_early);
        broken.extend(for_nothing.map(|what| liveness(evidence.saga.id.as_str(), what)));
        for invariant in &setup.invariants {
            let found = (invariant.check)(&evidence).into_iter().map(|what| Broken {
                invariant: invariant.id,
                sentence: invariant.sentence,
                of: evidence.saga.id.to_string(),
                what,
            });
            broken.extend(found);
        }
    }
    broken.extend(too_few(setup, stage, trace, committed));
    broken.extend(effects.into_iter().map(|(reference, effect)| strange(reference, &effect)));
    broken.extend(stored.stock.iter().filter_map(unbalanced));
    broken.extend(stored.owed.iter().filter(|row| could_be_sent(trace, row)).map(|row| {
        liveness(row.saga.as_str(), format!("{} is owed, and its provider can be reached", row.step))
    }));
    broken.extend(trace.moments.iter().filter_map(went_back));
    broken.retain(|broken| setup.checks(broken.invariant));
    Judged { broken, endings }
}

fn read(tx: &mut dyn Tx) -> Result<Stored, StoreError> {
    let sagas = tx.sagas(&SagaQuery { limit: usize::MAX, ..SagaQuery::default() })?;
    let sagas = sagas.into_iter().map(|saga| {
        let rows = tx.ledger_rows(&saga.id)?;
        let order = tx.order(&saga.id)?;
        let reservations = tx.reservations(&saga.id)?;
        let decisions = decisions(tx, &saga.id)?;
        Ok((saga, rows, order, reservations, decisions))
    });
    let sagas = sagas.collect::<Result<_, StoreError>>()?;
    let stock = tx.products(None, usize::MAX)?.into_iter().map(|product| {
        let (reserved, sold) = tx.held_stock(&product.sku)?;
        Ok((product, reserved, sold))
    });
    let stock = stock.collect::<Result<_, StoreError>>()?;
    Ok(Stored { sagas, stock, owed: tx.owed_rows(None, usize::MAX)? })
}

fn liveness(of: &str, what: String) -> Broken {
    Broken { invariant: LIVENESS, sentence: LIVENESS_SENTENCE, of: of.to_owned(), what }
}

/// Fewer sagas are committed than what went wrong allows, or a worker panicked on the way.
fn too_few(setup: &Setup, stage: &dyn Stage, trace: &Trace, committed: usize) -> Vec<Broken> {
    let mut broken = Vec::new();
    let expected = if setup.tweaks.gives_up_early { 0 } else { stage.commits() };
    if committed < expected && must_commit(trace) {
        let what =
            format!("{committed} of {expected} sagas are committed, although all that went wrong passes");
        broken.push(liveness("the run", what));
    }
    if trace.moments.iter().any(|moment| matches!(moment.what, Happened::Panicked)) {
        broken.push(panicked("a worker panicked".into()));
    }
    broken
}

fn went_back(moment: &Moment) -> Option<Broken> {
    let Happened::WentBack { payload } = &moment.what else { return None };
    let what = format!("execution {} asked for {} again, which it had left", payload.run, payload.step);
    let of = payload.saga_id.to_string();
    Some(Broken { invariant: DURABILITY, sentence: DURABILITY_SENTENCE, of, what })
}

/// Something of ours panicked.
pub(crate) fn panicked(what: String) -> Broken {
    Broken { invariant: PANIC, sentence: "nothing panics", of: "the run".into(), what }
}

fn strange(of: String, effect: &BookEffect) -> Broken {
    let what = format!("the books show {} for a reference that is no saga", effect.name);
    Broken { invariant: "S17", sentence: "one saga per order", of, what }
}

fn unbalanced((product, reserved, sold): &(ProductRow, u64, u64)) -> Option<Broken> {
    let held = u128::from(product.free) + u128::from(*reserved) + u128::from(*sold);
    let what = format!(
        "{} free + {reserved} reserved + {sold} sold is not the {} stocked",
        product.free, product.stocked
    );
    let broken = Broken { invariant: "S10", sentence: STOCK_SENTENCE, of: product.sku.clone(), what };
    (held != u128::from(product.stocked)).then_some(broken)
}

/// Whether the last call for this saga's step could have gone well: nothing that lasts was injected into such calls.
fn could_be_sent(trace: &Trace, row: &LedgerRow) -> bool {
    use crate::explore::fault::Fault;
    let lasts = [Fault::Down, Fault::Silent, Fault::CachedError];
    let of_step = format!("{}.", row.step);
    !trace.moments.iter().any(|moment| match &moment.what {
        Happened::Injected { site, fault } => lasts.contains(fault) && site.contains(&of_step),
        _ => false,
    })
}
