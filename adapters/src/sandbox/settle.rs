//! Lets delayed requests arrive that nobody asks about any more.

use std::time::Duration;

use amends_types::Timestamp;

use super::arrival::Arrival;
use crate::ProviderKind;
use crate::books::{Books, BooksError, transact};
use crate::inventory::InventoryAsk;
use crate::notification::NotificationAsk;
use crate::payment::PaymentAsk;

/// Serves every delayed request that is due by `now`, and answers how many there were.
///
/// A delayed request is served by the next call for its reference, or by this. Call it before an audit: an effect
/// that nobody asked about again would be missing from the books.
///
/// # Errors
/// When the storage of the books fails.
pub async fn settle(books: &dyn Books, now: Timestamp) -> Result<usize, BooksError> {
    // A key does not outlive its window while its own request is under way.
    const KEY_WINDOW: Duration = Duration::MAX;
    transact(books, move |page| {
        let due = page.due(now)?;
        for delayed in &due {
            match delayed.provider {
                ProviderKind::Payment => Arrival::<PaymentAsk>::serve_late(page, delayed, KEY_WINDOW)?,
                ProviderKind::Inventory => Arrival::<InventoryAsk>::serve_late(page, delayed, KEY_WINDOW)?,
                ProviderKind::Notification => {
                    Arrival::<NotificationAsk>::serve_late(page, delayed, KEY_WINDOW)?
                }
            }
        }
        Ok(due.len())
    })
    .await
}
