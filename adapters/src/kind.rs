//! The kinds of provider.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a provider does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// Takes money and gives it back.
    Payment,
    /// Keeps stock somewhere else.
    Inventory,
    /// Tells the customer.
    Notification,
}

impl ProviderKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Payment, Self::Inventory, Self::Notification];

    /// The name, as books and registry write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Inventory => "inventory",
            Self::Notification => "notification",
        }
    }
}

impl fmt::Display for ProviderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
