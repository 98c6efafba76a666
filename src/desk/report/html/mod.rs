//! The report as one HTML file, for a browser, a phone and paper. It must not load anything from a
//! network.

mod details;
mod matrix;
mod nation;
mod page;
mod sides;
mod state;
mod states;

use minijinja::Environment;
use minijinja::value::Serde;

use super::View;
use super::state::StateView;
use crate::error::{Error, Result};
use page::Page;
use state::StatePage;

const TEMPLATE: &str = include_str!("report.html");
const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");
const STATE_TEMPLATE: &str = include_str!("state.html");

/// The report, or the comparison with an earlier one, as a self-contained page.
///
/// # Errors
/// [`Error::Inputs`] if the template cannot be rendered: a fault of the program.
pub fn html(view: View<'_>) -> Result<String> {
    filled(TEMPLATE, &Page::new(view, STYLE, SCRIPT))
}

/// One state's own report as such a page.
///
/// # Errors
/// As [`html`].
pub fn state_html(state: &StateView<'_>) -> Result<String> {
    filled(STATE_TEMPLATE, &StatePage::new(state, STYLE, SCRIPT))
}

/// A template filled in. Everything in it is escaped but style, script and the data of the script.
fn filled(template: &str, page: &impl serde::Serialize) -> Result<String> {
    Environment::new()
        .render_named_str("report.html", template, Serde(page))
        .map_err(|error| {
            Error::Inputs(format!(
                "the page cannot be made ({error}); please report this as a fault of icr"
            ))
        })
}
