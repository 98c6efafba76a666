//! How far what a response returns can be trusted: the class of each returned case, from what the
//! response itself says, and how often answers of that class were right on data with known truth.

mod class;
mod facts;
mod read;
mod share;
mod table;

pub use class::Class;
pub use facts::Facts;
pub use read::ClaimCounts;
pub use share::Share;
pub use table::{class_table, share_of};
