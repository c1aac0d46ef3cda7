//! Who may ask: tokens with roles.
//!
//! On loopback no tokens are needed. Tokens are kept as fingerprints, so the file that has them lets nobody in, and a
//! look-up by fingerprint tells nothing by how long it takes.

use std::collections::HashMap;

use amends_types::Sha256Hex;
use thiserror::Error;

/// What a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Placing and cancelling orders, and seeing what became of them.
    Orders,
    /// Everything.
    Operator,
}

impl Role {
    /// The role's name in the file of tokens.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Operator => "operator",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Orders, Self::Operator].into_iter().find(|role| role.name() == name)
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) name: String,
    pub(crate) role: Role,
}

/// Why a file of tokens cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AuthError {
    /// A line is not of the form.
    #[error("line {0} of the file of tokens must be: NAME orders|operator SHA256 (see `amends token`)")]
    Line(usize),
    /// There is no token.
    #[error("the file of tokens has none: make one with `amends token NAME orders|operator`")]
    Empty,
}

/// The tokens that are known.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    by_fingerprint: HashMap<String, Caller>,
}

impl Tokens {
    /// Reads a file of tokens: one `NAME ROLE SHA256` a line; empty lines and lines that begin with `#` are skipped.
    ///
    /// # Errors
    /// [`AuthError`] with the first line that is wrong.
    pub fn read(text: &str) -> Result<Self, AuthError> {
        let mut by_fingerprint = HashMap::new();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.trim_start().starts_with('#') {
                continue;
            }
            let words: Vec<&str> = line.split_whitespace().collect();
            let [name, role, fingerprint] = words[..] else { return Err(AuthError::Line(index + 1)) };
            let role = Role::from_name(role).ok_or(AuthError::Line(index + 1))?;
            let is_hex = fingerprint.len() == 64 && fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !is_hex || name.len() > 64 {
                return Err(AuthError::Line(index + 1));
            }
            let caller = Caller { name: name.to_owned(), role };
            by_fingerprint.insert(fingerprint.to_ascii_lowercase(), caller);
        }
        if by_fingerprint.is_empty() {
            return Err(AuthError::Empty);
        }
        Ok(Self { by_fingerprint })
    }

    fn find(&self, token: &str) -> Option<&Caller> {
        self.by_fingerprint.get(Sha256Hex::of(token.as_bytes()).as_str())
    }
}

/// The line for a token that was just made.
pub fn token_line(name: &str, role: Role, token: &str) -> String {
    format!("{name} {} {}", role.name(), Sha256Hex::of(token.as_bytes()))
}

/// How callers are known.
#[derive(Debug, Clone)]
pub enum Auth {
    /// Whoever reaches the server is an operator. Only for an address that nothing but this machine reaches.
    Loopback,
    /// By their tokens.
    Tokens(Tokens),
}

impl Auth {
    /// Who asks with this `Authorization` header; none if that cannot be said.
    pub(crate) fn caller(&self, authorization: Option<&str>, actor: Option<&str>) -> Option<Caller> {
        match self {
            Self::Loopback => {
                let name = actor.filter(|name| is_name(name)).unwrap_or("loopback");
                Some(Caller { name: name.to_owned(), role: Role::Operator })
            }
            Self::Tokens(tokens) => {
                let (scheme, token) = authorization?.split_once(' ')?;
                if !scheme.eq_ignore_ascii_case("bearer") {
                    return None;
                }
                tokens.find(token.trim()).cloned()
            }
        }
    }
}

/// What a caller may call itself where nobody checks it.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.chars().all(|letter| letter.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_fingerprint_and_has_a_role() {
        let file = format!(
            "# shop\n{}\n\n{}\n",
            token_line("shop", Role::Orders, "s3cret"),
            token_line("ada", Role::Operator, "x")
        );
        let auth = Auth::Tokens(Tokens::read(&file).unwrap());
        let caller = |header: &str| {
            auth.caller(Some(header), Some("somebody else")).map(|caller| (caller.name, caller.role))
        };
        assert_eq!(caller("Bearer s3cret"), Some(("shop".to_owned(), Role::Orders)));
        assert_eq!(caller("bearer x"), Some(("ada".to_owned(), Role::Operator)));
        for wrong in ["Bearer S3cret", "Bearer ", "Basic s3cret", "s3cret", ""] {
            assert_eq!(caller(wrong), None, "{wrong}");
        }
        assert_eq!(auth.caller(None, Some("ada")), None);
        assert!(!format!("{auth:?}").contains("s3cret"));
    }

    #[test]
    fn a_file_that_is_wrong_is_refused_with_the_line() {
        assert_eq!(Tokens::read("").unwrap_err(), AuthError::Empty);
        for line in ["shop", "shop admin 00", "shop orders 00", &format!("shop orders {}", "g".repeat(64))] {
            assert_eq!(Tokens::read(&format!("#\n{line}")).unwrap_err(), AuthError::Line(2), "{line}");
        }
    }
}
