//! `amends up`: the order service in one process, until Ctrl-C.

use std::fs;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use amends_api::{Api, ApiParts, Auth, Bind, Limits, Metrics, Process, Server, Tokens, Wakes};
use amends_coordinator::UpkeepOptions;
use tokio::sync::watch;

use crate::args::Up;
use crate::data_dir::DataDir;
use crate::descriptors;
use crate::failure::Failure;
use crate::output;
use crate::run::{import, read_products};
use crate::runtime::{Runtime, Settings};
use crate::up::{Running, Stopping, Webhook, init_log, keep_up, publish, watch_for_signals};

/// How long requests have to end once nothing is under way.
const LAST_REQUESTS: Duration = Duration::from_secs(5);

pub(crate) async fn run(arguments: Up) -> Result<ExitCode, Failure> {
    let began = Instant::now();
    let auth = authentication(&arguments)?;
    let webhook = arguments.webhook.as_deref().map(Webhook::to).transpose()?;
    let products = arguments.products.as_deref().map(read_products).transpose()?;
    // Before anything is opened: an address that cannot be had is told at once.
    let bind = Bind::to(arguments.listen, &auth).await;
    let bind = bind.map_err(|error| Failure::Unusable(error.to_string()))?;
    let address = bind.address().map_err(Failure::failed)?;
    init_log(arguments.log);
    let dir = arguments.data.dir.as_path();
    let (mail, database) = (&arguments.mail, &arguments.database);
    let settings = Settings { dir, mail, database, books: arguments.books.clone(), lambda: None };
    let runtime = Arc::new(Runtime::open_with(settings).await?);
    if let Some(products) = products {
        import(&*runtime.store(), &products).await?;
    }
    let (stop, mut stopping) = watch::channel(Stopping::No);
    watch_for_signals(stop.clone());
    let (wakes, metrics) = (Wakes::default(), Metrics::default());
    let coordinator = runtime.coordinator();
    let running = Running::new(coordinator.clone(), wakes.clone(), metrics.clone(), stop);
    let api = Api::new(ApiParts {
        coordinator: coordinator.clone(),
        announce: webhook.is_some(),
        process: Arc::new(running.clone()),
        wakes,
        metrics: metrics.clone(),
        auth,
        limits: Limits {
            open_sagas: arguments.max_open,
            rate_per_second: arguments.rate,
            burst: arguments.rate.saturating_mul(BURST),
            connections: Limits::default().connections.min(descriptors::for_clients()),
            ..Limits::default()
        },
    });
    let options =
        UpkeepOptions { adopt_after: Duration::from_secs(arguments.adopt_after), ..UpkeepOptions::default() };
    let upkeep = tokio::spawn(keep_up(coordinator, options, running.clone(), metrics, webhook));
    let published = publish(&DataDir::existing(dir)?, address)?;
    output::print(&format!("http://{address}\n"))?;
    tracing::info!(%address, millis = began.elapsed().as_millis() as u64, "ready");
    let patience = Duration::from_secs(arguments.drain_seconds);
    let watched = running.clone();
    let end = async move { drained(&mut stopping, &watched, patience).await };
    Server::new(api, bind).run(end, LAST_REQUESTS).await;
    upkeep.abort();
    drop(published);
    let left = running.open_sagas();
    runtime.shutdown().await;
    if left > 0 {
        tracing::warn!(left, "stopped; what was under way goes on at the next start");
    } else {
        tracing::info!("stopped");
    }
    Ok(ExitCode::SUCCESS)
}

/// A client may be ahead of its rate by two seconds.
const BURST: std::num::NonZeroU32 = std::num::NonZeroU32::new(2).unwrap();

fn authentication(arguments: &Up) -> Result<Auth, Failure> {
    let Some(file) = &arguments.tokens else { return Ok(Auth::Loopback) };
    let shown = file.display();
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::Unusable(format!("cannot read the tokens in {shown}: {error}")))?;
    Tokens::read(&text).map(Auth::Tokens).map_err(|error| Failure::Unusable(format!("{shown}: {error}")))
}

/// Completes when the process is to end: it was asked to, and nothing is under way any more or the time is over.
async fn drained(stopping: &mut watch::Receiver<Stopping>, running: &Running, patience: Duration) {
    if stopping.wait_for(|stop| *stop != Stopping::No).await.is_err() {
        return;
    }
    let nothing_is_under_way = async {
        while running.open_sagas() > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let signalled = async {
        drop(stopping.wait_for(|stop| *stop == Stopping::Signalled).await);
        tokio::time::sleep(patience).await;
    };
    tokio::select! {
        () = nothing_is_under_way => {}
        () = signalled => {}
    }
}
