/* The statements: columns into rows, filters, orders and CSV. Nothing here touches the page. */

const FIELDS = ["q", "theme", "year", "kind", "source", "agency", "speaker", "document", "statement", "sort"];
const UNDATED = "undated";

async function readData(block) {
  let text = block.textContent;
  if (block.dataset.form === "gzip") {
    const packed = atob(text);
    const bytes = new Uint8Array(packed.length);
    for (let i = 0; i < packed.length; i += 1) bytes[i] = packed.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    text = await new Response(stream).text();
  }
  return withIndexes(JSON.parse(text));
}

function withIndexes(data) {
  data.first = new Int32Array(data.text.length + 1);
  data.assigned.forEach((n, row) => { data.first[row + 1] = data.first[row] + n; });
  data.themeNumber = new Map(data.themes.id.map((id, i) => [id, i]));
  data.agencyLists = data.agencies.values.map((cell) => cell.split(";").map((a) => a.trim()).filter(Boolean));
  data.foldedSpeakers = data.speaker.values.map(fold);
  return data;
}

function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/* Words must all occur; "words in quotation marks" occur together. */
function queryParts(query) {
  return [...query.matchAll(/"([^"]+)"|(\S+)/g)].map((m) => fold(m[1] || m[2]));
}

function searchable(data) {
  if (!data.folded) {
    const stems = data.stem.values.map(fold);
    const titles = data.documents.title.map(fold);
    data.folded = data.text.map((t, row) => `${fold(t)}\n${stems[data.stem.codes[row]]}\n${titles[data.document[row]]}`);
  }
  return data.folded;
}

function yearOf(data, row) {
  return data.documents.year[data.document[row]];
}

function tests(data, state) {
  const list = [];
  const docs = data.documents;
  if (state.statement) list.push((row) => data.id[row] === state.statement);
  if (state.document) list.push((row) => docs.doc_id[data.document[row]] === state.document);
  if (state.year) {
    const wanted = state.year === UNDATED ? "" : state.year;
    list.push((row) => yearOf(data, row) === wanted);
  }
  if (state.kind) { const k = data.kinds.indexOf(state.kind); list.push((row) => data.kind[row] === k); }
  if (state.source) { const s = data.sources.indexOf(state.source); list.push((row) => docs.source[data.document[row]] === s); }
  if (state.theme) {
    const t = data.themeNumber.get(state.theme);
    list.push((row) => {
      const end = data.first[row + 1];
      if (state.theme === "none") return data.first[row] === end;
      for (let i = data.first[row]; i < end; i += 1) if (data.theme[i] === t) return true;
      return false;
    });
  }
  if (state.agency) {
    const held = data.agencyLists.map((listed) => listed.includes(state.agency));
    list.push((row) => held[data.agencies.codes[row]]);
  }
  if (state.speaker) {
    const wanted = fold(state.speaker);
    const held = data.foldedSpeakers.map((name) => name.includes(wanted));
    list.push((row) => held[data.speaker.codes[row]]);
  }
  if (state.q) {
    const folded = searchable(data);
    const parts = queryParts(state.q);
    list.push((row) => parts.every((part) => folded[row].includes(part)));
  }
  return list;
}

function select(data, state) {
  const checks = tests(data, state);
  const found = [];
  for (let row = 0; row < data.text.length; row += 1) if (checks.every((check) => check(row))) found.push(row);
  return ordered(data, found, state);
}

function ordered(data, rows, state) {
  if (state.sort === "surest") {
    const theme = data.themeNumber.get(state.theme);
    const sure = new Map(rows.map((row) => [row, sureness(data, row, theme)]));
    return rows.sort((a, b) => sure.get(b) - sure.get(a) || a - b);
  }
  const year = (row) => Number(yearOf(data, row)) || (state.sort === "oldest" ? 9999 : -1);
  const way = state.sort === "oldest" ? 1 : -1;
  return rows.sort((a, b) => way * (year(a) - year(b)) || a - b);
}

function sureness(data, row, theme) {
  for (let i = data.first[row]; i < data.first[row + 1]; i += 1) if (data.theme[i] === theme) return data.percent[i];
  return data.certainty[row];
}

/* Stretches of evidence in code points, merged; of one theme where one is chosen. */
function evidence(data, row, theme) {
  const spans = [];
  for (let i = data.first[row]; i < data.first[row + 1]; i += 1) {
    if (data.from[i] >= 0 && (theme === undefined || data.theme[i] === theme)) spans.push([data.from[i], data.to[i]]);
  }
  spans.sort((a, b) => a[0] - b[0]);
  const merged = [];
  for (const span of spans) {
    const last = merged[merged.length - 1];
    if (last && span[0] <= last[1]) last[1] = Math.max(last[1], span[1]);
    else merged.push([...span]);
  }
  return merged;
}

function themeLabels(data, row) {
  const out = [];
  for (let i = data.first[row]; i < data.first[row + 1]; i += 1) out.push(data.theme[i]);
  return out;
}

/* A spreadsheet would run a cell that begins so as a formula; an apostrophe before it keeps it text. */
function csvCell(value) {
  let text = value === null || value === undefined ? "" : String(value);
  if (/^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csv(data, rows) {
  const docs = data.documents;
  const head = ["statement_id", "year", "published", "source_type", "publisher", "title", "source_path", "item", "page", "section",
    "kind", "kind_probability", "speaker", "agencies", "themes", "stem", "text"];
  const lines = rows.map((row) => {
    const d = data.document[row];
    return [data.id[row], docs.year[d], docs.published[d], data.sources[docs.source[d]], docs.publisher.values[docs.publisher.codes[d]],
      docs.title[d], docs.source_path[d], docs.item[d], data.page[row], data.section.values[data.section.codes[row]],
      data.kinds[data.kind[row]], (data.certainty[row] / 100).toFixed(2), data.speaker.values[data.speaker.codes[row]],
      data.agencies.values[data.agencies.codes[row]], themeLabels(data, row).map((t) => data.themes.id[t]).join(";"),
      data.stem.values[data.stem.codes[row]], data.text[row]].map(csvCell).join(",");
  });
  return `\ufeff${[head.join(","), ...lines].join("\r\n")}\r\n`;
}
