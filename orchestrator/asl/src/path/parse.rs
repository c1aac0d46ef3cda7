//! From the text of a path to its steps.

use super::filter::{self, Filter};
use super::{Path, Root, Step};

/// The text is not a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PathProblem;

/// Longer than any path that a person writes; bounds the work of evaluating one.
const MAX_STEPS: usize = 256;

pub(crate) fn parse(text: &str) -> Result<Path, PathProblem> {
    let mut cursor = Cursor::new(text);
    let path = cursor.path()?;
    if cursor.peek().is_some() {
        return Err(PathProblem);
    }
    Ok(path)
}

/// What is left of the text.
pub(crate) struct Cursor<'a> {
    rest: &'a str,
    /// How many filters this one is inside of.
    pub(super) depth: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { rest: text, depth: 0 }
    }

    /// A path up to something that cannot be part of it.
    pub(crate) fn path(&mut self) -> Result<Path, PathProblem> {
        let text = self.rest;
        let root = self.root()?;
        let steps = self.steps()?;
        let source = &text[..text.len() - self.rest.len()];
        Ok(Path { source: source.into(), root, steps })
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(crate) fn eat(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    pub(crate) fn expect(&mut self, token: &str) -> Result<(), PathProblem> {
        if self.eat(token) { Ok(()) } else { Err(PathProblem) }
    }

    pub(crate) fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    pub(crate) fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !accept(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    pub(super) fn root(&mut self) -> Result<Root, PathProblem> {
        if self.eat("$$") {
            return Ok(Root::Context);
        }
        self.expect("$")?;
        match self.peek() {
            Some(c) if c.is_alphabetic() || c == '_' => {
                let name = self.take_while(|c| c.is_alphanumeric() || c == '_');
                Ok(Root::Variable(name.into()))
            }
            _ => Ok(Root::Input),
        }
    }

    /// Steps up to something that cannot begin one.
    pub(super) fn steps(&mut self) -> Result<Vec<Step>, PathProblem> {
        let mut steps = Vec::new();
        loop {
            if self.eat("..") {
                steps.push(Step::Descendants);
                steps.push(if self.eat("[") { self.bracket()? } else { self.name()? });
            } else if self.eat(".") {
                steps.push(self.name()?);
            } else if self.eat("[") {
                steps.push(self.bracket()?);
            } else {
                return Ok(steps);
            }
            if steps.len() > MAX_STEPS {
                return Err(PathProblem);
            }
        }
    }

    fn name(&mut self) -> Result<Step, PathProblem> {
        if self.eat("*") {
            return Ok(Step::Wildcard);
        }
        let in_filter = self.depth > 0;
        let ends = |c: char| ".[]()'\"*,?@".contains(c) || c.is_whitespace() || c.is_control();
        let ends_in_filter = |c: char| in_filter && "=!<>&|".contains(c);
        let name = self.take_while(|c| !ends(c) && !ends_in_filter(c));
        if name.is_empty() || self.peek() == Some('(') {
            return Err(PathProblem);
        }
        Ok(Step::Name(name.into()))
    }

    /// What stands in brackets, after the first one.
    fn bracket(&mut self) -> Result<Step, PathProblem> {
        self.skip_spaces();
        let step = match self.peek().ok_or(PathProblem)? {
            '*' => self.expect("*").map(|()| Step::Wildcard),
            '?' => self.filter().map(Step::Filter),
            '\'' | '"' => self.names(),
            _ => self.indices(),
        }?;
        self.skip_spaces();
        self.expect("]")?;
        Ok(step)
    }

    fn filter(&mut self) -> Result<Filter, PathProblem> {
        self.expect("?")?;
        self.skip_spaces();
        self.expect("(")?;
        let filter = filter::parse(self)?;
        self.expect(")")?;
        Ok(filter)
    }

    fn names(&mut self) -> Result<Step, PathProblem> {
        let first = self.quoted()?;
        self.skip_spaces();
        if self.peek() != Some(',') {
            return Ok(Step::Name(first.into()));
        }
        let mut names = vec![first.into()];
        while self.eat(",") {
            self.skip_spaces();
            names.push(self.quoted()?.into());
            self.skip_spaces();
        }
        Ok(Step::Names(names))
    }

    pub(super) fn quoted(&mut self) -> Result<String, PathProblem> {
        let quote = self.peek().filter(|c| matches!(c, '\'' | '"')).ok_or(PathProblem)?;
        let mut name = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => name.push(chars.next().ok_or(PathProblem)?.1),
                c if c == quote => {
                    self.rest = &self.rest[at + c.len_utf8()..];
                    return Ok(name);
                }
                c => name.push(c),
            }
        }
        Err(PathProblem)
    }

    fn indices(&mut self) -> Result<Step, PathProblem> {
        let first = self.integer()?;
        self.skip_spaces();
        if self.peek() == Some(':') {
            return self.slice(first);
        }
        let first = first.ok_or(PathProblem)?;
        if self.peek() != Some(',') {
            return Ok(Step::Index(first));
        }
        let mut indices = vec![first];
        while self.eat(",") {
            self.skip_spaces();
            indices.push(self.integer()?.ok_or(PathProblem)?);
            self.skip_spaces();
        }
        Ok(Step::Indices(indices))
    }

    fn slice(&mut self, start: Option<i64>) -> Result<Step, PathProblem> {
        self.expect(":")?;
        self.skip_spaces();
        let end = self.integer()?;
        self.skip_spaces();
        let step = if self.eat(":") { self.integer()?.unwrap_or(1) } else { 1 };
        if step < 1 {
            return Err(PathProblem);
        }
        Ok(Step::Slice { start, end, step })
    }

    fn integer(&mut self) -> Result<Option<i64>, PathProblem> {
        let text = self.rest;
        let negative = self.eat("-");
        let digits = self.take_while(|c| c.is_ascii_digit());
        if digits.is_empty() {
            return if negative { Err(PathProblem) } else { Ok(None) };
        }
        let taken = &text[..text.len() - self.rest.len()];
        taken.parse().map(Some).map_err(|_| PathProblem)
    }
}
