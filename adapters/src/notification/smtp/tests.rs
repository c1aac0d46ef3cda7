//! What is particular to SMTP; the behaviour of every notification provider is tested by the suite.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use amends_types::{BoxFuture, Clock, DeploymentId, IdempotencyKey, Personal, Timestamp};
use tokio::sync::Notify;

use super::bench::{NeverLate, SmtpServer, aiosmtpd, settings};
use super::{SmtpCredentials, SmtpNotification, SmtpSettings, SmtpSettingsError, SmtpTls};
use crate::notification::{Notice, NoticeKind, Notification, Recipient};
use crate::{Call, Effect, ProviderError, Retry};

fn call() -> Call {
    let saga = "order-1".parse().unwrap();
    let key = IdempotencyKey::derive(DeploymentId::fixed(1), &saga, "notify", "confirmation");
    Call { key, limit: Duration::from_secs(10) }
}

fn notice(to: &str) -> Notice {
    Notice {
        reference: "order-1".to_owned(),
        kind: NoticeKind::OrderConfirmed,
        to: Recipient { email: Personal::new(to.to_owned()), phone: None },
        subject: "Your order order-1".to_owned(),
        text: "Thank you.\n".to_owned(),
        at: Timestamp::from_micros(1_700_000_000_000_000),
    }
}

#[tokio::test]
async fn a_message_arrives_with_sender_recipient_date_and_text() {
    let bench = aiosmtpd().await;
    let sent = bench.provider.send(&call(), &notice("ada@shop.example")).await.unwrap();
    let accepted = bench.server.accepted();
    let mail = &accepted[0];
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("shop@amends.example", &["ada@shop.example".to_owned()][..])
    );
    assert_eq!(mail.headers("From"), ["\"The Shop\" <shop@amends.example>"]);
    assert_eq!(mail.headers("To"), ["ada@shop.example"]);
    assert_eq!(mail.headers("Subject"), ["Your order order-1"]);
    assert_eq!(mail.headers("Date"), ["Tue, 14 Nov 2023 22:13:20 +0000"]);
    assert_eq!(mail.headers("Message-ID"), [sent.id.as_str()]);
    assert_eq!(mail.body().trim_end(), "Thank you.");
}

#[tokio::test]
async fn a_repeat_is_the_same_message_byte_for_byte() {
    let bench = aiosmtpd().await;
    let notice = notice("ada@lost.example");
    assert_eq!(bench.provider.send(&call(), &notice).await.unwrap_err().effect(), Effect::Unknown);
    let sent = bench.provider.send(&call(), &notice).await.unwrap();
    let accepted = bench.server.accepted();
    assert_eq!(accepted.len(), 2);
    assert_eq!(accepted[0], accepted[1]);
    assert_eq!(sent.id, format!("<{}@amends.example>", call().key));
}

#[tokio::test]
async fn no_customer_data_becomes_a_header_or_a_command() {
    let bench = aiosmtpd().await;
    for subject in ["Hello\r\nBcc: eve@evil.example", "Hello\nX: y", "a\rb", "a\0b", "a\u{85}b"] {
        let notice = Notice { subject: subject.to_owned(), ..notice("ada@shop.example") };
        let error = bench.provider.send(&call(), &notice).await.unwrap_err();
        assert_eq!((error.effect(), error.retry()), (Effect::None, Retry::Never), "{subject:?}");
    }
    for address in [
        "ada@shop.example\r\nBcc: eve@evil.example",
        "ada@shop.example, eve@evil.example",
        "Ada <ada@shop.example>",
        "ada@shop.example>\r\nRCPT TO:<eve@evil.example",
        "ada",
        "",
    ] {
        let error = bench.provider.send(&call(), &notice(address)).await.unwrap_err();
        assert_eq!(error, ProviderError::invalid("not_an_address"), "{address:?}");
    }
    assert_eq!(bench.server.accepted(), []);
}

#[tokio::test]
async fn no_text_ends_the_message_early() {
    let bench = aiosmtpd().await;
    let smuggled = "MAIL FROM:<eve@evil.example>\r\nRCPT TO:<ada@shop.example>\r\nDATA\r\nno";
    for end in ["\r\n.\r\n", "\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r"] {
        let text = format!("Thank you.{end}{smuggled}{end}.");
        let before = bench.server.accepted().len();
        let notice = Notice { text, ..notice("ada@shop.example") };
        bench.provider.send(&call(), &notice).await.unwrap();
        let accepted = bench.server.accepted();
        assert_eq!(accepted.len(), before + 1, "{end:?}");
        assert_eq!(accepted[before].from, "shop@amends.example");
        // Not every server reads only CRLF as the end of a line.
        assert!(!accepted[before].content.replace("\r\n", "").contains(['\r', '\n']), "{end:?}");
    }
}

#[tokio::test]
async fn letters_of_every_script_arrive() {
    let bench = aiosmtpd().await;
    let text = "Grüße, 谢谢, شكرا\n".repeat(50);
    let notice =
        Notice { subject: "Bestellung bestätigt 谢谢".to_owned(), text, ..notice("ädä@shop.example") };
    bench.provider.send(&call(), &notice).await.unwrap();
    let accepted = bench.server.accepted();
    assert_eq!(accepted[0].to, ["ädä@shop.example"]);
    assert!(accepted[0].headers("Subject")[0].is_ascii());
    assert!(accepted[0].body().is_ascii());
}

#[tokio::test]
async fn a_reply_to_the_content_decides_what_is_known() {
    let bench = aiosmtpd().await;
    let check = async |domain: &str, expected: ProviderError| {
        let error = bench.provider.send(&call(), &notice(&format!("ada@{domain}"))).await.unwrap_err();
        assert_eq!(error, expected, "{domain}");
    };
    check("bounce.example", ProviderError::declined("smtp_550")).await;
    check("spam.example", ProviderError::declined("smtp_554")).await;
    check("down.example", ProviderError::Unavailable { after: None }).await;
    check("full.example", ProviderError::Unavailable { after: None }).await;
    check("vanish.example", ProviderError::Unavailable { after: None }).await;
    assert_eq!(bench.server.accepted(), []);
    check("babble.example", ProviderError::Unreadable).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_got_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let provider = SmtpNotification::new(settings(port), Arc::new(NeverLate)).unwrap();
    let error = provider.send(&call(), &notice("ada@shop.example")).await.unwrap_err();
    assert_eq!(error, ProviderError::Unavailable { after: None });
}

/// A clock whose limits pass when the test says so.
struct Stopwatch(Arc<Notify>);

impl Clock for Stopwatch {
    fn now(&self) -> Timestamp {
        Timestamp::default()
    }
    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        let passed = self.0.clone();
        Box::pin(async move { passed.notified().await })
    }
}

#[tokio::test]
async fn a_limit_that_passes_before_the_content_proves_that_nothing_was_sent() {
    // It takes connections, and never says a word.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let passed = Arc::new(Notify::new());
    let port = listener.local_addr().unwrap().port();
    let provider = SmtpNotification::new(settings(port), Arc::new(Stopwatch(passed.clone()))).unwrap();
    let (call, notice) = (call(), notice("ada@shop.example"));
    let sending = tokio::spawn(async move { provider.send(&call, &notice).await });
    tokio::task::spawn_blocking(move || listener.accept().map(|_| listener)).await.unwrap().unwrap();
    passed.notify_one();
    assert_eq!(sending.await.unwrap(), Err(ProviderError::Unavailable { after: None }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_passes_after_the_content_proves_nothing() {
    let server = SmtpServer::start();
    let passed = Arc::new(Notify::new());
    let provider = SmtpNotification::new(settings(server.port), Arc::new(Stopwatch(passed.clone()))).unwrap();
    let (call, notice) = (call(), notice("ada@mute.example"));
    let sending = tokio::spawn(async move { provider.send(&call, &notice).await });
    while server.accepted().is_empty() {
        tokio::task::yield_now().await;
    }
    passed.notify_one();
    assert_eq!(sending.await.unwrap(), Err(ProviderError::TimedOut));
}

#[test]
fn mail_crosses_a_network_only_under_tls() {
    let check = |host: &str, tls: SmtpTls, from: &str| {
        let (host, from) = (host.to_owned(), from.to_owned());
        let settings = SmtpSettings { host, port: 25, tls, credentials: None, from };
        SmtpNotification::new(settings, Arc::new(NeverLate)).map(drop)
    };
    for host in ["localhost", "127.0.0.1", "::1"] {
        assert_eq!(check(host, SmtpTls::None, "shop@amends.example"), Ok(()), "{host}");
    }
    let host = "mail.example".to_owned();
    assert_eq!(
        check(&host, SmtpTls::None, "s@a.example"),
        Err(SmtpSettingsError::Plaintext { host: host.clone() })
    );
    assert_eq!(check(&host, SmtpTls::StartTls, "s@a.example"), Ok(()));
    assert_eq!(check(&host, SmtpTls::Implicit, "s@a.example"), Ok(()));
    assert_eq!(check(&host, SmtpTls::Implicit, "nobody"), Err(SmtpSettingsError::From));
}

#[tokio::test]
async fn without_the_tls_that_was_asked_for_nothing_is_sent() {
    let server = SmtpServer::start();
    for tls in [SmtpTls::StartTls, SmtpTls::Implicit] {
        let settings = SmtpSettings { tls, ..settings(server.port) };
        let provider = SmtpNotification::new(settings, Arc::new(NeverLate)).unwrap();
        let error = provider.send(&call(), &notice("ada@shop.example")).await.unwrap_err();
        assert_eq!(error, ProviderError::Unavailable { after: None }, "{tls:?}");
    }
    assert_eq!(server.accepted(), []);
}

#[test]
fn debug_output_hides_the_credentials() {
    let credentials = Some(SmtpCredentials::new("mallory", "hunter2"));
    let text = format!("{:?}", SmtpSettings { credentials, ..settings(25) });
    assert!(!text.contains("mallory") && !text.contains("hunter2"), "{text}");
}
