//! What the evaluator's parser says of an expression that follows the [`grammar`](super::grammar), and yet is none.

use jsonata_core::ast::AstNode;
use jsonata_core::parser::ParserError;

use super::code;

/// The message, without the error's code, and without tokens as that parser names them.
///
/// jsonata-js takes some names that this parser does not, such as one with a quote in it.
pub(super) fn message(error: &ParserError) -> String {
    let message = without_code(&error.to_string());
    let names_token = matches!(error, ParserError::Expected { .. } | ParserError::UnexpectedToken(_));
    if names_token || message.starts_with("Syntax error") { "Syntax error".to_owned() } else { message }
}

/// What stands for an expression such as `1()`, which jsonata-js parses and Step Functions accepts: it throws when it is
/// evaluated. The whole expression does then, whatever the rest of it is.
pub(super) fn invoked_literal(error: &ParserError) -> Option<AstNode> {
    let message = error.to_string();
    let args = match code::find(&message) {
        (Some("T1006"), _) => Vec::new(),
        (Some("T1008"), _) => vec![AstNode::Placeholder],
        _ => return None,
    };
    Some(AstNode::Call { procedure: Box::new(AstNode::Null), args })
}

fn without_code(message: &str) -> String {
    let (code, from_code) = code::find(message);
    from_code[code.map_or(0, |code| code.len() + 2)..].to_owned()
}

#[cfg(test)]
mod tests {
    use jsonata_core::parser::parse;

    use super::message;

    #[test]
    fn no_token_is_named_as_the_parser_does() {
        for source in ["a\"b\"", "1 2", "a[1,2)", "(1"] {
            assert_eq!(message(&parse(source).unwrap_err()), "Syntax error", "{source}");
        }
    }
}
