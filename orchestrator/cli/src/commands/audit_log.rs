//! `amends audit-log`: who decided what, when and why.

use std::process::ExitCode;

use amends_client::AuditEntry;

use crate::args::AuditLog;
use crate::failure::Failure;
use crate::output;
use crate::service::{client, failure};

pub(crate) async fn run(arguments: &AuditLog) -> Result<ExitCode, Failure> {
    let client = client(&arguments.service)?;
    let mut after = 0;
    loop {
        let page = client.audit_log(arguments.order.as_deref(), after).await.map_err(failure)?;
        for entry in &page.entries {
            if arguments.service.json {
                output::print_json(entry)?;
            } else {
                output::print(&line(entry))?;
            }
        }
        match page.next {
            Some(next) => after = next,
            None => return Ok(ExitCode::SUCCESS),
        }
    }
}

fn line(entry: &AuditEntry) -> String {
    let AuditEntry { seq, at, actor, action, order_id, step, why, detail } = entry;
    let about = [order_id.as_deref(), step.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let detail = if detail.is_null() { String::new() } else { format!("  {detail}") };
    format!("{seq:>5}  {at}  {actor:<12} {action:<8} {about:<24} {why}{detail}\n")
}
