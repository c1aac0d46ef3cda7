//! The routing configuration of an alias, as requests give it.

use crate::api_error::ApiError;
use crate::arn::{MachineArn, Owner, Qualifier};
use crate::registry::Route;
use crate::request::{ARN, Fields, Length};

/// A routing configuration of which the ARNs are not looked at yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Routing(Vec<(String, u32)>);

/// The field `routingConfiguration`, if it is there.
pub(super) fn read_routing(fields: &Fields<'_>) -> Result<Option<Routing>, ApiError> {
    let length = Length { min: 1, max: 2 };
    let list = fields.list("routingConfiguration", length, "RoutingConfigurationListItem")?;
    let Some(list) = list else { return Ok(None) };
    let routes = list.iter().map(|item| {
        let arn = item.required_text("stateMachineVersionArn", ARN)?;
        Ok((arn, item.required_integer("weight", 0, 100)?))
    });
    Ok(Some(Routing(routes.collect::<Result<_, ApiError>>()?)))
}

impl Routing {
    /// The state machine whose versions these are, and the routes to them.
    ///
    /// # Errors
    /// `InvalidArn`, and `ValidationException` if these are no routes to distinct versions of one state machine that
    /// have all executions between them.
    pub(super) fn resolve(&self, owner: &Owner) -> Result<(String, Vec<Route>), ApiError> {
        let arns: Vec<_> = self.0.iter().map(|(arn, _)| arn.as_str()).collect();
        let arns = arns.join(", ");
        let (mut names, mut routes) = (Vec::new(), Vec::new());
        for (arn, weight) in &self.0 {
            // Another account's has no version here.
            let Some(MachineArn { name, qualifier }) = owner.read_machine(arn)? else {
                return Err(ApiError::no_reference());
            };
            let Some(Qualifier::Version(version)) = qualifier else {
                return Err(ApiError::validation(format!(
                    "Routing configuration must contain state machine version ARNs. Received: [{arns}]"
                )));
            };
            names.push(name);
            routes.push(Route { version, weight: *weight });
        }
        if let ([first, second], [a, b]) = (names.as_slice(), routes.as_slice()) {
            if first == second && a.version == b.version {
                return Err(ApiError::validation(format!(
                    "Routing configuration must contain distinct state machine version ARNs. Received: [{arns}]"
                )));
            }
            if first != second {
                return Err(ApiError::validation(format!(
                    "Routing configuration must contain versions of the same state machine. Received: [{arns}]"
                )));
            }
        }
        if routes.iter().map(|route| route.weight).sum::<u32>() != 100 {
            let weights: Vec<_> = routes.iter().map(|route| route.weight.to_string()).collect();
            return Err(ApiError::validation(format!(
                "Sum of routing configuration weights must equal 100. Received: [{}]",
                weights.join(", ")
            )));
        }
        let name = names.into_iter().next().ok_or_else(ApiError::no_reference)?;
        Ok((name, routes))
    }
}
