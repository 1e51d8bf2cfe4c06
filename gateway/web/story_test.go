package web_test

import (
	"crypto/sha256"
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"gatehouse/gateway/api"
	"gatehouse/gateway/api/apitest"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/web"
	"gatehouse/sync/livepage/browsertest"
	"gatehouse/sync/rest"
)

// serve serves the page of a lot, as the gateway does. Whoever asks from this machine may operate it.
func serve(t testing.TB, backend *apitest.Backend) *httptest.Server {
	live := api.NewLive(backend)
	server := httptest.NewServer(api.New(api.Options{
		Backend: backend, Open: true, Live: live, Page: web.New(web.Options{State: live.State, Stream: live.Stream, Receipt: live.Receipt}),
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server
}

// isLive is true once the script has heard from the gateway.
const isLive = `document.documentElement?.dataset.live === "yes"`

var (
	phone  = browsertest.Look{Width: 360, Height: 740}
	laptop = browsertest.Look{Width: 1024, Height: 768}
	wall   = browsertest.Look{Width: 1600, Height: 1000}
)

func TestInABrowser(t *testing.T) {
	b := browsertest.Start(t)
	t.Run("live", func(t *testing.T) { testLive(t, b) })
	t.Run("sizes", func(t *testing.T) { testSizes(t, b) })
	t.Run("legible", func(t *testing.T) { testLegible(t, b) })
	t.Run("labelled", func(t *testing.T) { testLabelled(t, b) })
	t.Run("hold", func(t *testing.T) { testHold(t, b) })
	t.Run("undisturbed", func(t *testing.T) { testUndisturbed(t, b) })
	t.Run("spot", func(t *testing.T) { testSpot(t, b) })
	t.Run("no script", func(t *testing.T) { testNoScript(t, b) })
	t.Run("receipt", func(t *testing.T) { testReceipt(t, b) })
	t.Run("log in", func(t *testing.T) { testLogIn(t, b) })
	t.Run("paper", func(t *testing.T) { testPaper(t, b) })
	t.Run("lost", func(t *testing.T) { testLost(t, b) })
}

// testLive: what happens at the gate is on the page, which does not load itself anew.
func testLive(t *testing.T, b *browsertest.Browser) {
	backend := apitest.New(apitest.Small())
	tab := b.Open(t, serve(t, backend).URL, wall)
	tab.Until(isLive)
	tab.Is(`document.querySelector(".big").textContent`, "16")
	tab.Is(`document.querySelectorAll(".gate").length`, 2)
	tab.Is(`document.querySelectorAll(".floor .cells > li.a").length`, 16)
	tab.Is(`document.querySelector("#gate-0 .badge").textContent`, "Ready")
	tab.Is(`document.querySelector("#gate-0 svg").classList[0]`, "arm-down")
	tab.Eval(`window.sameWindow = true`)

	backend.Do(lot.LoopChanged{Gate: 0, Loop: gate.ArmingLoop, Level: gate.Occupied}, lot.PlateSeen{Gate: 0, Raw: "B-GH 1234", Confidence: 990})
	tab.Until(`document.querySelector(".big").textContent === "15"`)
	tab.Until(`document.querySelectorAll(".floor .cells > li.h").length === 1`)
	tab.Is(`document.querySelector("#gate-0 .badge").textContent`, "Open for one")
	tab.Is(`document.querySelector("#gate-0 svg").classList[0]`, "arm-up")
	tab.Is(`document.querySelector("#gate-0 .car") !== null`, true)
	tab.Is(`document.querySelector("#gate-0 .led").innerText.includes("Spot A-101")`, true)
	tab.Is(`document.querySelector("#gate-0 .last").innerText.startsWith("Let in: plate read BGH1234 to A-101")`, true)
	tab.Is(`document.querySelector("#decisions li .plate").textContent`, "BGH1234")
	tab.Is(`document.querySelector("#decisions li time").textContent.endsWith(" s ago")`, true)
	tab.Is(`document.querySelector(".condition").innerText`, "All well")

	backend.Do(lot.FireChanged{Active: true})
	tab.Until(`document.querySelector(".condition").innerText === "Needs you now"`)
	tab.Is(`document.querySelector("#notices .fault").innerText.includes("Reset the fire panel")`, true)
	tab.Is(`byId("alarm").textContent`, "The fire input is active: all gates are up.")
	tab.Is(`document.title`, "(1) Parkhaus Altstadt")
	tab.Is(`document.querySelector("#gate-0").classList.contains("fault")`, true)
	tab.Is(`window.sameWindow`, true)
}

// testPaper: what is printed shows how things are, and nothing to press.
func testPaper(t *testing.T, b *browsertest.Browser) {
	tab := b.Open(t, serve(t, apitest.New(apitest.Small())).URL, laptop)
	tab.Until(isLive)
	const shown = `[...document.querySelectorAll("button, input, footer")].filter(e => e.offsetParent).length`
	tab.Is(shown+` > 0`, true)
	tab.Do("Emulation.setEmulatedMedia", map[string]any{"media": "print"})
	tab.Is(shown, 0)
	tab.Is(`document.querySelector(".big").offsetParent !== null`, true)
}

// testSizes: nothing is wider than its screen, and ten thousand spots are a page like any other.
func testSizes(t *testing.T, b *browsertest.Browser) {
	small, huge := apitest.New(apitest.Small()), apitest.New(apitest.Large(5, 10, 200))
	hugeURL := serve(t, huge).URL
	for _, path := range []string{"/", "/?wall"} {
		url := serve(t, small).URL
		for _, size := range []browsertest.Look{phone, laptop, wall} {
			testFits(t, b, url+path, size)
		}
	}
	testFits(t, b, hugeURL, wall)
	tab := testFits(t, b, hugeURL, phone)
	tab.Is(`document.querySelectorAll(".floor .cells > li").length`, 10000)
	huge.Do(lot.SetSpot{Spot: 9_999, Status: 2})
	tab.Until(`document.querySelector("#cells-4-9").lastElementChild.className === "o"`)
}

// testFits: neither the page nor anything on it is wider than there is room for.
func testFits(t *testing.T, b *browsertest.Browser, url string, size browsertest.Look) *browsertest.Tab {
	tab := b.Open(t, url, size)
	tab.Until(isLive)
	if got := tab.Eval(`document.documentElement.scrollWidth`); got != float64(size.Width) {
		t.Errorf("%s is %v wide on a screen of %d", url, got, size.Width)
	}
	tab.Is(`[...document.querySelectorAll(".panel, .panel *:not(li, svg *, .quiet)")].filter(e =>
		e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline").map(e => e.outerHTML.slice(0, 80)).join()`, "")
	return tab
}

// testLegible: every text stands out from what is behind it by WCAG's 4.5 to 1, by day and by night.
func testLegible(t *testing.T, b *browsertest.Browser) {
	backend := apitest.New(apitest.Small())
	backend.Do(
		lot.RequestExit{Gate: 1, Raw: "NO TICKET"}, lot.RequestEntry{Gate: 0, Raw: "B 1"}, lot.HoldGate{Gate: 1},
		lot.DeviceChanged{Device: "cam", Gate: 0, Role: lot.RoleCamera}, lot.FireChanged{Active: true}, lot.CorrectCount{Inside: 9})
	url := serve(t, backend).URL
	for _, dark := range []bool{false, true} {
		tab := b.Open(t, url, browsertest.Look{Width: 1600, Height: 1000, Dark: dark})
		tab.Until(isLive)
		tab.Is(`matchMedia("(prefers-color-scheme: dark)").matches`, dark)
		tab.Is(`(`+contrast+`)().join("\n")`, "")
	}
}

// contrast lists texts that can't be read well.
const contrast = `() => {
  const parse = c => (c.match(/[\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
  const bad = [];
  for (const e of document.querySelectorAll("body *:not(svg *, datalist *)")) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.push(ratio.toFixed(2) + " " + e.className + " " + e.textContent.trim().slice(0, 40));
  }
  return bad;
}`

// testLabelled: whoever can't see the page can work it.
func testLabelled(t *testing.T, b *browsertest.Browser) {
	tab := b.Open(t, serve(t, apitest.New(apitest.Small())).URL, phone)
	tab.Until(isLive)
	tab.Is(`[...document.querySelectorAll("button, input, a, [role=img], section[id], summary")].filter(e =>
		!(e.getAttribute("aria-label") || e.textContent.trim() || (e.labels && e.labels[0]?.textContent))).map(e => e.outerHTML.slice(0, 90)).join()`, "")
	tab.Is(`document.querySelectorAll("h1").length`, 1)
	tab.Is(`document.documentElement.lang`, "en")
	tab.Is(`[...document.querySelectorAll("[id]")].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i).join()`, "")
	tab.Is(`[...document.querySelectorAll(".gate button")].filter(e => e.getBoundingClientRect().height < 44).length`, 0)
}

// testHold: a slip opens no gate; a second of holding does, by finger or key, once, with its reason in the log.
func testHold(t *testing.T, b *browsertest.Browser) {
	backend := apitest.New(apitest.Small())
	tab := b.Open(t, serve(t, backend).URL, phone)
	tab.Until(isLive)
	tab.Eval(`say = (say => (...what) => { say(...what); clearTimeout(silence); })(say)`) // what is said stays until it was read
	tab.Eval(`document.querySelector("#gate-0 button.first").scrollIntoView({block: "center"}); byId("gate-0-note").value = "ticket can't be read"`)
	before := backend.Last()
	tab.Slip("#gate-0 button.first")
	tab.Until(`byId("said").textContent === "Keep it pressed for a second."`)
	if backend.Last() != before {
		t.Fatalf("a slip of the thumb did %+v", backend.Last())
	}
	tab.Mouse("mousePressed", "#gate-0 button.first")
	tab.Until(`byId("said").textContent === "North entry opens."`)
	tab.Mouse("mouseReleased", "#gate-0 button.first")
	raised, is := backend.Last().(lot.RaiseGate)
	if !is || raised.Note != "ticket can't be read" || raised.Key == "" || raised.Actor != "demo" {
		t.Errorf("the lot was told %+v", backend.Last())
	}
	tab.Is(`byId("gate-0-note").value`, "")
	tab.Until(`document.querySelector("#gate-0 .badge").textContent === "Open for one"`)

	tab.Focus(`#gate-1 button:nth-child(2)`)
	tab.Do("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": "Enter", "code": "Enter"})
	tab.Until(`document.querySelector("#gate-1 .badge").textContent === "Held open"`)
	tab.Do("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": "Enter", "code": "Enter"})
	tab.Until(`document.querySelector("#gate-1 button:nth-child(2)").innerText === "Release"`)

	backend.Do(lot.LoopChanged{Gate: 1, Loop: gate.ClosingLoop, Level: gate.Occupied})
	tab.Focus(`#gate-1 button:nth-child(3)`)
	tab.Do("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": " ", "code": "Space"})
	tab.Until(`byId("said").classList.contains("wrong") && byId("said").textContent.includes("clear the lane")`)
}

// testUndisturbed: news change neither what a person types nor what is unfolded or in focus.
func testUndisturbed(t *testing.T, b *browsertest.Browser) {
	backend := apitest.New(apitest.Small())
	tab := b.Open(t, serve(t, backend).URL, wall)
	tab.Until(isLive)
	tab.Eval(`document.querySelector("#inside details").open = true; byId("count").value = "7"; byId("gate-0-note").value = "delivery"; byId("gate-0-note").focus()`)
	backend.Do(lot.RequestEntry{Gate: 0, Raw: "B 1"}, lot.CorrectCount{Inside: 3}, lot.DeviceChanged{Device: "cam", Gate: 0, Role: lot.RoleCamera})
	tab.Until(`document.querySelector("#gate-0").innerText.includes("Works without: camera")`)
	tab.Until(`document.querySelector("#inside").innerText.includes("They differ by")`)
	tab.Is(`document.querySelector("#inside details").open`, true)
	tab.Is(`byId("count").value`, "7")
	tab.Is(`byId("gate-0-note").value`, "delivery")
	tab.Is(`document.activeElement.id`, "gate-0-note")
}

// testSpot: a tap on a cell tells about its spot, and sets it.
func testSpot(t *testing.T, b *browsertest.Browser) {
	backend := apitest.New(apitest.Small())
	tab := b.Open(t, serve(t, backend).URL, phone)
	tab.Until(isLive)
	tab.Eval(`document.querySelector("#cells-0-0 li:nth-child(7)").click()`)
	tab.Until(`byId("spot").open`)
	tab.Is(`byId("spot").innerText.includes("Spot A-007") && byId("spot").innerText.includes("ev, with charger")`, true)
	tab.Mouse("mousePressed", "#spot button:last-child")
	tab.Until(`document.querySelector("#cells-0-0 li:nth-child(7)").className === "o"`)
	tab.Until(`!byId("spot").open`)

	// Whoever has no mouse asks for it by its number.
	tab.Eval(`byId("number").value = "a-999"; byId("find").requestSubmit()`)
	tab.Until(`byId("said").textContent === "No spot has this number."`)
	tab.Is(`byId("number").matches("[aria-invalid]:focus")`, true)
	tab.Eval(`byId("number").value = "a-101"; byId("find").requestSubmit()`)
	tab.Until(`byId("spot").open && byId("spot-title").textContent === "Spot A-101"`)
	tab.Eval(`document.querySelector("#spot form button").click()`)
	tab.Is(`byId("spot").open`, false)
}

// testNoScript: without the script it is a page of plain HTML that can be read and reloads itself.
func testNoScript(t *testing.T, b *browsertest.Browser) {
	as := phone
	as.NoScript = true
	tab := b.Open(t, serve(t, apitest.New(apitest.Small())).URL, as)
	tab.Until(`document.readyState === "complete" && document.querySelector(".big")?.textContent === "16"`)
	tab.Is(`document.querySelectorAll(".gate").length`, 2)
	tab.Is(`document.querySelectorAll(".floor .cells > li").length`, 16)
	tab.Is(`document.querySelector("noscript meta").httpEquiv`, "refresh")
	tab.Is(`[...document.querySelectorAll("button")].filter(e => e.checkVisibility()).length`, 0)
	tab.Is(`document.documentElement.scrollWidth`, 360)
}

// testLogIn: a link with a token logs a browser in; one that may only look sees neither plates nor buttons.
func testLogIn(t *testing.T, b *browsertest.Browser) {
	backend := apitest.New(apitest.Small())
	backend.Do(lot.RequestEntry{Gate: 0, Raw: "B-GH 1234"})
	live := api.NewLive(backend)
	server := httptest.NewServer(api.New(api.Options{
		Backend: backend, Live: live, Page: web.New(web.Options{State: live.State, Stream: live.Stream, Receipt: live.Receipt}),
		Tokens: []rest.Token{
			{Name: "wall", Role: rest.RoleView, SHA256: sha256.Sum256([]byte("wall-token"))},
			{Name: "anna", Role: rest.RoleOperate, SHA256: sha256.Sum256([]byte("anna-token"))},
		},
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	tab := b.Open(t, server.URL+"/", phone)
	tab.Until(`location.pathname === "/login" && document.querySelector("input[name=token]") !== null`)
	tab.Do("Page.navigate", map[string]any{"url": server.URL + "/login?token=wall-token"})
	tab.Until(`location.pathname === "/" && ` + isLive)
	tab.Is(`document.querySelectorAll("button").length`, 0)
	tab.Is(`document.body.innerText.includes("BGH1234")`, false)
	tab.Do("Page.navigate", map[string]any{"url": server.URL + "/login?token=anna-token"})
	tab.Until(`location.pathname === "/" && document.querySelectorAll(".gate button").length === 8 && ` + isLive)
	tab.Is(`document.body.innerText.includes("BGH1234")`, true)

	// Somebody whose log-in has ended is asked for it again, and finds what he typed when he is back.
	tab.Until(isLive)
	tab.Eval(`byId("gate-0-note").value = "delivery"`)
	tab.Do("Network.clearBrowserCookies", nil)
	server.CloseClientConnections()
	tab.Until(`location.pathname === "/login" && document.querySelector("input[name=token]") !== null`)
	tab.Do("Page.navigate", map[string]any{"url": server.URL + "/login?token=anna-token"})
	tab.Until(`location.pathname === "/" && document.getElementById("gate-0-note")?.value === "delivery"`)
}

// testLost: a page that hears nothing says so, and how old what it shows is; it comes back by itself.
func testLost(t *testing.T, b *browsertest.Browser) {
	backend := apitest.New(apitest.Small())
	server := serve(t, backend)
	tab := b.Open(t, server.URL, wall)
	tab.Until(isLive)
	backend.Fail(errors.New("stopped"))
	backend.Pass(time.Second)
	server.CloseClientConnections()
	tab.Until(`lostSince > 0`)
	tab.Eval(`lostSince -= 5000; watchLoss()`)
	tab.Is(`byId("lost").hidden === false && document.body.classList.contains("stale")`, true)
	backend.Fail(nil)
	tab.Until(`byId("lost").hidden && !document.body.classList.contains("stale")`)
}
