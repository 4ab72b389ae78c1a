// The list of events that match the filter; only the visible rows exist.
const ROW = 84, SPARE = 6, TAIL = 32;
const list = by("list"), rows = by("rows");
const live = new Map();  // place in the list → its row

function pictureOf(event) {
  return element("img", { alt: "", src: event.thumb || "data:,", decoding: "async" });
}
function makeRow(place) {
  const event = chosen.shown[place], source = sources[event.source];
  const when = wall(source, event.start) || clock(event.start);
  const row = element("div", { className: "row", id: `row-${place}` },
    pictureOf(event),
    element("div", {},
      element("b", { textContent: when }), element("br"),
      `${span(event).toFixed(1)} s · score ${event.score.toPrecision(3)} · ${percent(event.fraction)}`,
      element("br"),
      element("span", { className: "dim", textContent: `event ${event.number}` +
        (event.regions.join() === "all" ? "" : ` · ${event.regions.join(", ")}`) +
        (event.clip ? " · clip" : "") }),
      element("br"),
      element("span", { className: "dim path", title: source.name },
        element("bdi", { textContent: sources.length > 1 ? source.short : "" }))));
  row.setAttribute("role", "option");
  row.setAttribute("aria-setsize", chosen.shown.length);
  row.setAttribute("aria-posinset", place + 1);
  row.style.top = `${place * ROW}px`;
  row.onclick = () => choose(event, "list");
  return row;
}
function fill() {
  const first = Math.max(0, Math.floor(list.scrollTop / ROW) - SPARE);
  const last = Math.min(chosen.shown.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + SPARE);
  for (const [place, row] of live) {
    if (place < first || place >= last) { row.remove(); live.delete(place); }
  }
  for (let place = first; place < last; place++) {
    if (!live.has(place)) {
      live.set(place, makeRow(place));
      rows.append(live.get(place));
    }
    const is = chosen.shown[place] === chosen.event;
    live.get(place).setAttribute("aria-selected", is);
    if (is) list.setAttribute("aria-activedescendant", `row-${place}`);
  }
}
list.addEventListener("scroll", fill, { passive: true });
window.addEventListener("resize", fill);
listeners.push((from) => {
  const place = chosen.shown.indexOf(chosen.event);
  if (from !== "list" && place >= 0) {
    const top = place * ROW;
    if (top < list.scrollTop) list.scrollTop = top;
    if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
  }
  fill();
});

function refill(names, select, all) {
  select.replaceChildren(new Option(all, ""), ...names.map(([value, text]) => new Option(text, value)));
}
const filter = by("filter");
// A select box would cut the end of a long name, which is what distinguishes it.
const tail = (text) => text.length > TAIL ? `…${text.slice(1 - TAIL)}` : text;
refill(sources.map((source, i) => [i, tail(source.short)]), by("f-source"), "all");
refill([...new Set(events.flatMap((e) => e.regions))].sort().map((r) => [r, r]), by("f-region"), "any"); // one may be called "all"
const ORDERS = {
  time: (a, b) => a.source - b.source || a.start - b.start,
  score: (a, b) => b.score - a.score,
  length: (a, b) => span(b) - span(a),
};
function sift() {
  const source = by("f-source").value, region = by("f-region").value;
  const length = Number(by("f-length").value), score = Number(by("f-score").value);
  chosen.shown = events.filter((event) => (source === "" || event.source === Number(source)) &&
    (region === "" || event.regions.includes(region)) && span(event) >= length && event.score >= score);
  chosen.shown.sort(ORDERS[by("f-order").value]);
  chosen.passing = new Set(chosen.shown);
  for (const row of live.values()) row.remove();
  live.clear();
  rows.style.height = `${chosen.shown.length * ROW}px`;
  list.scrollTop = 0;
  by("shown").textContent = chosen.shown.length === events.length
    ? "" : `${chosen.shown.length} of ${events.length}`;
  const keep = chosen.passing.has(chosen.event) ? chosen.event : chosen.shown[0] ?? null;
  choose(keep, "filter");
  if (!keep && source !== "") { showSource(Number(source)); draw(); }
}
filter.addEventListener("input", sift);
filter.addEventListener("change", sift);  // not every browser says input of a list
filter.addEventListener("submit", (e) => e.preventDefault());
filter.addEventListener("reset", () => setTimeout(sift));
