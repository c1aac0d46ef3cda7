//! What an expression refers to: variables, functions, parts of `$states`, and what Step Functions has not got.
//!
//! There is no context item: input and variables have names. So a field name at the start of a path, `$` and `$$` refer
//! to nothing, and Step Functions refuses them. Later steps, predicates, sort terms and groups have the value before
//! them for their context, where names are fine; a lambda's body has that of the expression that defines it.

use std::collections::BTreeSet;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};

/// What an expression refers to.
#[derive(Debug, Default)]
pub(super) struct Analysis {
    variables: BTreeSet<Box<str>>,
    functions: BTreeSet<Box<str>>,
    bound: BTreeSet<Box<str>>,
    states: StatesUse,
    /// What is read at the top level, in the order of the expression.
    top_level: Vec<String>,
}

/// Which parts of `$states` an expression needs.
#[derive(Debug, Default)]
pub(super) enum StatesUse {
    /// None.
    #[default]
    Nothing,
    /// These.
    Parts(BTreeSet<Box<str>>),
    /// All, because it takes `$states` as a whole.
    Everything,
}

/// Functions that may be named without being called.
const BUILTINS: &str = " abs append average base64decode base64encode boolean ceil contains count decodeUrl \
    decodeUrlComponent distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger \
    formatNumber fromMillis join keys length lookup lowercase map match max merge millis min not now number pad \
    parseInteger power random reduce replace reverse round shuffle sift single sort split spread sqrt string substring \
    substringAfter substringBefore sum toMillis trim type uppercase zip assert eval hash parse partition range uuid ";

impl Analysis {
    pub(super) fn of(tree: &AstNode) -> Self {
        let mut analysis = Self::default();
        analysis.walk(tree, true);
        let Self { variables, bound, .. } = &mut analysis;
        variables.retain(|name| !bound.contains(name));
        analysis
    }

    /// The workflow variables that it refers to, without `states`.
    pub(super) fn variables(&self) -> impl Iterator<Item = &str> {
        let names = self.variables.iter().map(|name| &**name);
        names.filter(|name| !BUILTINS.contains(&format!(" {name} ")))
    }

    pub(super) fn states(&self) -> &StatesUse {
        &self.states
    }

    /// Whether the function is called, or named.
    pub(super) fn uses_function(&self, name: &str) -> bool {
        self.functions.contains(name) || self.variables.contains(name)
    }

    /// The functions that are called by name.
    pub(super) fn into_functions(self) -> BTreeSet<Box<str>> {
        self.functions
    }

    /// Why Step Functions refuses it; empty if it does not.
    pub(super) fn unsupported(&self, in_catcher: bool) -> Vec<String> {
        let mut reasons: Vec<String> = Vec::new();
        for name in &self.top_level {
            let reason = match name.as_str() {
                "$$" => "Reference to '$$' is not supported.".to_owned(),
                name => format!("Reference to '{name}' at the top level is not supported."),
            };
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        let reads_error = matches!(&self.states, StatesUse::Parts(parts) if parts.contains("errorOutput"));
        if reads_error && !in_catcher {
            reasons.push("Reference to '$states.errorOutput' is not supported.".to_owned());
        }
        reasons
    }

    fn walk_all<'a>(&mut self, nodes: impl IntoIterator<Item = &'a AstNode>, is_top: bool) {
        nodes.into_iter().for_each(|node| self.walk(node, is_top));
    }

    fn walk_pairs(&mut self, pairs: &[(AstNode, AstNode)], is_top: bool) {
        self.walk_all(pairs.iter().flat_map(|(key, value)| [key, value]), is_top);
    }

    /// Recursion is bounded by the depth of the expression, which its parser limits.
    fn walk(&mut self, node: &AstNode, is_top: bool) {
        match node {
            AstNode::Name(name) if is_top => self.top_level.push(name.clone()),
            AstNode::Variable(name) => self.variable(name, is_top),
            AstNode::ParentVariable(_) => self.top_level.push("$$".to_owned()),
            AstNode::Path { steps } => self.path(steps, is_top),
            AstNode::Binary { op: BinaryOp::ColonEqual, lhs, rhs } => {
                if let AstNode::Variable(name) = &**lhs {
                    self.bound.insert(name.as_str().into());
                }
                self.walk(rhs, is_top);
            }
            AstNode::Binary { lhs, rhs, .. } => self.walk_all([&**lhs, &**rhs], is_top),
            AstNode::Unary { operand, .. } => self.walk(operand, is_top),
            AstNode::Function { name, args, .. } => {
                self.functions.insert(name.as_str().into());
                self.walk_all(args, is_top);
            }
            AstNode::Call { procedure, args } => {
                self.walk(procedure, is_top);
                self.walk_all(args, is_top);
            }
            AstNode::Lambda { params, body, .. } => {
                self.bound.extend(params.iter().map(|name| Box::from(name.trim_start_matches('$'))));
                self.walk(body, is_top);
            }
            AstNode::Array(items) | AstNode::ArrayGroup(items) | AstNode::Block(items) => {
                self.walk_all(items, is_top);
            }
            AstNode::Object(pairs) => self.walk_pairs(pairs, is_top),
            AstNode::ObjectTransform { input, pattern } => {
                self.walk(input, is_top);
                self.walk_pairs(pattern, false);
            }
            AstNode::Conditional { condition, then_branch, else_branch } => {
                self.walk_all([&**condition, &**then_branch], is_top);
                self.walk_all(else_branch.as_deref(), is_top);
            }
            AstNode::FunctionApplication(inner) => self.walk(inner, false),
            AstNode::Sort { input, terms } => {
                self.walk(input, is_top);
                self.walk_all(terms.iter().map(|(term, _)| term), false);
            }
            AstNode::Transform { location, update, delete } => {
                self.walk_all([&**location, &**update], false);
                self.walk_all(delete.as_deref(), false);
            }
            _ => {}
        }
    }

    fn variable(&mut self, name: &str, is_top: bool) {
        match name {
            "" if is_top => self.top_level.push("$".to_owned()),
            "" => {}
            "$" => self.top_level.push("$$".to_owned()),
            "states" => self.states = StatesUse::Everything,
            _ => drop(self.variables.insert(name.into())),
        }
    }

    fn path(&mut self, steps: &[PathStep], is_top: bool) {
        let mut rest = steps;
        if let [first, second, ..] = steps
            && matches!(&first.node, AstNode::Variable(name) if name == "states")
            && first.stages.is_empty()
            && let AstNode::Name(part) = &second.node
        {
            self.part(part);
            rest = &steps[1..];
        } else if let [first, ..] = steps {
            self.walk(&first.node, is_top);
        }
        for step in steps {
            self.bound.extend(step.focus.iter().chain(&step.index_var).map(|name| Box::from(name.as_str())));
            for stage in &step.stages {
                match stage {
                    Stage::Filter(filter) => self.walk(filter, false),
                    Stage::Index(name) => drop(self.bound.insert(name.as_str().into())),
                    Stage::KeepArray => {}
                }
            }
        }
        for step in rest.iter().skip(1) {
            self.walk(&step.node, false);
        }
    }

    fn part(&mut self, name: &str) {
        match &mut self.states {
            StatesUse::Everything => {}
            StatesUse::Parts(parts) => drop(parts.insert(name.into())),
            StatesUse::Nothing => self.states = StatesUse::Parts(BTreeSet::from([name.into()])),
        }
    }
}
