//! What a trait's documentation promises, a test of that name holds it to.
//!
//! A bullet under `# Behaviour` becomes a name: its words in lower case, joined by `_`. "Capturing takes the money
//! once." is `fn capturing_takes_the_money_once`, in the trait's suite.

use std::collections::BTreeSet;

use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta, TraitItem};

use crate::tokens::{names_after, tokens};
use crate::{Check, File, Finding, Repository};

pub(crate) const CHECK: Check = Check {
    name: "behaviours",
    rule: "every bullet under `# Behaviour` is the name of a test, and every call of a provider has such bullets",
    find,
};

fn find(repository: &Repository) -> Vec<Finding> {
    let files: Vec<&File> = repository.rust_files().collect();
    let functions = files.iter().flat_map(|file| functions(file)).collect();
    let untested = files.iter().flat_map(|file| untested(file, &functions));
    let providers =
        files.iter().filter(|file| file.path.starts_with("adapters/") && file.path.ends_with("/provider.rs"));
    untested.chain(providers.flat_map(|file| unpromised(file))).collect()
}

fn functions(file: &File) -> Vec<String> {
    names_after(&tokens(&file.text).unwrap_or_default(), "fn")
}

/// The promises of a file that no function is named after.
fn untested(file: &File, functions: &BTreeSet<String>) -> Vec<Finding> {
    let promises = promises(&file.text).into_iter();
    let missing = promises.filter(|(_, name)| !functions.contains(name));
    missing
        .map(|(line, name)| Finding::line(&file.path, line, format!("there is no test {name}")).about(name))
        .collect()
}

/// The bullets under `# Behaviour`, each with its line and the name of its test.
fn promises(text: &str) -> Vec<(usize, String)> {
    let mut bullets: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        let documentation = line.trim().strip_prefix("///").map(str::trim);
        match documentation {
            Some("# Behaviour") => inside = true,
            Some(text) if inside && text.starts_with("- ") => bullets.push((index + 1, text.to_owned())),
            Some(text) if inside && !text.is_empty() && !text.starts_with('#') => {
                if let Some((_, bullet)) = bullets.last_mut() {
                    bullet.push(' ');
                    bullet.push_str(text);
                }
            }
            _ => inside = false,
        }
    }
    bullets.into_iter().map(|(line, bullet)| (line, test_name(&bullet))).collect()
}

fn test_name(sentence: &str) -> String {
    let words = sentence.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

/// The calls of a provider's trait that promise nothing.
fn unpromised(file: &File) -> Vec<Finding> {
    let items = syn::parse_file(&file.text).map(|syntax| syntax.items).unwrap_or_default();
    let mut findings = Vec::new();
    for item in items {
        let Item::Trait(provider) = item else { continue };
        for item in &provider.items {
            let TraitItem::Fn(call) = item else { continue };
            if call.sig.asyncness.is_some() && !has_behaviour(&call.attrs) {
                let line = call.sig.ident.span().start().line;
                let message = format!("{} promises no behaviour", call.sig.ident);
                findings.push(Finding::line(&file.path, line, message).about(call.sig.ident.to_string()));
            }
        }
    }
    findings
}

fn has_behaviour(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else {
            return false;
        };
        let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value else {
            return false;
        };
        pair.path.is_ident("doc") && text.value().trim() == "# Behaviour"
    })
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::expect::expect;

    const TRAIT: &str = "trait Payment {\n    /// Takes it.\n    ///\n    /// # Behaviour\n    /// - Taking, once:\n    \
                         ///   is enough.\n    async fn take(&self);\n    /// - Not a promise.\n    fn contract();\n}\n";

    #[test]
    fn a_promise_without_a_test_is_found() {
        let suite = "mod suite { async fn taking_once_is_enough() {} }";
        expect(&CHECK, &[("a.rs", TRAIT), ("b.rs", suite)], &[]);
        let other = "// fn taking_once_is_enough\nfn taking_once_is_plenty() {}";
        let found = "a.rs:5: there is no test taking_once_is_enough";
        expect(&CHECK, &[("a.rs", TRAIT), ("b.rs", other)], &[found]);
    }

    #[test]
    fn a_call_of_a_provider_that_promises_nothing_is_found() {
        let silent = "trait Payment {\n    /// Takes it.\n    async fn take(&self);\n    fn contract();\n}\n";
        expect(&CHECK, &[("orchestrator/a/provider.rs", silent)], &[]);
        let path = "adapters/src/payment/provider.rs";
        expect(&CHECK, &[(path, silent)], &[&format!("{path}:3: take promises no behaviour")]);
    }
}
