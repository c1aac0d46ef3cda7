//! Nothing escapes the suites: every provider has a row, and every promised behaviour has a test.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::case_names;
use crate::ProviderKind;
use crate::registry::PROVIDERS;

fn folder(kind: ProviderKind) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(kind.as_str())
}

/// The files beside a trait that implement it, by name.
fn implementations(kind: ProviderKind) -> BTreeSet<String> {
    let name = match kind {
        ProviderKind::Payment => "impl Payment for ",
        ProviderKind::Inventory => "impl Inventory for ",
        ProviderKind::Notification => "impl Notification for ",
    };
    let files = fs::read_dir(folder(kind)).unwrap().map(|file| file.unwrap().path());
    let implementing =
        files.filter(|path| path.is_file() && fs::read_to_string(path).unwrap().contains(name));
    implementing.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn every_provider_file_has_a_row_and_every_row_a_file() {
    for kind in ProviderKind::ALL {
        let rows = PROVIDERS.iter().filter(|row| row.kind == kind).map(|row| row.name.to_owned());
        assert_eq!(rows.collect::<BTreeSet<_>>(), implementations(kind), "{kind}");
    }
}

/// The bullets under `# Behaviour` in a trait's documentation, as test names.
fn promised(source: &str) -> BTreeSet<String> {
    let mut bullets: Vec<String> = Vec::new();
    let mut inside = false;
    for line in source.lines().map(str::trim) {
        let text = line.strip_prefix("///").map(str::trim);
        match text {
            Some("# Behaviour") => inside = true,
            Some(text) if inside && text.starts_with("- ") => bullets.push(text[2..].to_owned()),
            Some(text) if inside && !text.is_empty() && !text.starts_with('#') => {
                let last = bullets.last_mut().expect("a bullet comes first");
                last.push(' ');
                last.push_str(text);
            }
            _ => inside = false,
        }
    }
    bullets.iter().map(|bullet| test_name(bullet)).collect()
}

fn test_name(sentence: &str) -> String {
    let words = sentence.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

#[test]
fn every_promised_behaviour_has_a_test_of_its_name() {
    let suites: [(ProviderKind, &[&str]); 3] = [
        (ProviderKind::Payment, &crate::payment::suite::payment_cases!(case_names, [])),
        (ProviderKind::Inventory, &crate::inventory::suite::inventory_cases!(case_names, [])),
        (ProviderKind::Notification, &crate::notification::suite::notification_cases!(case_names, [])),
    ];
    for (kind, cases) in suites {
        let source = fs::read_to_string(folder(kind).join("provider.rs")).unwrap();
        let tested: BTreeSet<String> = cases.iter().map(|&case| case.to_owned()).collect();
        assert_eq!(promised(&source), tested, "{kind}");
    }
}

#[test]
fn bullets_become_names_whole() {
    let source =
        "/// # Behaviour\n/// - A sync, again:\n///   the same.\n/// - Once.\nfn x();\n/// - Not this.";
    let names = ["a_sync_again_the_same", "once"].map(str::to_owned);
    assert_eq!(promised(source), names.into());
}
