"use strict";
// The live page: server-sent events in, text and lines out. Text goes in as text only, never as markup.
const byId = (id) => document.getElementById(id);
const MOST_SAMPLES = 600;
const GAP_MILLIS = 5000;
const SVG = "http://www.w3.org/2000/svg";
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const GLYPHS = { OPEN: "○", SEALED: "◐", JOINED: "◑", BALANCED: "◕", COMMITTED: "●", ABORTED: "✕" };

let samples = [];
let chosen = null;

function put(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function bytes(n) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let i = 0;
  while (n >= 1024 && i < units.length - 1) { n /= 1024; i++; }
  return (i === 0 ? n : n.toFixed(1)) + " " + units[i];
}

function seconds(s) {
  if (s >= 120) return (s / 60).toFixed(1) + " min";
  return s >= 1 ? s.toFixed(1) + " s" : (s * 1000).toFixed(s < 0.01 ? 1 : 0) + " ms";
}

/** In UTC, as the log, the tombstones and "drops" have it. */
const clock = (millis) => new Date(millis).toISOString().slice(11, 19);
const rate = (n) => (n > 0 && n < 10 ? n.toFixed(1) : whole.format(n));
const percent = (n) => (n * 100).toFixed(n < 0.1 ? 1 : 0) + " %";

// ---- the picture

function showNumbers(metrics) {
  for (const element of document.querySelectorAll("[data-metric]")) {
    const value = metrics[element.dataset.metric];
    if (value === undefined) continue;
    element.dataset.value = String(value);
    const unit = element.dataset.unit;
    setText(element, unit === "bytes" ? bytes(value) : unit === "percent" ? percent(value) : whole.format(value));
  }
}

function showFlow(state) {
  showNumbers(state.metrics);
  for (const element of document.querySelectorAll("[data-rate]")) setText(element, rate(state.sample[element.dataset.rate]));
  const limit = state.metrics.spillway_queue_limit_records;
  const full = limit > 0 ? Math.min(100, 100 * state.metrics.spillway_queue_records / limit) : 0;
  byId("level").style.width = full + "%";
  byId("tank").setAttribute("aria-valuenow", Math.round(full));
  const cells = byId("cells");
  const count = Math.min(128, state.metrics.spillway_workers);
  while (cells.children.length > count) cells.lastChild.remove();
  while (cells.children.length < count) cells.append(document.createElement("i"));
  const busy = state.metrics.spillway_workers_busy * count / Math.max(1, state.metrics.spillway_workers);
  [...cells.children].forEach((cell, i) => cell.classList.toggle("on", i < busy));
  setText(byId("paused"), state.paused ? "paused: " + words(state.paused) : "");
  setText(byId("alarm"), state.alarm ? state.alarm + " is above 90 % for long" : "");
}

const words = (name) => name.toLowerCase().replaceAll("_", " ");

function showState(state) {
  setText(byId("application"), state.application);
  setText(byId("choice"), state.policy + ", " + state.guarantee);
  document.title = state.application + " – Spillway";
  const element = byId("state");
  setText(element, state.state + (state.ready ? ", ready" : ", not ready") + ": " + state.reason);
  element.classList.toggle("bad", state.state === "Failed");
}

function showStall(stalled) {
  const element = byId("stall");
  let text = stalled.why;
  if (stalled.record) text += ". The record is " + seconds(stalled.record.ageSeconds) + " old";
  if (stalled.thread) text += "; thread " + stalled.thread.name + " is " + stalled.thread.state;
  setText(element, (stalled.stalled ? "STALLED: " : "") + text + ".");
  element.dataset.holder = stalled.holder;
  element.classList.toggle("bad", stalled.stalled);
  byId("stack-details").hidden = !stalled.thread;
  setText(byId("stack"), stalled.thread ? stalled.thread.stack.join("\n") : "");
}

// ---- plots

const PLOTS = [
  { id: "rates", title: "Records per second", form: rate, lines: [
    ["consumed", "--water", "", (s) => s.consumed], ["processed", "--processed", "dash", (s) => s.processed],
    ["dropped", "--dropped", "", (s) => s.dropped], ["dead letters", "--dead", "dot", (s) => s.deadLettered]] },
  { id: "depth", title: "Queue depth", form: (n) => whole.format(n), lines: [
    ["queued", "--water", "", (s) => s.depth], ["limit", "--dropped", "dash", (s) => s.limit || NaN]] },
  { id: "age", title: "Age when settled", form: seconds, lines: [
    ["p50", "--water", "", (s) => s.ageP50 || NaN], ["p99", "--other", "dash", (s) => s.ageP99 || NaN]] },
  { id: "shed", title: "Share that was shed", form: percent, most: 1, lines: [
    ["shed", "--dropped", "", (s) => { const all = s.processed + s.dropped + s.deadLettered; return all > 0 ? s.dropped / all : 0; }]] },
];

function svg(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function buildPlots() {
  for (const plot of PLOTS) {
    plot.svg = svg("svg", { viewBox: "0 0 600 100", preserveAspectRatio: "none", role: "img" });
    for (const y of [0, 50, 100]) plot.svg.append(svg("line", { class: "grid", x1: 0, x2: 600, y1: y, y2: y }));
    plot.top = put("span", {});
    plot.from = put("span", {});
    plot.legend = put("div", { class: "legend" });
    plot.values = [];
    plot.paths = plot.lines.map(([name, colour, dash]) => {
      const line = svg("path", { class: "line " + dash });
      line.style.stroke = "var(" + colour + ")";
      plot.svg.append(line);
      const key = svg("svg", { viewBox: "0 0 26 10", "aria-hidden": "true" });
      const keyLine = svg("path", { class: "line " + dash, d: "M0,5L26,5" });
      keyLine.style.stroke = "var(" + colour + ")";
      key.append(keyLine);
      const value = put("b", {});
      plot.values.push(value);
      plot.legend.append(put("span", {}, key, name + " ", value));
      return line;
    });
    const figure = put("figure", { id: "plot-" + plot.id }, put("figcaption", {}, plot.title),
      put("div", { class: "axis" }, plot.top, put("span", {}, "")), plot.svg,
      put("div", { class: "axis" }, plot.from, put("span", {}, "now")), plot.legend);
    byId("plots").append(figure);
  }
}

/** Where nothing is known (the sidecar was away, or had nothing to measure) there is no line. */
function path(valueOf, x, y) {
  let drawn = "";
  let before = null;
  for (const s of samples) {
    const value = valueOf(s);
    if (!Number.isFinite(value)) { before = null; continue; }
    const begins = before === null || s.atMillis - before > GAP_MILLIS;
    const point = x(s).toFixed(1) + "," + y(value).toFixed(1);
    drawn += begins ? "M" + point + "L" + point : "L" + point;
    before = s.atMillis;
  }
  return drawn;
}

function drawPlots() {
  if (samples.length === 0) return;
  const now = samples[samples.length - 1].atMillis;
  const minutes = Math.min(10, Math.max(1, Math.ceil((now - samples[0].atMillis) / 60000)));
  for (const plot of PLOTS) {
    setText(plot.from, minutes + " min ago");
    let most = plot.most || 0;
    if (!plot.most) for (const s of samples) for (const line of plot.lines) most = Math.max(most, line[3](s) || 0);
    setText(plot.top, most > 0 ? "up to " + plot.form(most) : "nothing yet");
    const said = plot.lines.map((line, i) => {
      plot.paths[i].setAttribute("d", path(line[3], (s) => 600 - (now - s.atMillis) / 100 / minutes, (value) => 100 - 100 * value / (most || 1)));
      const value = line[3](samples[samples.length - 1]);
      const last = Number.isFinite(value) ? plot.form(value) : "–";
      setText(plot.values[i], last);
      return line[0] + " " + last;
    });
    plot.svg.setAttribute("aria-label", plot.title + ", the last ten minutes; now " + said.join(", ") + "; at most " + plot.form(most));
  }
}

/** What was seen before the sidecar was restarted stays; what it tells of itself counts. */
function mergePast(past) {
  const first = past.length > 0 ? past[0].atMillis : Infinity;
  samples = samples.filter((s) => s.atMillis < first).concat(past);
  trim();
}

function add(sample) {
  if (sample.atMillis > 0 && (samples.length === 0 || samples[samples.length - 1].atMillis < sample.atMillis)) samples.push(sample);
  trim();
}

function trim() {
  const now = samples.length > 0 ? samples[samples.length - 1].atMillis : 0;
  samples = samples.filter((s) => s.atMillis > now - MOST_SAMPLES * 1000);
}

// ---- epochs

function showEpochs(epochs) {
  const strip = byId("strip");
  const known = new Map([...strip.children].map((button) => [button.dataset.number, button]));
  let previous = null;
  for (const epoch of epochs) {
    const number = String(epoch.number);
    let button = known.get(number);
    if (!button) {
      button = put("button", { type: "button", "data-number": number });
      button.addEventListener("click", () => choose(number));
    }
    known.delete(number);
    button.className = epoch.state;
    setText(button, GLYPHS[epoch.state] || "?");
    const label = "epoch " + number + " " + epoch.state.toLowerCase() + ", " + whole.format(epoch.consumed) + " records";
    button.setAttribute("aria-label", label);
    button.title = label;
    button.setAttribute("aria-pressed", String(number === chosen));
    if (button.parentNode !== strip || button.previousSibling !== previous) strip.insertBefore(button, previous ? previous.nextSibling : strip.firstChild);
    previous = button;
  }
  for (const gone of known.values()) gone.remove();
}

async function choose(number) {
  chosen = number;
  for (const button of byId("strip").children) button.setAttribute("aria-pressed", String(button.dataset.number === number));
  const panel = byId("ledger");
  try {
    const all = await (await fetch("epochs")).json();
    const epoch = all.find((e) => String(e.number) === number);
    panel.replaceChildren(epoch ? ledger(epoch) : put("p", {}, "Epoch " + number + " has not ended yet, or more than a hundred have since."));
  } catch (e) {
    panel.replaceChildren(put("p", {}, "The sidecar does not answer."));
  }
}

function ledger(epoch) {
  const rows = epoch.partitions.map((p) => [p.topic + "-" + p.partition, p.firstOffset, p.nextOffset, p.consumed, p.processed, p.dropped, p.deadLettered, p.balanced ? "yes" : "no"]);
  const t = epoch.totals;
  rows.push(["all", "", "", t.consumed, t.processed, t.dropped, t.deadLettered, epoch.conserved ? "yes" : "no"]);
  const head = ["partition", "from", "to before", "consumed", "processed", "dropped", "dead-lettered", "balanced"];
  const table = put("table", {}, put("thead", {}, put("tr", {}, ...head.map((h) => put("th", { scope: "col" }, h)))),
    put("tbody", {}, ...rows.map((row) => put("tr", {}, ...row.map((cell, i) => put("td", i === 0 ? {} : { class: "n" }, typeof cell === "number" ? whole.format(cell) : cell))))));
  const text = "Epoch " + epoch.number + ": " + epoch.state.toLowerCase() + " after " + seconds(epoch.lastedSeconds)
    + (epoch.state === "COMMITTED" ? ", of which the commit took " + seconds(epoch.committingSeconds) : "") + (epoch.reason ? ": " + epoch.reason : "") + ".";
  return put("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Ledger of epoch " + epoch.number }, put("p", {}, text), table);
}

// ---- tables

function fill(table, rows) {
  const body = byId(table).tBodies[0];
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach((cells, r) => {
    const row = body.rows[r] || body.insertRow();
    cells.forEach(([text, kind], c) => {
      const cell = row.cells[c] || row.insertCell();
      cell.className = kind || "";
      setText(cell, text);
    });
  });
}

function showTables(state) {
  byId("stages-section").hidden = state.stages.length === 0;
  fill("stages", state.stages.map((s) => [[s.name], ...[s.queued, s.limit, s.busy, s.workers, s.concurrencyLimit, s.retriesWaiting, s.shed, s.deadLettered]
    .map((n) => [whole.format(n), "n"])]));
  fill("partitions", state.partitions.map((p) => [[p.topic + "-" + p.partition], [p.lag < 0 ? "not known" : whole.format(p.lag), "n"],
    [whole.format(p.uncommitted), "n"], [state.paused ? "paused: " + words(state.paused) : "yes"]]));
  byId("more-partitions").hidden = state.partitionsNotShown === 0;
  setText(byId("more-partitions"), "These are the ones that lag most; " + whole.format(state.partitionsNotShown) + " more are assigned. /metrics has all of them.");
  fill("losses", state.losses.map((l) => [[clock(l.atMillis)], [l.outcome === "DROPPED" ? "dropped" : "dead letter"],
    [words(l.why) + (l.text ? ": " + l.text : ""), "long"], [l.origin], [l.key === null ? "(none)" : l.key]]));
}

// ---- the connection

function connect() {
  const source = new EventSource("events");
  source.addEventListener("past", (event) => { mergePast(JSON.parse(event.data)); drawPlots(); });
  source.addEventListener("state", (event) => {
    const state = JSON.parse(event.data);
    setText(byId("connection"), "");
    showState(state);
    showFlow(state);
    showStall(state.stalled);
    add(state.sample);
    drawPlots();
    showEpochs(state.epochs);
    showTables(state);
    document.body.dataset.updates = String(Number(document.body.dataset.updates || 0) + 1);
  });
  source.addEventListener("error", () => {
    setText(byId("connection"), "The sidecar does not answer; trying again. What is shown is from before.");
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
  });
}

buildPlots();
connect();
