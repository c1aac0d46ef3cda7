//! Money: whole minor units of one currency. No float ever touches it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why an amount could not be computed or read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// Not an ISO 4217 code.
    #[error("not an ISO 4217 currency code (three capital letters, such as USD)")]
    Currency,
    /// Two currencies in one sum.
    #[error("cannot add {0} and {1}")]
    Mixed(Currency, Currency),
    /// More than 64 bits of minor units.
    #[error("the amount is too large")]
    Overflow,
}

/// An ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The three-letter code.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many digits follow the decimal point, for display only. Absent where ISO 4217 names none.
    pub fn exponent(self) -> Option<u16> {
        self.0.exponent()
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(code: &str) -> Result<Self, MoneyError> {
        iso_currency::Currency::from_code(code).map(Self).ok_or(MoneyError::Currency)
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(code: String) -> Result<Self, MoneyError> {
        code.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in minor units: 1999 USD is 19.99 dollars, 500 JPY is 500 yen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units (cents for USD, yen for JPY).
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// Nothing, in `currency`.
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// The sum.
    ///
    /// # Errors
    /// When the currencies differ or the sum leaves 64 bits.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed(self.currency, other.currency));
        }
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// This amount `quantity` times.
    ///
    /// # Errors
    /// When the product leaves 64 bits.
    pub fn times(self, quantity: u32) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_mul(i64::from(quantity)).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = usize::from(self.currency.exponent().unwrap_or(0));
        let sign = if self.minor < 0 { "-" } else { "" };
        let text = format!("{:0>width$}", self.minor.unsigned_abs(), width = digits + 1);
        let (whole, fraction) = text.split_at(text.len() - digits);
        let point = if digits == 0 { "" } else { "." };
        f.pad(&format!("{sign}{whole}{point}{fraction} {}", self.currency))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money { minor, currency: code.parse().unwrap() }
    }

    #[test]
    fn amounts_print_with_their_currencys_decimals() {
        let check = |amount: Money, expected: &str| assert_eq!(amount.to_string(), expected);
        check(money(1999, "USD"), "19.99 USD");
        check(money(5, "USD"), "0.05 USD");
        check(money(-5, "USD"), "-0.05 USD");
        check(money(500, "JPY"), "500 JPY");
        check(money(1, "KWD"), "0.001 KWD");
        check(money(i64::MIN, "JPY"), "-9223372036854775808 JPY");
    }

    #[test]
    fn sums_refuse_mixed_currencies_and_overflow() {
        assert_eq!(money(1, "USD").plus(money(2, "USD")), Ok(money(3, "USD")));
        assert!(matches!(money(1, "USD").plus(money(2, "EUR")), Err(MoneyError::Mixed(..))));
        assert_eq!(money(i64::MAX, "USD").plus(money(1, "USD")), Err(MoneyError::Overflow));
        assert_eq!(money(i64::MAX, "USD").times(2), Err(MoneyError::Overflow));
    }

    #[test]
    fn only_iso_4217_codes_are_currencies() {
        for bad in ["usd", "US", "USDX", "", "ZZZ"] {
            assert_eq!(bad.parse::<Currency>(), Err(MoneyError::Currency), "{bad:?}");
        }
    }
}
