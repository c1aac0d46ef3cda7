//! The corpus's rules of comparison: patterns in what is expected, exactness in all else.

use std::collections::BTreeMap;

use serde_json::Value;

/// What earlier steps left, for `${STEP.path}`.
pub(crate) type Results = BTreeMap<String, Value>;

/// The first difference, and where it is; `None` if there is none.
pub(crate) fn difference(expected: &Value, actual: &Value, results: &Results) -> Option<String> {
    Matching { results }.compare(expected, actual, "")
}

/// The same elements in any order; those with the fewest wildcards choose first.
pub(crate) fn bag_difference(expected: &[Value], actual: &[Value], results: &Results) -> Option<String> {
    let mut expected: Vec<_> = expected.iter().collect();
    expected.sort_by_key(|value| value.to_string().matches("<*>").count());
    let expected: Vec<_> = expected.into_iter().cloned().collect();
    Matching { results }.compare_set(&expected, actual, "")
}

struct Matching<'a> {
    results: &'a Results,
}

impl Matching<'_> {
    fn compare(&self, expected: &Value, actual: &Value, at: &str) -> Option<String> {
        let differs = || Some(format!("at {at}: expected {expected}, found {actual}"));
        match (expected, actual) {
            (Value::Object(pattern), _) if pattern.contains_key("$any") => None,
            (Value::Object(pattern), _) if pattern.contains_key("$json") => {
                match actual.as_str().and_then(|text| serde_json::from_str(text).ok()) {
                    Some(parsed) => self.compare(&pattern["$json"], &parsed, at),
                    None => differs(),
                }
            }
            (Value::Object(pattern), Value::Array(items)) if pattern.contains_key("$set") => {
                self.compare_set(pattern["$set"].as_array()?, items, at)
            }
            (Value::String(pattern), _) => {
                if self.text_matches(pattern, actual) {
                    None
                } else {
                    differs()
                }
            }
            (Value::Number(left), Value::Number(right)) => {
                if left.as_f64() == right.as_f64() {
                    None
                } else {
                    differs()
                }
            }
            (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
                let pairs = left.iter().zip(right).enumerate();
                pairs
                    .filter_map(|(index, (left, right))| self.compare(left, right, &format!("{at}[{index}]")))
                    .next()
            }
            (Value::Object(left), Value::Object(right))
                if left.len() == right.len() && left.keys().all(|key| right.contains_key(key)) =>
            {
                let pairs = left.iter();
                pairs.filter_map(|(key, left)| self.compare(left, &right[key], &format!("{at}/{key}"))).next()
            }
            _ => {
                if expected == actual {
                    None
                } else {
                    differs()
                }
            }
        }
    }

    fn compare_set(&self, expected: &[Value], actual: &[Value], at: &str) -> Option<String> {
        let mut left: Vec<_> = actual.iter().collect();
        for each in expected {
            match left.iter().position(|candidate| self.compare(each, candidate, at).is_none()) {
                Some(found) => drop(left.remove(found)),
                None => return Some(format!("at {at}: no element matches {each}")),
            }
        }
        (!left.is_empty()).then(|| format!("at {at}: {} elements too many", left.len()))
    }

    fn text_matches(&self, pattern: &str, actual: &Value) -> bool {
        match actual {
            Value::Number(_) => pattern == "<*>",
            Value::String(text) => glob(&self.resolve(pattern), text),
            _ => false,
        }
    }

    /// Puts in what earlier steps left.
    fn resolve(&self, pattern: &str) -> String {
        let mut resolved = String::new();
        let mut rest = pattern;
        while let Some(start) = rest.find("${") {
            let Some(length) = rest[start..].find('}') else {
                break;
            };
            let reference = &rest[start + 2..start + length];
            resolved.push_str(&rest[..start]);
            match self.look_up(reference) {
                Some(Value::String(text)) => resolved.push_str(&text),
                Some(other) => resolved.push_str(&other.to_string()),
                None => resolved.push_str(&rest[start..=start + length]),
            }
            rest = &rest[start + length + 1..];
        }
        resolved + rest
    }

    fn look_up(&self, reference: &str) -> Option<Value> {
        let (step, path) = reference.split_once('.')?;
        let pointer = format!("/{}", path.replace(['.', '['], "/").replace(']', ""));
        self.results.get(step)?.pointer(&pointer).cloned()
    }
}

/// `<*>` stands for any run of characters.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once("<*>") else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(first) else {
        return false;
    };
    if rest.is_empty() {
        return true;
    }
    (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| glob(rest, &text[at..]))
}

#[test]
fn patterns_match_as_the_corpus_says() {
    use serde_json::json;
    let results = Results::from([("run1".to_owned(), json!({"arns": [{"arn": "a:b"}]}))]);
    let check = |expected: Value, actual: Value, same: bool| {
        assert_eq!(difference(&expected, &actual, &results).is_none(), same, "{expected} {actual}");
    };
    check(json!("<*>"), json!("anything"), true);
    check(json!("<*>"), json!(1), true);
    check(json!("<*>"), json!(null), false);
    check(json!("a<*>b<*>"), json!("a--b"), true);
    check(json!("a<*>b"), json!("a--c"), false);
    check(json!({"$json": {"a": "<*>"}}), json!("{\"a\": \"x\"}"), true);
    check(json!({"$json": {"a": 1}}), json!("{\"a\":2}"), false);
    check(json!({"$set": [1, 2]}), json!([2, 1]), true);
    check(json!({"$set": [1]}), json!([2, 1]), false);
    check(json!({"a": {"$any": true}}), json!({"a": []}), true);
    check(json!({"a": {"$any": true}}), json!({}), false);
    check(json!("x ${run1.arns[0].arn}"), json!("x a:b"), true);
    check(json!(1), json!(1.0), true);
    check(json!(true), json!(1), false);
}
