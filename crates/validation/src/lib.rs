#![doc = include_str!("../README.md")]

mod email;
mod id;
mod money;
mod page;
mod text;
mod violations;

pub use email::Email;
pub use id::Id;
pub use money::{Amount, AmountJson, Currency, Money, MoneyError};
pub use page::{Page, PageError};
pub use text::{Text, TextError};
pub use violations::{Violation, Violations};
