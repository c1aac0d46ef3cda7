//! Task: a worker or a service does something, within limits, and its errors are retried and caught.

use crate::catcher::Catcher;
use crate::machine::{MachineType, require};
use crate::query_language::QueryLanguage;
use crate::reader::Reader;
use crate::recovery::{read_catch, read_retry};
use crate::resource::{Integration, Pattern, Resource};
use crate::retrier::Retrier;
use crate::seconds::Seconds;
use crate::state::{Names, ResultPath, Transition};
use crate::template::Template;

/// A Task state.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// What it calls.
    pub resource: Resource,
    /// What the call is made with: `Parameters`, or `Arguments` in JSONata; the input, if there is none.
    pub parameters: Option<Template>,
    /// What is made of the answer before it goes anywhere.
    pub result_selector: Option<Template>,
    /// Where the result goes.
    pub result_path: ResultPath,
    /// The role that the call is made with: an object with `RoleArn`.
    pub credentials: Option<Template>,
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
        let resource = read_resource(reader, names.machine_type());
        let parameters = Template::read_arguments(reader);
        if let Some(resource) = &resource {
            check_parameters(reader, resource, parameters.as_ref());
        }
        let result_selector = Template::read_result_selector(reader);
        let result_path = ResultPath::read(reader);
        let timeout = Seconds::read(reader, "TimeoutSeconds", "TimeoutSecondsPath");
        let heartbeat = Seconds::read(reader, "HeartbeatSeconds", "HeartbeatSecondsPath");
        if let (Some(Seconds::Fixed(timeout)), Some(Seconds::Fixed(heartbeat))) = (&timeout, &heartbeat)
            && heartbeat >= timeout
        {
            reader.error_at("HeartbeatSeconds", "Value must be smaller than TimeoutSeconds");
        }
        let credentials = read_credentials(reader);
        if resource.as_ref().is_some_and(Resource::is_activity) && reader.has("Credentials") {
            reader.error_at("Credentials", "The field 'Credentials' is not supported for activities");
        }
        let retry = read_retry(reader);
        let catch = read_catch(reader, names);
        let next = Transition::read(reader, names)?;
        let resource = resource?;
        Some(Self {
            resource,
            parameters,
            result_selector,
            result_path,
            credentials,
            timeout,
            heartbeat,
            retry,
            catch,
            next,
        })
    }
}

fn read_resource(reader: &Reader<'_>, machine_type: MachineType) -> Option<Resource> {
    let arn = reader.string("Resource")?;
    let resource = Resource::parse(arn);
    if !arn.starts_with("arn:") {
        reader.error_at("Resource", "Value is not a valid resource ARN");
    } else if resource.is_none() {
        let reasons =
            "The value is not a valid resource ARN, or the resource is not available in this region.";
        reader.error_at("Resource", &format!("The resource provided {arn} is not recognized. {reasons}"));
    }
    let refusal =
        resource.as_ref().filter(|_| machine_type == MachineType::Express).and_then(express_refusal);
    if let Some(refusal) = refusal {
        reader.error_at("Resource", &format!("Express state machine does not support {refusal}"));
    }
    resource
}

/// What an Express state machine, which waits for nobody, does not support of a resource. One text ends in a space; it
/// is Step Functions' own.
fn express_refusal(resource: &Resource) -> Option<&'static str> {
    match &resource.integration {
        Integration::Activity => Some("Activity ARN"),
        Integration::LambdaFunction | Integration::Service { pattern: Pattern::RequestResponse, .. } => None,
        Integration::Service { pattern: Pattern::Sync, .. } => Some("'.sync' service integration"),
        Integration::Service { pattern: Pattern::WaitForTaskToken, .. } => {
            Some("'.waitForTaskToken' service integration ")
        }
    }
}

/// Notes what the call of a service lacks.
fn check_parameters(reader: &Reader<'_>, resource: &Resource, parameters: Option<&Template>) {
    let Integration::Service { .. } = resource.integration else { return };
    let field = match reader.language() {
        QueryLanguage::JsonPath => "Parameters",
        QueryLanguage::Jsonata => "Arguments",
    };
    if !reader.has(field) {
        reader.error(&format!("{field} field is required for resource ARN: {}", resource.arn));
    }
    let Some(parameters) = parameters.filter(|parameters| parameters.as_expression().is_none()) else {
        return;
    };
    for required in resource.required_parameters().iter().filter(|name| !parameters.has_field(name)) {
        reader.error_at(field, &format!("The field '{required}' is required but was missing"));
    }
}

fn read_credentials(reader: &Reader<'_>) -> Option<Template> {
    let credentials = Template::read(reader, "Credentials")?;
    let is_query = credentials.as_expression().is_some();
    if !is_query && !credentials.has_field("RoleArn") {
        reader.error_at("Credentials", "The field 'RoleArn' is required but was missing");
    }
    Some(credentials)
}
