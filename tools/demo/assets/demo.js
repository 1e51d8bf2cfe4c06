// Asks for the state of both sides once in half a second, and turns the switch.
"use strict";

const set = (id, text) => { document.getElementById(id).textContent = text; };
const number = (n) => n.toLocaleString("en").replaceAll(",", "\u202f");
const money = (side) => side.currency ? `${number(Math.trunc(side.revenueMinor / 100))}.${String(side.revenueMinor % 100).padStart(2, "0")} ${side.currency}` : "–";
const span = (s) => s < 120 ? `${s}\u202fs` : s < 7200 ? `${Math.trunc(s / 60)}\u202fmin` : `${Math.trunc(s / 3600)}\u202fh`;

const words = {
  synced: "Connected: headquarters has everything",
  sending: "Connected: what waited is on its way",
  unreachable: "No connection yet",
  not_enrolled: "Not enrolled yet",
  fenced: "Headquarters keeps the facts apart",
};

let isCut = false;

function show(state) {
  isCut = state.cut;
  const sync = state.sync;
  const wire = document.querySelector(".wire");
  wire.classList.toggle("cut", isCut);
  wire.classList.toggle("flowing", !isCut && sync?.state === "sending");
  set("switch", isCut ? "Heal the network" : "Cut the network");
  set("state", isCut ? "Cut: the lot goes on by itself" : words[sync?.state] ?? "The lot is starting");
  for (const [id, side] of [["lot", state.lot], ["hq", state.headquarters]]) {
    const known = side.total > side.unknown; // a sensor that has not spoken yet leaves its spot unknown
    set(`${id}-available`, known ? number(side.available) : "–");
    set(`${id}-total`, number(side.total) + (known && side.unknown ? `, ${number(side.unknown)} not known` : ""));
    set(`${id}-inside`, known ? number(side.inside) : "–");
    set(`${id}-revenue`, money(side));
  }
  set("hq-facts", number(state.headquarters.facts));
  set("hq-age", state.headquarters.total ? span(Math.trunc(state.headquarters.ageMs / 1000)) : "–");
  set("waiting", sync ? number(sync.waiting) : "–");
  set("oldest", sync ? span(sync.oldestSeconds) : "–");
  set("drain", sync ? number(sync.drainPerSecond) : "–");
  for (const [id, address] of [["lot", state.lotPage], ["cloud", state.cloudPage]]) {
    document.getElementById(`${id}-page`).href = address;
    const frame = document.getElementById(`${id}-frame`);
    if (frame.src !== address) frame.src = address;
  }
}

async function look() {
  try {
    show(await (await fetch("/state")).json());
  } catch {
    set("state", "The demonstration has ended");
  }
}

document.getElementById("switch").addEventListener("click", async () => {
  await fetch("/network", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ cut: !isCut }) });
  look();
});
look();
setInterval(look, 500);
