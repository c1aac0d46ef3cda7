//! `Retry` and `Catch` of a state, as lists: the wildcard is last in each.

use crate::catcher::Catcher;
use crate::error_name::ErrorName;
use crate::reader::{Reader, WILDCARD_PLACE};
use crate::retrier::Retrier;
use crate::state::Names;

pub(crate) fn read_retry(reader: &Reader<'_>) -> Vec<Retrier> {
    let Some(readers) = reader.children("Retry") else {
        return Vec::new();
    };
    let retriers = readers.iter().map(|each| {
        each.take("Comment");
        let retrier = Retrier::read(each);
        each.finish();
        retrier
    });
    let retriers: Vec<_> = retriers.collect();
    check_wildcard_is_last(reader, "Retry", retriers.iter().map(|retrier| &retrier.errors));
    retriers
}

pub(crate) fn read_catch(reader: &Reader<'_>, names: &Names) -> Vec<Catcher> {
    let Some(readers) = reader.children("Catch") else {
        return Vec::new();
    };
    let catchers = readers.iter().filter_map(|each| {
        each.take("Comment");
        let catcher = Catcher::read(each, names);
        each.finish();
        catcher
    });
    let catchers: Vec<_> = catchers.collect();
    check_wildcard_is_last(reader, "Catch", catchers.iter().map(|catcher| &catcher.errors));
    catchers
}

fn check_wildcard_is_last<'a>(
    reader: &Reader<'_>,
    field: &str,
    lists: impl ExactSizeIterator<Item = &'a Vec<ErrorName>>,
) {
    let before_last = lists.len().saturating_sub(1);
    for (index, names) in lists.take(before_last).enumerate() {
        // One that is not alone either has been noted for that.
        if *names == [ErrorName::All] {
            reader.error_at(&format!("{field}[{index}]/ErrorEquals"), WILDCARD_PLACE);
        }
    }
}
