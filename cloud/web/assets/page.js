"use strict";
// Keeps the page live: the stream brings the parts that changed as HTML, and the codes of all cells.
const root = document.documentElement;
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
  if (id === "lines" && byId("q").value) return; // what was searched for stays
  const place = byId(id), made = document.createElement("template");
  if (!place) return;
  made.innerHTML = html;
  patch(place, made.content);
}

// putCells says anew how each location is: severity, connection and level, as the server's classOf.
function putCells(codes) {
  const cells = byId("cells").children;
  for (let i = 0; i < cells.length; i++) {
    const code = codes.slice(3 * i, 3 * i + 3), name = code[0] + " " + code[1] + " l" + code[2];
    if (cells[i].firstChild.className !== name) cells[i].firstChild.className = name;
  }
}

// Headquarters' clock, which need not be this machine's. A location's page shows its own civil time.
let ahead = 0;
function setClock() { ahead = Date.parse(document.querySelector(".clock").dateTime) - Date.now(); }
const civil = new Intl.DateTimeFormat("en-GB", { timeZone: root.dataset.zone || undefined, hour: "2-digit", minute: "2-digit", second: "2-digit" });
function ago(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return s + " s ago";
  if (s < 3600) return Math.floor(s / 60) + " min ago";
  if (s < 21600) return Math.floor(s / 3600) + " h " + Math.floor(s % 3600 / 60) + " min ago";
  if (s < 172800) return Math.floor(s / 3600) + " h ago";
  return Math.floor(s / 86400) + " days ago";
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
  const stream = new EventSource(root.dataset.stream);
  stream.addEventListener("state", event => {
    const news = JSON.parse(event.data);
    if (news.version !== root.dataset.version) return location.reload();
    for (const [id, html] of Object.entries(news.parts || {})) put(id, html);
    if (news.cells) putCells(news.cells);
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

// post has headquarters do something. If the answer is lost on the way it asks again with the same key: nothing is done twice.
async function post(path, body) {
  const request = {
    method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "Idempotency-Key": newKey() },
  };
  const answer = await fetch(path, request).catch(() => fetch(path, request));
  const told = answer.status === 204 ? {} : await answer.json();
  if (!answer.ok) throw new Error(told.detail + ". " + told.hint + ".");
  return told;
}

// order asks headquarters to order something of this location's gateway.
async function order(body) {
  const told = await post("/api/v1/locations/" + encodeURIComponent(root.dataset.location) + "/orders", body);
  if (told.state !== "done") throw new Error(told.state + ": " + (told.note || "no reason given") + ".");
}

// outcome is what came of a decision, in words.
function outcome(told, done) {
  if (told.same === undefined) return done;
  if (told.same) return "Verified: what headquarters shows is what the signed batches come to.";
  if (told.mended) return "It differed from the signed batches, and has been made again of them.";
  throw new Error("It differs from the signed batches. See above what to do.");
}

async function act(button) {
  const { verb, gate, why, path, body } = button.dataset, field = why && byId(why), reason = field?.value.trim();
  if (field && !reason) { field.focus(); return say("Say why first.", true); }
  const done = "Done: " + button.textContent.trim() + (gate ? ", " + gate : "") + ".";
  button.disabled = true;
  say(path ? "Working…" : "Asking the gateway…");
  try {
    if (path) say(outcome(await post(path, { ...JSON.parse(body), ...(field && { reason }) }), done));
    else { await order({ verb, gateId: gate, reason }); say(done); }
    if (field) field.value = "";
  } catch (problem) {
    say(problem.message, true);
  }
  button.disabled = false;
}

// A command takes a second of holding, by finger, mouse, space or enter: no slip of a thumb opens a gate.
const holdMS = 900;
let held = null;
function hold(button) {
  if (held || button.disabled) return;
  held = { button, since: performance.now() };
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
function letGo() {
  if (held && performance.now() - held.since < 400) say("Keep it pressed for a second.");
  release();
}
const holdable = event => event.target.closest?.("button.hold");
addEventListener("pointerdown", event => { if (event.button === 0 && holdable(event)) hold(holdable(event)); });
addEventListener("pointerup", letGo);
addEventListener("pointercancel", release);
addEventListener("blur", release);
addEventListener("pointerout", event => { if (held && holdable(event) && !held.button.contains(event.relatedTarget)) release(); });
addEventListener("contextmenu", event => { if (holdable(event)) event.preventDefault(); });
addEventListener("keydown", event => {
  if ((event.key !== " " && event.key !== "Enter") || !holdable(event)) return;
  event.preventDefault();
  if (!event.repeat) hold(holdable(event));
});
addEventListener("keyup", event => { if (event.key === " " || event.key === "Enter") letGo(); });

// The search dims the cells that don't match at once, and asks for the lines.
let asking;
const q = byId("q");
async function find() {
  const wanted = q.value.trim().toLowerCase();
  byId("lines").classList.toggle("searched", wanted !== "");
  for (const cell of byId("cells").children) cell.classList.toggle("out", !cell.firstChild.title.toLowerCase().includes(wanted));
  const answer = await fetch("/lots?q=" + encodeURIComponent(q.value)).catch(() => null);
  if (!answer?.ok) return;
  const made = document.createElement("template");
  made.innerHTML = await answer.text();
  patch(byId("lines"), made.content);
  tick();
}
q?.addEventListener("input", () => { clearTimeout(asking); asking = setTimeout(find, 150); });
q?.form.addEventListener("submit", event => { event.preventDefault(); const first = document.querySelector("#lines a"); if (first && q.value) location.assign(first.href); });

setClock();
tick();
setInterval(() => { tick(); watchLoss(); }, 1000);
listen();
