"use strict";
// Keeps the page live: the stream brings the parts that changed as HTML, and the letters of the spots.
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
  for (const { name } of [...have.attributes]) if (!want.hasAttribute(name) && name !== "open" && name !== "style") have.removeAttribute(name);
  if (have.nodeName !== "TIME") patch(have, want);
}

function put(id, html) {
  const place = byId(id), made = document.createElement("template");
  if (!place) return;
  made.innerHTML = html;
  patch(place, made.content);
}

function putCells(id, letters) {
  const cells = byId(id).children;
  for (let i = 0; i < cells.length && i < letters.length; i++) {
    if (cells[i].className !== letters[i]) cells[i].className = letters[i];
  }
}

// The lot's clock, which need not be this machine's.
let ahead = 0;
function setClock() {
  const shown = document.querySelector(".clock");
  ahead = Date.parse(shown.dateTime) - Date.now();
}
const civil = new Intl.DateTimeFormat("en-GB", { timeZone: root.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
function ago(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return s + " s ago";
  if (s < 3600) return Math.floor(s / 60) + " min ago";
  if (s < 86400) return Math.floor(s / 3600) + " h " + Math.floor(s % 3600 / 60) + " min ago";
  return "";
}
function tick() {
  const now = Date.now() + ahead;
  document.querySelector(".clock").textContent = civil.format(now);
  for (const time of document.querySelectorAll("time.ago")) {
    time.title ||= time.textContent;
    const text = ago(now - Date.parse(time.dateTime)) || time.title;
    if (time.textContent !== text) time.textContent = text;
  }
}

let lostSince = 0;
function listen() {
  const stream = new EventSource("/live");
  stream.addEventListener("state", event => {
    const news = JSON.parse(event.data);
    if (news.version !== root.dataset.version) return location.reload();
    for (const [id, html] of Object.entries(news.parts || {})) put(id, html);
    for (const [id, letters] of Object.entries(news.cells || {})) putCells(id, letters);
    setClock();
    tick();
    root.dataset.live = "yes";
  });
  stream.onopen = () => { lostSince = 0; document.body.classList.remove("stale"); byId("lost").hidden = true; };
  stream.onerror = () => {
    lostSince ||= Date.now();
    if (stream.readyState === EventSource.CLOSED) { stream.close(); setTimeout(listen, 2000); }
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
  said.textContent = text;
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
  const answer = await fetch(base + path, request).catch(() => fetch(base + path, request));
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail + ". " + told.hint + ".");
  return told;
}

async function act(button) {
  const { post: path, note, inside, status, said } = button.dataset, body = {};
  if (note && byId(note).value) body.note = byId(note).value;
  if (inside) body.inside = Number(byId(inside).value);
  if (status) body.status = status;
  button.disabled = true;
  try {
    await post(path, body);
    say(said + ".");
    if (note) byId(note).value = "";
    if (button.closest("dialog")) byId("spot").close();
  } catch (problem) {
    say(problem.message, true);
  }
  button.disabled = false;
}

// A command takes a second of holding, by finger, mouse, space or enter: no slip of a thumb opens a gate.
const holdMS = 900;
// What began the hold ends it: a pointer that only rests on the page takes nothing from a key.
let held = null;
function hold(button, by) {
  if (held || button.disabled) return;
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
  act(button);
}
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

// A tap on a cell tells what is known of its spot.
function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
async function tell(cell) {
  const list = cell.parentElement, nth = [...list.children].indexOf(cell);
  const answer = await fetch(base + "floors/" + encodeURIComponent(list.dataset.floor) + "/spots");
  const spot = answer.ok && (await answer.json()).spots.filter(s => s.zoneId === list.dataset.zone)[nth];
  if (!spot) return say("The spot can't be looked up just now.", true);
  const facts = element("dl", ""), since = spot.since && civil.format(Date.parse(spot.since)) + ", " + (ago(Date.now() + ahead - Date.parse(spot.since)) || spot.since.slice(0, 10));
  const rows = {
    Status: spot.status, Type: spot.spotType + (spot.hasEvCharger ? ", with charger" : ""), Since: since, Vehicle: spot.vehiclePlate, Ticket: spot.ticketId,
    Sensor: spot.fault?.replaceAll("_", " ") || spot.confidence && Math.round(spot.confidence * 100) + " % sure", Misuse: spot.violation?.replaceAll("_", " "),
  };
  for (const [name, value] of Object.entries(rows)) if (value) facts.append(element("dt", name), element("dd", value));
  const buttons = element("div", "", { class: "buttons act" });
  if (document.querySelector("button.hold")) {
    for (const [status, text] of [["available", "Is free"], ["occupied", "Is taken"]]) {
      const button = element("button", "", { type: "button", class: "hold", "data-post": "spots/" + encodeURIComponent(spot.spotId) + "/status", "data-status": status, "data-said": "Spot " + spot.spotNumber + " is set" });
      button.append(element("span", text));
      buttons.append(button);
    }
  }
  byId("spot").replaceChildren(element("h3", "Spot " + spot.spotNumber, { id: "spot-title" }), facts, buttons);
  byId("spot").showModal();
}
addEventListener("click", event => {
  const cell = event.target.closest?.("#spots .cells > li");
  if (cell) tell(cell).catch(() => say("The spot can't be looked up just now.", true));
  if (event.target === byId("spot")) byId("spot").close();
});

setClock();
tick();
setInterval(() => { tick(); watchLoss(); }, 1000);
listen();
