"use strict";
// All text of documents goes through textContent: none of it can become markup.
const $ = (id) => document.getElementById(id);
const data = (id) => JSON.parse($(id).textContent);
const made = (tag, kind = "", text = "") => {
  const node = document.createElement(tag);
  if (kind) node.className = kind;
  if (text !== "") node.textContent = text;
  return node;
};

const { kinds, rows: every } = data("rows");
const [PATH, VERDICT, COMPLETE, LOW, HIGH, COMPLETE_SHOWN, DETAIL, DETAIL_SHOWN, COUNTS] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const rows = every.map((row, n) => ({ row, n, total: row[COUNTS].reduce((a, b) => a + b, 0) }));

// --- the list ---

const CHUNK = 200;
const orders = {
  path: (a, b) => (a.row[PATH] < b.row[PATH] ? -1 : a.row[PATH] > b.row[PATH] ? 1 : 0),
  verdict: (a, b) => a.row[VERDICT].localeCompare(b.row[VERDICT]),
  complete: (a, b) => a.row[LOW] - b.row[LOW] || a.row[HIGH] - b.row[HIGH],
  detail: (a, b) => a.row[DETAIL] - b.row[DETAIL],
  findings: (a, b) => a.total - b.total,
};
let sorted = { by: "complete", down: false };
let listed = [];

const bar = (low, high) => {
  const node = made("div", "bar");
  for (const share of [high, low]) node.appendChild(made("i")).style.width = `${share * 100}%`;
  return node;
};

const line = ({ row, n }) => {
  const tr = made("tr");
  const link = tr.appendChild(made("td")).appendChild(made("a", "", row[PATH]));
  link.href = `#d${n}`;
  tr.appendChild(made("td", "", row[VERDICT]));
  tr.appendChild(made("td", "share", row[COMPLETE_SHOWN])).appendChild(bar(row[LOW], row[HIGH]));
  tr.appendChild(made("td", "wide", row[DETAIL_SHOWN]));
  const chips = tr.appendChild(made("td"));
  row[COUNTS].forEach((count, k) => count && chips.appendChild(made("span", `chip ${kinds[k]}`, `${count} ${kinds[k]}`)));
  return tr;
};

const more = () => {
  const body = $("list").tBodies[0];
  const next = listed.slice(body.rows.length, body.rows.length + CHUNK);
  body.append(...next.map(line));
  $("more").hidden = body.rows.length >= listed.length;
};

const list = () => {
  const words = $("words").value.trim().toLowerCase();
  const verdict = $("verdict").value, kind = $("kind").value;
  listed = rows.filter(({ row }) =>
    row[PATH].toLowerCase().includes(words) && (!verdict || row[VERDICT] === verdict) && (kind === "" || row[COUNTS][kind] > 0));
  const sign = sorted.down ? -1 : 1;
  listed.sort((a, b) => sign * orders[sorted.by](a, b) || a.n - b.n);
  $("shown").textContent = `${listed.length} of ${rows.length}`;
  for (const th of document.querySelectorAll("th[data-sort]")) {
    const here = th.dataset.sort === sorted.by;
    th.ariaSort = here ? (sorted.down ? "descending" : "ascending") : "none";
  }
  $("list").tBodies[0].replaceChildren();
  more();
};

for (const th of document.querySelectorAll("th[data-sort]")) {
  th.firstElementChild.addEventListener("click", () => {
    sorted = { by: th.dataset.sort, down: sorted.by === th.dataset.sort && !sorted.down };
    list();
  });
}
for (const id of ["words", "verdict", "kind"]) $(id).addEventListener("input", list);
$("more").addEventListener("click", more);
new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && more()).observe($("more"));

// --- one document ---

let open = null;
let here = -1;
let marks = [];

const piece = (part, findings) => {
  if (typeof part === "string") return document.createTextNode(part);
  if (typeof part === "number") return made("span", "left-out", ` [… ${part.toLocaleString("en")} characters …] `);
  const [kind, slot, severity, rule, message] = findings[part[0]];
  const mark = made("mark", kind, part[1]);
  mark.dataset.finding = part[0];
  mark.dataset.slot = slot || kind;
  mark.title = `${severity} ${rule}: ${message}`;
  mark.tabIndex = 0;
  return mark;
};

const entry = ([kind, slot, severity, rule, message, line, column, text], n) => {
  const li = made("li");
  li.appendChild(made("span", `chip ${kind}`, slot ? `${kind} · ${slot}` : kind));
  const link = li.appendChild(made("a", "", text || "‸"));
  link.href = `#d${open}/${n}`;
  li.append(` ${message} `, made("code", "", rule), ` ${severity}, line ${line}, column ${column}`);
  return li;
};

const show = (n) => {
  open = n;
  here = -1;
  const { row } = rows[n], { about, sum, findings, more: rest, parts } = data(`d${n}`);
  $("path").textContent = document.title = row[PATH];
  $("about").textContent = `${row[VERDICT]} · ${row[COMPLETE_SHOWN]} · ${about}`;
  $("sum").textContent = sum.join("\n");
  const why = findings.length
    ? "The text is left out: the page holds as much as a browser opens. The findings are listed."
    : "Nothing was found in this document, so its text is not in the page.";
  $("text").replaceChildren(...(parts ? parts.map((part) => piece(part, findings)) : [made("p", "none", why)]));
  $("findings").firstElementChild.textContent = rest ? `Findings: ${findings.length}, and ${rest} more` : `Findings: ${findings.length}`;
  $("findings").lastElementChild.replaceChildren(...findings.map(entry));
  $("findings").hidden = !findings.length;
  marks = [...$("text").querySelectorAll("mark")];
  $("map").hidden = !marks.length;
  $("collection").hidden = true;
  $("document").hidden = false;
  scrollTo(0, 0);
  drawMap();
  place();
};

const place = () => { $("place").textContent = marks.length ? `${here + 1} of ${marks.length} holes` : ""; };

const go = (n) => {
  if (!marks.length) return;
  marks[here]?.classList.remove("here");
  here = (n + marks.length) % marks.length;
  marks[here].classList.add("here");
  marks[here].scrollIntoView({ block: "center" });
  marks[here].focus({ preventScroll: true });
  place();
};

// Ticks that would fall on the same place are drawn once.
const drawMap = () => {
  const height = $("text").scrollHeight, top = $("text").offsetTop, seen = new Set();
  const ticks = [];
  marks.forEach((mark) => {
    const at = ((mark.offsetTop - top) / height * 100).toFixed(1);
    if (seen.has(at + mark.className)) return;
    seen.add(at + mark.className);
    const tick = made("i", mark.className);
    tick.style.top = `${at}%`;
    ticks.push(tick);
  });
  $("map").replaceChildren($("window"), ...ticks);
  drawWindow();
};

const drawWindow = () => {
  const { top, height } = $("text").getBoundingClientRect();
  $("window").style.top = `${Math.max(0, -top / height) * 100}%`;
  $("window").style.height = `${Math.min(1, innerHeight / height) * 100}%`;
};

$("map").addEventListener("click", (event) => {
  const box = $("map").getBoundingClientRect();
  const at = $("text").offsetTop + ((event.clientY - box.top) / box.height) * $("text").scrollHeight;
  let nearest = 0;
  marks.forEach((mark, n) => { if (Math.abs(mark.offsetTop - at) < Math.abs(marks[nearest].offsetTop - at)) nearest = n; });
  go(nearest);
});
$("text").addEventListener("click", (event) => {
  const mark = event.target.closest("mark");
  if (mark) go(marks.indexOf(mark));
});
$("next").addEventListener("click", () => go(here + 1));
$("previous").addEventListener("click", () => go(here < 0 ? -1 : here - 1));
addEventListener("scroll", () => open === null || drawWindow(), { passive: true });
new ResizeObserver(() => open === null || drawMap()).observe($("text"));

// --- addresses and keys ---

const route = () => {
  const address = /^#d(\d+)(?:\/(\d+))?$/.exec(location.hash);
  if (!address || !(address[1] in rows)) {
    const last = open;
    open = null;
    document.title = "redactscan";
    $("document").hidden = true;
    $("collection").hidden = false;
    if (last !== null) document.querySelector(`a[href="#d${last}"]`)?.focus();
    return;
  }
  if (open !== Number(address[1])) show(Number(address[1]));
  if (address[2] !== undefined) go(marks.findIndex((mark) => mark.dataset.finding === address[2]));
};
addEventListener("hashchange", route);

const escape = () => {
  if (open !== null) location.hash = "";
  else { $("words").value = ""; list(); document.activeElement.blur(); }
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") { event.preventDefault(); escape(); return; }
  if (event.target.matches("select") || (event.target === $("words") && event.key !== "ArrowDown")) return;
  const links = [...document.querySelectorAll("#list tbody a")], at = links.indexOf(document.activeElement);
  const acts = open !== null
    ? { n: () => go(here + 1), j: () => go(here + 1), p: () => go(here < 0 ? -1 : here - 1), k: () => go(here < 0 ? -1 : here - 1) }
    : { "/": () => $("words").focus(), ArrowDown: () => links[Math.min(at + 1, links.length - 1)]?.focus(), ArrowUp: () => links[Math.max(at - 1, 0)]?.focus() };
  if (event.key in acts) { event.preventDefault(); acts[event.key](); }
});

list();
route();
