// The score over time: a curve, two thresholds, events; zoom, hover, click.
const canvas = by("scores"), tip = by("tip");
const view = { source: -1, from: 0, to: 1 };
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function extent(source) {
  const end = source.t0 + source.step * source.high.length;
  return [source.t0, Math.max(end, source.t0 + 1)];
}
function showSource(number) {
  if (number === view.source) return;
  view.source = number;
  [view.from, view.to] = extent(sources[number]);
  const { name } = sources[number];
  by("lane").textContent = sources.length > 1 ? `${name} (${number + 1} of ${sources.length})` : name;
}
function draw() {
  const source = sources[view.source];
  if (!source) return;
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  canvas.width = width * ratio; canvas.height = height * ratio;
  const g = canvas.getContext("2d");
  g.scale(ratio, ratio);
  const bottom = height - 18, across = (t) => ((t - view.from) / (view.to - view.from)) * width;
  let top = 4;
  for (const code of source.high) if (code !== GAP) top = Math.max(top, scoreOf(code));
  const down = (score) => bottom - (Math.log1p(10 * score) / Math.log1p(10 * top * 1.1)) * (bottom - 6);

  let drawn = -1;  // many events in one pixel are drawn once
  for (const event of events) {
    if (event.source !== view.source || event.end < view.from || event.start > view.to) continue;
    const x = across(event.start), wide = Math.max(2, across(event.end) - x);
    if (x + wide < drawn + 1 && event !== chosen.event) continue;
    drawn = x + wide;
    const passes = chosen.passing.has(event);
    g.fillStyle = event === chosen.event ? colour("--event") : colour("--event-soft");
    g.globalAlpha = event === chosen.event ? 0.45 : passes ? 1 : 0.3;
    g.fillRect(x, 4, wide, bottom - 4);
    g.globalAlpha = passes ? 1 : 0.3;
    g.fillStyle = colour("--event");
    g.fillRect(x, bottom - 3, wide, 3);
    g.globalAlpha = 1;
  }
  g.font = "11px system-ui, sans-serif";
  g.lineWidth = 1;
  for (const [score, words] of [[1, "opens at 1"], [source.stays, `stays open from ${source.stays}`]]) {
    const y = Math.round(down(score)) + 0.5;
    g.strokeStyle = g.fillStyle = colour("--dim");
    g.setLineDash(score === 1 ? [] : [4, 4]);
    g.beginPath(); g.moveTo(0, y); g.lineTo(width, y); g.stroke();
    g.textBaseline = score === 1 ? "bottom" : "top";
    g.fillText(words, 6, y + (score === 1 ? -1 : 2));
  }
  g.setLineDash([]);
  drawCurve(g, source, across, down, width);
  drawTimes(g, source, across, width, height);
}
function drawCurve(g, source, across, down, width) {
  g.strokeStyle = colour("--curve");
  g.lineWidth = 1.2;
  g.beginPath();
  const first = Math.max(0, Math.floor((view.from - source.t0) / source.step));
  const last = Math.min(source.high.length, Math.ceil((view.to - source.t0) / source.step) + 1);
  const each = Math.max(1, Math.floor((last - first) / (width * 2)));
  let pen = false;
  for (let i = first; i < last; i += each) {
    let high = -1;
    for (let j = i; j < Math.min(i + each, last); j++) {
      if (source.high[j] !== GAP) high = Math.max(high, source.high[j]);
    }
    if (high < 0) { pen = false; continue; }
    const x = across(source.t0 + (i + each / 2) * source.step), y = down(scoreOf(high));
    if (pen) g.lineTo(x, y); else g.moveTo(x, y);
    pen = true;
  }
  g.stroke();
}
function drawTimes(g, source, across, width, height) {
  const steps = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400];
  const wanted = (view.to - view.from) / (width / 110);
  const apart = steps.find((s) => s >= wanted) || 86400;
  g.fillStyle = colour("--dim");
  g.textBaseline = "alphabetic";
  for (let t = Math.ceil(view.from / apart) * apart; t < view.to; t += apart) {
    const words = source.wall === null ? clock(t, apart < 1 ? 1 : 0) : wall(source, t, false);
    g.fillText(words, across(t) + 3, height - 5);
    g.fillRect(across(t), height - 16, 1, 12);
  }
}
function zoom(factor, at) {
  const [low, high] = extent(sources[view.source]);
  const middle = at ?? (chosen.event && chosen.event.source === view.source
    ? chosen.event.peak : (view.from + view.to) / 2);
  const wide = Math.min(high - low, Math.max(0.5, (view.to - view.from) * factor));
  const share = Math.min(1, Math.max(0, (middle - view.from) / (view.to - view.from)));
  move(middle - wide * share, wide);
}
function move(from, wide) {
  const [low, high] = extent(sources[view.source]);
  view.from = Math.min(Math.max(low, from), high - wide);
  view.to = view.from + wide;
  draw();
}
const timeAt = (e) => view.from + (e.offsetX / canvas.clientWidth) * (view.to - view.from);
function eventAt(e) {
  const time = timeAt(e), slack = ((view.to - view.from) / canvas.clientWidth) * 4;
  return events.find((event) => event.source === view.source &&
    event.start - slack <= time && time <= event.end + slack);
}
let drag = null;
canvas.addEventListener("pointerdown", (e) => {
  drag = { x: e.offsetX, from: view.from, moved: false };
  canvas.setPointerCapture(e.pointerId);
});
canvas.addEventListener("pointermove", (e) => {
  if (drag && Math.abs(e.offsetX - drag.x) > 4) drag.moved = true;
  const wide = view.to - view.from;
  if (drag?.moved) move(drag.from - ((e.offsetX - drag.x) / canvas.clientWidth) * wide, wide);
  const source = sources[view.source], time = timeAt(e), event = eventAt(e);
  const code = source.high[Math.floor((time - source.t0) / source.step)];
  const when = [clock(time), wall(source, time)].filter(Boolean).join("   ");
  const score = code === undefined || code === GAP ? "no score" : `score ${scoreOf(code).toPrecision(3)}`;
  tip.textContent = `${when}\n${score}` + (event
    ? `\nevent ${event.number}: ${event.reason}`
    : score === "no score" ? "" : scoreOf(code) < 1 ? "\nbelow the threshold" : "\nno event: it did not last");
  tip.hidden = false;
  tip.style.left = `${Math.min(e.offsetX + 12, canvas.clientWidth - tip.offsetWidth - 6)}px`;
});
canvas.addEventListener("pointerup", (e) => {
  if (drag && !drag.moved) {
    const event = eventAt(e);
    if (event) choose(event, "timeline");
  }
  drag = null;
});
canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
canvas.addEventListener("wheel", (e) => {
  e.preventDefault();
  zoom(e.deltaY > 0 ? 1.25 : 0.8, timeAt(e));
}, { passive: false });
by("zoom-in").onclick = () => zoom(0.5);
by("zoom-out").onclick = () => zoom(2);
by("zoom-all").onclick = () => zoom(Infinity);
window.addEventListener("resize", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
listeners.push(() => {
  if (chosen.event) {
    showSource(chosen.event.source);
    const { start, end } = chosen.event;
    if (end < view.from || start > view.to) move(start - (view.to - view.from) / 2, view.to - view.from);
  }
  draw();
});
