//! Task: a worker or a service does something, within limits, and its errors are retried and caught.

use crate::catcher::Catcher;
use crate::error_name::ErrorName;
use crate::machine::require;
use crate::reader::Reader;
use crate::resource::Resource;
use crate::retrier::Retrier;
use crate::seconds::Seconds;
use crate::state::{Names, ResultPath, Transition};
use crate::template::Template;

/// A Task state.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// What it calls.
    pub resource: Resource,
    /// What the call is made with; the input, if there is none.
    pub parameters: Option<Template>,
    /// What is made of the answer before it goes anywhere.
    pub result_selector: Option<Template>,
    /// Where the result goes.
    pub result_path: ResultPath,
    /// How long one attempt may take. Step Functions' default, 99,999,999 seconds, is longer than an execution lasts.
    pub timeout: Option<Seconds>,
    /// How long one attempt may be silent.
    pub heartbeat: Option<Seconds>,
    /// Tried in this order when an attempt failed.
    pub retry: Vec<Retrier>,
    /// Tried in this order when no retrier took the error.
    pub catch: Vec<Catcher>,
    /// Where to go then.
    pub next: Transition,
}

impl Task {
    pub(crate) fn read(reader: &Reader<'_>, names: &Names) -> Option<Self> {
        require(reader, &["Resource"]);
        let resource = read_resource(reader);
        let parameters = Template::read(reader, "Parameters");
        let result_selector = Template::read(reader, "ResultSelector");
        let result_path = ResultPath::read(reader);
        let timeout = Seconds::read(reader, "TimeoutSeconds", "TimeoutSecondsPath");
        let heartbeat = Seconds::read(reader, "HeartbeatSeconds", "HeartbeatSecondsPath");
        if let (Some(Seconds::Fixed(timeout)), Some(Seconds::Fixed(heartbeat))) = (&timeout, &heartbeat)
            && heartbeat >= timeout
        {
            reader.error_at("HeartbeatSeconds", "Value must be smaller than TimeoutSeconds");
        }
        read_credentials(reader);
        let retry = read_retry(reader);
        let catch = read_catch(reader, names);
        let next = Transition::read(reader, names)?;
        let resource = resource?;
        Some(Self {
            resource,
            parameters,
            result_selector,
            result_path,
            timeout,
            heartbeat,
            retry,
            catch,
            next,
        })
    }
}

fn read_resource(reader: &Reader<'_>) -> Option<Resource> {
    let arn = reader.string("Resource")?;
    let resource = Resource::parse(arn);
    if resource.is_none() {
        let reasons =
            "The value is not a valid resource ARN, or the resource is not available in this region.";
        reader.error_at("Resource", &format!("The resource provided {arn} is not recognized. {reasons}"));
    }
    resource
}

/// The role is for calls to other accounts; an engine that makes none has no use for it.
fn read_credentials(reader: &Reader<'_>) {
    let Some(credentials) = reader.object("Credentials") else {
        return;
    };
    if !credentials.contains_key("RoleArn") && !credentials.contains_key("RoleArn.$") {
        reader.error_at("Credentials", "The field 'RoleArn' is required but was missing");
    }
}

fn read_retry(reader: &Reader<'_>) -> Vec<Retrier> {
    let Some(readers) = reader.children("Retry") else {
        return Vec::new();
    };
    let retriers = readers.iter().map(|each| {
        each.take("Comment");
        let retrier = Retrier::read(each);
        each.finish();
        retrier
    });
    let retriers: Vec<_> = retriers.collect();
    check_wildcard_is_last(reader, "Retry", retriers.iter().map(|retrier| &retrier.errors));
    retriers
}

fn read_catch(reader: &Reader<'_>, names: &Names) -> Vec<Catcher> {
    let Some(readers) = reader.children("Catch") else {
        return Vec::new();
    };
    let catchers = readers.iter().filter_map(|each| {
        each.take("Comment");
        let catcher = Catcher::read(each, names);
        each.finish();
        catcher
    });
    let catchers: Vec<_> = catchers.collect();
    check_wildcard_is_last(reader, "Catch", catchers.iter().map(|catcher| &catcher.errors));
    catchers
}

fn check_wildcard_is_last<'a>(
    reader: &Reader<'_>,
    field: &str,
    lists: impl DoubleEndedIterator<Item = &'a Vec<ErrorName>>,
) {
    if lists.rev().skip(1).any(|names| names.contains(&ErrorName::All)) {
        reader.error_at(field, "States.ALL must appear in the last element");
    }
}
