//! The input side: record layouts, field values, reference tables, and files in all their forms. It
//! does not know what a match is.

pub mod input;
pub mod layout;
pub mod record;
pub mod reference;
