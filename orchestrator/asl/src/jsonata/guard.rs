//! Where an expression could fill the memory, it is made to ask first: see [`budget`](super::budget).
//!
//! Most calls go where a value is kept while others are made, because what is not kept does not add up: into what a
//! function returns, what a variable is bound to, and what a list or an object is made of.

mod known;

use std::collections::BTreeSet;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};

use known::{ADDED, FORGETFUL, LARGE};

use super::analysis::Analysis;
use super::budget::{APPLIES, BOUND, CONCATENATE, DISTINCT, GROWING, HOLD, KEEP, MADE, SHORT, TEXT, watched};
use super::signature::arity;

/// Guards an expression, and tells which functions that are not the language's it calls since.
pub(super) fn guard(tree: &mut AstNode) -> BTreeSet<Box<str>> {
    Guard::default().walk(tree);
    let called = Analysis::of(tree).into_functions().into_iter();
    called.filter(|name| &**name == CONCATENATE || name.starts_with('!')).collect()
}

#[derive(Default)]
struct Guard {
    /// The names that the expression itself has given a meaning where the walk is.
    bound: Vec<String>,
}

impl Guard {
    /// Recursion is bounded by the depth of the expression, which its parser limits.
    fn walk(&mut self, node: &mut AstNode) {
        match node {
            AstNode::Variable(_) => self.variable(node),
            AstNode::Path { steps } => self.path(steps),
            AstNode::Binary { .. } => self.binary(node),
            AstNode::Unary { operand, .. } => self.walk(operand),
            AstNode::Function { .. } => self.function(node),
            AstNode::Call { procedure, args } => {
                self.walk(procedure);
                self.walk_all(args);
            }
            AstNode::Lambda { .. } => self.lambda(node, true),
            AstNode::Array(items) | AstNode::ArrayGroup(items) => {
                items.iter_mut().for_each(|item| self.part(item))
            }
            AstNode::Block(items) => {
                let outside = self.bound.len();
                self.walk_all(items);
                self.bound.truncate(outside);
            }
            AstNode::Object(pairs) => self.pairs(pairs),
            AstNode::ObjectTransform { input, pattern } => {
                self.walk(input);
                self.pairs(pattern);
            }
            AstNode::Conditional { condition, then_branch, else_branch } => {
                self.walk(condition);
                self.walk(then_branch);
                if let Some(branch) = else_branch {
                    self.walk(branch);
                }
            }
            AstNode::FunctionApplication(inner) => self.walk(inner),
            AstNode::Sort { input, terms } => {
                self.walk(input);
                for (term, _) in terms {
                    self.walk(term);
                    wrap_result(term, KEEP);
                }
            }
            AstNode::Transform { location, update, delete } => {
                self.walk(location);
                self.walk(update);
                if let Some(delete) = delete {
                    self.walk(delete);
                }
            }
            _ => {}
        }
    }

    /// A function of the language that is not called becomes one that calls what it is called instead.
    fn variable(&self, node: &mut AstNode) {
        let AstNode::Variable(name) = node else { return };
        if name == "distinct" && !self.bound.contains(name) {
            let argument = AstNode::Variable("?0".to_owned());
            *node = function_of(vec!["?0".to_owned()], call(DISTINCT, vec![argument]));
        } else if let Some((name, count)) = self.growing(name) {
            *node = reference(name, count);
        } else if let Some(count) = self.added(name) {
            *node = added_reference(name, count);
        }
    }

    fn walk_all(&mut self, nodes: &mut [AstNode]) {
        nodes.iter_mut().for_each(|node| self.walk(node));
    }

    fn pairs(&mut self, pairs: &mut [(AstNode, AstNode)]) {
        for (name, value) in &mut *pairs {
            self.walk(name);
            wrap_result(name, KEEP);
            self.part(value);
        }
        let count = pairs.len();
        let Some((_, first)) = pairs.first_mut() else { return };
        if !matches!(first, AstNode::Function { name, .. } if name == HOLD) {
            wrap(first, HOLD);
        }
        if let AstNode::Function { args, .. } = first {
            #[expect(clippy::cast_precision_loss, reason = "an expression is not that long")]
            args.push(AstNode::Number(count as f64));
        }
    }

    /// A part of a list or an object.
    fn part(&mut self, node: &mut AstNode) {
        self.walk(node);
        // A list written in a list stays one; any other is taken apart.
        if matches!(node, AstNode::Array(_) | AstNode::ArrayGroup(_)) {
            return;
        }
        if matches!(node, AstNode::Variable(_) | AstNode::Function { .. } | AstNode::Call { .. }) {
            wrap(node, HOLD);
        } else {
            wrap_result(node, HOLD);
        }
    }

    fn path(&mut self, steps: &mut [PathStep]) {
        for (index, step) in steps.iter_mut().enumerate() {
            self.walk(&mut step.node);
            if index > 0
                && !matches!(step.node, AstNode::Array(_) | AstNode::ArrayGroup(_) | AstNode::Sort { .. })
            {
                wrap_result(&mut step.node, KEEP);
            }
            self.bound.extend(step.focus.iter().chain(&step.index_var).cloned());
            for stage in &mut step.stages {
                if let Stage::Filter(filter) = stage {
                    self.walk(filter);
                }
            }
        }
    }

    fn binary(&mut self, node: &mut AstNode) {
        let AstNode::Binary { op, lhs, rhs } = node else { return };
        match (*op, &mut **lhs, &mut **rhs) {
            (BinaryOp::ColonEqual, AstNode::Variable(name), value) => {
                let name = name.clone();
                if matches!(value, AstNode::Lambda { .. }) {
                    self.bound.push(name.clone());
                    // What such a function returns is kept in what calls it; to count it would end recursion early.
                    let is_recursive = mentions(value, &name);
                    self.lambda(value, !is_recursive);
                } else {
                    self.walk(value);
                    wrap_result(value, KEEP);
                    self.bound.push(name);
                }
            }
            (BinaryOp::ChainPipe, value, AstNode::Function { name, args, is_builtin })
                if (self.growing(name).is_some() || self.makes_objects(name))
                    && !args.contains(&AstNode::Placeholder) =>
            {
                args.insert(0, std::mem::replace(value, AstNode::Null));
                let (name, args, is_builtin) = (name.clone(), std::mem::take(args), *is_builtin);
                *node = AstNode::Function { name, args, is_builtin };
                self.function(node);
            }
            (operator, left, right) => {
                self.walk(left);
                self.walk(right);
                if operator == BinaryOp::Range {
                    let is_data = |side: &&mut AstNode| {
                        matches!(side, AstNode::Null | AstNode::Variable(_) | AstNode::Path { .. })
                    };
                    [left, right].into_iter().filter(is_data).for_each(|side| wrap(side, BOUND));
                } else if operator == BinaryOp::Concatenate {
                    let args = [left, right].map(|side| std::mem::replace(side, AstNode::Null));
                    *node = call(CONCATENATE, args.into());
                }
            }
        }
    }

    fn function(&mut self, node: &mut AstNode) {
        let AstNode::Function { name, args, .. } = node else { return };
        let is_own = self.bound.contains(name);
        let is_forgetful = !is_own && FORGETFUL.contains(&name.as_str());
        let replaces_by_function =
            name == "replace" && args.iter().any(|arg| matches!(arg, AstNode::Lambda { .. }));
        for arg in &mut *args {
            if matches!(arg, AstNode::Lambda { .. }) {
                self.lambda(arg, !is_forgetful)
            } else {
                self.walk(arg)
            }
        }
        if !is_own && name == "distinct" && matches!(args[..], [ref arg] if *arg != AstNode::Placeholder) {
            DISTINCT.clone_into(name);
        }
        if !is_own && matches!(name.as_str(), "match" | "split") {
            let texts = args.iter_mut().filter(|arg| !is_plain(arg) && !matches!(arg, AstNode::Placeholder));
            texts.for_each(|arg| wrap(arg, SHORT));
        }
        if self.makes_objects(name) && !args.contains(&AstNode::Placeholder) {
            wrap(node, MADE);
            return;
        }
        let Some((name, count)) = self.growing(name).filter(|_| !replaces_by_function) else { return };
        let mut params = Vec::new();
        for arg in args.iter_mut().filter(|arg| matches!(arg, AstNode::Placeholder)) {
            params.push(format!("?{}", params.len()));
            *arg = AstNode::Variable(params.last().cloned().unwrap_or_default());
        }
        let mut given = std::mem::take(args);
        let has_all = given.len() >= count;
        given.insert(0, if has_all { AstNode::Undefined } else { AstNode::Variable(String::new()) });
        let call = watch(name, given);
        *node = if params.is_empty() { call } else { function_of(params, call) };
    }

    fn lambda(&mut self, node: &mut AstNode, keeps: bool) {
        let AstNode::Lambda { params, body, .. } = node else { return };
        let outside = self.bound.len();
        self.bound.extend(params.iter().map(|name| name.trim_start_matches('$').to_owned()));
        self.walk(body);
        self.bound.truncate(outside);
        if keeps {
            wrap_result(body, KEEP);
            if matches!(**body, AstNode::Variable(_)) {
                wrap(body, TEXT);
            }
        }
    }

    fn makes_objects(&self, name: &str) -> bool {
        matches!(name, "match" | "spread") && !self.bound.iter().any(|bound| bound == name)
    }

    /// How many arguments a function of Step Functions' own takes, if the name means one here.
    fn added(&self, name: &str) -> Option<usize> {
        let is_added = ADDED.contains(&name) && !self.bound.iter().any(|bound| bound == name);
        is_added.then(|| arity(name)).flatten()
    }

    /// The watched function that a name means here.
    fn growing(&self, name: &str) -> Option<(&'static str, usize)> {
        let found = GROWING.iter().find(|(growing, _)| *growing == name)?;
        (!self.bound.iter().any(|bound| bound == name)).then_some(*found)
    }
}

/// A function that Step Functions adds, where it is not called. The evaluator would give it every argument it has got.
fn added_reference(name: &str, count: usize) -> AstNode {
    let params: Vec<_> = (0..count).map(|index| format!("?{index}")).collect();
    let arguments = params.iter().cloned().map(AstNode::Variable).collect();
    function_of(params, call(name, arguments))
}

/// A function's name where it is not called.
fn reference(name: &str, count: usize) -> AstNode {
    let params: Vec<_> = (0..count).map(|index| format!("?{index}")).collect();
    let arguments = params.iter().cloned().map(AstNode::Variable);
    let arguments = std::iter::once(AstNode::Undefined).chain(arguments).collect();
    function_of(params, watch(name, arguments))
}

/// A call of a growing function; the context value comes first. A function that replaces has to be called where the
/// expression is, and whether there is one may be known only then.
fn watch(name: &str, mut given: Vec<AstNode>) -> AstNode {
    if name != "replace" || given[1..].iter().all(is_text) {
        return call(&watched(name), given);
    }
    let names: Vec<_> = (1..given.len()).map(|index| format!("!{index}")).collect();
    let variables: Vec<_> = names.iter().cloned().map(AstNode::Variable).collect();
    let values = given.drain(1..).zip(&variables).map(|(value, variable)| AstNode::Binary {
        op: BinaryOp::ColonEqual,
        lhs: Box::new(variable.clone()),
        rhs: Box::new(value),
    });
    let mut steps: Vec<_> = values.collect();
    given.extend(variables.iter().cloned());
    steps.push(AstNode::Conditional {
        condition: Box::new(call(APPLIES, variables.clone())),
        then_branch: Box::new(call(name, variables)),
        else_branch: Some(Box::new(call(&watched(name), given))),
    });
    AstNode::Block(steps)
}

fn function_of(params: Vec<String>, body: AstNode) -> AstNode {
    AstNode::Lambda { params, body: Box::new(body), signature: None, thunk: false }
}

fn call(name: &str, args: Vec<AstNode>) -> AstNode {
    AstNode::Function { name: name.to_owned(), args, is_builtin: true }
}

fn wrap(node: &mut AstNode, name: &str) {
    let inner = std::mem::replace(node, AstNode::Null);
    *node = call(name, vec![inner]);
}

/// Wraps what gives the node its value, unless that takes no memory, or is there anyway.
fn wrap_result(node: &mut AstNode, name: &str) {
    match node {
        AstNode::FunctionApplication(inner) => wrap_result(inner, name),
        AstNode::Block(items) => items.last_mut().into_iter().for_each(|last| wrap_result(last, name)),
        AstNode::Conditional { then_branch, else_branch, .. } => {
            wrap_result(then_branch, name);
            else_branch.iter_mut().for_each(|branch| wrap_result(branch, name));
        }
        AstNode::Function { name: called, .. } => {
            let is_large =
                LARGE.contains(&called.as_str()) || called == CONCATENATE || called.starts_with('!');
            // The evaluator turns a call of the expression's own function in this place into a loop.
            if is_large && called != KEEP && called != HOLD {
                wrap(node, name);
            }
        }
        AstNode::Path { .. } | AstNode::Array(_) | AstNode::Sort { .. } | AstNode::ObjectTransform { .. } => {
            wrap(node, name);
        }
        AstNode::Binary {
            op: BinaryOp::Range | BinaryOp::ChainPipe | BinaryOp::Coalesce | BinaryOp::Default,
            ..
        } => {
            wrap(node, name);
        }
        _ => {}
    }
}

/// Whether its value is surely no function.
fn is_text(node: &AstNode) -> bool {
    match node {
        AstNode::Function { name, .. } => name == CONCATENATE,
        AstNode::Lambda { .. } => false,
        AstNode::Undefined => true,
        other => is_plain(other),
    }
}

/// Whether it is written out, or a function.
fn is_plain(node: &AstNode) -> bool {
    matches!(node, AstNode::String(_) | AstNode::Number(_) | AstNode::Regex { .. } | AstNode::Lambda { .. })
}

/// Whether the function's own name is somewhere in it.
fn mentions(node: &AstNode, name: &str) -> bool {
    let written = format!("{node:?}");
    written.contains(&format!("\"{name}\""))
}
