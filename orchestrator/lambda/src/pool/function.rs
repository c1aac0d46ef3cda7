//! Which functions there are, and how their processes are started.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;

/// A function.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// The program and its arguments. A program with a slash is relative to [`Function::directory`].
    pub command: Vec<String>,
    /// What `_HANDLER` says. Default: the function's name.
    #[serde(default)]
    pub handler: Option<String>,
    /// Where the program runs: `LAMBDA_TASK_ROOT`. In a file, it is relative to the file's directory, which is the default.
    #[serde(default)]
    pub directory: PathBuf,
    /// How long an invocation may take, in seconds. Default: 3, as Lambda has it; at most 900.
    #[serde(default = "default_timeout")]
    pub timeout: u64,
    /// How much memory the function is told that it has, in MiB. It is not enforced. Default: 128.
    #[serde(default = "default_memory")]
    pub memory_size: u32,
    /// Environment variables.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// The environment variables that it has from this process, if they are set: nothing else is passed on but `PATH`
    /// and `HOME`.
    #[serde(default)]
    pub inherit: Vec<String>,
    /// The most invocations at once; more are throttled. Default: as many as the pool has processes.
    #[serde(default)]
    pub reserved_concurrent_executions: Option<u32>,
}

fn default_timeout() -> u64 {
    3
}

fn default_memory() -> u32 {
    128
}

/// Functions by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Functions {
    by_name: BTreeMap<String, Function>,
}

/// Functions cannot be run as they are described.
#[derive(Debug, Error)]
pub enum FunctionsError {
    /// The file cannot be read.
    #[error("the functions in {} cannot be read: {source}", file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no description of functions.
    #[error("{} does not describe functions: {source}", file.display())]
    Malformed {
        /// Which.
        file: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// A function cannot be as it is described.
    #[error("the function '{function}' cannot be run: {problem}")]
    Invalid {
        /// Which.
        function: String,
        /// What must be different.
        problem: &'static str,
    },
}

impl Function {
    /// A function that is this program without arguments, with Lambda's defaults.
    pub fn new(program: &str) -> Self {
        Self {
            command: vec![program.to_owned()],
            handler: None,
            directory: PathBuf::new(),
            timeout: default_timeout(),
            memory_size: default_memory(),
            environment: BTreeMap::new(),
            inherit: Vec::new(),
            reserved_concurrent_executions: None,
        }
    }

    pub(super) fn time_limit(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }

    /// The program, as a process is started with it.
    pub(super) fn program(&self) -> PathBuf {
        let program = Path::new(self.command.first().map_or("", String::as_str));
        if program.components().count() > 1 { self.directory.join(program) } else { program.to_owned() }
    }

    fn problem(&self) -> Option<&'static str> {
        if self.command.first().is_none_or(String::is_empty) {
            Some("its command is empty: give the program and its arguments")
        } else if !(1..=900).contains(&self.timeout) {
            Some("its timeout must be 1 to 900 seconds")
        } else if !(128..=10_240).contains(&self.memory_size) {
            Some("its memory_size must be 128 to 10240 MiB")
        } else {
            None
        }
    }
}

/// Environment variables may have secrets in them.
impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function")
            .field("command", &self.command)
            .field("environment", &self.environment.keys())
            .finish_non_exhaustive()
    }
}

impl Functions {
    /// Reads a file: a JSON object with a [`Function`] under each name.
    ///
    /// # Errors
    /// [`FunctionsError`].
    pub fn read(file: &Path) -> Result<Self, FunctionsError> {
        let text = std::fs::read_to_string(file)
            .map_err(|source| FunctionsError::Unreadable { file: file.to_owned(), source })?;
        let functions: BTreeMap<String, Function> = serde_json::from_str(&text)
            .map_err(|source| FunctionsError::Malformed { file: file.to_owned(), source })?;
        let base = std::path::absolute(file.parent().unwrap_or(Path::new("")))
            .map_err(|source| FunctionsError::Unreadable { file: file.to_owned(), source })?;
        let mut read = Self::default();
        for (name, function) in functions {
            let directory = base.join(&function.directory);
            read.add(&name, Function { directory, ..function })?;
        }
        Ok(read)
    }

    /// Adds a function, or puts it in the place of the one of that name.
    ///
    /// # Errors
    /// [`FunctionsError::Invalid`].
    pub fn add(&mut self, name: &str, function: Function) -> Result<(), FunctionsError> {
        let is_name = !name.is_empty()
            && name.len() <= 64
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let problem = if is_name {
            function.problem()
        } else {
            Some("a name has 1 to 64 letters, digits, hyphens and underscores")
        };
        if let Some(problem) = problem {
            return Err(FunctionsError::Invalid { function: name.to_owned(), problem });
        }
        self.by_name.insert(name.to_owned(), function);
        Ok(())
    }

    /// The function of that name.
    pub fn get(&self, name: &str) -> Option<&Function> {
        self.by_name.get(name)
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Functions, FunctionsError> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("functions.json");
        std::fs::write(&file, text).unwrap();
        Functions::read(&file)
    }

    #[test]
    fn a_file_of_functions_is_read_with_lambdas_defaults() {
        let functions =
            read(r#"{"f": {"command": ["./f"]}, "g": {"command": ["g"], "timeout": 30}}"#).unwrap();
        assert_eq!(functions.names().collect::<Vec<_>>(), ["f", "g"]);
        let f = functions.get("f").unwrap();
        assert_eq!((f.timeout, f.memory_size), (3, 128));
        assert!(f.program().is_absolute() && f.program().ends_with("f"));
        assert_eq!(functions.get("g").unwrap().program(), Path::new("g"), "is looked for in the PATH");
    }

    #[test]
    fn what_cannot_be_run_is_told_with_what_must_be_different() {
        for (text, problem) in [
            (r#"{"f": {"command": []}}"#, "command is empty"),
            (r#"{"f": {"command": ["f"], "timeout": 901}}"#, "1 to 900"),
            (r#"{"f": {"command": ["f"], "memory_size": 64}}"#, "128 to 10240"),
            (r#"{"f g": {"command": ["f"]}}"#, "letters"),
            (r#"{"f": {"command": ["f"], "time": 1}}"#, "unknown field `time`"),
            ("[", "does not describe functions"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(problem), "{text}: {error}");
        }
        assert!(Functions::read(Path::new("no such file")).unwrap_err().to_string().contains("no such file"));
    }

    #[test]
    fn the_values_of_variables_are_not_shown() {
        let mut function = Function::new("f");
        function.environment.insert("KEY".to_owned(), "hush".to_owned());
        let shown = format!("{function:?}");
        assert!(shown.contains("KEY") && !shown.contains("hush"));
    }
}
