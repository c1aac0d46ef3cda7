//! `amends cancel`, `stop`, `drain`, `prune` and `erase`: decisions that the running service carries out and records.

use std::process::ExitCode;

use serde_json::json;

use super::parked::say;
use crate::args::{Drain, Erase, OnOrder, Prune};
use crate::failure::Failure;
use crate::output;
use crate::service::{client, failure};

pub(crate) async fn cancel(arguments: &OnOrder) -> Result<ExitCode, Failure> {
    let OnOrder { order, why, service } = arguments;
    let cancelled = client(service)?.cancel(order, why).await.map_err(failure)?;
    let text = match cancelled.was_under_way {
        true => format!("{order} was being undone before"),
        false => format!("{order} will come to nothing"),
    };
    say(service, &json!({ "order_id": order, "was_under_way": cancelled.was_under_way }), &text)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn stop(arguments: &OnOrder) -> Result<ExitCode, Failure> {
    let OnOrder { order, why, service } = arguments;
    let done = client(service)?.stop(order, why).await.map_err(failure)?;
    say(service, &json!({ "order_id": order, "done": done }), &done)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn drain(arguments: &Drain) -> Result<ExitCode, Failure> {
    let done = client(&arguments.service)?.drain(&arguments.why).await.map_err(failure)?;
    say(&arguments.service, &json!({ "done": done }), &done)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn prune(arguments: &Prune) -> Result<ExitCode, Failure> {
    let Prune { older_than_days, dry_run, why, service } = arguments;
    let pruned = client(service)?.prune(*older_than_days, *dry_run, why).await.map_err(failure)?;
    if service.json {
        output::print_json(&pruned)?;
    } else {
        let verb = if *dry_run { "would be" } else { "were" };
        let (count, kept) = (pruned.pruned, pruned.kept);
        output::print(&format!("{count} orders {verb} pruned; {kept} are old enough and still needed\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn erase(arguments: &Erase) -> Result<ExitCode, Failure> {
    let Erase { customer, dry_run, why, service } = arguments;
    let erased = client(service)?.erase(customer, *dry_run, why).await.map_err(failure)?;
    if service.json {
        output::print_json(&erased)?;
    } else {
        let verb = if *dry_run { "would be" } else { "were" };
        let mut text = format!("personal data of {} orders {verb} erased\n", erased.erased);
        text.extend(
            erased.kept.iter().map(|order| format!("{order} still needs it: ask again when it has ended\n")),
        );
        output::print(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}
