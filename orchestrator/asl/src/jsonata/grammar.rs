//! The grammar of JSONata, for what jsonata-js says of an expression that does not follow it.
//!
//! The evaluator has a parser of its own, with texts of its own. This one makes no tree: it follows the parser of
//! jsonata-js as far as its errors depend on, and Step Functions gives those texts, without their codes, when a machine
//! is created. (Measured by floci's author, issue 2745.) What is found later in jsonata-js, such as a literal in a path,
//! is left to the evaluator's parser, which says the same.

mod signature;
mod token;

use token::{Kind, Token, Tokens};

/// Why the expression cannot be parsed; `None` if it can be, or nests so deep that it is left to others.
pub(super) fn fault(source: &str) -> Option<String> {
    let mut parser =
        Parser { tokens: Tokens::new(source), token: Token::end(), depth: 0, is_cut_short: false };
    match parser.whole() {
        Err(Fault::Said(message)) => Some(message),
        Ok(()) if parser.is_cut_short => Some("Unexpected end of expression".to_owned()),
        Ok(()) | Err(Fault::TooDeep) => None,
    }
}

/// How deep an expression may nest to be looked at.
const MAX_DEPTH: usize = 200;

enum Fault {
    Said(String),
    TooDeep,
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self::Said(message)
    }
}

/// What an expression is, as far as the grammar depends on it.
#[derive(PartialEq, Eq)]
enum Shape {
    /// `function` or `λ`.
    Function,
    /// A variable.
    Variable,
    /// Anything else.
    Other,
}

struct Parser<'a> {
    tokens: Tokens<'a>,
    /// The token that comes next.
    token: Token,
    depth: usize,
    /// Whether the end stood where a value should.
    is_cut_short: bool,
}

type Parsed<T> = Result<T, Fault>;

impl Parser<'_> {
    fn whole(&mut self) -> Parsed<()> {
        self.advance(false)?;
        self.expression(0)?;
        if self.token.kind == Kind::End {
            return Ok(());
        }
        Err(format!("Syntax error: {}", self.token.json).into())
    }

    /// Takes the token. The next one may be a pattern, unless an operator must follow.
    fn advance(&mut self, infix: bool) -> Parsed<Token> {
        let next = self.tokens.next(infix)?;
        if next.is("!") || next.is("~") {
            return Err(format!("Unknown operator: {}", next.json).into());
        }
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn expect(&mut self, symbol: &str, infix: bool) -> Parsed<()> {
        if self.token.is(symbol) {
            return self.advance(infix).map(drop);
        }
        let message = if self.token.kind == Kind::End {
            format!("Expected \"{symbol}\" before end of expression")
        } else {
            format!("Expected \"{symbol}\", got {}", self.token.json)
        };
        Err(message.into())
    }

    /// An expression of operators that bind more than that.
    fn expression(&mut self, power: u8) -> Parsed<Shape> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::TooDeep);
        }
        let first = self.advance(true)?;
        let mut left = self.prefix(&first)?;
        while power < self.token.power() {
            let operator = self.advance(false)?;
            left = self.infix(&operator, left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn prefix(&mut self, token: &Token) -> Parsed<Shape> {
        match (token.kind, token.text.as_str()) {
            (Kind::End, _) => self.is_cut_short = true,
            (Kind::Variable, _) => return Ok(Shape::Variable),
            (Kind::Name, "function" | "λ") => return Ok(Shape::Function),
            (Kind::Name | Kind::Literal | Kind::Pattern, _) => {}
            (Kind::Operator, "and" | "or" | "in" | "*" | "**" | "%") => {}
            (Kind::Operator, "-") => {
                self.expression(70)?;
            }
            (Kind::Operator, "(") => self.block()?,
            (Kind::Operator, "[") => self.list()?,
            (Kind::Operator, "{") => self.object()?,
            (Kind::Operator, "|") => self.transform()?,
            (Kind::Operator, _) => {
                return Err(format!("The symbol {} cannot be used as a unary operator", token.json).into());
            }
        }
        Ok(Shape::Other)
    }

    fn infix(&mut self, operator: &Token, left: Shape) -> Parsed<Shape> {
        match operator.text.as_str() {
            "(" => self.call(&left)?,
            "[" if self.token.is("]") => {
                self.advance(false)?;
                return Ok(left);
            }
            "[" => {
                self.expression(0)?;
                self.expect("]", true)?;
            }
            "{" => self.object()?,
            "^" => self.order()?,
            "?" => {
                self.expression(0)?;
                if self.token.is(":") {
                    self.advance(false)?;
                    self.expression(0)?;
                }
            }
            "?:" | "??" => {
                self.expression(0)?;
            }
            ":=" => {
                if left != Shape::Variable {
                    let message = "The left side of := must be a variable name (start with $)";
                    return Err(message.to_owned().into());
                }
                self.expression(operator.power() - 1)?;
            }
            "@" | "#" => {
                if self.expression(operator.power())? != Shape::Variable {
                    let message =
                        format!("The right side of {} must be a variable name (start with $)", operator.json);
                    return Err(message.into());
                }
            }
            _ => {
                self.expression(operator.power())?;
            }
        }
        Ok(Shape::Other)
    }

    fn call(&mut self, called: &Shape) -> Parsed<()> {
        let mut arguments = Vec::new();
        while !(arguments.is_empty() && self.token.is(")")) {
            if self.token.is("?") {
                self.advance(false)?;
                arguments.push(Shape::Other);
            } else {
                arguments.push(self.expression(0)?);
            }
            if !self.token.is(",") {
                break;
            }
            self.advance(false)?;
        }
        self.expect(")", true)?;
        if *called != Shape::Function {
            return Ok(());
        }
        if let Some(index) = arguments.iter().position(|argument| *argument != Shape::Variable) {
            let message = "of function definition must be a variable name (start with $)";
            return Err(format!("Parameter {} {message}", index + 1).into());
        }
        if self.token.is("<") {
            self.signature()?;
        }
        self.expect("{", false)?;
        self.expression(0)?;
        self.expect("}", false)
    }

    fn signature(&mut self) -> Parsed<()> {
        let mut depth = 1;
        let mut signature = "<".to_owned();
        while depth > 0 && !self.token.is("{") && self.token.kind != Kind::End {
            self.advance(false)?;
            match self.token.text.as_str() {
                ">" => depth -= 1,
                "<" => depth += 1,
                _ => {}
            }
            signature.push_str(&self.token.text);
        }
        self.expect(">", false)?;
        signature::fault(&signature).map_or(Ok(()), |message| Err(message.to_owned().into()))
    }

    fn block(&mut self) -> Parsed<()> {
        while !self.token.is(")") {
            self.expression(0)?;
            if !self.token.is(";") {
                break;
            }
            self.advance(false)?;
        }
        self.expect(")", true)
    }

    fn list(&mut self) -> Parsed<()> {
        let mut is_empty = self.token.is("]");
        while !is_empty {
            self.expression(0)?;
            if self.token.is("..") {
                self.advance(false)?;
                self.expression(0)?;
            }
            is_empty = !self.token.is(",");
            if !is_empty {
                self.advance(false)?;
            }
        }
        self.expect("]", true)
    }

    fn object(&mut self) -> Parsed<()> {
        let mut is_empty = self.token.is("}");
        while !is_empty {
            self.expression(0)?;
            self.expect(":", false)?;
            self.expression(0)?;
            is_empty = !self.token.is(",");
            if !is_empty {
                self.advance(false)?;
            }
        }
        self.expect("}", true)
    }

    fn order(&mut self) -> Parsed<()> {
        self.expect("(", false)?;
        loop {
            if self.token.is("<") || self.token.is(">") {
                self.advance(false)?;
            }
            self.expression(0)?;
            if !self.token.is(",") {
                return self.expect(")", false);
            }
            self.advance(false)?;
        }
    }

    fn transform(&mut self) -> Parsed<()> {
        self.expression(0)?;
        self.expect("|", false)?;
        self.expression(0)?;
        if self.token.is(",") {
            self.advance(false)?;
            self.expression(0)?;
        }
        self.expect("|", false)
    }
}
