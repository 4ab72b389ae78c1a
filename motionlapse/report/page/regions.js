"use strict";
// Polygons over a picture; corners are shares of its width and height, as in the config file.
const by = (id) => document.getElementById(id);
const canvas = by("draw"), g = canvas.getContext("2d");
const shapes = [];  // { kind, name, points: [[x, y], …] }
let size = [1, 1], blobs = [], drawing = null, chosen = null, drag = null, dirty = false;
const colour = (kind) => getComputedStyle(document.documentElement).getPropertyValue(`--${kind}`).trim();

// ---- text and back ------------------------------------------------------------------------------
function parse(text, kind) {
  const at = text.indexOf("=");
  const name = at < 0 ? "" : text.slice(0, at).trim();
  const number = (word, whole) => word.endsWith("%") ? parseFloat(word) / 100 : parseFloat(word) / whole;
  const points = text.slice(at + 1).replaceAll(";", " ").trim().split(/\s+/).map((corner) => {
    const [x, y] = corner.split(",");
    return [number(x, size[0]), number(y, size[1])];
  });
  return { kind, name, points };
}
function format(shape) {
  const share = (value) => `${+(value * 100).toFixed(2)}%`;
  const corners = shape.points.map(([x, y]) => `${share(x)},${share(y)}`).join(" ");
  return shape.kind === "watch" && shape.name ? `${shape.name}=${corners}` : corners;
}
const ofKind = (kind) => shapes.filter((shape) => shape.kind === kind);

// ---- which blobs are watched --------------------------------------------------------------------
const probe = new OffscreenCanvas(240, 1).getContext("2d", { willReadFrequently: true });
function watchedMap() {
  const width = 240, height = Math.max(1, Math.round((240 * size[1]) / size[0]));
  probe.canvas.height = height;
  const fill = (shape) => {
    probe.beginPath();
    for (const [x, y] of shape.points) probe.lineTo(x * width, y * height);
    probe.fill();
  };
  probe.fillStyle = "#fff";
  if (ofKind("watch").length) ofKind("watch").forEach(fill); else probe.fillRect(0, 0, width, height);
  probe.globalCompositeOperation = "destination-out";
  ofKind("ignore").forEach(fill);
  probe.globalCompositeOperation = "source-over";
  const { data } = probe.getImageData(0, 0, width, height);
  return (x, y, w, h) => {
    const right = Math.min(width - 1, Math.floor(((x + w) / size[0]) * width));
    const low = Math.min(height - 1, Math.floor(((y + h) / size[1]) * height));
    for (let row = Math.floor((y / size[1]) * height); row <= low; row++) {
      for (let column = Math.floor((x / size[0]) * width); column <= right; column++) {
        if (data[(row * width + column) * 4 + 3] > 127) return true;
      }
    }
    return false;
  };
}

// ---- drawing ------------------------------------------------------------------------------------
function outline(points, closed) {
  g.beginPath();
  for (const [x, y] of points) g.lineTo(x * canvas.width, y * canvas.height);
  if (closed) g.closePath();
}
function paint() {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = canvas.clientHeight * ratio;
  const caught = watchedMap();
  let count = 0;
  const across = canvas.width / size[0], down = canvas.height / size[1];
  g.globalAlpha = Math.max(0.12, Math.min(0.9, 60 / (blobs.length + 1)));
  for (const [, x, y, w, h] of blobs) {
    const is = caught(x, y, w, h);
    count += is;
    g.strokeStyle = is ? "#40c057" : "#adb5bd";
    g.strokeRect(x * across, y * down, w * across, h * down);
  }
  g.globalAlpha = 1;
  for (const shape of shapes) {
    outline(shape.points, true);
    g.fillStyle = g.strokeStyle = colour(shape.kind);
    g.globalAlpha = shape === chosen ? 0.3 : 0.15;
    g.fill();
    g.globalAlpha = 1;
    g.lineWidth = (shape === chosen ? 3 : 1.5) * ratio;
    g.stroke();
    if (shape === chosen) shape.points.forEach(knob);
    g.font = `${13 * ratio}px system-ui, sans-serif`;
    const [x, y] = shape.points[0];
    g.fillText(shape.name || shape.kind, x * canvas.width + 8 * ratio, y * canvas.height + 16 * ratio);
  }
  if (drawing) {
    outline(drawing.points, false);
    g.strokeStyle = g.fillStyle = colour(drawing.kind);
    g.lineWidth = 2 * ratio;
    g.stroke();
    drawing.points.forEach(knob);
  }
  by("caught").textContent = blobs.length ? `${count} of ${blobs.length} blobs are watched` : "no blobs yet";
  by("hint").textContent = drawing
    ? "Click to add corners. Press Enter or click the first corner to close the polygon."
    : "Start with + watch or + ignore.";
}
function knob([x, y]) {
  const ratio = window.devicePixelRatio || 1;
  g.beginPath();
  g.arc(x * canvas.width, y * canvas.height, 5 * ratio, 0, 2 * Math.PI);
  g.fill();
}
function rows() {
  by("list").replaceChildren(...shapes.map((shape, i) => {
    const row = document.createElement("li"), name = document.createElement("input");
    row.className = shape.kind;
    row.setAttribute("aria-current", shape === chosen);
    name.value = shape.name;
    name.placeholder = shape.kind === "watch" ? `region ${ofKind("watch").indexOf(shape) + 1}` : "ignored";
    name.disabled = shape.kind === "ignore";
    name.setAttribute("aria-label", "Name");
    name.oninput = () => { shape.name = name.value.replace(/[=;]/g, ""); changed(false); };
    name.onfocus = () => { chosen = shape; paint(); };
    const kind = document.createElement("span"), remove = document.createElement("button");
    kind.textContent = `${shape.kind}, ${shape.points.length} corners`;
    remove.textContent = "×";
    remove.setAttribute("aria-label", `Delete ${shape.name || shape.kind}`);
    remove.onclick = () => { shapes.splice(i, 1); if (chosen === shape) chosen = null; changed(); };
    row.append(name, kind, remove);
    row.onclick = () => { chosen = shape; paint(); };
    return row;
  }));
}
function changed(relist = true) {
  dirty = true;
  tell("not saved yet");
  if (relist) rows();
  paint();
}
function tell(words, fault = false) {
  by("told").textContent = words;
  by("told").className = fault ? "fault" : "";
}

// ---- mouse and keys -------------------------------------------------------------------------------
const clamp = (value) => Math.min(1, Math.max(0, value));
const place = (e) => [clamp(e.offsetX / canvas.clientWidth), clamp(e.offsetY / canvas.clientHeight)];
function near([x, y], [a, b]) {
  return Math.hypot((x - a) * canvas.clientWidth, (y - b) * canvas.clientHeight) < 10;
}
function begin(kind) {
  drawing = { kind, name: "", points: [] };
  chosen = null;
  paint();
  canvas.focus();
}
function close() {
  if (!drawing || drawing.points.length < 3) return;
  shapes.push(drawing);
  chosen = drawing;
  drawing = null;
  changed();
}
canvas.addEventListener("pointerdown", (e) => {
  const here = place(e);
  canvas.focus();
  if (drawing) {
    if (drawing.points.length >= 3 && near(here, drawing.points[0])) close();
    else { drawing.points.push(here); paint(); }
    return;
  }
  const corner = chosen ? chosen.points.findIndex((point) => near(here, point)) : -1;
  if (corner < 0) {
    chosen = [...shapes].reverse().find((shape) => {
      outline(shape.points, true);
      return g.isPointInPath(here[0] * canvas.width, here[1] * canvas.height);
    }) ?? null;
  }
  drag = chosen && { corner, last: here, moved: false };
  canvas.setPointerCapture(e.pointerId);
  rows();
  paint();
});
canvas.addEventListener("pointermove", (e) => {
  if (!drag) return;
  const here = place(e);
  if (drag.corner >= 0) chosen.points[drag.corner] = here;
  else shift(chosen, here[0] - drag.last[0], here[1] - drag.last[1]);
  drag.last = here;
  drag.moved = true;
  paint();
});
canvas.addEventListener("pointerup", () => { if (drag?.moved) changed(); drag = null; });
function shift(shape, x, y) {
  const edge = (axis, by_) => Math.max(-Math.min(...shape.points.map((p) => p[axis])),
    Math.min(1 - Math.max(...shape.points.map((p) => p[axis])), by_));
  const [right, down] = [edge(0, x), edge(1, y)];
  shape.points = shape.points.map(([a, b]) => [a + right, b + down]);
}
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
canvas.addEventListener("keydown", (e) => {
  const arrow = ARROWS[e.key];
  if (e.key === "Enter") close();
  else if (e.key === "Escape") { drawing = null; chosen = null; rows(); paint(); }
  else if ((e.key === "Delete" || e.key === "Backspace") && drawing) { drawing.points.pop(); paint(); }
  else if (e.key === "Delete" && chosen) { shapes.splice(shapes.indexOf(chosen), 1); chosen = null; changed(); }
  else if (arrow && chosen) { shift(chosen, arrow[0] / 200, arrow[1] / 200); changed(); }
  else return;
  e.preventDefault();
});
by("new-watch").onclick = () => begin("watch");
by("new-ignore").onclick = () => begin("ignore");
by("background").onchange = (e) => { by("picture").src = `${e.target.checked ? "background" : "picture"}?${Date.now()}`; };
window.addEventListener("resize", paint);
by("picture").addEventListener("load", paint);

// ---- requests to the program ----------------------------------------------------------------------
async function post(path, content) {
  const answer = await fetch(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content),
  });
  return answer.json();
}
async function save() {
  const answer = await post("save", { regions: ofKind("watch").map(format), ignore: ofKind("ignore").map(format) });
  if (answer.fault) { tell(answer.fault, true); return false; }
  dirty = false;
  tell(`saved to ${answer.saved}`);
  return true;
}
by("save").onclick = save;
by("done").onclick = async () => {
  if (dirty && !(await save())) return;
  await post("done", {});
  dirty = false;
  document.body.replaceChildren("Done. You can close this page.");
};
window.addEventListener("beforeunload", (e) => { if (dirty) e.preventDefault(); });

async function watch() {
  const state = await (await fetch(`state?from=${blobs.length}`)).json();
  size = state.size;
  blobs = blobs.concat(state.blobs);
  if (state.fault) tell(state.fault, true);
  paint();
  if (!state.done) setTimeout(watch, 700);
}
(async () => {
  const start = await (await fetch("start")).json();
  size = (await (await fetch("state?from=999999999")).json()).size;
  by("name").textContent = document.title = `Regions of ${start.name}`;
  shapes.push(...start.regions.map((text) => parse(text, "watch")), ...start.ignore.map((text) => parse(text, "ignore")));
  rows();
  watch();
})();
