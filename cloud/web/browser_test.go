package web_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// browser is a Chromium without a window, steered by the DevTools protocol over a pipe: commands on its file 3,
// answers on its file 4, each JSON and a zero byte.
type browser struct {
	commands io.Writer
	mu       sync.Mutex
	next     int
	waiting  map[int]chan reply
}

// reply answers a command.
type reply struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// openBrowser starts a browser that knows nothing. The test is skipped where there is none.
func openBrowser(t testing.TB) *browser {
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil && program == "" {
			program = path
		}
	}
	if program == "" {
		t.Skip("no Chromium here: what the page does in a browser is not tested")
	}
	profile, err := os.MkdirTemp("", "gatehouse-browser")
	commandsOut, commandsIn := pipe(t)
	repliesOut, repliesIn := pipe(t)
	command := exec.Command(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
		"--disable-component-update", "--no-first-run", "--hide-scrollbars", "--remote-debugging-pipe", "--user-data-dir="+profile)
	command.ExtraFiles = []*os.File{commandsOut, repliesIn}
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	commandsOut.Close()
	repliesIn.Close()
	b := &browser{commands: commandsIn, waiting: map[int]chan reply{}}
	go b.receive(repliesOut)
	t.Cleanup(func() {
		b.call(t, "", "Browser.close", nil)
		command.Wait() // it closes with an error when it is asked to
		commandsIn.Close()
		os.RemoveAll(profile) // files of a browser just gone may linger
	})
	return b
}

func pipe(t testing.TB) (out, in *os.File) {
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return out, in
}

// receive hands replies to who waits for them. Events are of no interest.
func (b *browser) receive(replies io.Reader) {
	lines := bufio.NewReader(replies)
	for {
		text, err := lines.ReadBytes(0)
		if err != nil {
			return
		}
		var r reply
		if json.Unmarshal(bytes.TrimSuffix(text, []byte{0}), &r) != nil || r.ID == 0 {
			continue
		}
		b.mu.Lock()
		waiting := b.waiting[r.ID]
		delete(b.waiting, r.ID)
		b.mu.Unlock()
		waiting <- r
	}
}

// call carries out one command, of a page or (session empty) of the browser.
func (b *browser) call(t testing.TB, session, method string, params map[string]any) json.RawMessage {
	t.Helper()
	b.mu.Lock()
	b.next++
	message := map[string]any{"id": b.next, "method": method, "params": params}
	if session != "" {
		message["sessionId"] = session
	}
	answer := make(chan reply, 1)
	b.waiting[b.next] = answer
	text, err := json.Marshal(message)
	if err == nil {
		_, err = b.commands.Write(append(text, 0))
	}
	b.mu.Unlock()
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	select {
	case r := <-answer:
		if r.Error != nil {
			t.Fatalf("%s: %s", method, r.Error.Message)
		}
		return r.Result
	case <-time.After(30 * time.Second):
		t.Fatalf("%s: the browser does not answer", method)
		return nil
	}
}

// tab is one page in the browser.
type tab struct {
	testing.TB
	browser *browser
	session string
}

// look describes how a page is looked at.
type look struct {
	width, height int
	dark          bool
	noScript      bool
	token         string // of who looks; "": nobody's
}

// open opens an address.
func (b *browser) open(tb testing.TB, address string, as look) *tab {
	tb.Helper()
	var made struct{ TargetID, SessionID string }
	t := &tab{TB: tb, browser: b}
	t.read(t.do("Target.createTarget", map[string]any{"url": "about:blank"}), &made)
	t.read(t.do("Target.attachToTarget", map[string]any{"targetId": made.TargetID, "flatten": true}), &made)
	t.session = made.SessionID
	tb.Cleanup(func() {
		t.session = ""
		t.do("Target.closeTarget", map[string]any{"targetId": made.TargetID})
	})
	t.do("Emulation.setDeviceMetricsOverride", map[string]any{"width": as.width, "height": as.height, "deviceScaleFactor": 1, "mobile": as.width < 500})
	scheme := "light"
	if as.dark {
		scheme = "dark"
	}
	t.do("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}})
	t.do("Emulation.setScriptExecutionDisabled", map[string]any{"value": as.noScript})
	t.do("Network.clearBrowserCookies", nil)
	if as.token != "" {
		t.do("Network.setCookie", map[string]any{"name": "gatehouse_hq_token", "value": as.token, "url": address})
	}
	t.do("Page.navigate", map[string]any{"url": address})
	return t
}

func (t *tab) read(text json.RawMessage, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func (t *tab) do(method string, params map[string]any) json.RawMessage {
	t.Helper()
	return t.browser.call(t.TB, t.session, method, params)
}

// eval is the value of a script's expression in the page.
func (t *tab) eval(expression string) any {
	t.Helper()
	var got struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	t.read(t.do("Runtime.evaluate", map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true}), &got)
	if got.ExceptionDetails != nil {
		t.Fatalf("%s: %s", expression, got.ExceptionDetails)
	}
	return got.Result.Value
}

// until waits for an expression to be true.
func (t *tab) until(expression string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; {
		if t.eval(expression) == true {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("never true: %s; the page says %.2000v", expression, t.eval("document.body.innerText"))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// is fails the test unless an expression has a value.
func (t *tab) is(expression string, want any) {
	t.Helper()
	if got := t.eval(expression); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s is %v, not %v", expression, got, want)
	}
}
