//! What the evaluator's parser says of an expression that follows the [`grammar`](super::grammar), and yet is none.

use jsonata_core::ast::AstNode;
use jsonata_core::parser::ParserError;

use super::code;

/// The message, without the error's code.
pub(super) fn message(error: &ParserError) -> String {
    match error {
        // It would name tokens as that parser does.
        ParserError::Expected { .. } | ParserError::UnexpectedToken(_) => "Syntax error".to_owned(),
        other => without_code(&other.to_string()),
    }
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
