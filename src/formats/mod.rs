//! What comes in: the layouts of the records, the values of their fields, reference facts, and the
//! files with their forms.

pub mod input;
pub mod layout;
pub mod record;
pub mod reference;
