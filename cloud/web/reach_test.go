package web_test

import (
	"testing"
	"time"

	"gatehouse/cloud/api/apitest"
	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/livepage/browsertest"
	"gatehouse/sync/wire"
)

const isLive = `document.documentElement?.dataset.live === "yes"`

// Whoever has no mouse, or doesn't see the page, gets as far as others.
func TestByKeyboardAndEar(t *testing.T) {
	chain, address := serve(t, 40)
	page := browsertest.Start(t).Open(t, address+"/", browsertest.Look{Width: 1440, Height: 900})
	page.Until(isLive)
	page.Is(`document.querySelectorAll("#cells a:not([tabindex='-1'])").length`, 1)
	page.Focus(`#cells a`)
	for _, key := range []string{"End", "Home", "ArrowDown", "ArrowUp"} {
		page.Do("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": key, "code": key})
		page.Is(`document.activeElement.tabIndex === 0 && cells.indexOf(document.activeElement)`,
			map[string]any{"End": 39, "Home": 0, "ArrowDown": page.Eval(`cells.findIndex(cell => cell.offsetTop > cells[0].offsetTop)`), "ArrowUp": 0}[key])
	}
	page.Is(`document.querySelector('#cells a[href="/lots/p018"]').getAttribute("aria-label").replace(/\d/, "n")`, "Trier Altstadt, needs you now, offline, n0 % full")
	page.Is(`document.querySelector(".lines caption").innerText !== "" && document.querySelectorAll(".lines [scope=col]").length`, 5)
	page.Is(`document.querySelector("#line-p018 [role=img]").getAttribute("aria-label")`, "Needs you now")
	page.Is(`document.title`, "(2) Nordwest Parking: headquarters")
	page.Is(`document.getElementById("alarm").textContent`, "")
	page.Focus(`#line-p018 a`)
	chain.Live(wire.Live{Location: "p008", Types: []wire.LiveType{{Type: fact.Regular, Total: 100, Occupied: 100}}}, 0)
	chain.Change(func(c *ledger.Chain) {
		c.SetAlert("p008", ledger.Alert{Kind: ledger.AlertFire, Active: true, AtMS: apitest.Start().UnixMilli()})
	})
	page.Until(`document.getElementById("alarm").textContent.startsWith("Oldenburg Altstadt")`)
	page.Is(`document.title`, "(3) Nordwest Parking: headquarters")
	page.Until(`document.querySelector("#lines tr").id === "line-p008"`)
	page.Is(`document.activeElement.closest("tr")?.id`, "line-p018") // its row has made room
}

// What somebody types stays when the lot goes offline meanwhile, and when the page loads itself anew for another location.
func TestWhatIsTypedStays(t *testing.T) {
	browser := browsertest.Start(t)
	chain, address := serve(t, 40)
	look := browsertest.Look{Width: 1440, Height: 900, Cookie: "gatehouse_hq_token=owner"}
	lot := browser.Open(t, address+"/lots/p006", look)
	lot.Until(isLive)
	lot.Eval(`document.getElementById("gate-0-why").value = "Delivery"`)
	chain.Cut("p006", time.Minute)
	lot.Until(`document.querySelector('button[data-gate="in-1"]').matches(":disabled")`)
	lot.Is(`document.getElementById("gate-0-why").value`, "Delivery")
	lot.Is(`document.getElementById("lot-gates").innerText.includes("no order reaches it now")`, true)

	page := browser.Open(t, address+"/", look)
	page.Until(isLive)
	page.Eval(`window.sameWindow = true; q.value = "p006"; q.dispatchEvent(new Event("input", {bubbles: true})); q.focus()`)
	page.Until(`document.getElementById("found").textContent === "1 location found"`)
	chain.Change(func(c *ledger.Chain) {
		c.SetLocation(ledger.Location{ID: "new", Name: "Aachen Neubau", Zone: time.UTC, Currency: fact.Currency("EUR")})
	})
	page.Until(`!window.sameWindow && ` + isLive)
	page.Until(`document.querySelectorAll("#lines tr").length === 1 && document.getElementById("found").textContent === "1 location found"`)
	page.Is(`document.activeElement.id + document.activeElement.value`, "qp006")
}

// A page that can't be shown says what to do, and comes back by itself.
func TestAPageThatIsNotThere(t *testing.T) {
	_, address := serve(t, 1)
	tab := browsertest.Start(t).Open(t, address+"/lots/nowhere", browsertest.Look{Width: 390, Height: 844, Dark: true})
	tab.Until(`document.querySelector("h1")?.innerText === "Headquarters knows no such location"`)
	tab.Is(`document.querySelector("a").getAttribute("href")`, "/")
}
