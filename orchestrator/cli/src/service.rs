//! The running service, as the other commands reach it.

use std::env;
use std::fs;

use amends_client::{Client, Error, Options};

use crate::args::Service;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::up::Address;

/// A client of the service that was named, or of the one that works in the data directory.
pub(crate) fn client(service: &Service) -> Result<Client, Failure> {
    let url = match &service.url {
        Some(url) => url.clone(),
        None => address_of(service)?,
    };
    // On loopback without tokens this is who decided, for the log.
    let actor = env::var("USER").or_else(|_| env::var("LOGNAME")).ok();
    let options = Options { token: env::var("AMENDS_TOKEN").ok(), actor, ..Options::default() };
    Client::with_options(&url, options).map_err(failure)
}

fn address_of(service: &Service) -> Result<String, Failure> {
    let dir = DataDir::existing(&service.data.dir)?;
    let shown = service.data.dir.display();
    let none = || {
        Failure::Unusable(format!(
            "no `amends up` works in {shown}: start it, or say with --url where the service listens"
        ))
    };
    let text = fs::read_to_string(dir.address()).map_err(|_| none())?;
    let address: Address = serde_json::from_str(&text).map_err(|_| none())?;
    Ok(address.url)
}

/// What an error of the service means for the exit code.
pub(crate) fn failure(error: Error) -> Failure {
    let text = error.to_string();
    match error {
        Error::Address
        | Error::Token
        | Error::Conflict(_)
        | Error::Invalid(_)
        | Error::TooLate(_)
        | Error::NotFound(_)
        | Error::NotAllowed(_)
        | Error::Refused(_) => Failure::Unusable(text),
        Error::Unavailable(_) | Error::StillRunning(_) | Error::Unexpected(_) => Failure::Failed(text),
    }
}
