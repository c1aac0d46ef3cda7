//! The steps of the order saga as Lambda functions: one program, deployed once per step.
//!
//! `_HANDLER` says which step a function is: `order`, `reserve_stock`, `charge`, `notify`, `external_inventory_sync` or
//! `settle`. A task for another step is refused. Where the store is and who the providers are is said by the environment
//! variables of [`settings`].

mod function;
mod parent;
mod parts;
mod settings;

use std::process::ExitCode;

use function::StepFunction;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use settings::Settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    // Adapters speak TLS with ring; an error means that it was installed already.
    drop(rustls::crypto::ring::default_provider().install_default());
    parent::end_with_it();
    let function = match Settings::from_environment() {
        Ok(settings) => StepFunction::new(settings),
        Err(error) => {
            eprintln!("amends-workers-lambda: {error}");
            return ExitCode::from(2);
        }
    };
    // What cannot be opened now may be at the first task, which says why it cannot.
    function.open().await.ok();
    let served = lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| function.handle(event.payload)));
    match served.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("amends-workers-lambda: {error}");
            ExitCode::FAILURE
        }
    }
}
