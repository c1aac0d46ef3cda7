//! From the text of a call to the call.

use serde_json::Value;

use super::call::{Argument, Call};
use super::function::Function;
use crate::path::Cursor;

/// How deep calls may nest, as the Step Functions developer guide says.
const MAX_DEPTH: usize = 10;

pub(super) fn parse(text: &str) -> Option<Call> {
    let mut cursor = Cursor::new(text);
    let call = call(&mut cursor, 1)?;
    cursor.skip_spaces();
    cursor.peek().is_none().then_some(call)
}

fn call(cursor: &mut Cursor<'_>, depth: usize) -> Option<Call> {
    if depth > MAX_DEPTH {
        return None;
    }
    let name = cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '.');
    let function = Function::find(name)?;
    cursor.skip_spaces();
    cursor.expect("(").ok()?;
    let mut arguments = Vec::new();
    cursor.skip_spaces();
    if !cursor.eat(")") {
        loop {
            cursor.skip_spaces();
            let is_template = function.has_template() && arguments.is_empty();
            arguments.push(argument(cursor, depth, is_template)?);
            cursor.skip_spaces();
            if cursor.eat(")") {
                break;
            }
            cursor.expect(",").ok()?;
        }
    }
    function.takes(arguments.len()).then_some(Call { function, arguments })
}

fn argument(cursor: &mut Cursor<'_>, depth: usize, is_template: bool) -> Option<Argument> {
    match cursor.peek()? {
        '\'' => literal(cursor, is_template).map(|text| Argument::Literal(Value::String(text))),
        '$' => cursor.path().ok().map(Argument::Path),
        'S' => call(cursor, depth + 1).map(Argument::Call),
        _ => {
            let word = cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'));
            let value: Value = serde_json::from_str(word).ok()?;
            Some(Argument::Literal(value))
        }
    }
}

/// A text in single quotes. A backslash makes a quote, a brace or a backslash plain, and may stand before nothing
/// else. In a template, escapes of braces and backslashes stay, for the template to be read.
fn literal(cursor: &mut Cursor<'_>, is_template: bool) -> Option<String> {
    cursor.expect("'").ok()?;
    let mut text = String::new();
    loop {
        text.push_str(cursor.take_while(|c| !matches!(c, '\'' | '\\')));
        if cursor.eat("'") {
            return Some(text);
        }
        cursor.expect("\\").ok()?;
        let escaped = cursor.peek().filter(|c| matches!(c, '\'' | '{' | '}' | '\\'))?;
        if is_template && escaped != '\'' {
            text.push('\\');
        }
        text.push(escaped);
        cursor.expect(escaped.encode_utf8(&mut [0; 4])).ok()?;
    }
}
