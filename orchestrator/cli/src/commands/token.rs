//! `amends token`: makes a token, and the line that lets it in.

use std::process::ExitCode;

use amends_api::{Role, token_line};
use uuid::Uuid;

use crate::args::{Token, TokenRole};
use crate::failure::Failure;
use crate::output;

pub(crate) fn run(arguments: &Token) -> Result<ExitCode, Failure> {
    let name = &arguments.name;
    if name.is_empty() || name.len() > 64 || !name.chars().all(|letter| letter.is_ascii_graphic()) {
        return Err(Failure::Unusable("a name has 1 to 64 visible ASCII characters and no space".into()));
    }
    let role = match arguments.role {
        TokenRole::Orders => Role::Orders,
        TokenRole::Operator => Role::Operator,
    };
    // 244 random bits.
    let token = format!("amends_{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    output::complain("the token, which is shown only now, for whoever asks:");
    output::complain(&token);
    output::complain("and the line for the file of `amends up --tokens FILE`:");
    output::print(&format!("{}\n", token_line(name, role, &token)))?;
    Ok(ExitCode::SUCCESS)
}
