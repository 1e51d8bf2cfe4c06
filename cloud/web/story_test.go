package web_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/cloud/api/apitest"
	"gatehouse/cloud/ledger"
	"gatehouse/cloud/web"
	"gatehouse/sync/fact"
	"gatehouse/sync/livepage/browsertest"
	"gatehouse/sync/outbox"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// serve is headquarters with n lots, over HTTP.
func serve(t *testing.T, n int) (*apitest.Chain, string) {
	chain := apitest.New(t)
	chain.Fill(n)
	chain.Commit(t, "p005", 4)
	s := chain.Server
	s.Mount(web.New(web.Options{State: s.State, Role: s.Role, Stream: s.Stream, Location: s.LocationState, Ask: s.Ask}))
	if err := s.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	return chain, server.URL
}

func get(t *testing.T, address string) string {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s %v", address, response.Status, text, err)
	}
	return string(text)
}

func TestThePageSaysWhatNeedsAPerson(t *testing.T) {
	chain, address := serve(t, 350)
	page := get(t, address+"/")
	clone, offline, behind := strings.Index(page, "Two gateways run one card"), strings.Index(page, "facts wait there"), strings.Index(page, "Loops count")
	if clone < 0 || offline < 0 || behind < 0 || clone > behind || offline > behind {
		t.Errorf("needs are not in the order of urgency: %d %d %d", clone, offline, behind)
	}
	for _, wanted := range []string{"Gate out-1: stuck open", "more like it", `class="f n l`, `class="f x l`, "Nordwest Parking", "347 of 350 online"} {
		if !strings.Contains(page, wanted) {
			t.Errorf("the page lacks %q", wanted)
		}
	}
	if lines := get(t, address+"/lots?q=kiel+bahn"); !strings.Contains(lines, "Kiel Bahnhof") || strings.Count(lines, "<tr") != 1 {
		t.Errorf("search found %s", lines)
	}
	chain.Change(func(c *ledger.Chain) {
		c.SetLocation(ledger.Location{ID: "evil", Name: `<script>alert(1)</script>`, Zone: time.UTC, Currency: "EUR"})
	})
	if lines := get(t, address+"/lots?q=alert"); strings.Contains(lines, "<script>alert") || !strings.Contains(lines, "&lt;script&gt;alert") {
		t.Error("a name is taken for HTML")
	}
	if lot := get(t, address+"/lots/p005"); !strings.Contains(lot, "stuck open") || !strings.Contains(lot, "Open once") {
		t.Error(lot)
	}
}

func TestTheFirstPageSaysWhatToDo(t *testing.T) {
	chain := apitest.New(t)
	chain.Server.Mount(web.New(web.Options{State: chain.Server.State, Role: chain.Server.Role, Stream: chain.Server.Stream, Location: chain.Server.LocationState, Ask: chain.Server.Ask}))
	server := httptest.NewServer(chain.Server)
	defer server.Close()
	if page := get(t, server.URL+"/"); !strings.Contains(page, "No location has a gateway yet") || !strings.Contains(page, "--enrol LOCATION") || strings.Contains(page, "All locations are well") {
		t.Error(page)
	}
	if page := get(t, server.URL+"/login"); !strings.Contains(page, "whoever has it makes API keys for others") || strings.Contains(page, "gatehouse token") {
		t.Error(page)
	}
}

// A lot that is cut off for a moment needs nobody yet and is not said to be well; what no sensor has said is no number.
func TestWhatIsNotKnownIsNotSaid(t *testing.T) {
	chain, address := serve(t, 1)
	chain.Live(wire.Live{Location: "p001", Types: []wire.LiveType{{Type: fact.Regular, Total: 10, Unknown: 10}}}, 0)
	chain.Cut("p001", 20*time.Second)
	page := get(t, address+"/lots?q=")
	if !strings.Contains(page, "– free of 10") {
		t.Error(page)
	}
	page = get(t, address+"/")
	for _, wanted := range []string{"All well but 1 offline", "One location is offline for a short while", `<p class="big none">–</p>`, "10 not known"} {
		if !strings.Contains(page, wanted) {
			t.Errorf("the page lacks %q", wanted)
		}
	}
}

// What a browser shows follows what happens; the search keeps what it found; an order goes out when it was held long
// enough and says why.
func TestInABrowser(t *testing.T) {
	browser := browsertest.Start(t)
	chain, address := serve(t, 500)
	ordered := answerOrders(chain)
	wall := browser.Open(t, address+"/", browsertest.Look{Width: 1920, Height: 1200})
	wall.Until(`document.documentElement?.dataset.live === "yes"`)
	wall.Is(`document.querySelectorAll("#cells > li").length`, 500)
	wall.Is(`document.documentElement.scrollWidth <= 1920`, true)
	wall.Shot("wide.png", true)
	chain.Cut("p002", time.Minute*3)
	wall.Until(`document.querySelectorAll("#cells a.x").length === 4`)
	chain.Live(wire.Live{Location: "p003", Types: []wire.LiveType{{Type: fact.Regular, Total: 100, Occupied: 99, Available: 1}}}, 0)
	wall.Until(`document.querySelector('#cells a[href="/lots/p003"]').classList.contains("l9")`)
	wall.Eval(`(() => { const q = document.getElementById("q"); q.value = "kiel oper"; q.dispatchEvent(new Event("input", {bubbles: true})); })()`)
	wall.Until(`document.querySelectorAll("#lines > tr").length === 1 && document.getElementById("lines").innerText.includes("Kiel Oper")`)
	wall.Is(`document.querySelectorAll("#cells li:not(.out)").length`, 1)

	phone := browser.Open(t, address+"/", browsertest.Look{Width: 360, Height: 740, Dark: true})
	phone.Until(`document.documentElement?.dataset.live === "yes"`)
	phone.Is(`document.documentElement.scrollWidth`, 360)
	phone.Shot("phone.png", true)
	browser.Open(t, address+"/?wall", browsertest.Look{Width: 1920, Height: 1080, Dark: true}).Shot("wall.png", false)

	browser.Open(t, address+"/lots/p005", browsertest.Look{Width: 1440, Height: 900}).Shot("lot.png", true)
	lot := browser.Open(t, address+"/lots/p005", browsertest.Look{Width: 360, Height: 740})
	lot.Until(`document.documentElement?.dataset.live === "yes"`)
	lot.Is(`document.documentElement.scrollWidth`, 360)
	lot.Shot("lot-phone.png", true)
	lot.Eval(`document.querySelector('button[data-gate="in-1"]').dispatchEvent(new PointerEvent("pointerdown", {bubbles: true, button: 0}))`)
	lot.Until(`document.getElementById("said").innerText.includes("Say why")`)
	lot.Eval(`document.getElementById("gate-0-why").value = "Delivery"`)
	lot.Eval(`document.querySelector('button[data-gate="in-1"]').dispatchEvent(new PointerEvent("pointerdown", {bubbles: true, button: 0}))`)
	lot.Until(`document.getElementById("said").innerText.startsWith("Done: Open once")`)
	command := <-ordered
	if command.Verb != policy.OpenOnce || command.Gate != "in-1" || command.Reason != "Delivery" || command.Actor != "demo" {
		t.Errorf("%+v", command)
	}

	plain := browser.Open(t, address+"/?q=hafen", browsertest.Look{Width: 800, Height: 600, NoScript: true})
	plain.Until(`document.getElementById("lines")?.innerText.includes("Hafen")`)
}

// answerOrders has gateways take every order, as sync/policy demands.
func answerOrders(chain *apitest.Chain) <-chan policy.Command {
	taken := make(chan policy.Command, 8)
	var mu sync.Mutex
	desks := map[fact.LocationID]*policy.Desk{}
	chain.Hear = func(location fact.LocationID, m wire.Message) {
		mu.Lock()
		defer mu.Unlock()
		desk := desks[location]
		if desk == nil {
			desk = &policy.Desk{Location: location, Incarnation: 9, Keys: policy.Keys{chain.Signer.Public()}}
			desks[location] = desk
		}
		switch m := m.(type) {
		case *wire.Challenge:
			nonce := desk.Challenge(m.ID, 0, policy.Nonce{1, byte(len(desks))})
			go chain.Desk.Hear(context.Background(), location, &wire.Challenge{Location: location, ID: m.ID, Incarnation: 9, Challenge: nonce})
		case *wire.Command:
			code := wire.Done
			if desk.Take(&m.Command, 1) != nil {
				code = wire.Refused
			}
			taken <- m.Command
			go chain.Desk.Hear(context.Background(), location, &wire.Result{Location: location, ID: m.Command.ID, Code: code})
		}
	}
	return taken
}

// Who may configure decides where the need is shown: with a reason where the API wants one, and by holding.
func TestNeedsAreDecidedInABrowser(t *testing.T) {
	browser := browsertest.Start(t)
	chain, address := serve(t, 40)
	chain.Change(func(c *ledger.Chain) {
		c.SetApart("p005", []outbox.Apart{{Incarnation: fact.NewIncarnation(apitest.Start().UnixMilli(), 9), Standing: wire.Fenced, Facts: 214}})
		c.SetRowsDiffer("p007", true)
	})
	look := browsertest.Look{Width: 1440, Height: 900, Cookie: "gatehouse_hq_token=owner"}
	lot := browser.Open(t, address+"/lots/p005", look)
	lot.Until(`document.documentElement?.dataset.live === "yes"`)
	press := func(tab *browsertest.Tab, button string) {
		t.Helper()
		tab.Eval(`document.querySelector('` + button + `').dispatchEvent(new PointerEvent("pointerdown", {bubbles: true, button: 0}))`)
	}
	lot.Eval(`document.querySelector("#lot-needs summary").click()`)
	lot.Shot("decide.png", true)
	press(lot, `#lot-needs .first`)
	lot.Until(`document.getElementById("said").innerText.includes("Say why")`)
	lot.Eval(`document.querySelector("#lot-needs input").value = "its box stands at the gates"`)
	press(lot, `#lot-needs .first`)
	lot.Until(`document.getElementById("said").innerText.startsWith("Done: Count its facts")`)
	if got := <-chain.Settled; got.Location != "p005" || !got.Accept {
		t.Errorf("%+v", got)
	}
	press(lot, `#lot-sync .verify button`) // its day was counted, and there are no batches that say so
	lot.Until(`document.getElementById("said").innerText.startsWith("It differs from the signed batches")`)

	look.Width, look.Height, look.Dark = 390, 844, true
	phone := browser.Open(t, address+"/", look)
	phone.Until(`document.documentElement?.dataset.live === "yes"`)
	phone.Is(`document.documentElement.scrollWidth`, 390)
	phone.Eval(`document.querySelector("#needs summary").click()`)
	phone.Shot("decide-phone.png", false)
	press(phone, `#needs button[data-path="/api/v1/locations/p007/verify"]`)
	phone.Until(`document.getElementById("said").innerText.startsWith("Verified")`)

	look.Cookie = ""
	guest := browser.Open(t, address+"/lots/p005", look) // who may operate orders gates, sets needs aside, and decides nothing
	guest.Until(`document.documentElement?.dataset.live === "yes"`)
	guest.Is(`document.querySelectorAll("[data-path]:not([data-path$='/needs/set-aside'])").length`, 0)
}
