//! The mail domains that mean something to the sandbox. Their meaning is in the table of the sandbox's header.

use serde::{Deserialize, Serialize};

use crate::sandbox::Scenario;

/// What a mail domain makes happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TestDomain {
    Bounce,
    Down,
    Busy,
    Lost,
    LostReplies,
    Slow,
    Error,
}

const DOMAINS: &[(&str, TestDomain)] = &[
    ("bounce.example", TestDomain::Bounce),
    ("down.example", TestDomain::Down),
    ("busy.example", TestDomain::Busy),
    ("lost.example", TestDomain::Lost),
    ("lost-replies.example", TestDomain::LostReplies),
    ("slow.example", TestDomain::Slow),
    ("error.example", TestDomain::Error),
];

impl TestDomain {
    /// The meaning of this address's domain.
    pub(crate) fn of(address: &str) -> Option<Self> {
        let (_, domain) = address.rsplit_once('@')?;
        DOMAINS.iter().find(|(name, _)| name.eq_ignore_ascii_case(domain)).map(|(_, meaning)| *meaning)
    }

    /// The course of sending to this domain.
    pub(crate) fn scenario(self) -> Scenario {
        match self {
            Self::Bounce => Scenario::Declined("no_such_mailbox"),
            Self::Down => Scenario::Down,
            Self::Busy => Scenario::DownForAWhile,
            Self::Lost => Scenario::LostReply,
            Self::LostReplies => Scenario::LostReplies,
            Self::Slow => Scenario::Slow,
            Self::Error => Scenario::ErrorAfterEffect,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::named_in_table;

    #[test]
    fn the_table_in_the_sandboxs_header_names_each_and_no_other() {
        let mut names: Vec<&str> = DOMAINS.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        assert_eq!(named_in_table(include_str!("sandbox.rs")), names);
    }
}
