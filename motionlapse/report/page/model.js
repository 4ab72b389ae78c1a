"use strict";
// The data of the page: sources with their scores, and events; and how times are written.
const data = JSON.parse(document.getElementById("data").textContent);
const TOP = Math.log1p(1e5), GAP = 65535;
const unpack = (text) => {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return new Uint16Array(bytes.buffer);
};
// Folders that all sources share are left out of their names.
const paths = data.sources.map((source) => source.name.split("/"));
const isShared = (place) => paths.every((path) => place < path.length - 1 && path[place] === paths[0][place]);
let shared = 0;
if (!data.sources.some((source) => source.name.includes("://"))) {
  while (paths.length && isShared(shared)) shared++;
}
const sources = data.sources.map((source, i) => ({
  ...source, short: paths[i].slice(shared).join("/"), low: unpack(source.low), high: unpack(source.high),
}));
const scoreOf = (code) => Math.expm1((code / (GAP - 1)) * TOP) / 10;
const FIELDS = ["source", "number", "start", "end", "peak", "score", "fraction", "reason", "regions",
  "picture", "clip", "clipAt", "thumb", "mask", "ending"];
const events = data.events.map((row) => Object.fromEntries(FIELDS.map((name, i) => [name, row[i]])));

const pad = (number, digits = 2) => String(number).padStart(digits, "0");
function clock(seconds, decimals = 1) {
  const scale = 10 ** decimals, ticks = Math.round(Math.max(0, seconds) * scale);
  const whole = Math.floor(ticks / scale);
  const text = `${pad(Math.floor(whole / 3600))}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
  return decimals ? `${text}.${pad(ticks % scale, decimals)}` : text;
}
// Wall time in the camera's time zone, whatever zone the reader is in.
function wall(source, seconds, withDate = true) {
  if (source.wall === null) return "";
  const moment = new Date((source.wall + seconds) * 1000 + source.offset * 60000);
  const day = `${moment.getUTCFullYear()}-${pad(moment.getUTCMonth() + 1)}-${pad(moment.getUTCDate())} `;
  return (withDate ? day : "") +
    `${pad(moment.getUTCHours())}:${pad(moment.getUTCMinutes())}:${pad(moment.getUTCSeconds())}`;
}
const span = (event) => event.end - event.start;
const percent = (share) => `${(share * 100).toPrecision(2)} %`;
const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
const by = (id) => document.getElementById(id);

const chosen = { event: null, shown: [] };  // the selected event, and those that match the filter
const listeners = [];
function choose(event, from) {
  chosen.event = event;
  for (const listener of listeners) listener(from);
}
function step(by_) {
  if (!chosen.shown.length) return;
  const place = chosen.shown.indexOf(chosen.event);
  const next = Math.min(chosen.shown.length - 1, Math.max(0, place + by_));
  choose(chosen.shown[next], "keys");
}
