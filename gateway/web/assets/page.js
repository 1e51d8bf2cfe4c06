"use strict";
// The page of a lot. live.js comes before it.

function putCells(id, letters) {
  const cells = byId(id).children;
  for (let i = 0; i < cells.length && i < letters.length; i++) {
    if (cells[i].className !== letters[i]) cells[i].className = letters[i];
  }
}

async function act(button) {
  const { post: path, note, inside, status, said } = button.dataset, body = {}, count = inside && byId(inside);
  if (count && (!count.value || !count.checkValidity())) refuse(count, "Say how many vehicles are inside, 0 to 100 000.");
  if (note && byId(note).value) body.note = byId(note).value;
  if (count) body.inside = Number(count.value);
  if (status) body.status = status;
  await post(base + path, body);
  if (note) byId(note).value = "";
  if (button.closest("dialog")) byId("spot").close();
  return said + ".";
}

// A tap on a cell tells what is known of its spot.
function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
const unread = "The spot can't be looked up just now.";
async function spotsOf(floor) {
  const answer = await fetch(base + "floors/" + encodeURIComponent(floor) + "/spots").catch(() => null);
  if (!answer?.ok) throw new Error(unread);
  return (await answer.json()).spots;
}
async function tellCell(cell) {
  const { floor, zone } = cell.parentElement.dataset, nth = [...cell.parentElement.children].indexOf(cell);
  tell((await spotsOf(floor)).filter(spot => spot.zoneId === zone)[nth]);
}

// Whoever knows the number of a spot needs not find its cell among ten thousand.
async function find(field) {
  const number = field.value.trim().toLowerCase(), floors = new Set([...document.querySelectorAll(".cells")].map(list => list.dataset.floor));
  for (const floor of number ? floors : []) {
    const spot = (await spotsOf(floor)).find(spot => spot.spotNumber.toLowerCase() === number || spot.spotId.toLowerCase() === number);
    if (spot) return tell(spot);
  }
  refuse(field, number ? "No spot has this number." : "Write the number that is painted on the spot.");
}
function tell(spot) {
  if (!spot) throw new Error(unread);
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
  const close = element("form", "", { method: "dialog" });
  close.append(element("button", "Close"));
  byId("spot").replaceChildren(element("h2", "Spot " + spot.spotNumber, { id: "spot-title" }), facts, buttons, close);
  byId("spot").showModal();
}
addEventListener("click", event => {
  const cell = event.target.closest?.("#spots .cells > li");
  if (cell) tellCell(cell).catch(problem => say(problem.message, true));
  if (event.target === byId("spot")) byId("spot").close();
});
byId("find").addEventListener("submit", event => {
  event.preventDefault();
  find(byId("number")).catch(problem => say(problem.message, true));
});

start();
