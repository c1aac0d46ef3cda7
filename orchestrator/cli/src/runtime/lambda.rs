//! Executions as on AWS, on one machine: state machines behind the Step Functions API, which the AWS SDK's client calls,
//! and workers as Lambda functions in processes of their own.
//!
//! The API listens on a loopback port, and answers only requests that are signed with a key that is drawn for this
//! process. The data directory is the same as with workers in this process, and either way goes on where the other ended.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use amends_aws::{AccessKey, AwsSettings, AwsStepFunctions};
use amends_engine::clock::SystemClock;
use amends_lambda::{Function, Functions, Pool, PoolOptions};
use amends_sfn::{Access, Bind, Integrations, Options, Registry, Service, SigningKey, serve};
use amends_types::SplitMix;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::executions::{Executions, Opening};
use crate::args::Mail;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::mail;

const ACCOUNT: &str = "111111111111";
const REGION: &str = "us-east-1";
const ROLE: &str = "arn:aws:iam::111111111111:role/amends";
/// How long requests have to end.
const LAST_REQUESTS: Duration = Duration::from_secs(5);

/// Workers as Lambda functions.
#[derive(Debug, Clone)]
pub(crate) struct LambdaWorkers {
    /// The program that has every step.
    pub(crate) program: PathBuf,
    /// How many tasks are done at once.
    pub(crate) at_once: u32,
}

/// Serves the API on an engine whose tasks the functions do, and deploys the saga's machines there.
pub(super) async fn open(
    opening: Opening<'_>,
    workers: &LambdaWorkers,
    mail: &Mail,
) -> Result<Executions, Failure> {
    let key = Uuid::new_v4().simple().to_string();
    let secret = Uuid::new_v4().simple().to_string();
    let access = Access::Key(SigningKey::new(&key, &secret));
    let bind = Bind::to(([127, 0, 0, 1], 0).into(), access).await.map_err(Failure::failed)?;
    let address = bind.address().map_err(Failure::failed)?;

    let functions = functions(&opening, workers, mail)?;
    let count = functions.names().count();
    // Each function may have all of them at once, so that nothing is throttled and no process makes place for another.
    let processes = workers.at_once as usize * count;
    let (account, region) = (ACCOUNT.to_owned(), REGION.to_owned());
    let options = PoolOptions { account, region, processes, ..PoolOptions::default() };
    let pool = Pool::new(functions, options);
    let integrations = Integrations::new(Arc::new(pool.clone()));
    let worker = Arc::new(integrations.clone());
    let registry = Registry::open(&opening.dir.registry()).map_err(Failure::failed)?;
    let engine = opening.engine(worker.clone(), |options| {
        (options.account, options.region) = (ACCOUNT.to_owned(), REGION.to_owned());
        options.limits.tasks_in_flight = workers.at_once as usize;
    })?;
    let service = Service::new(Options {
        registry,
        engine: engine.clone(),
        account: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
        clock: Arc::new(SystemClock::new()),
        entropy: Arc::new(SplitMix::from_system()),
        worker,
    });
    integrations.attach(&service);
    let served = tokio::spawn(serve(bind, service, std::future::pending(), LAST_REQUESTS));

    let settings = AwsSettings {
        endpoint: Some(format!("http://{address}")),
        region: Some(REGION.to_owned()),
        key: Some(AccessKey::new(&key, &secret)),
    };
    let client = AwsStepFunctions::connect(&settings, ACCOUNT, REGION).await.of_our_own();
    for (name, definition) in &opening.machines() {
        client.deploy(name, definition, ROLE).await.map_err(Failure::failed)?;
    }
    Ok(Executions { functions: Arc::new(client), engine, served: Mutex::new(Some(served)), pool: Some(pool) })
}

/// One function per step, and one that settles: the same program, which is told which one it is.
fn functions(opening: &Opening<'_>, workers: &LambdaWorkers, mail: &Mail) -> Result<Functions, Failure> {
    let program = absolute(&workers.program)?;
    if !Path::new(&program).is_file() {
        return Err(Failure::Unusable(format!(
            "there is no program with the workers at {program}: build it with `cargo build --release -p \
             amends-workers-lambda`, or say with --lambda-program where it is"
        )));
    }
    let dir: &DataDir = opening.dir;
    let mut environment = vec![
        ("AMENDS_STORE", absolute(&dir.store())?),
        ("AMENDS_BOOKS", absolute(&dir.books())?),
        ("AMENDS_WORKERS", absolute(&dir.workers())?),
    ];
    environment.extend(mail.smtp.clone().map(|url| ("AMENDS_SMTP", url)));
    environment.extend(mail.mail_from.clone().map(|from| ("AMENDS_MAIL_FROM", from)));
    let mut functions = Functions::default();
    for (step, name, seconds) in opening.definition.functions() {
        let mut function = Function::new(&program);
        function.handler = Some(step.to_owned());
        function.timeout = u64::from(seconds);
        function
            .environment
            .extend(environment.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        function.inherit = vec![mail::USER.to_owned(), mail::PASSWORD.to_owned()];
        functions.add(&name, function).map_err(Failure::failed)?;
    }
    Ok(functions)
}

fn absolute(path: &Path) -> Result<String, Failure> {
    let path = std::path::absolute(path).map_err(Failure::failed)?;
    let shown = path.display().to_string();
    path.into_os_string().into_string().map_err(|_| Failure::Unusable(format!("{shown} is not valid UTF-8")))
}
