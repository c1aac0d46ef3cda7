//! A case as the corpus has it, and what came of it here.

use std::fmt;
use std::path::Path;

use serde_json::Value;

/// One case.
pub(crate) struct Case {
    /// `CATEGORY/FILE`, without the extension.
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) needs: Vec<String>,
    pub(crate) content: Value,
}

/// What came of a case.
pub(crate) enum Verdict {
    /// Everything was as recorded.
    Exact,
    /// The case does something that this test cannot do.
    NotRunnable(String),
    /// Something was not as recorded.
    Different(String),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact => f.write_str("exact"),
            Self::NotRunnable(why) => write!(f, "not runnable: {why}"),
            Self::Different(what) => write!(f, "different: {what}"),
        }
    }
}

/// All cases under the folder, in the order of their names.
pub(crate) fn read_all(folder: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for category in list(folder) {
        for file in list(&category) {
            let text = std::fs::read_to_string(&file).unwrap();
            let content: Value = serde_json::from_str(&text).unwrap();
            let stem = file.file_stem().unwrap().to_string_lossy();
            let name = format!("{}/{stem}", category.file_name().unwrap().to_string_lossy());
            let kind = content["kind"].as_str().unwrap().to_owned();
            let needs = content["needs"].as_array().into_iter().flatten();
            let needs = needs.map(|need| need.as_str().unwrap().to_owned()).collect();
            cases.push(Case { name, kind, needs, content });
        }
    }
    cases.sort_by(|left, right| left.name.cmp(&right.name));
    cases
}

fn list(folder: &Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}
