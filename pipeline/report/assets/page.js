/* The page: what the address asks for is opened; marks are reached with arrow keys; a tip names them. */

const app = { data: null, state: {}, rows: [], page: 0 };

function show(state, page = 0) {
  app.state = state;
  app.page = page;
  app.rows = select(app.data, state);
  byId("statements-title").textContent = titleOf(app.data, state);
  byId("count").textContent = countSentence(app.data, app.rows);
  byId("clear").disabled = !FIELDS.some((name) => name !== "sort" && state[name]);
  byId("csv").disabled = !app.rows.length;
  ["q", "theme", "year", "kind", "source", "agency", "speaker", "sort"].forEach((name) => {
    const field = byId(`f-${name}`);
    if (field.value !== (state[name] || "")) field.value = state[name] || "";
  });
  drawPage();
}

function drawPage() {
  const from = app.page * PAGE_ROWS;
  const shown = app.rows.slice(from, from + PAGE_ROWS);
  byId("rows").replaceChildren(...shown.map((row) => drawRow(app.data, row, app.state)));
  byId("rows").start = from + 1;
  byId("previous").disabled = app.page === 0;
  byId("next").disabled = from + PAGE_ROWS >= app.rows.length;
  const total = app.rows.length.toLocaleString("en-GB");
  byId("place").textContent = shown.length ? `${(from + 1).toLocaleString("en-GB")}–${(from + shown.length).toLocaleString("en-GB")} of ${total}` : "";
}

function turn(by) {
  app.page += by;
  drawPage();
  byId("statements-title").scrollIntoView({ block: "start" });
  byId("statements-title").focus({ preventScroll: true });
}

function openSheet() {
  const sheet = byId("statements");
  if (!sheet.matches(":modal")) {
    sheet.removeAttribute("open");
    sheet.showModal();
  }
  sheet.scrollTop = 0;
  byId("statements-title").focus({ preventScroll: true });
}

function closeSheet() {
  history.replaceState(null, "", "#");
  byId("statements").setAttribute("open", "");
}

function followAddress() {
  const sheet = byId("statements");
  if (location.hash.includes("=")) {
    show(stateOf(location.hash));
    openSheet();
  } else if (sheet.matches(":modal")) {
    sheet.close();
  }
}

function filtersChanged() {
  const state = {};
  ["q", "theme", "year", "kind", "source", "agency", "speaker", "sort"].forEach((name) => {
    const value = byId(`f-${name}`).value.trim();
    if (value) state[name] = value;
  });
  if (app.state.document) state.document = app.state.document;
  history.replaceState(null, "", hashOf(state));
  show(state);
}

function download() {
  const address = URL.createObjectURL(new Blob([csv(app.data, app.rows)], { type: "text/csv;charset=utf-8" }));
  const link = element("a");
  link.href = address;
  link.download = `${titleOf(app.data, app.state).replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").toLowerCase().slice(0, 80)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

async function copyLink() {
  const address = `${location.href.split("#")[0]}${hashOf(app.state)}`;
  const button = byId("copy");
  try {
    await navigator.clipboard.writeText(address);
    button.textContent = "Copied";
  } catch {
    history.replaceState(null, "", hashOf(app.state));
    button.textContent = "Link is in the address bar";
  }
  setTimeout(() => { button.textContent = "Copy link"; }, 2500);
}

function wireList() {
  let waiting = 0;
  byId("filters").addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(filtersChanged, event.target.type === "search" ? 200 : 0);
  });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("previous").addEventListener("click", () => turn(-1));
  byId("next").addEventListener("click", () => turn(1));
  byId("clear").addEventListener("click", () => { history.replaceState(null, "", "#"); show({}); });
  byId("csv").addEventListener("click", download);
  byId("copy").addEventListener("click", copyLink);
  byId("close").addEventListener("click", () => byId("statements").close());
  byId("statements").addEventListener("close", closeSheet);
  byId("statements").addEventListener("click", (event) => { if (event.target.matches("dialog:modal")) event.target.close(); });
}

/* One tab stop a picture; arrow keys go to the nearest mark in their direction. */
function wirePicture(picture) {
  const marks = [...picture.querySelectorAll("a")];
  marks.forEach((mark, i) => mark.setAttribute("tabindex", i ? "-1" : "0"));
  picture.addEventListener("keydown", (event) => {
    const from = event.target.closest("a");
    const to = from && nextMark(marks, from, event.key);
    if (!to) return;
    event.preventDefault();
    from.setAttribute("tabindex", "-1");
    to.setAttribute("tabindex", "0");
    to.focus();
  });
}

function nextMark(marks, from, key) {
  if (key === "Home") return marks[0];
  if (key === "End") return marks[marks.length - 1];
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (!way) return null;
  const centre = (mark) => { const box = mark.getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2]; };
  const [x, y] = centre(from);
  let best = null;
  let least = Infinity;
  for (const mark of marks) {
    const [mx, my] = centre(mark);
    const along = (mx - x) * way[0] + (my - y) * way[1];
    const aside = Math.abs((mx - x) * way[1]) + Math.abs((my - y) * way[0]);
    if (mark !== from && along > 0.5 && along + 4 * aside < least) { least = along + 4 * aside; best = mark; }
  }
  return best;
}

function wireTip() {
  const tip = byId("tip");
  const over = (event) => {
    const mark = event.target.closest && event.target.closest("svg a[aria-label]");
    tip.hidden = !mark;
    if (!mark) return;
    tip.textContent = mark.getAttribute("aria-label");
    const box = mark.getBoundingClientRect();
    const left = Math.min(Math.max(8, box.left + box.width / 2 - tip.offsetWidth / 2), innerWidth - tip.offsetWidth - 8);
    const above = box.top - tip.offsetHeight - 8;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > 4 ? above : box.bottom + 8}px`;
  };
  document.addEventListener("mouseover", over);
  document.addEventListener("focusin", over);
  document.addEventListener("scroll", () => { tip.hidden = true; }, { passive: true, capture: true });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") tip.hidden = true; });
}

async function start() {
  document.querySelectorAll("svg").forEach(wirePicture);
  wireTip();
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
  try {
    app.data = await readData(byId("data"));
  } catch {
    byId("count").textContent = "The statements could not be read: this browser is too old for the compressed form. The run's tables hold them too.";
    return;
  }
  byId("data").remove();
  fillFilters(app.data);
  wireList();
  show({});
  addEventListener("hashchange", followAddress);
  followAddress();
  document.documentElement.dataset.ready = "yes";
}

start();
