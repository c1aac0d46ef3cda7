//! `amends parked`: what could not be undone, and what is done about it.

use std::process::ExitCode;

use amends_client::{ParkedStep, WorkItem};
use serde_json::json;

use crate::args::{ParkedCommand, Service};
use crate::failure::Failure;
use crate::output;
use crate::service::{client, failure};

pub(crate) async fn run(command: ParkedCommand) -> Result<ExitCode, Failure> {
    match command {
        ParkedCommand::Ls { class, service } => list(class.as_deref(), &service).await?,
        ParkedCommand::Show { order, service } => {
            let item = client(&service)?.work_item(&order).await.map_err(failure)?;
            print_item(&item, &service)?;
        }
        ParkedCommand::Retry { order, step, class, dry_run, why, service } => match (order, class) {
            (Some(order), _) => {
                let execution =
                    client(&service)?.retry(&order, step.as_deref(), &why).await.map_err(failure)?;
                let text = match &execution {
                    Some(execution) => format!("{order} is being undone once more by {execution}"),
                    None => format!("the notice of {order} is owed again"),
                };
                say(&service, &json!({ "order_id": order, "execution": execution }), &text)?;
            }
            (None, class) => retry_class(&class.unwrap_or_default(), dry_run, &why, &service).await?,
        },
        ParkedCommand::Resolve { order, step, reference, why, service } => {
            let status = client(&service)?.resolve(&order, &step, reference.as_deref(), &why).await;
            let status = status.map_err(failure)?;
            let text = format!("recorded: {step} of {order} was undone outside");
            say(&service, &json!({ "order_id": order, "step": step, "status": status }), &text)?;
        }
        ParkedCommand::Accept { order, step, why, service } => {
            let status = client(&service)?.accept(&order, &step, &why).await.map_err(failure)?;
            let text = format!("recorded: {step} of {order} is accepted as it is");
            say(&service, &json!({ "order_id": order, "step": step, "status": status }), &text)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints one thing, for a program or for a person.
pub(super) fn say(service: &Service, json: &serde_json::Value, text: &str) -> Result<(), Failure> {
    if service.json { output::print_json(json) } else { output::print(&format!("{text}\n")) }
}

async fn list(class: Option<&str>, service: &Service) -> Result<(), Failure> {
    let client = client(service)?;
    let mut cursor: Option<String> = None;
    loop {
        let page = client.parked(class, cursor.as_deref()).await.map_err(failure)?;
        for item in &page.items {
            print_item(item, service)?;
        }
        match page.next_cursor {
            Some(next) => cursor = Some(next),
            None => return Ok(()),
        }
    }
}

fn print_item(item: &WorkItem, service: &Service) -> Result<(), Failure> {
    if service.json {
        return output::print_json(item);
    }
    let status = serde_json::to_value(item.status).map_err(Failure::failed)?;
    let mut text = format!("{}  {}", item.order_id, status.as_str().unwrap_or("?"));
    if let Some(total) = &item.total {
        text += &format!("  total {} {} (minor units)", total.minor, total.currency);
    }
    if let Some(reason) = &item.reason {
        text += &format!("\n  undone because of {reason}");
    }
    text.extend(item.parked.iter().map(step_text));
    output::print(&(text + "\n"))
}

fn step_text(step: &ParkedStep) -> String {
    let held = if step.held == "yes" { "is still held" } else { "may still be held" };
    let objects: Vec<String> = step.objects.iter().map(|(kind, id)| format!("{kind} {id}")).collect();
    let output = step.output.as_ref().map(|output| format!(" {output}")).unwrap_or_default();
    format!(
        "\n  {}: {held}{output} {}\n    since {} after {} attempts to undo it: {}\n    class: {}",
        step.step,
        objects.join(", "),
        step.since.as_deref().unwrap_or("?"),
        step.undo_attempts,
        step.reason,
        step.error_class
    )
}

async fn retry_class(class: &str, dry_run: bool, why: &str, service: &Service) -> Result<(), Failure> {
    let begun = client(service)?.retry_class(class, dry_run, why).await.map_err(failure)?;
    if service.json {
        return output::print_json(&begun);
    }
    let verb = if dry_run { "would be" } else { "are being" };
    let mut text: String = begun.orders.iter().map(|order| format!("{order}\n")).collect();
    text += &format!("{} orders {verb} undone once more", begun.orders.len());
    if !begun.skipped.is_empty() {
        text += &format!("; {} were skipped, somebody else was faster", begun.skipped.len());
    }
    output::print(&(text + "\n"))
}
