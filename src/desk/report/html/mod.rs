//! The report as one HTML file, for a browser, a phone and paper. It must not load anything from a
//! network.

mod matrix;
mod nation;
mod page;
mod scope;
mod sides;
mod states;

use minijinja::Environment;
use minijinja::value::Serde;

use super::View;
use crate::error::{Error, Result};
use page::Page;

const TEMPLATE: &str = include_str!("report.html");
const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// The report, or the comparison with an earlier one, as a self-contained page.
///
/// # Errors
/// [`Error::Inputs`] if the template cannot be rendered: a fault of the program.
pub fn html(view: View<'_>) -> Result<String> {
    let environment = Environment::new();
    let page = Page::new(view, STYLE, SCRIPT);
    environment
        .render_named_str("report.html", TEMPLATE, Serde(page))
        .map_err(|error| {
            Error::Inputs(format!(
                "the page cannot be made ({error}); please report this as a fault of icr"
            ))
        })
}
