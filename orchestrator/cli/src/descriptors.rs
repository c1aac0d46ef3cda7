//! How many files and connections this process may have open.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Takes as many as the system lets it have: thousands of clients and dozens of functions need more than what is usual.
/// Where that is refused, the usual number stays.
pub(crate) fn take_all() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).ok();
}

/// How many of them clients may have at once: files, functions and providers need the others.
pub(crate) fn for_clients() -> usize {
    let limit = getrlimit(Resource::Nofile).current;
    limit.and_then(|limit| usize::try_from(limit / 2).ok()).unwrap_or(usize::MAX).max(1)
}
