//! The `Resource` of a Task state: which service does the work, and how its answer is awaited.

use std::sync::Arc;

/// What a Task state calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The ARN as written.
    pub arn: Arc<str>,
    /// What it names.
    pub integration: Integration,
}

/// The kinds of resource that a Task state can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Integration {
    /// A Lambda function by its own ARN: input and output are the function's event and result as they are.
    LambdaFunction,
    /// An activity, polled by its workers.
    Activity,
    /// An optimised or AWS SDK service integration.
    Service {
        /// As history events name it: `lambda`, `sqs`, `aws-sdk:dynamodb`.
        service: Arc<str>,
        /// As history events name it: `invoke`, `sendMessage.waitForTaskToken`.
        action: Arc<str>,
        /// When the state goes on.
        pattern: Pattern,
    },
}

/// When a service integration goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// When the service has answered.
    RequestResponse,
    /// `.sync`, `.sync:2`: when the job that it started has ended.
    Sync,
    /// `.waitForTaskToken`: when somebody sends the task token back.
    WaitForTaskToken,
}

impl Resource {
    /// Reads an ARN; `None` if Step Functions would not recognise it.
    pub fn parse(arn: &str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        let (prefix, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
        let (region, account, name) = (parts.next()?, parts.next()?, parts.next()?);
        if prefix != "arn" || !PARTITIONS.contains(&partition) {
            return None;
        }
        let integration = match service {
            "lambda" if name.starts_with("function:") => Integration::LambdaFunction,
            "states" if name.starts_with("activity:") => Integration::Activity,
            "states" if region.is_empty() && account.is_empty() => service_integration(name)?,
            _ => return None,
        };
        Some(Self { arn: arn.into(), integration })
    }

    /// Whether it is an activity.
    pub(crate) fn is_activity(&self) -> bool {
        self.integration == Integration::Activity
    }

    /// The parameters that the call of a service must have.
    pub(crate) fn required_parameters(&self) -> &'static [&'static str] {
        let Integration::Service { service, action, .. } = &self.integration else { return &[] };
        let operation = action.split('.').next().unwrap_or_default();
        let call = (&**service, operation);
        REQUIRED.iter().find(|(known, _)| *known == call).map_or(&[], |(_, parameters)| parameters)
    }

    /// Whether it is the optimised `lambda:invoke` that waits for the function's answer.
    pub fn is_lambda_invoke(&self) -> bool {
        match &self.integration {
            Integration::Service { service, action, .. } => &**service == "lambda" && &**action == "invoke",
            Integration::LambdaFunction | Integration::Activity => false,
        }
    }

    /// Whether it is the optimised `lambda:invoke`, whatever is awaited.
    pub fn is_lambda_call(&self) -> bool {
        match &self.integration {
            Integration::Service { service, action, .. } => {
                &**service == "lambda" && action.split('.').next() == Some("invoke")
            }
            Integration::LambdaFunction | Integration::Activity => false,
        }
    }
}

fn service_integration(name: &str) -> Option<Integration> {
    let (service, action) = match name.strip_prefix("aws-sdk:") {
        Some(rest) => {
            let (service, _) = rest.split_once(':')?;
            name.split_at_checked("aws-sdk:".len() + service.len())?
        }
        None => name.split_at_checked(name.find(':')?)?,
    };
    let action = action.strip_prefix(':')?;
    let (operation, pattern) = match action.split_once('.') {
        None => (action, Pattern::RequestResponse),
        Some((operation, "sync" | "sync:2")) => (operation, Pattern::Sync),
        Some((operation, "waitForTaskToken")) => (operation, Pattern::WaitForTaskToken),
        Some(_) => return None,
    };
    if !service.starts_with("aws-sdk:") && !is_optimised(service, operation) {
        return None;
    }
    if !has_pattern(service, action, pattern) {
        return None;
    }
    Some(Integration::Service { service: service.into(), action: action.into(), pattern })
}

/// Whether the service has that pattern, as the table of integrations in the Step Functions developer guide says.
fn has_pattern(service: &str, action: &str, pattern: Pattern) -> bool {
    match pattern {
        Pattern::RequestResponse => true,
        Pattern::Sync if action.ends_with(":2") => service == "states",
        Pattern::Sync => WITH_SYNC.contains(&service),
        Pattern::WaitForTaskToken => service.starts_with("aws-sdk:") || WITH_TASK_TOKEN.contains(&service),
    }
}

const PARTITIONS: &[&str] = &["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc"];

const WITH_SYNC: &[&str] = &[
    "athena",
    "batch",
    "bedrock",
    "codebuild",
    "databrew",
    "ecs",
    "eks",
    "elasticmapreduce",
    "emr-containers",
    "emr-serverless",
    "glue",
    "mediaconvert",
    "sagemaker",
    "states",
];

/// The parameters without which Step Functions refuses a definition.
const REQUIRED: &[((&str, &str), &[&str])] = &[
    (("dynamodb", "getItem"), &["TableName", "Key"]),
    (("dynamodb", "putItem"), &["TableName", "Item"]),
    (("ecs", "runTask"), &["TaskDefinition"]),
    (("events", "putEvents"), &["Entries"]),
    (("glue", "startJobRun"), &["JobName"]),
    (("lambda", "invoke"), &["FunctionName"]),
    (("sns", "publish"), &["Message"]),
    (("sqs", "sendMessage"), &["QueueUrl", "MessageBody"]),
    (("states", "startExecution"), &["StateMachineArn"]),
];

const WITH_TASK_TOKEN: &[&str] =
    &["apigateway", "bedrock", "ecs", "eks", "events", "lambda", "sns", "sqs", "states"];

/// The optimised integrations, as the Step Functions developer guide lists them.
fn is_optimised(service: &str, operation: &str) -> bool {
    let operations =
        OPTIMISED.iter().find(|(name, _)| *name == service).map_or("", |(_, operations)| operations);
    operations.split(' ').any(|name| name == operation)
}

/// The optimised integrations, each with its operations.
const OPTIMISED: &[(&str, &str)] = &[
    ("apigateway", "invoke"),
    ("athena", "startQueryExecution stopQueryExecution getQueryExecution getQueryResults"),
    ("batch", "submitJob"),
    ("bedrock", "invokeModel createModelCustomizationJob"),
    (
        "codebuild",
        "startBuild stopBuild batchDeleteBuilds batchGetReports startBuildBatch stopBuildBatch retryBuildBatch deleteBuildBatch",
    ),
    ("databrew", "startJobRun"),
    ("dynamodb", "getItem putItem updateItem deleteItem"),
    ("ecs", "runTask"),
    (
        "eks",
        "call runJob createCluster deleteCluster createNodegroup deleteNodegroup createFargateProfile deleteFargateProfile",
    ),
    (
        "elasticmapreduce",
        "createCluster terminateCluster addStep cancelStep setClusterTerminationProtection modifyInstanceFleetByName modifyInstanceGroupByName",
    ),
    ("emr-containers", "createVirtualCluster deleteVirtualCluster startJobRun"),
    (
        "emr-serverless",
        "createApplication startApplication stopApplication deleteApplication startJobRun cancelJobRun",
    ),
    ("events", "putEvents"),
    ("glue", "startJobRun"),
    ("http", "invoke"),
    ("lambda", "invoke"),
    ("mediaconvert", "createJob"),
    (
        "sagemaker",
        "createTrainingJob createTransformJob createLabelingJob createProcessingJob createHyperParameterTuningJob createEndpoint createEndpointConfig createModel updateEndpoint",
    ),
    ("sns", "publish"),
    ("sqs", "sendMessage"),
    ("states", "startExecution"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arn: &str, expected: Option<(&str, &str, Pattern)>) {
        let found = Resource::parse(arn).map(|resource| resource.integration);
        let expected = expected.map(|(service, action, pattern)| Integration::Service {
            service: service.into(),
            action: action.into(),
            pattern,
        });
        assert_eq!(found, expected, "{arn}");
    }

    #[test]
    fn service_integrations_are_named_as_history_events_name_them() {
        check("arn:aws:states:::lambda:invoke", Some(("lambda", "invoke", Pattern::RequestResponse)));
        check(
            "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            Some(("sqs", "sendMessage.waitForTaskToken", Pattern::WaitForTaskToken)),
        );
        check(
            "arn:aws:states:::states:startExecution.sync:2",
            Some(("states", "startExecution.sync:2", Pattern::Sync)),
        );
        check(
            "arn:aws:states:::aws-sdk:dynamodb:putItem",
            Some(("aws-sdk:dynamodb", "putItem", Pattern::RequestResponse)),
        );
    }

    #[test]
    fn what_step_functions_does_not_recognise_is_no_resource() {
        for wrong in [
            "",
            "arn:aws:states:::dynamodb:query",
            "arn:aws:states:::dynamodb:putItem.sync",
            "arn:aws:states:::aws-sdk:dynamodb:putItem.sync",
            "arn:aws:states:::lambda:invoke.sync:2",
            "arn:aws:states:::http:invoke.waitForTaskToken",
            "arn:aws:states:::lambda",
            "lambda:invoke",
            "arn:aws:s3:::x",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn functions_and_activities_are_told_apart() {
        let kind = |arn| Resource::parse(arn).map(|resource| resource.integration);
        assert_eq!(
            kind("arn:aws:lambda:us-east-1:111111111111:function:f:live"),
            Some(Integration::LambdaFunction)
        );
        assert_eq!(kind("arn:aws:states:us-east-1:111111111111:activity:a"), Some(Integration::Activity));
    }
}
