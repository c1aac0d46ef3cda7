//! Signals: the first one drains, the second one ends the process at once. Neither loses anything.

use tokio::sync::watch;

use crate::failure::exit;

/// Why and how the process is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopping {
    /// It is not.
    No,
    /// Somebody asked for it with a request: orders under way are finished, however long that takes.
    Drained,
    /// A signal: orders under way have some time.
    Signalled,
}

/// Follows Ctrl-C and SIGTERM.
pub(crate) fn watch_for_signals(stop: watch::Sender<Stopping>) {
    tokio::spawn(async move {
        if signal().await.is_err() {
            return;
        }
        tracing::warn!(
            "stopping: nothing more is taken, and what is under way has some time; once more ends at once"
        );
        stop.send_replace(Stopping::Signalled);
        if signal().await.is_ok() {
            std::process::exit(i32::from(exit::INTERRUPTED));
        }
    });
}

async fn signal() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
