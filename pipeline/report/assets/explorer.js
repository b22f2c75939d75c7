/* The list of statements: filters in, rows out. Text from documents enters as text only. */

const PAGE_ROWS = 25;
const byId = (id) => document.getElementById(id);

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function inWords(id) {
  return id.replaceAll("_", " ");
}

function options(select, entries) {
  select.replaceChildren(...entries.map(([value, label]) => {
    const option = element("option", "", label);
    option.value = value;
    return option;
  }));
}

const SORTS = [["", "Newest first"], ["oldest", "Oldest first"], ["surest", "Surest first"]];

function fillFilters(data) {
  const counted = (i) => `${data.themes.label[i]} (${data.themes.findings[i].toLocaleString("en-GB")})`;
  const themes = data.themes.id.map((id, i) => [id, counted(i), data.themes.origin[i]]);
  const group = (label, origin) => {
    const made = element("optgroup");
    made.label = label;
    const held = themes.filter((t) => t[2] === origin);
    options(made, held);
    return held.length ? [made] : [];
  };
  options(byId("f-theme"), [["", "All themes"], ["none", "Without a theme"]]);
  byId("f-theme").append(...group("Codebook", "codebook"), ...group("Emergent", "emergent"));
  const years = [...new Set(data.documents.year)].sort().reverse();
  options(byId("f-year"), [["", "All years"], ...years.map((y) => (y ? [y, y] : [UNDATED, "Undated"]))]);
  options(byId("f-kind"), [["", "All kinds"], ...data.kinds.map((k) => [k, k])]);
  const sources = [...new Set(data.documents.source)].sort().map((s) => data.sources[s]);
  options(byId("f-source"), [["", "All sources"], ...sources.map((s) => [s, s])]);
  const agencies = [...new Set(data.agencyLists.flat())].sort((a, b) => a.localeCompare(b, "en"));
  options(byId("f-agency"), [["", "All agencies"], ...agencies.map((a) => [a, inWords(a)])]);
  options(byId("f-sort"), SORTS);
  options(byId("speaker-names"), mostSaid(data).map((name) => [name, ""]));
}

function mostSaid(data) {
  const counts = new Map();
  data.speaker.codes.forEach((code) => counts.set(code, (counts.get(code) || 0) + 1));
  const names = [...counts.entries()].sort((a, b) => b[1] - a[1]).map(([code]) => data.speaker.values[code]);
  return names.filter(Boolean).slice(0, 400);
}

function titleOf(data, state) {
  const parts = [];
  if (state.statement) return "One statement";
  if (state.document) {
    const d = data.documents.doc_id.indexOf(state.document);
    parts.push(d < 0 ? "An unknown document" : data.documents.title[d] || data.documents.source_path[d]);
  }
  if (state.theme) {
    const t = data.themeNumber.get(state.theme);
    parts.push(state.theme === "none" ? "Without a theme" : t === undefined ? "An unknown theme" : data.themes.label[t]);
  }
  if (state.year) parts.push(state.year === UNDATED ? "undated" : state.year);
  if (state.kind) parts.push(`${state.kind}s`);
  if (state.source) parts.push(state.source);
  if (state.agency) parts.push(inWords(state.agency));
  if (state.speaker) parts.push(state.speaker);
  if (state.q) parts.push(`“${state.q}”`);
  return parts.length ? parts.join(" · ") : "Statements";
}

function countSentence(data, rows) {
  const n = [0, 0, 0];
  rows.forEach((row) => { n[data.kind[row]] += 1; });
  const said = data.kinds.map((kind, i) => [n[i], kind]).filter(([count]) => count)
    .map(([count, kind]) => `${count.toLocaleString("en-GB")} ${kind}${count === 1 ? "" : "s"}`);
  const total = `${rows.length.toLocaleString("en-GB")} finding${rows.length === 1 ? "" : "s"}`;
  return rows.length ? `${total}: ${said.join(", ")}` : "No finding fits. Clear a filter to see more.";
}

function drawRow(data, row, state) {
  const item = element("li", "row");
  item.dataset.statement = data.id[row];
  item.append(topLine(data, row), saidLine(data, row, state), fromLine(data, row), hasLine(data, row, state));
  return item;
}

function topLine(data, row) {
  const d = data.document[row];
  const docs = data.documents;
  const line = element("p", "top");
  const kind = data.kinds[data.kind[row]];
  line.append(element("span", `kind kind-${kind}`, kind));
  line.append(element("span", "", docs.published[d] || docs.year[d] || undatedText(docs, d)));
  line.append(element("span", "", data.sources[docs.source[d]]));
  if (docs.copy[d]) line.append(element("span", "", "copy of another document"));
  if (data.certainty[row] < 60) line.append(element("span", "", `kind unsure (${data.certainty[row]}%)`));
  return line;
}

function undatedText(docs, d) {
  if (docs.earliest[d] && docs.latest[d]) return `undated, between ${docs.earliest[d]} and ${docs.latest[d]}`;
  if (docs.latest[d]) return `undated, not after ${docs.latest[d]}`;
  return docs.earliest[d] ? `undated, not before ${docs.earliest[d]}` : "undated";
}

function saidLine(data, row, state) {
  const line = element("p", "said");
  line.dir = "auto";
  const stem = data.stem.values[data.stem.codes[row]];
  if (stem) line.append(element("span", "stem", `${stem} `));
  const points = Array.from(data.text[row]);
  let at = 0;
  for (const [from, to] of evidence(data, row, data.themeNumber.get(state.theme))) {
    line.append(points.slice(at, from).join(""), element("mark", "", points.slice(from, to).join("")));
    at = to;
  }
  line.append(points.slice(at).join(""));
  return line;
}

function fromLine(data, row) {
  const d = data.document[row];
  const docs = data.documents;
  const line = element("p", "from");
  const whole = element("a");
  whole.href = hashOf({ document: docs.doc_id[d] });
  whole.append(element("bdi", "", docs.title[d] || docs.source_path[d]));
  line.append(whole);
  const speaker = data.speaker.values[data.speaker.codes[row]];
  const section = data.section.values[data.section.codes[row]];
  const parts = [docs.publisher.values[docs.publisher.codes[d]], docs.source_path[d], docs.item[d],
    data.page[row] === null ? "" : `page ${data.page[row]}`, section === docs.title[d] ? "" : section,
    speaker && `said by ${speaker}`, data.agencyLists[data.agencies.codes[row]].map(inWords).join(", ")];
  parts.filter(Boolean).forEach((part) => line.append(" · ", element("bdi", "", part)));
  return line;
}

function hasLine(data, row, state) {
  const line = element("p", "has");
  for (let i = data.first[row]; i < data.first[row + 1]; i += 1) {
    const theme = data.theme[i];
    const link = element("a", "", data.themes.label[theme]);
    link.href = hashOf({ theme: data.themes.id[theme] });
    line.append(link, ` ${data.percent[i]}%`, " · ");
  }
  if (data.first[row] === data.first[row + 1]) line.append("no theme · ");
  const own = element("a", "", state.statement ? "this statement" : "link to this statement");
  own.href = hashOf({ statement: data.id[row] });
  own.setAttribute("aria-label", `${own.textContent}, ${data.id[row]}`);
  line.append(own);
  return line;
}

function hashOf(state) {
  const pairs = FIELDS.filter((name) => state[name]).map((name) => `${name}=${encodeURIComponent(state[name])}`);
  return `#${pairs.join("&")}`;
}

function stateOf(hash) {
  const state = {};
  new URLSearchParams(hash.replace(/^#/, "").replaceAll("+", "%2B")).forEach((value, name) => {
    if (FIELDS.includes(name)) state[name] = value;
  });
  return state;
}
