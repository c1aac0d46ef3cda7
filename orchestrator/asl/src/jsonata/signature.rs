//! What the functions of the language take, and which argument does not fit.
//!
//! The rules and the signatures are those of jsonata-js: a letter for each argument, `s` a text, `n` a number, `b` a
//! boolean, `o` an object, `a` a list or what becomes one, `f` a function, `x` anything; then `?` if it may be left out,
//! `-` if the context takes its place, `+` if there may be more.

use jsonata_core::value::JValue;

use super::catalogue::message;

/// The arguments as the function gets them.
///
/// # Errors
/// What is wrong with the first argument that does not fit, with its code.
pub(super) fn check(name: &str, given: &[JValue], context: &JValue) -> Result<Vec<JValue>, String> {
    match signature(name) {
        Some(signature) => validate(name, signature, given, context),
        None => Ok(given.to_vec()),
    }
}

/// The signature of a function of the language.
pub(super) fn signature(name: &str) -> Option<&'static str> {
    find(name).map(|(_, signature, _)| *signature)
}

/// How many arguments a function is given that calls it back; `None` if it is none of the language's.
pub(super) fn arity(name: &str) -> Option<usize> {
    find(name).map(|(_, _, arity)| *arity)
}

fn find(name: &str) -> Option<&'static (&'static str, &'static str, usize)> {
    SIGNATURES.iter().find(|(known, _, _)| *known == name)
}

/// An argument as a signature describes it.
#[derive(Debug, Clone, Copy)]
struct Param<'a> {
    /// The letters of the kinds that fit.
    kinds: &'a str,
    /// The letter of what a list must have in it.
    of: Option<&'a str>,
    is_list: bool,
    is_optional: bool,
    takes_context: bool,
    is_many: bool,
}

impl Param<'_> {
    fn is_needed(&self) -> bool {
        !self.is_optional && !self.takes_context
    }

    /// What is missing fits everywhere but where a function must be.
    fn takes(&self, letter: char) -> bool {
        self.kinds.contains(letter) || letter == 'm' && self.kinds != "f"
    }
}

/// As for [`check`], with that signature. A function without a name is `undefined` in messages.
pub(super) fn validate(
    name: &str,
    signature: &str,
    given: &[JValue],
    context: &JValue,
) -> Result<Vec<JValue>, String> {
    let params = params(signature);
    let letters: String = given.iter().map(letter).collect();
    let token = if name.is_empty() { "undefined".to_owned() } else { format!("\"{name}\"") };
    let failure = |code: &str, index: usize, of: &str| {
        let values = [("index", (index + 1).to_string()), ("token", token.clone()), ("type", of.to_owned())];
        message(code, &values).unwrap_or_default()
    };
    let Some(lengths) = fit(&params, &letters, true) else {
        let fitting = (1..=params.len()).map_while(|count| fit(&params[..count], &letters, false));
        let index = fitting.last().map_or(0, |lengths| lengths.iter().sum());
        return Err(failure("T0410", index, ""));
    };
    let mut taken = Vec::new();
    let mut at = 0;
    for (param, length) in params.iter().zip(lengths) {
        if length == 0 && param.takes_context {
            if !param.takes(letter(context)) {
                return Err(failure("T0411", at, ""));
            }
            taken.push(context.clone());
        }
        for argument in &given[at..at + length] {
            if !holds(param, argument, &letters[at..at + length]) {
                return Err(failure("T0412", at, &element_type(param.of)));
            }
            let is_single = param.is_list && !matches!(letter(argument), 'a' | 'm');
            taken.push(if is_single { JValue::array(vec![argument.clone()]) } else { argument.clone() });
        }
        at += length;
    }
    Ok(taken)
}

/// Whether the list holds what the signature says.
fn holds(param: &Param<'_>, argument: &JValue, letters: &str) -> bool {
    let Some(of) = param.of.filter(|_| param.is_list) else { return true };
    match argument {
        JValue::Undefined => true,
        JValue::Array(items) => items.iter().all(|item| of.starts_with(letter(item))),
        _ => letters == of,
    }
}

fn element_type(of: Option<&str>) -> String {
    let name = match of {
        Some("a") => "arrays",
        Some("b") => "booleans",
        Some("f") => "functions",
        Some("n") => "numbers",
        Some("o") => "objects",
        Some("s") => "strings",
        _ => return "undefined".to_owned(),
    };
    format!("\"{name}\"")
}

/// How many of the letters go to each argument: as many as may, from the first on. The rest may stay if not `whole`.
///
/// Whether the arguments from one on fit the letters from one on is found out once for each pair.
fn fit(params: &[Param<'_>], letters: &str, whole: bool) -> Option<Vec<usize>> {
    let letters: Vec<char> = letters.chars().collect();
    let end = letters.len();
    let mut fits = vec![(0..=end).map(|at| !whole || at == end).collect::<Vec<bool>>()];
    for param in params.iter().rev() {
        let later = &fits[fits.len() - 1];
        // Whether it fits if the argument takes the letter here, and maybe more.
        let mut takes = vec![false; end + 1];
        for at in (0..end).rev() {
            takes[at] = param.takes(letters[at]) && (later[at + 1] || param.is_many && takes[at + 1]);
        }
        let here = (0..=end).map(|at| takes[at] || !param.is_needed() && later[at]).collect();
        fits.push(here);
    }
    fits.reverse();
    let mut at = 0;
    let mut lengths = Vec::new();
    for (param, later) in params.iter().zip(&fits[1..]) {
        let fitting = letters[at..].iter().take_while(|letter| param.takes(**letter)).count();
        let most = if param.is_many { fitting } else { fitting.min(1) };
        let length = (usize::from(param.is_needed())..=most).rev().find(|length| later[at + length])?;
        lengths.push(length);
        at += length;
    }
    fits[0][0].then_some(lengths)
}

fn params(signature: &str) -> Vec<Param<'_>> {
    let inner = signature.trim_start_matches('<');
    let mut params: Vec<Param<'_>> = Vec::new();
    let mut at = 0;
    while let Some(letter) = inner[at..].chars().next() {
        let rest = &inner[at + 1..];
        let until = |close: char| rest.find(close).unwrap_or(rest.len());
        match (letter, params.last_mut()) {
            (':' | '>', _) => break,
            ('?', Some(param)) => param.is_optional = true,
            ('-', Some(param)) => param.takes_context = true,
            ('+', Some(param)) => param.is_many = true,
            ('<', Some(param)) => {
                param.of = Some(&rest[..until('>')]);
                at += until('>') + 1;
            }
            ('(', _) => {
                params.push(param(&rest[..until(')')], false));
                at += until(')') + 1;
            }
            ('a', _) => params.push(param("asnblfom", true)),
            ('x', _) => params.push(param("asnblfom", false)),
            ('j', _) => params.push(param("asnblom", false)),
            _ => params.push(param(&inner[at..=at], false)),
        }
        at += 1;
    }
    params
}

fn param(kinds: &str, is_list: bool) -> Param<'_> {
    Param { kinds, of: None, is_list, is_optional: false, takes_context: false, is_many: false }
}

fn letter(value: &JValue) -> char {
    match value {
        JValue::Null => 'l',
        JValue::Bool(_) => 'b',
        JValue::Number(_) => 'n',
        JValue::String(_) => 's',
        JValue::Array(_) => 'a',
        JValue::Object(_) => 'o',
        JValue::Undefined => 'm',
        JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => 'f',
    }
}

/// Each function's name, what it takes, and how many arguments its implementation in jsonata-js names. Those that Step
/// Functions adds are measured there, by floci's and sfnx's authors.
const SIGNATURES: &[(&str, &str, usize)] = &[
    ("abs", "<n-:n>", 1),
    ("append", "<xx:a>", 2),
    ("assert", "<bs?:x>", 2),
    ("average", "<a<n>:n>", 1),
    ("base64decode", "<s-:s>", 1),
    ("base64encode", "<s-:s>", 1),
    ("boolean", "<x-:b>", 1),
    ("ceil", "<n-:n>", 1),
    ("contains", "<s-(sf):b>", 2),
    ("count", "<a:n>", 1),
    ("decodeUrl", "<s-:s>", 1),
    ("decodeUrlComponent", "<s-:s>", 1),
    ("distinct", "<x:x>", 1),
    ("each", "<o-f:a>", 2),
    ("encodeUrl", "<s-:s>", 1),
    ("encodeUrlComponent", "<s-:s>", 1),
    ("error", "<s?:x>", 1),
    ("exists", "<x:b>", 1),
    ("filter", "<af>", 2),
    ("floor", "<n-:n>", 1),
    ("formatBase", "<n-n?:s>", 2),
    ("formatInteger", "<n-s:s>", 2),
    ("formatNumber", "<n-so?:s>", 3),
    ("fromMillis", "<n-s?s?:s>", 3),
    ("hash", "<ss?:s>", 2),
    ("join", "<a<s>s?:s>", 2),
    ("keys", "<x-:a<s>>", 1),
    ("length", "<s-:n>", 1),
    ("lookup", "<x-s:x>", 2),
    ("lowercase", "<s-:s>", 1),
    ("map", "<af>", 2),
    ("match", "<s-f<s:o>n?:a<o>>", 3),
    ("max", "<a<n>:n>", 1),
    ("merge", "<a<o>:o>", 1),
    ("millis", "<:n>", 0),
    ("min", "<a<n>:n>", 1),
    ("not", "<x-:b>", 1),
    ("now", "<s?s?:s>", 2),
    ("number", "<(nsb)-:n>", 1),
    ("pad", "<s-ns?:s>", 3),
    ("parse", "<s?:x>", 1),
    ("parseInteger", "<s-s:n>", 2),
    ("partition", "<x?n?:a>", 2),
    ("power", "<n-n:n>", 2),
    ("random", "<n?:n>", 1),
    ("range", "<nnn?:a>", 3),
    ("reduce", "<afj?:j>", 3),
    ("replace", "<s-(sf)(sf)n?:s>", 4),
    ("reverse", "<a:a>", 1),
    ("round", "<n-n?:n>", 2),
    ("shuffle", "<a:a>", 1),
    ("sift", "<o-f?:o>", 2),
    ("single", "<af?>", 2),
    ("sort", "<af?:a>", 2),
    ("split", "<s-(sf)n?:a<s>>", 3),
    ("spread", "<x-:a<o>>", 1),
    ("sqrt", "<n-:n>", 1),
    ("string", "<x-b?:s>", 1),
    ("substring", "<s-nn?:s>", 3),
    ("substringAfter", "<s-s:s>", 2),
    ("substringBefore", "<s-s:s>", 2),
    ("sum", "<a<n>:n>", 1),
    ("toMillis", "<s-s?:n>", 2),
    ("trim", "<s-:s>", 1),
    ("type", "<x:s>", 1),
    ("uppercase", "<s-:s>", 1),
    ("uuid", "<:s>", 0),
    ("zip", "<a+>", 0),
];

#[cfg(test)]
mod tests {
    use super::{fit, params};

    #[test]
    fn letters_go_to_the_first_argument_that_takes_them() {
        let check = |signature: &str, letters: &str, expected: Option<&[usize]>| {
            let found = fit(&params(signature), letters, true);
            assert_eq!(found.as_deref(), expected, "{signature} {letters}");
        };
        check("<s-nn?:s>", "sn", Some(&[1, 1, 0]));
        check("<s-nn?:s>", "nn", Some(&[0, 1, 1]));
        check("<s-nn?:s>", "ss", None);
        check("<s-(sf):b>", "s", Some(&[0, 1]));
        check("<n+n:n>", "nnn", Some(&[2, 1]));
        check("<a<n>:n>", "m", Some(&[1]));
        check("<af>", "am", None);
        check("<:n>", "", Some(&[]));
        assert_eq!(fit(&params("<s-n>"), "sx", false), None);
        assert_eq!(fit(&params("<s->"), "x", false), Some(vec![0]));
    }

    #[test]
    fn many_letters_are_divided_at_once() {
        let signature = format!("<{}s:n>", "n+".repeat(30));
        assert_eq!(fit(&params(&signature), &"n".repeat(1_000), true), None);
    }
}
