// The selected event with picture, mask and clip; the keys; printing.
const detail = by("detail");

function figure(src, caption, className) {
  const image = element("img", { src, alt: caption, className });
  return element("figure", {}, image, element("figcaption", { textContent: caption }));
}
function facts(event, source) {
  const when = (t) => [clock(t), wall(source, t)].filter(Boolean).join(" · ");
  const pairs = [
    ["from", when(event.start)], ["to", when(event.end)],
    ["strongest", when(event.peak)],
    ["score", `${event.score.toPrecision(3)} (opens at 1, stays open from ${source.stays})`],
    ["area", percent(event.fraction)], ["regions", event.regions.join(", ")],
    ["opened by", event.reason], ["closed by", event.ending], ["source", source.name],
  ];
  return element("dl", {}, ...pairs.flatMap(([name, text]) =>
    [element("dt", { textContent: name }), element("dd", { textContent: text })]));
}
listeners.push(() => {
  const event = chosen.event;
  if (!event) {
    detail.replaceChildren(element("p", { className: "dim", textContent:
      events.length ? "No event matches the filter." : "Nothing moved." }));
    return;
  }
  if (detail.dataset.event === `${event.source}/${event.number}`) return;
  detail.dataset.event = `${event.source}/${event.number}`;
  const source = sources[event.source], pair = element("div", { className: "pair" });
  if (event.picture) {
    const shown = figure(event.picture, "strongest moment", "picture");
    shown.querySelector("img").onerror = (e) => { e.target.onerror = null; e.target.src = event.thumb; };
    pair.append(element("a", { href: event.picture, target: "_blank" }, shown));
  }
  if (event.mask) pair.append(figure(event.mask, "what moved", "mask"));
  const children = [
    element("h2", { textContent: `Event ${event.number} · ${span(event).toFixed(1)} s` }), pair,
  ];
  if (event.clip) {
    const clip = element("video", { src: event.clip, controls: true, preload: "metadata" });
    const before = event.start - event.clipAt, far = Math.abs(before).toFixed(1);
    clip.addEventListener("loadedmetadata", () => { clip.currentTime = Math.max(0, before); }, { once: true });
    const begins = far === "0.0" ? "with the event" : `${far} s ${before > 0 ? "before" : "after"} the event`;
    children.push(clip, element("p", { className: "dim" }, `The clip begins ${begins}. `,
      element("a", { href: event.clip, textContent: "Open the clip" })));
  }
  children.push(facts(event, source));
  detail.replaceChildren(...children);
  detail.scrollTop = 0;
});

const KEYS = {
  ArrowDown: () => step(1), ArrowUp: () => step(-1), j: () => step(1), k: () => step(-1),
  ArrowRight: () => step(1), ArrowLeft: () => step(-1), PageDown: () => step(5), PageUp: () => step(-5),
  Home: () => step(-Infinity), End: () => step(Infinity),
  "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), 0: () => zoom(Infinity),
  " ": () => {
    const clip = detail.querySelector("video");
    if (clip) { if (clip.paused) clip.play(); else clip.pause(); }
  },
};
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, select, button, video")) return;
  const act = KEYS[e.key];
  if (act) { e.preventDefault(); act(); }
});

window.addEventListener("beforeprint", () => {
  const heading = ["", "source", "event", "from", "length", "score", "area", "regions"];
  const table = element("table", {}, element("tr", {}, ...heading.map((t) => element("th", { textContent: t }))));
  for (const event of chosen.shown) {
    const source = sources[event.source];
    const texts = [source.name, event.number, wall(source, event.start) || clock(event.start),
      `${span(event).toFixed(1)} s`, event.score.toPrecision(3), percent(event.fraction), event.regions.join(", ")];
    const image = event.thumb.startsWith("data:") ? [pictureOf(event)] : [];
    table.append(element("tr", {}, element("td", {}, ...image), ...texts.map((t) => element("td", { textContent: t }))));
  }
  by("paper").replaceChildren(table);
  by("paper").hidden = false;
  draw();
});
window.addEventListener("afterprint", () => { by("paper").hidden = true; by("paper").replaceChildren(); });

const moved = events.reduce((sum, event) => sum + span(event), 0);
const watched = sources.reduce((sum, source) => sum + source.length, 0);
by("summary").textContent =
  `${events.length} event${events.length === 1 ? "" : "s"}` +
  (sources.length > 1 ? ` in ${sources.length} sources` : "") +
  ` · ${clock(moved, 0)} of motion in ${clock(watched, 0)}` +
  sources.filter((s) => s.state !== "done").map((s) => ` · ${s.name}: ${s.state}`).join("");
if (sources.length) showSource(0);
sift();
