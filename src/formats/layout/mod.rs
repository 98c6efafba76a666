//! Record layouts as data, compiled in from `layouts/*.csv` and replaceable at run time. No other
//! code may have column numbers.

mod builtin;
mod columns;
mod extract;
mod fields;
mod registry;
mod response;
mod tables;

pub use builtin::{LAYOUTS, LayoutSet, TABLES};
pub use columns::Columns;
pub use extract::{ExtractLayout, RECORD_BYTES};
pub use fields::{Field, Layout, Origin};
pub use registry::{FcColumns, FpColumns, RegistryLayout};
pub use response::{RESPONSE_BYTES, ResponseLayout};
pub use tables::{Code, CodeTable};
