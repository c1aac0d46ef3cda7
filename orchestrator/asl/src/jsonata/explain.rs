//! An expression that has failed, made to say why when it is evaluated again.
//!
//! The evaluator's texts lack the names and values that those of jsonata-js have. So the parts of a call or an operator
//! are put into variables, which [`checks`](super::checks) look at before it takes place. This costs time and depth,
//! and is done only for what has failed.

use std::collections::BTreeMap;

use jsonata_core::ast::{AstNode, BinaryOp, Stage, UnaryOp};

use super::checks::{CALL, OPERATOR};
use super::signature::{arity, signature};

/// Puts the checks in.
pub(super) fn explain(tree: &mut AstNode) {
    let mut explain = Explain::default();
    explain.find_bound(tree);
    explain.walk(tree);
}

#[derive(Default)]
struct Explain {
    /// The names that the expression gives a meaning, with the signature if it is that of a function which has one.
    bound: BTreeMap<String, Option<String>>,
    /// How many variables there are.
    count: usize,
}

impl Explain {
    fn find_bound(&mut self, node: &mut AstNode) {
        match node {
            AstNode::Binary { op: BinaryOp::ColonEqual, lhs, rhs } => {
                if let AstNode::Variable(name) = &**lhs {
                    let before = self.bound.insert(name.clone(), signature_of(rhs));
                    if before.is_some() {
                        self.bound.insert(name.clone(), None);
                    }
                }
            }
            AstNode::Lambda { params, .. } => {
                let names = params.iter().map(|name| name.trim_start_matches('$').to_owned());
                self.bound.extend(names.map(|name| (name, None)));
            }
            _ => {}
        }
        children(node).into_iter().for_each(|child| self.find_bound(child));
    }

    /// Recursion is bounded by the depth of the expression, which its parser limits.
    fn walk(&mut self, node: &mut AstNode) {
        apply_directly(node);
        if let AstNode::Lambda { thunk, .. } = node {
            *thunk = false;
        }
        if let AstNode::Variable(name) = node
            && let Some(count) = arity(name).filter(|count| *count > 0 && !self.bound.contains_key(name))
        {
            *node = self.reference(name.clone(), count);
            return;
        }
        let keeps_target = matches!(node, AstNode::Binary { op: BinaryOp::ColonEqual, .. });
        for child in children(node).into_iter().skip(usize::from(keeps_target)) {
            self.walk(child);
        }
        self.check(node);
    }

    fn check(&mut self, node: &mut AstNode) {
        match node {
            AstNode::Function { name, args, is_builtin: true } if !args.contains(&AstNode::Placeholder) => {
                let signature = match self.bound.get(name) {
                    Some(own) => own.clone(),
                    None => signature(name).map(str::to_owned),
                };
                let head = call_head(name, signature);
                let values = self.bind_all(args);
                finish(node, values, CALL, head);
            }
            AstNode::Call { args, procedure } if !args.contains(&AstNode::Placeholder) => {
                let head = call_head("", signature_of(procedure));
                let values = self.bind_all(args);
                finish(node, values, CALL, head);
            }
            AstNode::Binary { op, lhs, rhs } => {
                if let Some(symbol) = symbol(*op) {
                    let values = vec![self.bind(lhs), self.bind(rhs)];
                    finish(node, values, OPERATOR, vec![AstNode::String(symbol.to_owned())]);
                }
            }
            AstNode::Unary { op: UnaryOp::Negate, operand } => {
                let values = vec![self.bind(operand)];
                finish(node, values, OPERATOR, vec![AstNode::String("negate".to_owned())]);
            }
            AstNode::Object(pairs) | AstNode::ObjectTransform { pattern: pairs, .. } => {
                pairs
                    .iter_mut()
                    .for_each(|(key, _)| self.look_at(key, vec![AstNode::String("key".to_owned())]));
            }
            AstNode::Transform { update, delete, .. } => {
                self.look_at(update, vec![AstNode::String("update".to_owned())]);
                if let Some(delete) = delete {
                    self.look_at(delete, vec![AstNode::String("delete".to_owned())]);
                }
            }
            AstNode::Sort { terms, .. } => {
                for (term, _) in terms {
                    self.count += 1;
                    let number = AstNode::String(self.count.to_string());
                    self.look_at(term, vec![AstNode::String("sort".to_owned()), number]);
                }
            }
            _ => {}
        }
    }

    /// The node's value, after a check of it.
    fn look_at(&mut self, node: &mut AstNode, head: Vec<AstNode>) {
        let value = self.bind(node);
        finish(node, vec![value], OPERATOR, head);
    }

    /// Puts a variable in the place of the node, and returns what gives the variable its value.
    fn bind(&mut self, node: &mut AstNode) -> AstNode {
        self.count += 1;
        let variable = AstNode::Variable(format!("?{}", self.count));
        let value = std::mem::replace(node, variable.clone());
        AstNode::Binary { op: BinaryOp::ColonEqual, lhs: Box::new(variable), rhs: Box::new(value) }
    }

    fn bind_all(&mut self, nodes: &mut [AstNode]) -> Vec<AstNode> {
        nodes.iter_mut().map(|node| self.bind(node)).collect()
    }

    /// A function's name where it is not called.
    fn reference(&mut self, name: String, count: usize) -> AstNode {
        let params: Vec<_> = (0..count).map(|index| format!("?{name}{index}")).collect();
        let args = params.iter().cloned().map(AstNode::Variable).collect();
        let mut body = AstNode::Function { name, args, is_builtin: true };
        self.check(&mut body);
        AstNode::Lambda { params, body: Box::new(body), signature: None, thunk: false }
    }
}

/// What a check of a call is given before the arguments.
fn call_head(name: &str, signature: Option<String>) -> Vec<AstNode> {
    let signature = signature.map_or(AstNode::Null, AstNode::String);
    vec![AstNode::String(name.to_owned()), signature, AstNode::Variable(String::new())]
}

/// The signature that a function is defined with.
fn signature_of(node: &AstNode) -> Option<String> {
    match node {
        AstNode::Lambda { signature, .. } => signature.clone(),
        AstNode::Block(items) => signature_of(items.last()?),
        _ => None,
    }
}

/// `1 ~> $f(2)` as what it means: `$f(1, 2)`.
fn apply_directly(node: &mut AstNode) {
    let AstNode::Binary { op: BinaryOp::ChainPipe, lhs, rhs } = node else { return };
    let is_value = !matches!(**lhs, AstNode::Variable(_) | AstNode::Lambda { .. });
    let given = |lhs: &mut AstNode| std::mem::replace(lhs, AstNode::Null);
    match &mut **rhs {
        AstNode::Function { name, args, is_builtin } if !args.contains(&AstNode::Placeholder) => {
            let mut all = vec![given(lhs)];
            all.append(args);
            *node = AstNode::Function { name: name.clone(), args: all, is_builtin: *is_builtin };
        }
        AstNode::Variable(name) if is_value && arity(name).is_some() => {
            *node = AstNode::Function { name: name.clone(), args: vec![given(lhs)], is_builtin: true };
        }
        _ => {}
    }
}

/// Makes the node a block: what binds its parts, the check of them, and then the node itself.
fn finish(node: &mut AstNode, bindings: Vec<AstNode>, check: &str, mut head: Vec<AstNode>) {
    head.extend(bindings.iter().filter_map(|binding| match binding {
        AstNode::Binary { lhs, .. } => Some((**lhs).clone()),
        _ => None,
    }));
    let itself = std::mem::replace(node, AstNode::Null);
    let mut steps = bindings;
    steps.push(AstNode::Function { name: check.to_owned(), args: head, is_builtin: true });
    steps.push(itself);
    *node = AstNode::Block(steps);
}

fn symbol(op: BinaryOp) -> Option<&'static str> {
    Some(match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Modulo => "%",
        BinaryOp::LessThan => "<",
        BinaryOp::LessThanOrEqual => "<=",
        BinaryOp::GreaterThan => ">",
        BinaryOp::GreaterThanOrEqual => ">=",
        BinaryOp::Range => "..",
        _ => return None,
    })
}

/// The parts of a node, in the order of the expression.
fn children(node: &mut AstNode) -> Vec<&mut AstNode> {
    match node {
        AstNode::Path { steps } => {
            let mut parts = Vec::new();
            for step in steps {
                parts.push(&mut step.node);
                parts.extend(step.stages.iter_mut().filter_map(|stage| match stage {
                    Stage::Filter(filter) => Some(&mut **filter),
                    _ => None,
                }));
            }
            parts
        }
        AstNode::Binary { lhs, rhs, .. } => vec![lhs, rhs],
        AstNode::Unary { operand, .. } => vec![operand],
        AstNode::Function { args, .. } => args.iter_mut().collect(),
        AstNode::Call { procedure, args } => std::iter::once(&mut **procedure).chain(args).collect(),
        AstNode::Lambda { body, .. } => vec![body],
        AstNode::Array(items) | AstNode::ArrayGroup(items) | AstNode::Block(items) => {
            items.iter_mut().collect()
        }
        AstNode::Object(pairs) => pairs.iter_mut().flat_map(|(key, value)| [key, value]).collect(),
        AstNode::ObjectTransform { input, pattern } => {
            let pairs = pattern.iter_mut().flat_map(|(key, value)| [key, value]);
            std::iter::once(&mut **input).chain(pairs).collect()
        }
        AstNode::Conditional { condition, then_branch, else_branch } => {
            let branches = [&mut **condition, &mut **then_branch].into_iter();
            branches.chain(else_branch.as_deref_mut()).collect()
        }
        AstNode::FunctionApplication(inner) => vec![inner],
        AstNode::Sort { input, terms } => {
            std::iter::once(&mut **input).chain(terms.iter_mut().map(|(term, _)| term)).collect()
        }
        AstNode::Transform { location, update, delete } => {
            [&mut **location, &mut **update].into_iter().chain(delete.as_deref_mut()).collect()
        }
        _ => Vec::new(),
    }
}
