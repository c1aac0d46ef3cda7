//! How the engine is started as a server of the Step Functions API.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::LogFormat;

/// Serve the Step Functions API.
#[derive(Debug, Args)]
pub(crate) struct Engine {
    /// Directory of state machines and executions
    #[arg(long = "data", value_name = "DIR", default_value = "amends-engine", env = "AMENDS_ENGINE_DATA")]
    pub(crate) dir: PathBuf,
    /// Where to listen; anything but loopback needs --token or --access-key
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8083", env = "AMENDS_ENGINE_LISTEN")]
    pub(crate) listen: SocketAddr,
    /// The account in ARNs
    #[arg(long, value_name = "DIGITS", default_value = "111111111111", value_parser = account)]
    pub(crate) account: String,
    /// The region in ARNs
    #[arg(long, value_name = "REGION", default_value = "us-east-1", value_parser = region)]
    pub(crate) region: String,
    /// Who asks must have this token, as a bearer or as the access key id of an AWS client
    #[arg(long, value_name = "TOKEN", env = "AMENDS_ENGINE_TOKEN", hide_env_values = true, value_parser = token)]
    pub(crate) token: Option<String>,
    /// Requests must be signed with the access key of this id and the secret in AMENDS_ENGINE_SECRET_KEY
    #[arg(long, value_name = "ID", conflicts_with = "token", requires = "secret_key", value_parser = access_key)]
    pub(crate) access_key: Option<String>,
    /// The secret of --access-key; better given in the environment
    #[arg(
        long,
        value_name = "SECRET",
        env = "AMENDS_ENGINE_SECRET_KEY",
        hide_env_values = true,
        requires = "access_key",
        value_parser = secret
    )]
    pub(crate) secret_key: Option<String>,
    /// Functions that run as processes on this machine: a JSON file with a command for each name
    #[arg(long, value_name = "FILE", env = "AMENDS_FUNCTIONS")]
    pub(crate) functions: Option<PathBuf>,
    /// How many processes those may have; more invocations at once are throttled
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(crate) function_processes: u32,
    /// Where Lambda functions are invoked that --functions does not name
    #[arg(long, value_name = "URL", env = "AMENDS_LAMBDA_ENDPOINT")]
    pub(crate) lambda_endpoint: Option<String>,
    /// Where SQS is, for tasks that send messages; requests for SQS that arrive here are handed on
    #[arg(long, value_name = "URL", env = "AMENDS_SQS_ENDPOINT")]
    pub(crate) sqs_endpoint: Option<String>,
    /// How many executions may be open; more starts are refused
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_open_executions: u32,
    /// How many tasks are done at once; more wait
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_tasks: u32,
    /// For how long finished executions are kept, and their names taken
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub(crate) retention_days: u32,
    /// How the log is written
    #[arg(long, value_enum, default_value_t = LogFormat::Pretty, env = "AMENDS_LOG_FORMAT")]
    pub(crate) log: LogFormat,
}

fn account(text: &str) -> Result<String, String> {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_account { Ok(text.to_owned()) } else { Err("an account has twelve digits".to_owned()) }
}

fn region(text: &str) -> Result<String, String> {
    let is_region = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if is_region { Ok(text.to_owned()) } else { Err("a region is like us-east-1".to_owned()) }
}

fn access_key(text: &str) -> Result<String, String> {
    let is_id = (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_id {
        Ok(text.to_owned())
    } else {
        Err("the id of an access key is of letters and digits".to_owned())
    }
}

fn secret(text: &str) -> Result<String, String> {
    let is_secret = text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_secret {
        Ok(text.to_owned())
    } else {
        Err("a secret has at least 16 printable characters".to_owned())
    }
}

fn token(text: &str) -> Result<String, String> {
    let is_token =
        text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"/,".contains(&byte));
    if is_token {
        return Ok(text.to_owned());
    }
    Err("a token has at least 16 printable characters, without slash, comma or space".to_owned())
}
