//! A schedule: which faults happen where. It replays a run exactly.
//!
//! Written as `site=fault,site=fault`, in the order in which the sites are reached; empty for the run in which nothing
//! goes wrong. A site says who does what: `charge.execute.2/capture.1` is the first capture of the second delivery of
//! `charge`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::explore::fault::{Fault, NoSuchFault};

/// One fault, at one site.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Injection {
    /// Where.
    pub site: String,
    /// What.
    pub fault: Fault,
}

/// The faults of one run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Schedule {
    /// In the order in which their sites are reached.
    pub injections: Vec<Injection>,
}

/// A schedule that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScheduleError {
    /// Not `site=fault`.
    #[error("{0:?} is not of the form site=fault")]
    Form(String),
    /// No such fault.
    #[error(transparent)]
    Fault(#[from] NoSuchFault),
}

impl FromStr for Schedule {
    type Err = ScheduleError;
    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let injections = parts.map(|part| {
            let form = || ScheduleError::Form(part.to_owned());
            let (site, fault) = part.split_once('=').ok_or_else(form)?;
            if site.is_empty() {
                return Err(form());
            }
            Ok(Injection { site: site.to_owned(), fault: fault.parse()? })
        });
        Ok(Self { injections: injections.collect::<Result<_, _>>()? })
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, Injection { site, fault }) in self.injections.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(f, "{comma}{site}={fault}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_read_as_it_is_written() {
        for text in
            ["", "charge.execute.1/capture.1=reply_lost", "a/write.1=frozen,journal/sync.2=power_lost"]
        {
            let schedule: Schedule = text.parse().unwrap();
            assert_eq!(schedule.to_string(), text);
        }
        let spaced: Schedule = " a=late , b=twice ,".parse().unwrap();
        assert_eq!(spaced.to_string(), "a=late,b=twice");
    }

    #[test]
    fn what_is_no_schedule_is_refused_with_what_is_wrong() {
        let check = |text: &str, expected: &str| {
            assert_eq!(text.parse::<Schedule>().unwrap_err().to_string(), expected);
        };
        check("capture", "\"capture\" is not of the form site=fault");
        check("=late", "\"=late\" is not of the form site=fault");
        check("a=lost", "there is no fault named \"lost\"");
    }
}
