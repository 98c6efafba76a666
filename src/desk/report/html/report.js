"use strict";
// Without this script the page shows everything; with it, tables sort and filter.
const number = (cell) => {
  const text = (cell.firstChild?.textContent ?? "").trim().replaceAll(",", "");
  return text === "" || isNaN(text) ? -1 : Number(text);
};
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    while (head.firstChild && !head.firstChild.classList?.contains("what")) button.append(head.firstChild);
    button.textContent = button.textContent.trim();
    button.append(document.createElement("i"));
    head.prepend(button);
    button.addEventListener("click", () => {
      const numeric = head.classList.contains("n");
      const first = numeric ? "descending" : "ascending";
      const second = numeric ? "ascending" : "descending";
      const order = head.getAttribute("aria-sort") === first ? second : first;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const key = numeric ? (row) => number(row.cells[column]) : (row) => row.cells[column].textContent;
      const compare = numeric ? (a, b) => a - b : (a, b) => a.localeCompare(b);
      const rows = [...body.rows].map((row) => [key(row), row]);
      rows.sort((a, b) => sign * compare(a[0], b[0]));
      body.append(...rows.map(([, row]) => row));
    });
  });
}
for (const tools of document.querySelectorAll(".tools")) {
  const table = tools.nextElementSibling.querySelector("table");
  const [select, input, shown] = ["select", "input", "output"].map((name) => tools.querySelector(name));
  const rows = table.tBodies[0].rows;
  const choose = () => (table.className = `wide sortable show-${select.value}`);
  const filter = () => {
    const wanted = input.value.trim().toLowerCase();
    let count = 0;
    for (const row of rows) {
      row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
      count += row.hidden ? 0 : 1;
    }
    shown.textContent = wanted ? `${count} of ${rows.length}` : "";
  };
  select.addEventListener("change", choose);
  input.addEventListener("input", filter);
  tools.hidden = false;
  choose();
}
// A link to a state opens it; the focus follows a link to a meaning.
const arrive = () => {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (!target) return;
  const closed = target.closest("details");
  if (closed) closed.open = true;
  if (target.tabIndex === -1 && target.hasAttribute("tabindex")) target.focus({ preventScroll: true });
  target.scrollIntoView();
};
addEventListener("hashchange", arrive);
arrive();
// On paper everything is open.
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  closed.forEach((details) => (details.open = true));
});
addEventListener("afterprint", () => closed.forEach((details) => (details.open = false)));
