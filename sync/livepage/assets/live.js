"use strict";
// Keeps a page live: the stream brings the parts that changed as HTML, and the codes of the cells. page.js follows it, has
// putCells(id, codes) and act(button), which answers with what was done, and ends with start().
const root = document.documentElement;
const base = "/api/v1/locations/" + encodeURIComponent(root.dataset.location) + "/";
const byId = id => document.getElementById(id);
root.classList.add("js");

// patch makes the children of one node like those of another, and touches only what differs: what a person
// types, holds down or has unfolded stays, because nothing that both have is moved.
function patch(have, want) {
  let old = have.firstChild;
  for (const next of [...want.childNodes]) {
    let same = old;
    while (same && !alike(same, next)) same = next.id ? same.nextSibling : null; // only what has a name is looked for
    if (!same) { have.insertBefore(next, old); continue; }
    while (old !== same) old = drop(old);
    renew(same, next);
    old = same.nextSibling;
  }
  while (old) old = drop(old);
}
function alike(a, b) { return a.nodeName === b.nodeName && a.id === b.id; }
function drop(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}
function renew(have, want) {
  if (have.nodeType === Node.TEXT_NODE) { if (have.data !== want.data) have.data = want.data; return; }
  if (have.nodeName === "INPUT") return;
  for (const { name, value } of [...want.attributes]) if (have.getAttribute(name) !== value) have.setAttribute(name, value);
  for (const { name } of [...have.attributes]) if (!want.hasAttribute(name) && name !== "open" && name !== "style" && !(name === "disabled" && have.nodeName === "BUTTON")) have.removeAttribute(name);
  if (have.nodeName !== "TIME") patch(have, want);
}

function put(id, html) {
  const place = byId(id), made = document.createElement("template");
  if (!place || place.classList.contains("searched")) return; // what a person searched for stays
  made.innerHTML = html;
  const focused = document.activeElement, row = place.contains(focused) && focused.closest("[id]").id;
  patch(place, made.content);
  if (row && !place.contains(focused)) byId(row)?.querySelector("a, summary, button, input")?.focus({ preventScroll: true }); // it has moved
}

// The sender's clock, which need not be this machine's. A location's page shows its own civil time.
let ahead = 0;
function setClock() {
  const shown = document.querySelector(".clock");
  ahead = Date.parse(shown.dateTime) - Date.now();
}
const civil = new Intl.DateTimeFormat("en-GB", { timeZone: root.dataset.zone || undefined, hour: "2-digit", minute: "2-digit", second: "2-digit" });
function ago(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return s + " s ago";
  if (s < 3600) return Math.floor(s / 60) + " min ago";
  const m = Math.floor(s % 3600 / 60);
  if (s < 21600 && m > 0) return Math.floor(s / 3600) + " h " + m + " min ago";
  if (s < 172800) return Math.floor(s / 3600) + " h ago";
  return Math.floor(s / 86400) + " days ago";
}
function tick() {
  const now = Date.now() + ahead;
  document.querySelector(".clock").textContent = civil.format(now);
  for (const time of document.querySelectorAll("time.ago")) {
    time.title ||= time.textContent;
    const text = ago(now - Date.parse(time.dateTime));
    if (time.textContent !== text) time.textContent = text;
  }
}

// A new fault is said aloud, and the tab says how many there are.
const title = document.title;
let faults;
function tellFaults() {
  const now = [...document.querySelectorAll(".notices li.fault")], before = faults;
  faults = new Set(now.map(fault => fault.id));
  document.title = (now.length ? "(" + now.length + ") " : "") + title;
  const fresh = before ? now.filter(fault => !before.has(fault.id)) : [];
  if (fresh.length) byId("alarm").textContent = fresh.slice(0, 3).map(fault => fault.querySelector("p").textContent).join(". ");
}

// reload loads the page anew. What a person has typed is there again, also after a log-in in between; a browser that keeps
// nothing for pages forgets it.
const shelf = (() => { try { return sessionStorage; } catch { return null; } })();
function reload() {
  const typed = [...document.querySelectorAll("input[id]")].filter(field => field.value !== field.defaultValue).map(field => [field.id, field.value]);
  shelf?.setItem(location.pathname, JSON.stringify({ typed, focus: document.activeElement.id }));
  location.reload();
}
function restore() {
  const kept = JSON.parse(shelf?.getItem(location.pathname) || null);
  shelf?.removeItem(location.pathname);
  for (const [id, value] of kept?.typed || []) {
    const field = byId(id), folded = field?.closest("details");
    if (folded) folded.open = true;
    if (field) field.value = value;
    field?.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (kept?.focus) byId(kept.focus)?.focus();
}
async function isLoggedOut() {
  const answer = await fetch(location.pathname, { method: "HEAD", headers: { Accept: "text/html" }, redirect: "manual" }).catch(() => null);
  return answer?.type === "opaqueredirect";
}

let lostSince = 0;
function listen() {
  const stream = new EventSource(root.dataset.stream);
  stream.addEventListener("state", event => {
    const news = JSON.parse(event.data);
    if (news.version !== root.dataset.version) return reload();
    for (const [id, html] of Object.entries(news.parts || {})) put(id, html);
    for (const [id, codes] of Object.entries(news.cells || {})) putCells(id, codes);
    setClock();
    tick();
    tellFaults();
    root.dataset.live = "yes";
  });
  stream.onopen = () => { lostSince = 0; document.body.classList.remove("stale"); byId("lost").hidden = true; };
  stream.onerror = () => {
    lostSince ||= Date.now();
    if (stream.readyState === EventSource.CLOSED) setTimeout(async () => await isLoggedOut() ? reload() : listen(), 2000);
  };
}
function watchLoss() {
  if (!lostSince || Date.now() - lostSince < 3000 || !byId("lost").hidden) return;
  byId("lost-at").textContent = civil.format(lostSince + ahead);
  byId("lost").hidden = false;
  document.body.classList.add("stale");
}

let silence;
function say(text, wrong) {
  const said = byId("said");
  said.textContent = text.charAt(0).toUpperCase() + text.slice(1);
  said.classList.toggle("wrong", Boolean(wrong));
  clearTimeout(silence);
  silence = setTimeout(() => { said.textContent = ""; }, wrong ? 12000 : 5000);
}

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, "0")).join("");
}

// post sends a command. If the answer is lost on the way it asks again with the same key: nothing is done twice.
async function post(path, body) {
  const request = {
    method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "Idempotency-Key": newKey() },
  };
  const answer = await fetch(path, request).catch(() => fetch(path, request)).catch(() => null);
  if (!answer) throw new Error("No answer came. See whether it was done, and try again.");
  if (answer.status === 401) reload();
  const told = answer.status === 204 ? {} : await answer.json().catch(() => ({ detail: "The answer can't be read", hint: "see whether it was done, and try again" }));
  if (!answer.ok) throw new Error(told.detail + ". " + told.hint + ".");
  return told;
}

// A command takes a second of holding, by finger, mouse, space or enter: no slip of a thumb opens a gate.
const holdMS = 900;
// What began the hold ends it: a pointer that only rests on the page takes nothing from a key.
let held = null;
function hold(button, by) {
  if (held || button.matches(":disabled")) return;
  held = { button, by, since: performance.now() };
  requestAnimationFrame(fill);
}
function fill(now) {
  if (!held) return;
  const share = Math.min(1, (now - held.since) / holdMS);
  held.button.style.setProperty("--held", share);
  if (share < 1) return requestAnimationFrame(fill);
  const { button } = held;
  release();
  run(button);
}

// run does what a button is for: act answers with what was done, or fails with what to do. The button keeps the focus.
async function run(button) {
  const focused = document.activeElement === button;
  button.disabled = true;
  try {
    say(await act(button));
  } catch (problem) {
    say(problem.message, true);
  }
  button.disabled = false;
  if (focused && document.activeElement === document.body) button.focus();
}

// refuse says what is wrong with a field, and leads there.
function refuse(field, text) {
  field.setAttribute("aria-invalid", "true");
  field.focus();
  throw new Error(text);
}
addEventListener("input", event => event.target.removeAttribute("aria-invalid"));
function release() {
  if (held) held.button.style.removeProperty("--held");
  held = null;
}
function letGo(by) {
  if (held?.by !== by) return;
  if (performance.now() - held.since < 400) say("Keep it pressed for a second.");
  release();
}
const holdable = event => event.target.closest?.("button.hold");
addEventListener("pointerdown", event => { if (event.button === 0 && holdable(event)) hold(holdable(event), "pointer"); });
addEventListener("pointerup", () => letGo("pointer"));
addEventListener("pointercancel", () => { if (held?.by === "pointer") release(); });
addEventListener("blur", release);
addEventListener("pointerout", event => { if (held?.by === "pointer" && holdable(event) && !held.button.contains(event.relatedTarget)) release(); });
addEventListener("contextmenu", event => { if (holdable(event)) event.preventDefault(); });
addEventListener("keydown", event => {
  if ((event.key !== " " && event.key !== "Enter") || !holdable(event)) return;
  event.preventDefault();
  if (!event.repeat) hold(holdable(event), "key");
});
addEventListener("keyup", event => { if (event.key === " " || event.key === "Enter") letGo("key"); });

// start is the last thing that page.js does.
function start() {
  setClock();
  tick();
  restore();
  setInterval(() => { tick(); watchLoss(); }, 1000);
  listen();
}
