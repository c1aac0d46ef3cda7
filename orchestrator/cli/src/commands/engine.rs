//! `amends engine`: the Step Functions API in one process, until Ctrl-C.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use amends_engine::clock::SystemClock;
use amends_engine::driver::{Engine, EngineOptions};
use amends_engine::journal::DirectoryId;
use amends_sfn::{Access, Bind, Integrations, Options, Registry, Service, SigningKey, serve};
use amends_types::SplitMix;
use tokio::sync::watch;

use crate::args;
use crate::data_dir::DataDir;
use crate::descriptors;
use crate::failure::Failure;
use crate::output;
use crate::services::Services;
use crate::up::{Stopping, init_log, watch_for_signals};

/// How long requests have to end.
const LAST_REQUESTS: Duration = Duration::from_secs(5);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) async fn run(arguments: args::Engine) -> Result<ExitCode, Failure> {
    let access = match (arguments.token.clone(), arguments.access_key.clone(), &arguments.secret_key) {
        (Some(token), _, _) => Access::Token(token),
        (None, Some(id), Some(secret)) => Access::Key(SigningKey::new(&id, secret)),
        _ => Access::Loopback,
    };
    // Before anything is opened: what cannot be used, and an address that cannot be had, is told at once.
    let services = Services::of(&arguments).await?;
    let functions = services.pool();
    let integrations = Integrations::new(Arc::new(services));
    let bind = Bind::to(arguments.listen, access).await;
    let bind = bind.map_err(|error| Failure::Unusable(error.to_string()))?;
    let mut bind = bind.with_connections(descriptors::for_clients());
    if let Some(url) = &arguments.sqs_endpoint {
        bind = bind.with_sqs(url).map_err(|error| Failure::Unusable(error.to_string()))?;
    }
    let address = bind.address().map_err(Failure::failed)?;
    init_log(arguments.log);
    let dir = arguments.dir.as_path();
    let (data, _lock) = DataDir::locked(dir)?;
    let worker = Arc::new(integrations.clone());
    let unusable = |error: &dyn std::fmt::Display| Failure::Unusable(error.to_string());
    let registry = open_registry(&data)?;
    let directory = DirectoryId(registry.directory().map_err(|error| unusable(&error))?);
    let (account, region) = (arguments.account, arguments.region);
    let mut options = EngineOptions::new(directory, worker.clone());
    (options.account, options.region) = (account.clone(), region.clone());
    options.limits.open_executions = arguments.max_open_executions as usize;
    options.limits.tasks_in_flight = arguments.max_tasks as usize;
    options.limits.retention = Some(DAY * arguments.retention_days);
    let seen = registry.clone();
    options.watermark = Arc::new(move || seen.commits());
    let known = registry.clone();
    options.on_forget = Arc::new(move |expired| {
        known.forget(expired.iter().map(|each| (each.machine.clone(), each.name.clone())).collect());
    });
    let engine = Engine::open(&data.engine(), options).map_err(|error| unusable(&error))?;
    let (clock, entropy) = (Arc::new(SystemClock::new()), Arc::new(SplitMix::from_system()));
    let engine_too = engine.clone();
    let service =
        Service::new(Options { registry, engine: engine_too, account, region, clock, entropy, worker });
    integrations.attach(&service);
    let (stop, mut stopping) = watch::channel(Stopping::No);
    watch_for_signals(stop);
    output::print(&format!("http://{address}\n"))?;
    tracing::info!(%address, open = engine.open_count().await, "ready");
    let stopped = async move { drop(stopping.wait_for(|stop| *stop != Stopping::No).await) };
    serve(bind, service, stopped, LAST_REQUESTS).await;
    engine.shutdown().await;
    // Only now: a function that is ended before would have failed its task.
    if let Some(functions) = functions {
        functions.shutdown();
    }
    tracing::info!("stopped; open executions go on at the next start");
    Ok(ExitCode::SUCCESS)
}

/// The registry, unless it knows executions and the engine's files are gone.
fn open_registry(data: &DataDir) -> Result<Registry, Failure> {
    let unusable = |error: &dyn std::fmt::Display| Failure::Unusable(error.to_string());
    let registry = Registry::open(&data.registry()).map_err(|error| unusable(&error))?;
    let engine = data.engine();
    if !engine.exists() && registry.has_executions().map_err(|error| unusable(&error))? {
        return Err(Failure::Unusable(format!(
            "{} is gone, and the registry knows executions that were in it: put it back, or restore the whole data \
             directory from a backup",
            engine.display()
        )));
    }
    Ok(registry)
}
