//! The signature that a function definition may have, such as `<a<n>:n>`.

/// What is wrong with it; `None` if nothing is.
pub(super) fn fault(signature: &str) -> Option<&'static str> {
    let mut rest = signature.get(1..).unwrap_or_default();
    let mut last = ' ';
    while let Some(letter) = rest.chars().next().filter(|letter| *letter != ':') {
        rest = &rest[letter.len_utf8()..];
        match letter {
            '(' => {
                let end = closing(rest, '(', ')');
                if rest[..end].contains('<') {
                    return Some("Choice groups containing parameterized types are not supported");
                }
                rest = rest.get(end + 1..).unwrap_or_default();
                last = letter;
            }
            '<' if !matches!(last, 'a' | 'f') => {
                return Some("Type parameters can only be applied to functions and arrays");
            }
            '<' => rest = rest.get(closing(rest, '<', '>') + 1..).unwrap_or_default(),
            's' | 'n' | 'b' | 'l' | 'o' | 'a' | 'f' | 'j' | 'x' => last = letter,
            _ => {}
        }
    }
    None
}

/// Where the bracket is closed that was opened before.
fn closing(text: &str, open: char, close: char) -> usize {
    let mut depth = 1;
    let end = text.char_indices().find(|(_, c)| {
        depth += i32::from(*c == open) - i32::from(*c == close);
        depth == 0
    });
    end.map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn brackets_are_where_they_may_be() {
        for fine in ["<>", "<s-:s>", "<a<n>:n>", "<(sao)-f<n:n>?:a<s>>", "<n?n+:a<a<s>>>"] {
            assert_eq!(fault(fine), None, "{fine}");
        }
        assert!(fault("<s<n>:n>").is_some());
        assert!(fault("<n(a<n>):n>").is_some());
    }
}
