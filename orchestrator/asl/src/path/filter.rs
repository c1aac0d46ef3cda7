//! `[?(…)]`: which elements of a list a path goes on with.
//!
//! Comparisons of values of different kinds are false, never an error.

use std::cmp::Ordering;

use serde_json::Value;

use super::parse::{Cursor, PathProblem};
use super::{Root, Step, evaluate};

/// A condition on one element.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Exists(Operand),
    Compare(Operand, Relation, Operand),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Literal(Value),
    Path(Root, Vec<Step>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// How deep filters may nest, in parentheses and in one another.
const MAX_DEPTH: usize = 16;

impl Filter {
    pub(super) fn accepts(&self, item: &Value, root: &Value) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.accepts(item, root)),
            Self::Any(parts) => parts.iter().any(|part| part.accepts(item, root)),
            Self::Not(part) => !part.accepts(item, root),
            Self::Exists(Operand::Literal(_)) => true,
            Self::Exists(Operand::Path(from, steps)) => evaluate::exists(steps, start(from, item, root)),
            Self::Compare(left, relation, right) => {
                let (left, right) = (left.resolve(item, root), right.resolve(item, root));
                relation.holds(left, right)
            }
        }
    }
}

impl Filter {
    /// Whether it compares with something outside the element.
    pub(super) fn reads_root(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::reads_root),
            Self::Not(part) => part.reads_root(),
            Self::Exists(operand) => operand.reads_root(),
            Self::Compare(left, _, right) => left.reads_root() || right.reads_root(),
        }
    }
}

impl Operand {
    fn reads_root(&self) -> bool {
        match self {
            Self::Literal(_) => false,
            Self::Path(root, steps) => {
                let within = |step: &Step| matches!(step, Step::Filter(filter) if filter.reads_root());
                *root != Root::Item || steps.iter().any(within)
            }
        }
    }

    fn resolve<'a>(&'a self, item: &'a Value, root: &'a Value) -> Option<&'a Value> {
        match self {
            Self::Literal(value) => Some(value),
            Self::Path(from, steps) => evaluate::definite(steps, start(from, item, root)),
        }
    }
}

fn start<'a>(from: &Root, item: &'a Value, root: &'a Value) -> &'a Value {
    match from {
        Root::Item => item,
        Root::Input | Root::Context | Root::Variable(_) => root,
    }
}

impl Relation {
    fn holds(self, left: Option<&Value>, right: Option<&Value>) -> bool {
        let (Some(left), Some(right)) = (left, right) else {
            return false;
        };
        let order = compare(left, right);
        match self {
            Self::Equal => order == Some(Ordering::Equal) || left == right,
            Self::NotEqual => order != Some(Ordering::Equal) && left != right,
            Self::Less => order == Some(Ordering::Less),
            Self::LessOrEqual => order.is_some_and(Ordering::is_le),
            Self::Greater => order == Some(Ordering::Greater),
            Self::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
        }
    }
}

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => crate::rule::compare_numbers(left, right),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

/// Reads a condition up to the parenthesis that ends it.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Filter, PathProblem> {
    cursor.depth += 1;
    if cursor.depth > MAX_DEPTH {
        return Err(PathProblem);
    }
    let filter = any(cursor)?;
    cursor.depth -= 1;
    Ok(filter)
}

fn any(cursor: &mut Cursor<'_>) -> Result<Filter, PathProblem> {
    let mut parts = vec![all(cursor)?];
    while cursor.eat("||") {
        parts.push(all(cursor)?);
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::Any(parts) })
}

fn all(cursor: &mut Cursor<'_>) -> Result<Filter, PathProblem> {
    let mut parts = vec![term(cursor)?];
    while cursor.eat("&&") {
        parts.push(term(cursor)?);
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::All(parts) })
}

fn term(cursor: &mut Cursor<'_>) -> Result<Filter, PathProblem> {
    cursor.skip_spaces();
    let negated = cursor.eat("!");
    cursor.skip_spaces();
    let filter = if cursor.eat("(") {
        let inner = parse(cursor)?;
        cursor.expect(")")?;
        inner
    } else {
        comparison(cursor)?
    };
    cursor.skip_spaces();
    Ok(if negated { Filter::Not(Box::new(filter)) } else { filter })
}

fn comparison(cursor: &mut Cursor<'_>) -> Result<Filter, PathProblem> {
    let left = operand(cursor)?;
    cursor.skip_spaces();
    let relations = [
        ("==", Relation::Equal),
        ("!=", Relation::NotEqual),
        ("<=", Relation::LessOrEqual),
        (">=", Relation::GreaterOrEqual),
        ("<", Relation::Less),
        (">", Relation::Greater),
    ];
    for (token, relation) in relations {
        if cursor.eat(token) {
            cursor.skip_spaces();
            let right = operand(cursor)?;
            return match (&left, &right) {
                (Operand::Path(_, steps), _) | (_, Operand::Path(_, steps))
                    if !steps.iter().all(Step::is_definite) =>
                {
                    Err(PathProblem)
                }
                _ => Ok(Filter::Compare(left, relation, right)),
            };
        }
    }
    Ok(Filter::Exists(left))
}

fn operand(cursor: &mut Cursor<'_>) -> Result<Operand, PathProblem> {
    match cursor.peek().ok_or(PathProblem)? {
        '@' => {
            cursor.expect("@")?;
            Ok(Operand::Path(Root::Item, cursor.steps()?))
        }
        '$' => match cursor.root()? {
            Root::Context | Root::Variable(_) => Err(PathProblem),
            root => Ok(Operand::Path(root, cursor.steps()?)),
        },
        '\'' | '"' => Ok(Operand::Literal(Value::String(cursor.quoted()?))),
        _ => {
            let word = cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'));
            serde_json::from_str(word).map(Operand::Literal).map_err(|_| PathProblem)
        }
    }
}
