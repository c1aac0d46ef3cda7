//! The products file: `sku,name,price_minor,currency,stock`.

use std::path::Path;

use amends_store::{ProductRow, Store, StoreError};
use amends_types::{Currency, Money};

use crate::failure::Failure;

const COLUMNS: [&str; 5] = ["sku", "name", "price_minor", "currency", "stock"];
/// The most characters of a SKU or a name.
const MOST_CHARACTERS: usize = 200;
/// How many products are added in one transaction.
const BATCH: usize = 1000;

/// Adds the products that are absent.
pub(crate) async fn import(store: &dyn Store, products: &[ProductRow]) -> Result<(), Failure> {
    for batch in products.chunks(BATCH) {
        let batch = batch.to_vec();
        let inserted = store
            .transact(move |tx| batch.iter().try_for_each(|product| tx.insert_product(product).map(drop)));
        inserted.await.map_err(|error: StoreError| Failure::failed(error))?;
    }
    Ok(())
}

/// Reads the whole file; a mistake anywhere in it leaves nothing behind.
pub(crate) fn read(path: &Path) -> Result<Vec<ProductRow>, Failure> {
    let shown = path.display();
    let unusable = |what: String| Failure::Unusable(format!("cannot use the products {shown}: {what}"));
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(path)
        .map_err(|error| unusable(error.to_string()))?;
    let header = reader.headers().map_err(|error| unusable(error.to_string()))?.clone();
    if header.iter().map(|name| name.trim_start_matches('\u{feff}')).ne(COLUMNS) {
        return Err(unusable(format!("the first line must be {}", COLUMNS.join(","))));
    }
    let mut products: Vec<ProductRow> = Vec::new();
    let mut seen = std::collections::HashMap::new();
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(|error| unusable(csv_reason(&error)))?;
        let line = record.position().map_or(index as u64 + 2, csv::Position::line);
        let product = product(&record).map_err(|what| unusable(format!("line {line}: {what}")))?;
        if let Some(first) = seen.insert(product.sku.clone(), line) {
            return Err(unusable(format!("line {line}: the sku was there already in line {first}")));
        }
        products.push(product);
    }
    Ok(products)
}

fn product(record: &csv::StringRecord) -> Result<ProductRow, String> {
    let field = |index: usize| record.get(index).unwrap_or_default();
    let (sku, name) = (field(0).to_owned(), field(1).to_owned());
    for (what, text) in [("sku", &sku), ("name", &name)] {
        if text.is_empty() || text.chars().count() > MOST_CHARACTERS || text.chars().any(char::is_control) {
            return Err(format!("{what} must have 1 to {MOST_CHARACTERS} characters, none of them control"));
        }
    }
    let minor = i64::try_from(whole_number("price_minor", field(2))?).unwrap_or(i64::MAX);
    let currency: Currency = field(3).parse().map_err(|error| format!("currency is {error}"))?;
    let stock = whole_number("stock", field(4))?;
    Ok(ProductRow { sku, name, price: Money { minor, currency }, stocked: stock, free: stock, pruned: 0 })
}

/// A count or an amount: what a store can keep, and nothing below zero.
fn whole_number(column: &str, text: &str) -> Result<u64, String> {
    let number = text.parse::<u64>().ok().filter(|number| i64::try_from(*number).is_ok());
    number.ok_or_else(|| format!("{column} must be a whole number from 0 to {}", i64::MAX))
}

fn csv_reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos: Some(pos), len, .. } => {
            let (line, wanted) = (pos.line(), COLUMNS.len());
            format!("line {line}: there must be {wanted} fields, there are {len} (is a quote left open?)")
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<ProductRow>, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("products.csv");
        std::fs::write(&path, text).unwrap();
        read(&path).map_err(|failure| failure.to_string())
    }

    #[test]
    fn products_are_read() {
        let products =
            read_text("sku,name,price_minor,currency,stock\nbook,\"A, book\",1999,USD,5\n").unwrap();
        assert_eq!(products[0].name, "A, book");
        assert_eq!((products[0].price.minor, products[0].free), (1999, 5));
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        let check = |lines: &str, expected: &str| {
            let text = format!("sku,name,price_minor,currency,stock\na,A,1,USD,1\n{lines}\n");
            let error = read_text(&text).unwrap_err();
            assert!(
                error.contains("line 3") && error.contains(expected),
                "{error:?} should mention {expected:?}"
            );
        };
        check("b,B,1.5,USD,1", "price_minor must be a whole number");
        check("b,B,-1,USD,1", "price_minor must be a whole number from 0");
        check("b,B,1,usd,1", "ISO 4217");
        check("b,B,1,USD,-1", "stock must be a whole number");
        check("b,B,1,USD,9223372036854775808", "from 0 to 9223372036854775807");
        check(",B,1,USD,1", "sku must have");
        check("a,B,1,USD,1", "already in line 2");
        check("b,B,1", "there must be 5 fields, there are 3");
    }

    #[test]
    fn another_header_is_refused() {
        assert!(read_text("name,sku\n").unwrap_err().contains("the first line must be sku,name"));
        assert!(read_text("").unwrap_err().contains("the first line must be"));
    }
}
