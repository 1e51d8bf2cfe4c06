"use strict";
// The pages of headquarters. live.js comes before it.

// putCells says anew how each location is: severity, connection and level, as the server's classOf.
function putCells(id, codes) {
  const cells = byId(id).children;
  for (let i = 0; i < cells.length; i++) {
    const code = codes.slice(3 * i, 3 * i + 3), name = code[0] + " " + code[1] + " l" + code[2];
    if (cells[i].firstChild.className !== name) cells[i].firstChild.className = name;
  }
}

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
if (q?.value) byId("lines").classList.add("searched");

start();
