//! Task tokens: what a worker sends back to say how a task went, `$$.Task.Token`.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::occurrence::TaskId;

/// Names one attempt at a task. Its text is opaque to workers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskToken {
    /// The execution whose task it is; of a child execution of a distributed Map, the one that the Map is in.
    pub execution_arn: String,
    /// Which attempt.
    pub task: TaskId,
    /// Chance that nobody can guess, so that only who was given the token has it.
    pub secret: u64,
}

/// The text is not a task token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a task token")]
pub struct NotAToken;

impl fmt::Display for TaskToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::with_capacity(12 + self.execution_arn.len());
        bytes.extend_from_slice(&self.secret.to_be_bytes());
        bytes.extend_from_slice(&self.task.0.to_be_bytes());
        bytes.extend_from_slice(self.execution_arn.as_bytes());
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for TaskToken {
    type Err = NotAToken;

    fn from_str(text: &str) -> Result<Self, NotAToken> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAToken)?;
        let (secret, rest) = bytes.split_first_chunk().ok_or(NotAToken)?;
        let (task, arn) = rest.split_first_chunk().ok_or(NotAToken)?;
        let execution_arn = std::str::from_utf8(arn).map_err(|_| NotAToken)?.to_owned();
        Ok(Self {
            execution_arn,
            task: TaskId(u32::from_be_bytes(*task)),
            secret: u64::from_be_bytes(*secret),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_again_and_other_texts_are_none() {
        let token = TaskToken { execution_arn: "arn:e".to_owned(), task: TaskId(7), secret: u64::MAX - 3 };
        assert_eq!(token.to_string().parse(), Ok(token));
        for wrong in ["", "AAAA", "not a token!", "é"] {
            assert_eq!(wrong.parse::<TaskToken>(), Err(NotAToken), "{wrong}");
        }
    }
}
