//! Sending: delivered, proven not delivered, or unknown.

use super::{Case, NotificationBench, Situation};
use crate::notification::{Notice, NoticeKind};
use crate::{Effect, KeyScope, ProviderError, Retry};

pub(crate) async fn a_notice_reaches_its_recipient(bench: impl NotificationBench) {
    let case = Case(bench);
    let notice = case.notice(Situation::Good, NoticeKind::OrderConfirmed);
    case.send("send", &notice).await.unwrap();
    assert_eq!(case.0.deliveries(&notice).await, 1);
}

pub(crate) async fn a_notice_sent_again_with_the_same_key_has_the_same_id(bench: impl NotificationBench) {
    let case = Case(bench);
    let notice = case.notice(Situation::Good, NoticeKind::OrderConfirmed);
    let first = case.send("send", &notice).await.unwrap();
    assert_eq!(case.send("send", &notice).await, Ok(first));
}

pub(crate) async fn a_provider_that_keeps_keys_delivers_a_repeated_notice_once(
    bench: impl NotificationBench,
) {
    let case = Case(bench);
    let notice = case.notice(Situation::Good, NoticeKind::OrderConfirmed);
    for _ in 0..2 {
        case.send("send", &notice).await.unwrap();
    }
    let expected = match case.0.provider().contract().scope {
        KeyScope::Account | KeyScope::Operation => 1,
        KeyScope::NoKeys => 2,
    };
    assert_eq!(case.0.deliveries(&notice).await, expected);
}

pub(crate) async fn a_provider_that_keeps_keys_refuses_one_with_another_body(bench: impl NotificationBench) {
    let case = Case(bench);
    let notice = case.notice(Situation::Good, NoticeKind::OrderConfirmed);
    case.send("send", &notice).await.unwrap();
    let other = Notice { text: "Something else.".to_owned(), ..notice.clone() };
    let repeated = case.send("send", &other).await;
    match case.0.provider().contract().scope {
        KeyScope::Account | KeyScope::Operation => assert_eq!(repeated, Err(ProviderError::KeyReused)),
        KeyScope::NoKeys => assert!(repeated.is_ok()),
    }
}

pub(crate) async fn a_correction_is_told_apart_from_a_confirmation(bench: impl NotificationBench) {
    let case = Case(bench);
    let confirmation = case.notice(Situation::Good, NoticeKind::OrderConfirmed);
    let correction = case.notice(Situation::Good, NoticeKind::Correction);
    let first = case.send("send", &confirmation).await.unwrap();
    assert_eq!(case.0.deliveries(&correction).await, 0);
    assert_ne!(case.send("correct", &correction).await.unwrap(), first);
    assert_eq!(case.0.deliveries(&correction).await, 1);
    assert_eq!(case.0.deliveries(&confirmation).await, 1);
}

pub(crate) async fn a_notice_to_a_rejected_recipient_is_proven_not_done(bench: impl NotificationBench) {
    let case = Case(bench);
    let notice = case.notice(Situation::Rejected, NoticeKind::OrderConfirmed);
    let error = case.send("send", &notice).await.unwrap_err();
    assert_eq!((error.effect(), error.retry()), (Effect::None, Retry::Never), "{error}");
    assert_eq!(case.0.deliveries(&notice).await, 0);
}

pub(crate) async fn a_notice_while_the_provider_is_down_is_proven_not_done(bench: impl NotificationBench) {
    let case = Case(bench);
    let notice = case.notice(Situation::Down, NoticeKind::OrderConfirmed);
    let error = case.send("send", &notice).await.unwrap_err();
    assert_eq!(error.effect(), Effect::None, "{error}");
    assert!(matches!(error.retry(), Retry::Later { .. }), "{error}");
    assert_eq!(case.0.deliveries(&notice).await, 0);
}

pub(crate) async fn a_notice_whose_reply_is_lost_may_have_happened_and_its_repeat_has_the_same_id(
    bench: impl NotificationBench,
) {
    let case = Case(bench);
    let notice = case.notice(Situation::LostReply, NoticeKind::OrderConfirmed);
    let error = case.send("send", &notice).await.unwrap_err();
    assert_eq!(error.effect(), Effect::Unknown, "{error}");
    assert_eq!(case.0.deliveries(&notice).await, 1);
    let second = case.send("send", &notice).await.unwrap();
    assert_eq!(case.send("send", &notice).await, Ok(second));
}

pub(crate) async fn no_error_names_the_recipient(bench: impl NotificationBench) {
    let case = Case(bench);
    for situation in [Situation::Rejected, Situation::Down, Situation::LostReply] {
        let notice = case.notice(situation, NoticeKind::OrderConfirmed);
        let error = case.send("send", &notice).await.unwrap_err();
        let (name, domain) = notice.to.email.expose().split_once('@').unwrap();
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(!text.contains(name) && !text.contains(domain), "{text}");
        }
    }
}
