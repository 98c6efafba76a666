//! Pages of a printed list: 132 columns, 60 lines, a header with a page number, form feeds between
//! pages.

/// Columns of a line.
pub(super) const COLUMNS: usize = 132;
/// Lines of a page.
const LINES: usize = 60;
/// A table needs at least this many lines on its first page: its title, its heads and two rows.
const LEAST: usize = 6;

/// Pages under construction.
pub(super) struct Pages {
    text: String,
    title: String,
    scope: String,
    page: usize,
    line: usize,
}

impl Pages {
    /// Pages with a title, which is in every header.
    pub(super) fn new(title: String) -> Self {
        Pages {
            text: String::new(),
            title,
            scope: String::new(),
            page: 0,
            line: LINES,
        }
    }

    /// Begins a page for another scope.
    pub(super) fn begin(&mut self, scope: String) {
        self.scope = scope;
        self.page();
    }

    fn page(&mut self) {
        if self.page > 0 {
            self.text.push('\x0c');
        }
        self.page += 1;
        let number = format!("PAGE {:>5}", self.page);
        let width = COLUMNS - number.len();
        self.text += &format!("{:<width$}{number}\n{}\n\n", self.title, self.scope);
        self.line = 3;
    }

    fn line(&mut self, line: &str) {
        self.text += line.trim_end();
        self.text.push('\n');
        self.line += 1;
    }

    /// Adds running text.
    pub(super) fn paragraph(&mut self, text: &str) {
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && line.len() + 1 + word.len() > COLUMNS {
                self.full_page();
                self.line(&line);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line += word;
        }
        self.full_page();
        self.line(&line);
    }

    fn full_page(&mut self) {
        if self.line >= LINES {
            self.page();
        }
    }

    /// Adds a table with its title, heads and rows. Title and heads are repeated on each page.
    pub(super) fn table(&mut self, title: &str, heads: &[String], rows: &[String]) {
        if rows.is_empty() {
            return;
        }
        if self.line + LEAST > LINES {
            self.page();
        } else if self.line > 3 {
            self.line("");
        }
        self.line(title);
        for head in heads {
            self.line(head);
        }
        for row in rows {
            if self.line >= LINES {
                self.page();
                self.line(&format!("{title} (CONTINUED)"));
                for head in heads {
                    self.line(head);
                }
            }
            self.line(row);
        }
    }

    /// All pages.
    pub(super) fn text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_table_goes_on_under_its_heads_on_numbered_pages() {
        let mut pages = Pages::new("TITLE".to_owned());
        pages.begin("SCOPE".to_owned());
        let rows: Vec<String> = (0..150).map(|row| format!("ROW {row}")).collect();
        pages.table("TABLE", &["HEAD".to_owned()], &rows);
        let text = pages.text();
        let pages: Vec<&str> = text.split('\x0c').collect();
        assert_eq!(pages.len(), 3);
        for (number, page) in (1..).zip(&pages) {
            assert!(page.lines().count() <= LINES);
            let head = page.lines().next().unwrap();
            assert!(head.ends_with(&format!("PAGE     {number}")) && head.len() == COLUMNS);
            assert_eq!(page.lines().nth(4), Some("HEAD"));
        }
        assert_eq!(text.matches("ROW ").count(), 150);
    }
}
