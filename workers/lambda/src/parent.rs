//! The end of whoever started this process.

use std::os::unix::process::parent_id;
use std::thread;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(100);

/// Ends this process soon after its parent has ended: nobody would hear its answer, and a start of the parent waits for
/// it. A step may be cut off anywhere, as by a power failure.
pub(crate) fn end_with_it() {
    let parent = parent_id();
    thread::spawn(move || {
        while parent_id() == parent {
            thread::sleep(PAUSE);
        }
        std::process::exit(1);
    });
}
