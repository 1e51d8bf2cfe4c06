package browsertest

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Browser is a Chromium without a window, steered by the DevTools protocol over a pipe: commands on its file 3,
// answers on its file 4, each JSON and a zero byte.
type Browser struct {
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

// Start starts a browser that knows nothing. The test is skipped where there is none.
func Start(t testing.TB) *Browser {
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
	b := &Browser{commands: commandsIn, waiting: map[int]chan reply{}}
	go b.receive(repliesOut)
	t.Cleanup(func() {
		if _, err := b.send("", "Browser.close", nil); err != nil {
			t.Error(err)
		}
		kill := time.AfterFunc(patience, func() { command.Process.Kill() })
		command.Wait() // it closes with an error when it is asked to, and may be gone before it has answered
		kill.Stop()
		commandsIn.Close()
		os.RemoveAll(profile) // files of a browser just gone may linger
	})
	return b
}

// patience is how long a test waits for what must happen, on a machine with much else to do.
const patience = 2 * time.Minute

func pipe(t testing.TB) (out, in *os.File) {
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return out, in
}

// receive hands replies to whoever waits for them. Events are of no interest.
func (b *Browser) receive(replies io.Reader) {
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

// send sends one command, of a page or (session empty) of the browser.
func (b *Browser) send(session, method string, params map[string]any) (answer chan reply, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	message := map[string]any{"id": b.next, "method": method, "params": params}
	if session != "" {
		message["sessionId"] = session
	}
	answer = make(chan reply, 1)
	b.waiting[b.next] = answer
	text, err := json.Marshal(message)
	if err == nil {
		_, err = b.commands.Write(append(text, 0))
	}
	return answer, err
}

// call carries out one command and waits for its answer.
func (b *Browser) call(session, method string, params map[string]any) (json.RawMessage, error) {
	answer, err := b.send(session, method, params)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	select {
	case r := <-answer:
		if r.Error != nil {
			return nil, fmt.Errorf("%s: %s", method, r.Error.Message)
		}
		return r.Result, nil
	case <-time.After(patience):
		return nil, fmt.Errorf("%s: the browser does not answer", method)
	}
}

// Tab is one page in the browser.
type Tab struct {
	testing.TB
	browser *Browser
	session string
}

// Look describes how a page is looked at.
type Look struct {
	Width, Height int
	Dark          bool
	NoScript      bool
	Cookie        string // of the one who looks, name=value; empty: none
}

// Open opens an address.
func (b *Browser) Open(tb testing.TB, address string, as Look) *Tab {
	tb.Helper()
	var made struct{ TargetID, SessionID string }
	t := &Tab{TB: tb, browser: b}
	t.read(t.Do("Target.createTarget", map[string]any{"url": "about:blank"}), &made)
	t.read(t.Do("Target.attachToTarget", map[string]any{"targetId": made.TargetID, "flatten": true}), &made)
	t.session = made.SessionID
	tb.Cleanup(func() {
		t.session = ""
		t.Do("Target.closeTarget", map[string]any{"targetId": made.TargetID})
	})
	t.Do("Emulation.setDeviceMetricsOverride", map[string]any{"width": as.Width, "height": as.Height, "deviceScaleFactor": 1, "mobile": as.Width < 500})
	scheme := "light"
	if as.Dark {
		scheme = "dark"
	}
	t.Do("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}})
	t.Do("Emulation.setScriptExecutionDisabled", map[string]any{"value": as.NoScript})
	t.Do("Network.clearBrowserCookies", nil)
	if name, value, given := strings.Cut(as.Cookie, "="); given {
		t.Do("Network.setCookie", map[string]any{"name": name, "value": value, "url": address})
	}
	t.Do("Page.navigate", map[string]any{"url": address})
	return t
}

func (t *Tab) read(text json.RawMessage, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func (t *Tab) Do(method string, params map[string]any) json.RawMessage {
	t.Helper()
	answer, err := t.browser.call(t.session, method, params)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// Eval is the value of a script's expression in the page.
func (t *Tab) Eval(expression string) any {
	t.Helper()
	value, err := t.eval(expression)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func (t *Tab) eval(expression string) (any, error) {
	answer, err := t.browser.call(t.session, "Runtime.evaluate", map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true})
	if err != nil {
		return nil, err
	}
	var got struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	if err := json.Unmarshal(answer, &got); err != nil {
		return nil, err
	}
	if got.ExceptionDetails != nil {
		return nil, fmt.Errorf("%s: %s", expression, got.ExceptionDetails)
	}
	return got.Result.Value, nil
}

// Until waits for an expression to be true. One that fails is not true yet: what it looks for may not be there, or the page is
// just becoming another.
func (t *Tab) Until(expression string) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		value, err := t.eval(expression)
		if err == nil && value == true {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("never true: %s (%v); the page says %.2000v", expression, err, t.Eval("document.body.innerText"))
		}
	}
}

// Is fails the test unless an expression has a value.
func (t *Tab) Is(expression string, want any) {
	t.Helper()
	if got := t.Eval(expression); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s is %v, not %v", expression, got, want)
	}
}

// Shot keeps a picture of the page in GATEHOUSE_SHOTS, for people to look at; without it, nothing.
func (t *Tab) Shot(name string, whole bool) {
	t.Helper()
	dir := os.Getenv("GATEHOUSE_SHOTS")
	if dir == "" {
		return
	}
	t.Until(`document.readyState === "complete"`)
	var got struct{ Data string }
	t.read(t.Do("Page.captureScreenshot", map[string]any{"captureBeyondViewport": whole}), &got)
	picture, err := base64.StdEncoding.DecodeString(got.Data)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name), picture, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Focus waits for an element that can be used and has the focus: on a slow machine news may still be on their way into it.
func (t *Tab) Focus(selector string) {
	t.Helper()
	t.Until(`(e => { e.focus(); return !e.disabled && document.activeElement === e })(document.querySelector("` + selector + `"))`)
}

// Mouse presses or releases a button in the middle of an element.
func (t *Tab) Mouse(what, selector string) {
	t.Helper()
	t.Do("Input.dispatchMouseEvent", map[string]any{
		"type": what, "button": "left", "clickCount": 1,
		"x": t.Eval(`(r => r.x + r.width / 2)(document.querySelector("` + selector + `").getBoundingClientRect())`),
		"y": t.Eval(`(r => r.y + r.height / 2)(document.querySelector("` + selector + `").getBoundingClientRect())`),
	})
}

// Slip presses the middle of an element and lets go at once: to the page no time passes meanwhile, however busy the machine is.
func (t *Tab) Slip(selector string) {
	t.Helper()
	t.Eval(`(at => {
		const frame = window.requestAnimationFrame;
		performance.now = () => at;
		window.requestAnimationFrame = draw => frame(() => draw(at));
		window.goOn = () => { delete performance.now; window.requestAnimationFrame = frame; delete window.goOn; };
	})(performance.now())`)
	t.Mouse("mousePressed", selector)
	t.Mouse("mouseReleased", selector)
	t.Eval(`goOn()`)
}
