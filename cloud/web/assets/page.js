"use strict";
// The pages of headquarters. live.js comes before it.

// putCells says anew how each location is: severity, connection and level, as the server's classOf.
function putCells(id, codes) {
  const cells = byId(id).children;
  for (let i = 0; i < cells.length; i++) {
    const code = codes.slice(3 * i, 3 * i + 3), name = code[0] + " " + code[1] + " l" + code[2];
    const cell = cells[i].firstChild;
    if (cell.className === name) continue;
    cell.className = name;
    cell.setAttribute("aria-label", cell.title + spoken(code));
  }
}
function spoken(code) {
  return ({ f: ", needs you now", w: ", needs a look" }[code[0]] || "") + (code[1] === "x" ? ", offline" : "") + ", " + code[2] + "0 % full";
}

// All cells are one stop of the Tab key, and arrows go from one to the next: nobody tabs through five hundred.
const cells = [...(byId("cells")?.children || [])].map(cell => cell.firstChild);
for (const cell of cells.slice(1)) cell.tabIndex = -1;
byId("cells")?.addEventListener("keydown", event => {
  const row = cells.filter(cell => cell.offsetTop === cells[0].offsetTop).length, at = cells.indexOf(event.target);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - row, ArrowDown: at + row, Home: 0, End: cells.length - 1 }[event.key];
  if (!cells[to]) return;
  event.preventDefault();
  event.target.tabIndex = -1;
  cells[to].tabIndex = 0;
  cells[to].focus();
});

// order asks headquarters to order something of this location's gateway.
async function order(body) {
  const told = await post(base + "orders", body);
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
  if (field && !reason) refuse(field, "Say why first.");
  say(path ? "Working…" : "Asking the gateway…");
  const done = "Done: " + button.textContent.trim() + (gate ? ", " + gate : "") + ".";
  const told = path ? outcome(await post(path, { ...JSON.parse(body), ...(field && { reason }) }), done) : (await order({ verb, gateId: gate, reason }), done);
  if (field) field.value = "";
  return told;
}

// The search dims the cells that don't match at once, and asks for the lines.
let asking;
const q = byId("q");
const idOf = cell => decodeURIComponent(cell.pathname.slice("/lots/".length));
async function find() {
  const wanted = q.value.trim().toLowerCase();
  byId("lines").classList.toggle("searched", wanted !== "");
  for (const cell of cells) cell.parentElement.classList.toggle("out", !(idOf(cell) + " " + cell.title).toLowerCase().includes(wanted));
  const answer = await fetch("/lots?q=" + encodeURIComponent(q.value)).catch(() => null);
  if (!answer?.ok) return;
  const made = document.createElement("template");
  made.innerHTML = await answer.text();
  patch(byId("lines"), made.content);
  tick();
  const found = cells.filter(cell => !cell.parentElement.classList.contains("out")).length;
  byId("found").textContent = wanted && (found === 1 ? "1 location found" : found + " locations found");
}
q?.addEventListener("input", () => { clearTimeout(asking); asking = setTimeout(find, 150); });
q?.form.addEventListener("submit", event => { event.preventDefault(); const first = document.querySelector("#lines a"); if (first && q.value) location.assign(first.href); });
if (q?.value) byId("lines").classList.add("searched");

start();
