//! Pages of lists: how long they are, and the tokens that lead to the next.
//!
//! A token is opaque and good for the request that it came from, with whatever `maxResults`: it carries a fingerprint
//! of what was listed, and a token of another list is refused.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest, Sha256};

use crate::api_error::{ApiError, ErrorCode};

/// How long a page is if nothing else was asked for.
const DEFAULT: u32 = 100;
/// The bytes of the fingerprint in a token.
const PRINT: usize = 12;

/// Which page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// How many there may be on it.
    pub(crate) length: u32,
    /// Where it begins: after this place. What a place is, is the list's own concern.
    pub(crate) after: Option<u64>,
    print: [u8; PRINT],
}

impl Page {
    /// The page that was asked for. `of` says which list it is: the action, and each filter.
    ///
    /// # Errors
    /// `InvalidToken`.
    pub(crate) fn asked(
        max_results: Option<u32>,
        token: Option<&str>,
        of: &[&str],
    ) -> Result<Self, ApiError> {
        let length = match max_results {
            None | Some(0) => DEFAULT,
            Some(length) => length,
        };
        let print = fingerprint(of);
        let after = token.map(|token| read(token, &print)).transpose()?;
        Ok(Self { length, after, print })
    }

    /// Cuts a list, which has one more than the page is long if there are more, and the token for the next page.
    pub(crate) fn cut<T>(&self, list: &mut Vec<T>, place: impl Fn(&T) -> u64) -> Option<String> {
        let length = self.length as usize;
        if list.len() <= length {
            return None;
        }
        list.truncate(length);
        list.last().map(|last| self.token(place(last)))
    }

    /// The token of the page after this place.
    pub(crate) fn token(&self, place: u64) -> String {
        let mut bytes = self.print.to_vec();
        bytes.extend(place.to_be_bytes());
        BASE64.encode(bytes)
    }
}

fn fingerprint(of: &[&str]) -> [u8; PRINT] {
    let mut hash = Sha256::new();
    for part in of {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut print = [0; PRINT];
    print.copy_from_slice(&digest[..PRINT]);
    print
}

fn read(token: &str, print: &[u8; PRINT]) -> Result<u64, ApiError> {
    let bytes = BASE64.decode(token).map_err(|_| invalid())?;
    let place = bytes.strip_prefix(print).ok_or_else(invalid)?;
    Ok(u64::from_be_bytes(place.try_into().map_err(|_| invalid())?))
}

fn invalid() -> ApiError {
    ApiError::new(ErrorCode::InvalidToken, "Invalid Token: 'Invalid token'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_on_in_the_list_that_it_came_from() {
        let first = Page::asked(Some(2), None, &["List", "a"]).unwrap();
        let mut list = vec![7, 6, 5];
        let token = first.cut(&mut list, |number| *number).unwrap();
        assert_eq!(list, [7, 6]);
        let second = Page::asked(None, Some(&token), &["List", "a"]).unwrap();
        assert_eq!((second.after, second.length), (Some(6), 100));
        assert!(Page::asked(None, Some(&token), &["List", "b"]).is_err());
    }

    #[test]
    fn a_token_that_is_none_is_refused() {
        for token in ["InvalidToken", "", "AAAA", "ü"] {
            let error = Page::asked(None, Some(token), &["List"]).unwrap_err();
            assert_eq!(error.message, "Invalid Token: 'Invalid token'");
        }
    }

    #[test]
    fn the_last_page_has_no_token() {
        let page = Page::asked(Some(3), None, &[]).unwrap();
        assert_eq!(page.cut(&mut vec![1, 2, 3], |number| *number), None);
        assert_eq!(Page::asked(Some(0), None, &[]).unwrap().length, 100);
    }
}
