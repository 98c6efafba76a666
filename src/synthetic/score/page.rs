//! The score as one HTML file: its text, and a picture of how reliable the shares of leads are. It
//! needs nothing beside itself and runs no script.

/// The side of the picture's square, and the margin around it.
const SIDE: f64 = 320.0;
const MARGIN: f64 = 44.0;

/// A page of a score's text and its points ([`super::report::Score::points`]).
pub fn page(text: &str, points: &[[f64; 3]]) -> String {
    let picture = if points.is_empty() {
        String::new()
    } else {
        format!(
            "<h2>Leads: what was said, and what was right</h2>\n{}",
            picture(points)
        )
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>icr score</title>\n\
         <style>body{{font-family:sans-serif;margin:2em}}pre{{font-size:90%;overflow-x:auto}}svg{{max-width:100%;height:auto}}</style>\n\
         </head>\n<body>\n<h1>icr score</h1>\n{picture}<pre>{}</pre>\n</body>\n</html>\n",
        escaped(text)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The reliability diagram: on the line said and right are the same; above it leads are better than they
/// say. The area of a point grows with the number of its leads.
fn picture(points: &[[f64; 3]]) -> String {
    let whole = SIDE + 2.0 * MARGIN;
    let x = |share: f64| MARGIN + share * SIDE;
    let y = |share: f64| MARGIN + (1.0 - share) * SIDE;
    let all: f64 = points.iter().map(|[.., count]| count).sum();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole} {whole}\" width=\"{whole}\" role=\"img\" aria-label=\"Reliability of the leads\">\n\
         <rect x=\"{MARGIN}\" y=\"{MARGIN}\" width=\"{SIDE}\" height=\"{SIDE}\" fill=\"none\" stroke=\"#888\"/>\n\
         <line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"#888\" stroke-dasharray=\"4\"/>\n",
        x(0.0),
        y(0.0),
        x(1.0),
        y(1.0)
    );
    for mark in [0.0, 0.5, 1.0] {
        svg += &format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"12\">{mark}</text>\n\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\" font-size=\"12\">{mark}</text>\n",
            x(mark),
            y(0.0) + 16.0,
            x(0.0) - 6.0,
            y(mark) + 4.0
        );
    }
    svg += &format!(
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"12\">share right that leads say</text>\n\
         <text x=\"{MARGIN}\" y=\"{}\" font-size=\"12\">share that was right</text>\n",
        x(0.5),
        y(0.0) + 34.0,
        MARGIN - 14.0
    );
    for [said, right, count] in points {
        let radius = 3.0 + 12.0 * (count / all).sqrt();
        svg += &format!(
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\" fill=\"#1f5fa8\" fill-opacity=\"0.6\"><title>{count} leads say {said:.4}, {right:.4} were right</title></circle>\n",
            x(*said),
            y(*right)
        );
    }
    svg + "</svg>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_stands_where_it_says_and_text_cannot_break_out() {
        let page = page("a < b & c", &[[0.5, 1.0, 4.0]]);
        assert!(
            page.contains("cx=\"204.0\" cy=\"44.0\" r=\"15.0\""),
            "{page}"
        );
        assert!(page.contains("<pre>a &lt; b &amp; c</pre>"));
        assert!(!super::page("x", &[]).contains("<svg"));
    }
}
