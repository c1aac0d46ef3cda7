//! How a task says which function it means.

use super::failure;
use crate::answer::InvokeError;

/// The longest reference to a function, as Invoke has it.
const MOST_CHARS: usize = 170;

/// A function, as a task names it: `name`, `name:qualifier`, `account:function:name`, or a whole ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FunctionName {
    pub(super) name: String,
    /// A version or an alias.
    pub(super) qualifier: Option<String>,
}

/// In whose account, and where, functions are.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) account: String,
    pub(super) region: String,
}

impl FunctionName {
    /// Reads what a task says; a function of another account or region does not exist here.
    pub(super) fn read(text: &str, place: &Place) -> Result<Self, InvokeError> {
        let parts: Vec<&str> = text.split(':').collect();
        let (is_here, rest) = match parts[..] {
            ["arn", _, "lambda", region, account, "function", ref rest @ ..] => {
                (region == place.region && account == place.account, rest)
            }
            [account, "function", ref rest @ ..] => (account == place.account, rest),
            ref rest => (true, rest),
        };
        let (name, qualifier) = match *rest {
            [name] => (name, None),
            [name, qualifier] => (name, Some(qualifier)),
            _ => return Err(failure::invalid_name(text)),
        };
        let is_name = |text: &str| {
            let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            !text.is_empty() && text.bytes().all(is_fit)
        };
        let is_qualifier = |text: &str| text == "$LATEST" || is_name(text);
        if text.len() > MOST_CHARS || !is_name(name) || !qualifier.is_none_or(is_qualifier) {
            return Err(failure::invalid_name(text));
        }
        let read = Self { name: name.to_owned(), qualifier: qualifier.map(str::to_owned) };
        if is_here { Ok(read) } else { Err(failure::not_found(text)) }
    }

    /// Its ARN, with the qualifier if it has one.
    pub(super) fn arn(&self, place: &Place) -> String {
        let Place { account, region } = place;
        let arn = format!("arn:aws:lambda:{region}:{account}:function:{}", self.name);
        match &self.qualifier {
            Some(qualifier) => format!("{arn}:{qualifier}"),
            None => arn,
        }
    }

    /// What the function is told its version is.
    pub(super) fn version(&self) -> &str {
        let is_number = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
        self.qualifier.as_deref().filter(is_number).unwrap_or("$LATEST")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place { account: "111111111111".to_owned(), region: "us-east-1".to_owned() }
    }

    #[test]
    fn every_form_of_a_name_is_read() {
        let arn = "arn:aws:lambda:us-east-1:111111111111:function:charge";
        for (text, qualifier) in [
            ("charge", None),
            ("charge:live", Some("live")),
            ("111111111111:function:charge", None),
            (arn, None),
            ("arn:aws:lambda:us-east-1:111111111111:function:charge:7", Some("7")),
            ("charge:$LATEST", Some("$LATEST")),
        ] {
            let read = FunctionName::read(text, &place()).unwrap();
            assert_eq!((read.name.as_str(), read.qualifier.as_deref()), ("charge", qualifier), "{text}");
        }
        let read = FunctionName::read("charge:7", &place()).unwrap();
        assert_eq!((read.arn(&place()), read.version()), (format!("{arn}:7"), "7"));
        assert_eq!(FunctionName::read("charge:live", &place()).unwrap().version(), "$LATEST");
    }

    #[test]
    fn what_is_elsewhere_does_not_exist_and_what_is_no_name_is_refused() {
        for elsewhere in
            ["arn:aws:lambda:eu-west-1:111111111111:function:charge", "222222222222:function:charge"]
        {
            let error = FunctionName::read(elsewhere, &place()).unwrap_err();
            assert_eq!(
                (error.code.as_str(), error.status),
                ("ResourceNotFoundException", 404),
                "{elsewhere}"
            );
        }
        let long = "x".repeat(171);
        for wrong in ["", "a b", "a:b:c", "charge:", "a/b", &long] {
            let error = FunctionName::read(wrong, &place()).unwrap_err();
            assert_eq!((error.code.as_str(), error.status), ("ValidationException", 400), "{wrong}");
        }
    }
}
