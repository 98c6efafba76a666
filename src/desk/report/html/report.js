"use strict";
// Without this script the page shows the run and its states; with it, tables sort and filter, and each state has its figures.
const number = (cell) => {
  const text = (cell.firstChild?.textContent ?? "").trim().replaceAll(",", "");
  return text === "" || isNaN(text) ? -1 : Number(text);
};
const makeSortable = (table) => {
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
};
document.querySelectorAll("table.sortable").forEach(makeSortable);
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
// Every figure of a state, as tables, when it is opened: the page has them as numbers.
const source = document.getElementById("figures");
const figures = source && JSON.parse(source.textContent);
const make = (name, attributes, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};
const count = (value) => (value === null || value === undefined ? "-" : value.toLocaleString("en-US"));
const tenths = (value) => (value === null ? "-" : (value / 10).toFixed(1));
const table = (caption, heads, rows, classes) => {
  const head = make("tr", {}, ...heads.map((text, place) =>
    text === "" ? make("td", {}) : make("th", { scope: "col", ...(place > 0 && { class: "n" }) }, text)));
  const body = rows.map(([first, ...cells]) =>
    make("tr", {}, make("th", { scope: "row" }, first), ...cells.map((cell) => make("td", {}, cell))));
  const made = make("table", { class: classes ?? "" }, make("caption", {}, caption), make("thead", {}, head), make("tbody", {}, ...body));
  if (classes?.includes("sortable")) makeSortable(made);
  return made;
};
const chips = (codes) => {
  const all = codes.split("+").map((code) => make("a", { class: "chip", href: `#code-${code}` }, code));
  return make("span", {}, ...all);
};
const scroll = (label, child) => make("div", { class: "scroll", role: "region", "aria-label": label, tabindex: "0" }, child);
const fill = (details) => {
  const name = details.id.slice(2);
  const state = figures?.states[name];
  if (!state || details.dataset.filled) return;
  details.dataset.filled = "yes";
  const who = details.querySelector(".who").textContent;
  const grid = make("div", { class: "grid" });
  let place = 0;
  for (const [title, rows] of figures.groups) {
    grid.append(table(title, ["", "All", ...(state.before ? ["Before"] : []), "FCR-supplied"], rows.map(([id, label]) => {
      const at = place++;
      const link = make("a", { href: `#${id}` }, label);
      return [link, count(state.all[at]), ...(state.before ? [count(state.before[at])] : []), count(state.fcr[at])];
    })));
  }
  grid.append(table("Reason codes that occur together", ["Codes", "Cases", "Records"],
    state.codes.map(([codes, cases, records]) => [chips(codes), count(cases), count(records)])));
  if (state.edits.length) {
    grid.append(table("Findings of the edits", ["Code", "Records"], state.edits.map(([code, records]) => [code, count(records)])));
  }
  const codes = ["00", "01", "02", "03", "04", "05", "06", "07", "08"];
  details.append(grid, make("h3", {}, "By other state"), scroll(`${who} by other state`,
    table(`${who}, by the state that the cases name: returned cases, and those with each reason code`,
      ["Other state", "Returned", "Match rate, %", "In sync, %", "Not found", ...codes],
      state.others.map(([other, returned, found, inSync, lost, by]) =>
        [make("b", {}, other), count(returned), tenths(found), tenths(inSync), count(lost), ...by.map(count)]), "sortable")));
};
for (const details of document.querySelectorAll("#details details")) {
  details.addEventListener("toggle", () => details.open && fill(details));
}
// A link to a state opens it; the focus follows a link to a meaning.
const arrive = () => {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (!target) return;
  const closed = target.closest("details");
  if (closed) {
    fill(closed);
    closed.open = true;
  }
  if (target.tabIndex === -1 && target.hasAttribute("tabindex")) target.focus({ preventScroll: true });
  target.scrollIntoView();
};
addEventListener("hashchange", arrive);
arrive();
