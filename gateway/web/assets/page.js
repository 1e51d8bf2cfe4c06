"use strict";
// The page of a lot. live.js comes before it.

function putCells(id, letters) {
  const cells = byId(id).children;
  for (let i = 0; i < cells.length && i < letters.length; i++) {
    if (cells[i].className !== letters[i]) cells[i].className = letters[i];
  }
}

async function act(button) {
  const { post: path, note, inside, status, said } = button.dataset, body = {};
  if (note && byId(note).value) body.note = byId(note).value;
  if (inside) body.inside = Number(byId(inside).value);
  if (status) body.status = status;
  button.disabled = true;
  try {
    await post(base + path, body);
    say(said + ".");
    if (note) byId(note).value = "";
    if (button.closest("dialog")) byId("spot").close();
  } catch (problem) {
    say(problem.message, true);
  }
  button.disabled = false;
}

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
  const facts = element("dl", ""), since = spot.since && civil.format(Date.parse(spot.since)) + ", " + ago(Date.now() + ahead - Date.parse(spot.since));
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

start();
