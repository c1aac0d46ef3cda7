//! The audit: every saga at rest beside what the providers' books say of it.
//!
//! Sagas and book entries are both read in the order of ids and merged, a page at a time. An effect whose reference is
//! no saga at all is found by the same merge.

use std::collections::BTreeMap;
use std::iter::Peekable;

use amends_adapters::books::{BooksError, BooksReader, Entries, Entry};
use amends_saga::SagaDefinition;
use amends_store::{
    AuditQuery, LedgerRow, NewAuditRow, OrderRow, ReservationRow, SagaQuery, SagaRow, Store, StoreError, Tx,
    Undo,
};
use amends_types::SagaId;
use thiserror::Error;

use crate::effect::BookEffect;
use crate::evidence::Evidence;
use crate::invariants::{INVARIANTS, Invariant};
use crate::report::{Checked, Report};

/// How many sagas are read at once.
const BATCH: usize = 500;

/// Why an audit could not be finished.
#[derive(Debug, Error)]
pub enum AuditError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The providers' books failed.
    #[error("the providers' books: {0}")]
    Books(#[from] BooksError),
}

/// What the store says of one saga.
struct Stored {
    saga: SagaRow,
    rows: Vec<LedgerRow>,
    order: Option<OrderRow>,
    reservations: Vec<ReservationRow>,
    decisions: Vec<NewAuditRow>,
}

/// Checks every invariant on every saga and product.
///
/// # Errors
/// When the store or the books cannot be read.
pub async fn audit(
    store: &dyn Store,
    books: &dyn BooksReader,
    definitions: &[SagaDefinition],
) -> Result<Report, AuditError> {
    let mut report = empty_report();
    let mut entries = Entries::of(books).peekable();
    let mut after = None;
    loop {
        let query = SagaQuery { after: after.clone(), limit: BATCH, ..SagaQuery::default() };
        let page = store.query(move |tx| read_page(tx, &query)).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.saga.id.clone());
        for stored in page {
            let effects = effects_of(&mut entries, stored.saga.id.as_str(), &mut report)?;
            check_saga(definitions, stored, effects, &mut report);
        }
    }
    while let Some(entry) = entries.next().transpose()? {
        strange_effect(&entry, &mut report);
    }
    check_orders(store, &mut report).await?;
    check_stock(store, &mut report).await?;
    Ok(report)
}

/// Nobody watched the way of what is audited.
fn at_rest() -> impl Iterator<Item = &'static Invariant> {
    INVARIANTS.iter().filter(|invariant| invariant.at_rest)
}

fn empty_report() -> Report {
    let invariants = at_rest().map(|invariant| Checked::new(invariant.id, invariant.sentence));
    Report {
        sagas: 0,
        states: BTreeMap::new(),
        open: 0,
        products: 0,
        effects: 0,
        invariants: invariants.collect(),
    }
}

fn read_page(tx: &mut dyn amends_store::Tx, query: &SagaQuery) -> Result<Vec<Stored>, StoreError> {
    let sagas = tx.sagas(query)?;
    let stored = sagas.into_iter().map(|saga| {
        let rows = tx.ledger_rows(&saga.id)?;
        let order = tx.order(&saga.id)?;
        let reservations = tx.reservations(&saga.id)?;
        let by_person = |row: &LedgerRow| matches!(row.undo, Some(Undo::Accepted | Undo::Resolved));
        let decided = rows.iter().any(by_person);
        let decisions = if decided { decisions(tx, &saga.id)? } else { Vec::new() };
        Ok(Stored { saga, rows, order, reservations, decisions })
    });
    stored.collect()
}

/// What people decided about a saga.
pub(crate) fn decisions(tx: &mut dyn Tx, saga: &SagaId) -> Result<Vec<NewAuditRow>, StoreError> {
    let query = AuditQuery { saga: Some(saga.clone()), limit: usize::MAX, ..AuditQuery::default() };
    Ok(tx.audit_log(&query)?.into_iter().map(|row| row.decision).collect())
}

/// The effects of one saga; whatever the books have before it belongs to no saga.
fn effects_of(
    entries: &mut Peekable<Entries<'_>>,
    saga: &str,
    report: &mut Report,
) -> Result<Vec<BookEffect>, AuditError> {
    let mut effects = Vec::new();
    while let Some(entry) =
        entries.next_if(|entry| entry.as_ref().map_or(true, |entry| entry.reference.as_str() <= saga))
    {
        let entry = entry?;
        if entry.reference == saga {
            report.effects += 1;
            effects.push(BookEffect::of_entry(&entry));
        } else {
            strange_effect(&entry, report);
        }
    }
    Ok(effects)
}

fn strange_effect(entry: &Entry, report: &mut Report) {
    report.effects += 1;
    let what = format!("the books show {} for a reference that is no saga", entry.effect);
    report.invariant("S17").record(&entry.reference, vec![what]);
}

fn check_saga(definitions: &[SagaDefinition], stored: Stored, effects: Vec<BookEffect>, report: &mut Report) {
    let Stored { saga, rows, order, reservations, decisions } = stored;
    report.sagas += 1;
    *report.states.entry(saga.state.name()).or_default() += 1;
    report.open += u64::from(!saga.state.is_final());
    let id = saga.id.to_string();
    let Some(definition) = definitions.iter().find(|definition| definition.name() == saga.saga) else {
        let what = format!("its definition {:?} is not known to this version", saga.saga);
        report.invariant("S1").record(&id, vec![what]);
        return;
    };
    let evidence =
        Evidence::new(definition, saga, rows, order, &reservations, effects).with_decisions(decisions);
    for invariant in at_rest() {
        report.invariant(invariant.id).record(&id, (invariant.check)(&evidence));
    }
}

/// S17 from the other side: an order without a saga would wait for ever.
async fn check_orders(store: &dyn Store, report: &mut Report) -> Result<(), StoreError> {
    for order in store.query(|tx| tx.orders_without_saga(BATCH)).await? {
        report.invariant("S17").record(order.as_str(), vec!["the order has no saga".into()]);
    }
    Ok(())
}

/// S10 for stock: free + reserved + sold = stocked.
async fn check_stock(store: &dyn Store, report: &mut Report) -> Result<(), AuditError> {
    let mut after: Option<String> = None;
    loop {
        let from = after.clone();
        let page = store.query(move |tx| {
            let products = tx.products(from.as_deref(), BATCH)?;
            let held = products.into_iter().map(|product| {
                let held = tx.held_stock(&product.sku)?;
                Ok((product, held))
            });
            held.collect::<Result<Vec<_>, StoreError>>()
        });
        let page = page.await?;
        let Some((last, _)) = page.last() else {
            return Ok(());
        };
        after = Some(last.sku.clone());
        for (product, (reserved, sold)) in page {
            report.products += 1;
            // Whatever is stored, an audit does not overflow.
            let held = u128::from(product.free) + u128::from(reserved) + u128::from(sold);
            let balanced = held == u128::from(product.stocked);
            let what = format!(
                "{} free + {reserved} reserved + {sold} sold is not the {} stocked",
                product.free, product.stocked
            );
            report.invariant("S10").record(&product.sku, if balanced { vec![] } else { vec![what] });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audit_lists_only_what_a_saga_at_rest_can_show() {
        let listed: Vec<_> = empty_report().invariants.iter().map(|invariant| invariant.id).collect();
        let about_the_way = ["S13", "S14", "S18", "S19"];
        let all = INVARIANTS.iter().map(|invariant| invariant.id);
        assert_eq!(listed, all.filter(|id| !about_the_way.contains(id)).collect::<Vec<_>>());
    }
}
