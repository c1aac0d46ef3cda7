//! The few things that the journal asks of a file system.

use std::io;

/// A flat directory of files. Real ones, or ones in memory that forget what was not synced.
pub trait Storage: Send + Sync + 'static {
    /// The names of all files, in any order.
    ///
    /// # Errors
    /// When the directory cannot be read.
    fn list(&self) -> io::Result<Vec<String>>;

    /// The whole content of a file.
    ///
    /// # Errors
    /// When there is no such file, or it cannot be read.
    fn read(&self, name: &str) -> io::Result<Vec<u8>>;

    /// Opens a file of this name to be written from its beginning. What is in it until it is overwritten is
    /// undefined: it may be a file removed earlier. The name is durable when this returns.
    ///
    /// # Errors
    /// When the file cannot be made.
    fn create(&self, name: &str) -> io::Result<Box<dyn LogFile>>;

    /// Makes a whole small file, durable when this returns; after a crash it is there wholly or not at all.
    ///
    /// # Errors
    /// When the file cannot be made.
    fn write_whole(&self, name: &str, content: &[u8]) -> io::Result<()>;

    /// Forces to the disk what an earlier process may have left in the operating system's cache.
    ///
    /// # Errors
    /// When that fails; the content is then unknown.
    fn sync(&self, name: &str) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// When it cannot be removed.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Gives up the exclusive right to the directory. Nothing is written after this.
    fn release(&self) {}
}

/// A file that is written once, from front to back.
pub trait LogFile: Send {
    /// Writes `bytes` at `offset`, not durably. After an error the range may hold anything, and may be written again.
    ///
    /// # Errors
    /// [`io::ErrorKind::StorageFull`] when the disk is full, and others.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Makes everything durable that was written.
    ///
    /// # Errors
    /// What has become of it is then unknown, and must not be tried again: a second sync may succeed without
    /// having written what the first one lost.
    fn sync(&mut self) -> io::Result<()>;
}
