//! A function fits a screen.

use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, ItemFn, Signature, TraitItemFn};

use crate::{Check, Finding, Repository};

const MAX_LINES: usize = 60;

pub(crate) const CHECK: Check = Check {
    name: "function_size",
    rule: "a function has at most 60 lines, from its name to its last brace",
    find,
};

fn find(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.rust_files() {
        match syn::parse_file(&file.text) {
            Ok(syntax) => Functions { path: &file.path, findings: &mut findings }.visit_file(&syntax),
            Err(error) => {
                let line = error.span().start().line;
                findings.push(Finding::line(&file.path, line, format!("does not parse: {error}")));
            }
        }
    }
    findings
}

struct Functions<'a> {
    path: &'a str,
    findings: &'a mut Vec<Finding>,
}

impl Functions<'_> {
    fn measure(&mut self, signature: &Signature, block: &Block) {
        let line = |span: Span| span.start().line;
        let first = line(signature.fn_token.span);
        let lines = line(block.brace_token.span.close()) - first + 1;
        if lines > MAX_LINES {
            let name = signature.ident.to_string();
            let message = format!("function {name} has {lines} lines");
            self.findings.push(Finding::line(self.path, first, message).about(name));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.measure(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.measure(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(block) = &function.default {
            self.measure(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::expect::expect;

    #[test]
    fn a_function_of_61_lines_is_found_wherever_it_is() {
        let function = |lines: usize| format!("fn long() {{\n{}}}\n", "    a();\n".repeat(lines - 2));
        expect(&CHECK, &[("a.rs", &function(60))], &[]);
        let found = |file: &str, line: usize| {
            expect(&CHECK, &[("a.rs", file)], &[&format!("a.rs:{line}: function long has 61 lines")]);
        };
        found(&function(61), 1);
        found(&format!("#[cfg(test)]\nmod tests {{\n{}}}", function(61)), 3);
        found(&format!("impl A {{\n    {}}}", function(61)), 2);
        found(&format!("trait A {{\n    {}}}", function(61)), 2);
    }

    #[test]
    fn a_file_that_does_not_parse_is_found() {
        expect(
            &CHECK,
            &[("a.rs", "fn a( {}")],
            &["a.rs:1: does not parse: cannot parse string into token stream"],
        );
    }
}
