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
	phone  = look{width: 360, height: 740}
	laptop = look{width: 1024, height: 768}
	wall   = look{width: 1600, height: 1000}
)

func TestInABrowser(t *testing.T) {
	b := openBrowser(t)
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
	t.Run("lost", func(t *testing.T) { testLost(t, b) })
}

// testLive: what happens at the gate is on the page, which does not load itself anew.
func testLive(t *testing.T, b *browser) {
	backend := apitest.New(apitest.Small())
	tab := b.open(t, serve(t, backend).URL, wall)
	tab.until(isLive)
	tab.is(`document.querySelector(".big").textContent`, "16")
	tab.is(`document.querySelectorAll(".gate").length`, 2)
	tab.is(`document.querySelectorAll(".floor .cells > li.a").length`, 16)
	tab.is(`document.querySelector("#gate-0 .badge").textContent`, "Ready")
	tab.is(`document.querySelector("#gate-0 svg").classList[0]`, "arm-down")
	tab.eval(`window.sameWindow = true`)

	backend.Do(lot.LoopChanged{Gate: 0, Loop: gate.ArmingLoop, Level: gate.Occupied}, lot.PlateSeen{Gate: 0, Raw: "B-GH 1234", Confidence: 990})
	tab.until(`document.querySelector(".big").textContent === "15"`)
	tab.until(`document.querySelectorAll(".floor .cells > li.h").length === 1`)
	tab.is(`document.querySelector("#gate-0 .badge").textContent`, "Open for one")
	tab.is(`document.querySelector("#gate-0 svg").classList[0]`, "arm-up")
	tab.is(`document.querySelector("#gate-0 .car") !== null`, true)
	tab.is(`document.querySelector("#gate-0 .led").innerText.includes("Spot A-101")`, true)
	tab.is(`document.querySelector("#gate-0 .last").innerText.startsWith("Let in: plate read BGH1234 to A-101")`, true)
	tab.is(`document.querySelector("#decisions li .plate").textContent`, "BGH1234")
	tab.is(`document.querySelector("#decisions li time").textContent.endsWith(" s ago")`, true)
	tab.is(`document.querySelector(".condition").innerText`, "All well")

	backend.Do(lot.FireChanged{Active: true})
	tab.until(`document.querySelector(".condition").innerText === "Needs you now"`)
	tab.is(`document.querySelector("#notices .fault").innerText.includes("Reset the fire panel")`, true)
	tab.is(`window.sameWindow`, true)
}

// testSizes: nothing is wider than its screen, and ten thousand spots are a page like any other.
func testSizes(t *testing.T, b *browser) {
	small, huge := apitest.New(apitest.Small()), apitest.New(apitest.Large(5, 10, 200))
	hugeURL := serve(t, huge).URL
	for _, path := range []string{"/", "/?wall"} {
		url := serve(t, small).URL
		for _, size := range []look{phone, laptop, wall} {
			testFits(t, b, url+path, size)
		}
	}
	testFits(t, b, hugeURL, wall)
	tab := testFits(t, b, hugeURL, phone)
	tab.is(`document.querySelectorAll(".floor .cells > li").length`, 10000)
	huge.Do(lot.SetSpot{Spot: 9_999, Status: 2})
	tab.until(`document.querySelector("#cells-4-9").lastElementChild.className === "o"`)
}

// testFits: neither the page nor anything on it is wider than there is room for.
func testFits(t *testing.T, b *browser, url string, size look) *tab {
	tab := b.open(t, url, size)
	tab.until(isLive)
	if got := tab.eval(`document.documentElement.scrollWidth`); got != float64(size.width) {
		t.Errorf("%s is %v wide on a screen of %d", url, got, size.width)
	}
	tab.is(`[...document.querySelectorAll(".panel, .panel *:not(li, svg *, .quiet)")].filter(e =>
		e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline").map(e => e.outerHTML.slice(0, 80)).join()`, "")
	return tab
}

// testLegible: every text stands out from what is behind it by WCAG's 4.5 to 1, by day and by night.
func testLegible(t *testing.T, b *browser) {
	backend := apitest.New(apitest.Small())
	backend.Do(
		lot.RequestExit{Gate: 1, Raw: "NO TICKET"}, lot.RequestEntry{Gate: 0, Raw: "B 1"}, lot.HoldGate{Gate: 1},
		lot.DeviceChanged{Device: "cam", Gate: 0, Role: lot.RoleCamera}, lot.FireChanged{Active: true}, lot.CorrectCount{Inside: 9})
	url := serve(t, backend).URL
	for _, dark := range []bool{false, true} {
		tab := b.open(t, url, look{width: 1600, height: 1000, dark: dark})
		tab.until(isLive)
		tab.is(`matchMedia("(prefers-color-scheme: dark)").matches`, dark)
		tab.is(`(`+contrast+`)().join("\n")`, "")
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
func testLabelled(t *testing.T, b *browser) {
	tab := b.open(t, serve(t, apitest.New(apitest.Small())).URL, phone)
	tab.until(isLive)
	tab.is(`[...document.querySelectorAll("button, input, a, [role=img], section[id], summary")].filter(e =>
		!(e.getAttribute("aria-label") || e.textContent.trim() || (e.labels && e.labels[0]?.textContent))).map(e => e.outerHTML.slice(0, 90)).join()`, "")
	tab.is(`document.querySelectorAll("h1").length`, 1)
	tab.is(`document.documentElement.lang`, "en")
	tab.is(`[...document.querySelectorAll("[id]")].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i).join()`, "")
	tab.is(`[...document.querySelectorAll(".gate button")].filter(e => e.getBoundingClientRect().height < 44).length`, 0)
}

// testHold: a slip opens no gate; a second of holding does, by finger or key, once, with its reason in the log.
func testHold(t *testing.T, b *browser) {
	backend := apitest.New(apitest.Small())
	tab := b.open(t, serve(t, backend).URL, phone)
	tab.until(isLive)
	tab.eval(`document.querySelector("#gate-0 button.first").scrollIntoView({block: "center"}); byId("gate-0-note").value = "ticket can't be read"`)
	before := backend.Last()
	tab.mouse("mousePressed", "#gate-0 button.first")
	tab.mouse("mouseReleased", "#gate-0 button.first")
	tab.until(`byId("said").textContent === "Keep it pressed for a second."`)
	if backend.Last() != before {
		t.Fatalf("a slip of the thumb did %+v", backend.Last())
	}
	tab.mouse("mousePressed", "#gate-0 button.first")
	tab.until(`byId("said").textContent === "North entry opens."`)
	tab.mouse("mouseReleased", "#gate-0 button.first")
	raised, is := backend.Last().(lot.RaiseGate)
	if !is || raised.Note != "ticket can't be read" || raised.Key == "" || raised.Actor != "demo" {
		t.Errorf("the lot was told %+v", backend.Last())
	}
	tab.is(`byId("gate-0-note").value`, "")
	tab.until(`document.querySelector("#gate-0 .badge").textContent === "Open for one"`)

	tab.focus(`#gate-1 button:nth-child(2)`)
	tab.do("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": "Enter", "code": "Enter"})
	tab.until(`document.querySelector("#gate-1 .badge").textContent === "Held open"`)
	tab.do("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": "Enter", "code": "Enter"})
	tab.until(`document.querySelector("#gate-1 button:nth-child(2)").innerText === "Release"`)

	backend.Do(lot.LoopChanged{Gate: 1, Loop: gate.ClosingLoop, Level: gate.Occupied})
	tab.focus(`#gate-1 button:nth-child(3)`)
	tab.do("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": " ", "code": "Space"})
	tab.until(`byId("said").classList.contains("wrong") && byId("said").textContent.includes("clear the lane")`)
}

// focus waits for an element that can be used and has the focus: on a slow machine news may still be on their way into it.
func (t *tab) focus(selector string) {
	t.Helper()
	t.until(`(e => { e.focus(); return !e.disabled && document.activeElement === e })(document.querySelector("` + selector + `"))`)
}

// mouse presses or releases a button in the middle of an element.
func (t *tab) mouse(what, selector string) {
	t.Helper()
	t.do("Input.dispatchMouseEvent", map[string]any{
		"type": what, "button": "left", "clickCount": 1,
		"x": t.eval(`(r => r.x + r.width / 2)(document.querySelector("` + selector + `").getBoundingClientRect())`),
		"y": t.eval(`(r => r.y + r.height / 2)(document.querySelector("` + selector + `").getBoundingClientRect())`),
	})
}

// testUndisturbed: news change neither what a person types nor what is unfolded or in focus.
func testUndisturbed(t *testing.T, b *browser) {
	backend := apitest.New(apitest.Small())
	tab := b.open(t, serve(t, backend).URL, wall)
	tab.until(isLive)
	tab.eval(`document.querySelector("#inside details").open = true; byId("count").value = "7"; byId("gate-0-note").value = "delivery"; byId("gate-0-note").focus()`)
	backend.Do(lot.RequestEntry{Gate: 0, Raw: "B 1"}, lot.CorrectCount{Inside: 3}, lot.DeviceChanged{Device: "cam", Gate: 0, Role: lot.RoleCamera})
	tab.until(`document.querySelector("#gate-0").innerText.includes("Works without: camera")`)
	tab.until(`document.querySelector("#inside").innerText.includes("They differ by")`)
	tab.is(`document.querySelector("#inside details").open`, true)
	tab.is(`byId("count").value`, "7")
	tab.is(`byId("gate-0-note").value`, "delivery")
	tab.is(`document.activeElement.id`, "gate-0-note")
}

// testSpot: a tap on a cell tells about its spot, and sets it.
func testSpot(t *testing.T, b *browser) {
	backend := apitest.New(apitest.Small())
	tab := b.open(t, serve(t, backend).URL, phone)
	tab.until(isLive)
	tab.eval(`document.querySelector("#cells-0-0 li:nth-child(7)").click()`)
	tab.until(`byId("spot").open`)
	tab.is(`byId("spot").innerText.includes("Spot A-007") && byId("spot").innerText.includes("ev, with charger")`, true)
	tab.mouse("mousePressed", "#spot button:last-child")
	tab.until(`document.querySelector("#cells-0-0 li:nth-child(7)").className === "o"`)
	tab.until(`!byId("spot").open`)
}

// testNoScript: without the script it is a page of plain HTML that can be read and reloads itself.
func testNoScript(t *testing.T, b *browser) {
	as := phone
	as.noScript = true
	tab := b.open(t, serve(t, apitest.New(apitest.Small())).URL, as)
	tab.until(`document.readyState === "complete" && document.querySelector(".big")?.textContent === "16"`)
	tab.is(`document.querySelectorAll(".gate").length`, 2)
	tab.is(`document.querySelectorAll(".floor .cells > li").length`, 16)
	tab.is(`document.querySelector("noscript meta").httpEquiv`, "refresh")
	tab.is(`[...document.querySelectorAll("button")].filter(e => e.checkVisibility()).length`, 0)
	tab.is(`document.documentElement.scrollWidth`, 360)
}

// testLogIn: a link with a token logs a browser in; who may only look sees neither plates nor buttons.
func testLogIn(t *testing.T, b *browser) {
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
	tab := b.open(t, server.URL+"/", phone)
	tab.until(`location.pathname === "/login" && document.querySelector("input[name=token]") !== null`)
	tab.do("Page.navigate", map[string]any{"url": server.URL + "/login?token=wall-token"})
	tab.until(`location.pathname === "/" && ` + isLive)
	tab.is(`document.querySelectorAll("button").length`, 0)
	tab.is(`document.body.innerText.includes("BGH1234")`, false)
	tab.do("Page.navigate", map[string]any{"url": server.URL + "/login?token=anna-token"})
	tab.until(`location.pathname === "/" && document.querySelectorAll(".gate button").length === 8`)
	tab.is(`document.body.innerText.includes("BGH1234")`, true)
}

// testLost: a page that hears nothing says so, and how old what it shows is; it comes back by itself.
func testLost(t *testing.T, b *browser) {
	backend := apitest.New(apitest.Small())
	server := serve(t, backend)
	tab := b.open(t, server.URL, wall)
	tab.until(isLive)
	backend.Fail(errors.New("stopped"))
	backend.Pass(time.Second)
	server.CloseClientConnections()
	tab.until(`lostSince > 0`)
	tab.eval(`lostSince -= 5000; watchLoss()`)
	tab.is(`byId("lost").hidden === false && document.body.classList.contains("stale")`, true)
	backend.Fail(nil)
	tab.until(`byId("lost").hidden && !document.body.classList.contains("stale")`)
}
