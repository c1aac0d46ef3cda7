//! The hashes that `States.Hash` and `$hash` know.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// The digest of a text in lower-case hexadecimal digits; `None` if there is no such algorithm.
pub(crate) fn hex(text: &str, algorithm: &str) -> Option<String> {
    match algorithm {
        "MD5" => Some(of::<Md5>(text)),
        "SHA-1" => Some(of::<Sha1>(text)),
        "SHA-256" => Some(of::<Sha256>(text)),
        "SHA-384" => Some(of::<Sha384>(text)),
        "SHA-512" => Some(of::<Sha512>(text)),
        _ => None,
    }
}

fn of<D: Digest>(text: &str) -> String {
    D::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
