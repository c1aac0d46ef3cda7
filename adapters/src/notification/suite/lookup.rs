//! Looking up what was sent, where the provider can.

use super::{Case, NotificationBench, Situation};
use crate::Lookup;
use crate::notification::NoticeKind;

pub(crate) async fn a_lookup_exists_exactly_if_the_contract_says_so(bench: impl NotificationBench) {
    let provider = bench.provider();
    assert_eq!(provider.lookup().is_some(), provider.contract().lookup != Lookup::Absent);
}

pub(crate) async fn a_lookup_finds_what_was_sent_and_nothing_else(bench: impl NotificationBench) {
    let case = Case(bench);
    let notice = case.notice(Situation::Good, NoticeKind::OrderConfirmed);
    let sent = case.send("send", &notice).await.unwrap();
    let provider = case.0.provider();
    let Some(lookup) = provider.lookup() else {
        // The case before this one holds the provider to it.
        return assert_eq!(provider.contract().lookup, Lookup::Absent);
    };
    let limit = provider.contract().call_limit();
    assert_eq!(lookup.sent(limit, "order-1", NoticeKind::OrderConfirmed).await, Ok(Some(sent)));
    assert_eq!(lookup.sent(limit, "order-1", NoticeKind::Correction).await, Ok(None));
    assert_eq!(lookup.sent(limit, "order-2", NoticeKind::OrderConfirmed).await, Ok(None));
}
