package web_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/cloud/api/apitest"
	"gatehouse/cloud/ledger"
	"gatehouse/cloud/steer"
	"gatehouse/sync/fact"
	"gatehouse/sync/livepage/browsertest"
	"gatehouse/sync/policy"
)

// desk is somebody at headquarters' pages, with forms and without a script.
type desk struct {
	*testing.T
	*apitest.Chain
	address, token string
}

// answered is what came back.
type answered struct {
	status   int
	location string // where it leads
	page     string
}

func newDesk(t *testing.T, lots int) *desk {
	chain, address := serve(t, lots)
	return &desk{t, chain, address, "owner"}
}

// ask sends a form, or asks for a page.
func (d *desk) ask(method, path string, form url.Values, headers ...string) answered {
	d.Helper()
	return d.send(method, path, strings.NewReader(form.Encode()), append(headers, "Content-Type", "application/x-www-form-urlencoded")...)
}

func (d *desk) send(method, path string, body io.Reader, headers ...string) answered {
	d.Helper()
	d.Pass(time.Millisecond) // so that the audit has an order
	r, err := http.NewRequestWithContext(d.Context(), method, d.address+path, body)
	if err != nil {
		d.Fatal(err)
	}
	if d.token != "" {
		r.AddCookie(&http.Cookie{Name: "gatehouse_hq_token", Value: d.token})
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	stay := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := stay.Do(r)
	if err != nil {
		d.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		d.Fatal(err)
	}
	return answered{response.StatusCode, response.Header.Get("Location"), string(text)}
}

// get is a page that there is.
func (d *desk) get(path string) string {
	d.Helper()
	got := d.ask("GET", path, nil)
	if got.status != http.StatusOK {
		d.Fatalf("%s: %d %s", path, got.status, got.page)
	}
	return got.page
}

// done sends a form that must be taken, and is where it leads.
func (d *desk) done(path string, form url.Values) string {
	d.Helper()
	got := d.ask("POST", path, form)
	if got.status != http.StatusSeeOther {
		d.Fatalf("%s: %d %s", path, got.status, got.page)
	}
	return got.location
}

// wrong sends a form that must come back, with all that was typed and words beside a field ("": above all).
func (d *desk) wrong(path string, form url.Values, field, words string) {
	d.Helper()
	got := d.ask("POST", path, form)
	if got.status != http.StatusUnprocessableEntity {
		d.Errorf("%s with %v: %d %.300s", path, form, got.status, got.page)
		return
	}
	got.page = html.UnescapeString(got.page)
	where := regexp.MustCompile(`role="alert"><p><b>([^<]*)`)
	if field != "" {
		where = regexp.MustCompile(`id="field-(?:end-)?` + field + `-wrong">([^<]*)`)
	}
	if found := where.FindStringSubmatch(got.page); found == nil || !strings.Contains(found[1], words) {
		d.Errorf("%s: beside %q stands %q, not %q", path, field, found, words)
	}
	for name, values := range form {
		if typed := values[0]; typed != "" && name != "key" && !strings.Contains(got.page, `>`+typed+`<`) && !strings.Contains(got.page, `"`+typed+`"`) && !strings.Contains(got.page, typed+"</textarea>") {
			d.Errorf("%s: what was typed as %s is lost", path, name)
		}
	}
}

// api reads what the API says, into a value.
func (d *desk) api(path string, into any) {
	d.Helper()
	if err := json.Unmarshal([]byte(d.get("/api/v1"+path)), into); err != nil {
		d.Fatal(err)
	}
}

// last is the newest entry of the audit: who did what to what, and why.
func (d *desk) last() string {
	d.Helper()
	var audit struct {
		Entries []struct{ Actor, Action, LocationID, Subject, Detail string }
	}
	d.api("/audit", &audit)
	e := audit.Entries[0]
	return strings.Join([]string{e.Actor, e.Action, e.LocationID, e.Subject, e.Detail}, "|")
}

// lend has a location lend regular spots, as its page asks for them.
func (d *desk) lend(location, count string) {
	d.Helper()
	d.Obey(d)
	d.done("/lots/"+location+"/rights", url.Values{"regular": {count}, "compact": {"0"}, "large": {"0"}, "ev": {"0"}, "handicapped": {"0"}, "reason": {"trial"}})
	d.until("the location has lent them", func() bool { return len(d.Desk.Lent(fact.LocationID(location)).Types) > 0 })
}

// patience is how long a test waits for what must happen, on a machine with much else to do.
const patience = 2 * time.Minute

func (d *desk) until(what string, is func() bool) {
	d.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			d.Fatalf("never: %s", what)
		}
	}
}

func sale(plate, from, until string) url.Values {
	return url.Values{"vehiclePlate": {plate}, "startTime": {from}, "endTime": {until}, "spotType": {"regular"}, "prepaidAmount": {"12,50"}, "userId": {"Kim"}}
}

func pass(plate string) url.Values {
	return url.Values{"passId": {"m1"}, "vehiclePlate": {plate}, "where": {"here"}, "until": {"2026-06-30"}, "reason": {"paid until June"}}
}

func document(content string) url.Values {
	return url.Values{"kind": {"tariff"}, "content": {content}, "where": {"all"}, "first": {"p002"}, "waitMinutes": {"5"}, "reason": {"summer"}}
}

// Who may do something by the API may do it here, and nobody else sees how.
func TestFormsAreForWhoMayByTheAPI(t *testing.T) {
	d := newDesk(t, 6)
	d.lend("p001", "2")
	d.done("/lots/p001/passes", pass("HB X 1"))
	rollout := d.done("/documents", document(`name = "summer"`))
	rollout, _, _ = strings.Cut(rollout, "?")
	who := map[string]string{"wall": "wall", "operate": "", "owner": "owner"}
	for path, want := range map[string]map[string]string{ // what each role finds: a status, and the forms
		"/lots/p001/reservations":   {"wall": "403", "operate": "200 /lots/p001/reservations", "owner": "200 /lots/p001/reservations /lots/p001/rights"},
		"/lots/p001/passes":         {"wall": "403", "operate": "200", "owner": "200 /lots/p001/passes"},
		"/lots/p001/passes/m1":      {"wall": "403", "operate": "200", "owner": "200 /lots/p001/passes/m1 /lots/p001/passes/m1/end"},
		"/documents":                {"wall": "200", "operate": "200", "owner": "200 /documents"},
		rollout:                     {"wall": "200", "operate": "200", "owner": "200 " + rollout + "/stop"},
		"/lots/nowhere/passes":      {"wall": "404", "operate": "404", "owner": "404"},
		"/rollouts/nothing":         {"wall": "404", "operate": "404", "owner": "404"},
		"/lots/p001/passes/m2":      {"wall": "403", "operate": "404", "owner": "404"},
		"/lots/p001/reservations/R": {"wall": "403", "operate": "404", "owner": "404"},
	} {
		for role, token := range who {
			d.token = token
			got := d.ask("GET", path, nil)
			found := []string{http.StatusText(got.status)}
			for _, form := range regexp.MustCompile(`method="post" action="([^"]*)"`).FindAllStringSubmatch(got.page, -1) {
				found = append(found, form[1])
			}
			slices.Sort(found[1:])
			status := map[string]string{"OK": "200", "Forbidden": "403", "Not Found": "404"}[found[0]]
			if text := strings.Join(append([]string{status}, found[1:]...), " "); text != want[role] {
				t.Errorf("%s for %s: %s, not %s", path, role, text, want[role])
			}
		}
	}
	for path, form := range map[string]url.Values{
		"/lots/p001/rights":        {"regular": {"1"}, "compact": {"0"}, "large": {"0"}, "ev": {"0"}, "handicapped": {"0"}, "reason": {"r"}},
		"/lots/p001/passes":        pass("HB X 2"),
		"/lots/p001/passes/m1":     pass("HB X 2"),
		"/lots/p001/passes/m1/end": {"where": {"here"}, "reason": {"r"}},
		"/documents":               document("x = 1"),
		rollout + "/stop":          {"reason": {"r"}},
	} {
		d.token = ""
		if got := d.ask("POST", path, form); got.status != http.StatusForbidden || !strings.Contains(got.page, "the role configure") {
			t.Errorf("whoever may operate posts to %s: %d %s", path, got.status, got.page)
		}
	}
	d.token = "wall"
	if got := d.ask("POST", "/lots/p001/reservations", sale("HB AB 12", "2026-06-02T18:00", "2026-06-02T20:00")); got.status != http.StatusForbidden {
		t.Errorf("whoever may view sells: %d", got.status)
	}
	d.token = "owner"
	if got := d.ask("POST", "/lots/p001/reservations", sale("HB AB 12", "2026-06-02T18:00", "2026-06-02T20:00"), "Sec-Fetch-Site", "cross-site"); got.status != http.StatusForbidden {
		t.Errorf("another site sells: %d", got.status)
	}
	var after struct {
		Passes       []struct{ VehiclePlate string }
		Reservations []any
		Rollouts     []struct{ State string }
	}
	d.api("/locations/p001/passes", &after)
	d.api("/locations/p001/reservations", &after)
	d.api("/rollouts", &after)
	if len(after.Passes) != 1 || after.Passes[0].VehiclePlate != "HBX1" || len(after.Reservations) != 0 || len(after.Rollouts) != 1 || after.Rollouts[0].State != "running" {
		t.Errorf("it was done all the same: %+v", after)
	}
}

// A reservation is sold in the location's own time, comes to the API as any other, and is cancelled after a question.
func TestAReservationIsSoldAtADesk(t *testing.T) {
	d := newDesk(t, 3)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	d.Change(func(c *ledger.Chain) {
		c.SetLocation(ledger.Location{ID: "p001", Name: "Bremen Altstadt", Zone: berlin, Currency: "EUR"})
	})
	d.wrong("/lots/p001/reservations", sale("HB AB 12", "2026-06-02T20:00", "2026-06-02T22:00"), "", "The location has lent no right")
	d.lend("p001", "1")
	for _, bad := range []struct {
		form         url.Values
		field, words string
	}{
		{sale("", "2026-06-02T20:00", "2026-06-02T22:00"), "vehiclePlate", "needed"},
		{sale("HB AB 12", "2026-06-02T22:00", "2026-06-02T20:00"), "endTime", "ends before"},
		{sale("HB AB 12", "tomorrow", "2026-06-02T22:00"), "startTime", "Write it as"},
		{sale("HB AB 12", "2026-06-02T8:00", "2026-06-02T22:00"), "startTime", "45 minutes before"},
		{sale("HB AB 12", "2026-06-02T18:00", "2026-06-02T20:00"), "startTime", "45 minutes before"},
		{sale("HB AB 12", "2026-06-02T20:00", "2026-09-02T18:00"), "startTime", "longer than 31 days"},
		{sale("HB AB 12", "2027-03-28T02:30", "2027-03-28T04:00"), "startTime", "Clocks go forward"},
		{url.Values{"vehiclePlate": {"HB AB 12"}, "startTime": {"2026-06-02T20:00"}, "endTime": {"2026-06-02T22:00"}, "spotType": {"regular"}, "prepaidAmount": {"lots"}}, "prepaidAmount", ""},
		{url.Values{"vehiclePlate": {"HB AB 12"}, "startTime": {"2026-06-02T20:00"}, "endTime": {"2026-06-02T22:00"}, "spotType": {"regular"}, "userId": {"4111 1111 1111 1111"}}, "", "payment card"},
	} {
		d.wrong("/lots/p001/reservations", bad.form, bad.field, bad.words)
	}
	key := regexp.MustCompile(`name="key" value="(\w+)"`).FindStringSubmatch(d.get("/lots/p001/reservations"))[1]
	form := sale("hb-ab 12", "2026-06-02T20:00", "2026-06-02T22:00")
	form.Set("key", key)
	one := d.done("/lots/p001/reservations", form)
	if again := d.done("/lots/p001/reservations", form); again != one { // a second click
		t.Errorf("%s was sold twice: %s", one, again)
	}
	page := d.get(one)
	var coming struct {
		Reservations []struct {
			ReservationID, VehiclePlate, Voucher, UserID string
			StartTime                                    time.Time
			PrepaidAmountMinor                           int64
		}
	}
	d.api("/locations/p001/reservations", &coming)
	if len(coming.Reservations) != 1 {
		t.Fatalf("%+v", coming)
	}
	sold := coming.Reservations[0]
	if sold.VehiclePlate != "HBAB12" || sold.UserID != "Kim" || sold.PrepaidAmountMinor != 1250 || !sold.StartTime.Equal(time.Date(2026, 6, 2, 18, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", sold)
	}
	if v, err := policy.ParseVoucher(sold.Voucher); err != nil || v.Verify(policy.Keys{d.Signer.Public()}, "p001") != nil || !strings.Contains(page, sold.Voucher) {
		t.Errorf("%v %v %s", v, err, page)
	}
	if got := d.last(); got != "owner|sell_reservation|p001|"+sold.ReservationID+"|Kim" {
		t.Error(got)
	}
	d.wrong("/lots/p001/reservations", sale("HB XY 1", "2026-06-02T21:00", "2026-06-02T23:00"), "", "of 1 lent 1 are sold")
	path := "/lots/p001/reservations/" + sold.ReservationID
	if list := d.get("/lots/p001/reservations"); !strings.Contains(list, path+"?cancel#cancel") || !strings.Contains(list, "Tue 2 Jun 2026, 20:00 to 22:00") {
		t.Error(list)
	}
	if left := d.get(d.done(path+"/cancel", url.Values{})); strings.Contains(left, sold.ReservationID) || !strings.Contains(left, "Cancelled.") {
		t.Error(left)
	}
	if got := d.last(); got != "owner|cancel_reservation|p001|"+sold.ReservationID+"|" {
		t.Error(got)
	}
	if again := d.get(path); strings.Contains(again, path+"/cancel") || !strings.Contains(again, "cancelled") {
		t.Error("what is cancelled can be cancelled")
	}
	d.done("/lots/p001/reservations", sale("HB AB 13", "2026-10-25T02:30", "2026-10-25T03:30")) // an hour that comes twice
	if d.api("/locations/p001/reservations", &coming); coming.Reservations[0].StartTime.Hour() != 0 {
		t.Errorf("%+v", coming)
	}
}

// A pass is given at one location or all, gets new terms, and ends; all others stay.
func TestAPassIsGivenAtADesk(t *testing.T) {
	d := newDesk(t, 3)
	d.Obey(t)
	without := pass("")
	d.wrong("/lots/p001/passes", without, "vehiclePlate", "a plate or a card")
	backwards := pass("HB X 1")
	backwards.Set("from", "2026-08-01")
	d.wrong("/lots/p001/passes", backwards, "until", "ends before it begins")
	elsewhere := pass("HB X 1")
	elsewhere.Set("where", "some")
	d.wrong("/lots/p001/passes", elsewhere, "locations", "Name one")
	elsewhere.Set("locations", "p001, nowhere")
	d.wrong("/lots/p001/passes", elsewhere, "locations", "no location nowhere")
	elsewhere.Set("locations", "p002, p003")
	d.done("/lots/p001/passes", elsewhere)
	if got := d.last(); !strings.HasPrefix(got, "owner|put_pass|p00") || !strings.HasSuffix(got, "|m1|paid until June") {
		t.Error(got)
	}
	everywhere := pass("HB X 2")
	everywhere.Set("where", "all")
	d.wrong("/lots/p001/passes", everywhere, "passId", "given already")
	everywhere.Set("passId", "")
	everywhere.Set("key", strings.Repeat("7", 26))
	d.done("/lots/p001/passes", everywhere) // and by a second click
	if list := d.get(d.done("/lots/p001/passes", everywhere)); !strings.Contains(list, "2 Jun") && !strings.Contains(list, "until 30 Jun 2026") {
		t.Error(list)
	}
	var p3 struct {
		Passes   []struct{ PassID, VehiclePlate string }
		Document struct{ Version int }
	}
	d.api("/locations/p003/passes", &p3)
	if len(p3.Passes) != 2 || p3.Document.Version != 2 || !strings.HasPrefix(p3.Passes[0].PassID, "P-") {
		t.Fatalf("%+v", p3)
	}
	d.until("the gateway says that it has the list", func() bool { return strings.Contains(d.get("/lots/p003/passes"), "version 2, in effect") })
	longer := pass("HB X 1")
	longer.Set("until", "2026-07-31")
	d.done("/lots/p003/passes/m1", longer)
	if one := d.get("/lots/p003/passes/m1"); !strings.Contains(one, "until 31 Jul 2026") || !strings.Contains(d.get("/lots/p002/passes/m1"), "until 30 Jun 2026") {
		t.Error(one)
	}
	d.wrong("/lots/p003/passes/m1/end", url.Values{"where": {"all"}, "reason": {""}}, "reason", "needed")
	d.done("/lots/p003/passes/m1/end", url.Values{"where": {"all"}, "reason": {"sold the car"}})
	for _, location := range []string{"p002", "p003"} {
		if left := d.get("/lots/" + location + "/passes"); strings.Contains(left, "/passes/m1") || !strings.Contains(left, "/passes/P-") {
			t.Error(left)
		}
	}
	if got := d.last(); !strings.HasPrefix(got, "owner|end_pass|p00") || !strings.HasSuffix(got, "|m1|sold the car") {
		t.Error(got)
	}
}

// A document is looked at before anybody gets it, goes to some first, and is stopped and goes on by a button.
func TestADocumentIsReleasedAtADesk(t *testing.T) {
	d := newDesk(t, 4)
	d.Obey(t)
	d.wrong("/documents", document(""), "content", "Choose a file")
	d.wrong("/documents", document("name = \"summer\"\n[[rule"), "content", "tariff.toml:2:")
	var sent bytes.Buffer // a file, as browsers send it: its text is there to be corrected
	parts := multipart.NewWriter(&sent)
	file, err := parts.CreateFormFile("file", "summer.toml")
	if err != nil {
		t.Fatal(err)
	}
	_, failed := io.WriteString(file, "[tariff\r\nrate = 2")
	if err := errors.Join(failed, parts.WriteField("where", "all"), parts.WriteField("reason", "summer"), parts.Close()); err != nil {
		t.Fatal(err)
	}
	if got := d.send("POST", "/documents", &sent, "Content-Type", parts.FormDataContentType()); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.page, "[tariff\r\nrate = 2</textarea>") {
		t.Errorf("%d %s", got.status, got.page)
	}
	if got := d.ask("POST", "/documents", document(strings.Repeat("#", 5<<20))); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.page, "larger than 4 MB") {
		t.Errorf("%d %s", got.status, got.page)
	}
	unknown := document("a = 1")
	unknown.Set("first", "p009")
	d.wrong("/documents", unknown, "first", "no location p009")
	unknown.Set("first", "p002")
	unknown.Set("waitMinutes", "an hour")
	d.wrong("/documents", unknown, "waitMinutes", "whole number")
	path, _, _ := strings.Cut(d.done("/documents", document("a = 1")), "?")
	d.until("the first stage has it", func() bool { return strings.Contains(d.get(path), "<dd>1 of 4</dd>") })
	d.wrong(path+"/stop", url.Values{"reason": {""}}, "reason", "needed")
	d.done(path+"/stop", url.Values{"reason": {"wrong season"}})
	if got := d.last(); !strings.HasPrefix(got, "owner|stop_rollout||") || !strings.HasSuffix(got, "|wrong season") {
		t.Error(got)
	}
	if page := d.get(path); !strings.Contains(page, "owner: wrong season") || !strings.Contains(page, "Go on without those that failed") {
		t.Error(page)
	}
	d.done(path+"/resume", url.Values{"reason": {"it is the season"}})
	if page := d.get("/documents"); !strings.Contains(page, "stage 1 of 2") || !strings.Contains(page, "Tariff at 1 location: 1 in effect") {
		t.Error(page)
	}
	if got := d.ask("POST", path+"/explode", url.Values{"reason": {"r"}}); got.status != http.StatusNotFound {
		t.Error(got)
	}
}

// form is a form of a page in a browser.
type form struct {
	*browsertest.Tab
	action string
}

func (f form) fill(values ...string) form {
	f.Helper()
	for i := 0; i+1 < len(values); i += 2 {
		value, _ := json.Marshal(values[i+1]) // a text never fails
		f.Eval(`document.querySelector('form[action="` + f.action + `"] [name=` + values[i] + `]').value = ` + string(value))
	}
	return f
}

// press sends it, and waits for a page of which an expression is true: of the one before it is not.
func (f form) press(until string) {
	f.Helper()
	f.Eval(`document.querySelector('form[action="` + f.action + `"] button').click()`)
	whole(f.Tab, until)
}

// whole waits for a page of which an expression is true, and for all of it.
func whole(tab *browsertest.Tab, until string) {
	tab.Helper()
	tab.Until(`document.readyState === "complete" && ` + until)
}

// The whole way in a browser that runs no script: wrong first, then right.
func TestRightsAreGivenInABrowser(t *testing.T) {
	browser := browsertest.Start(t)
	d := newDesk(t, 40)
	d.lend("p001", "20")
	const reservations, passes = "/lots/p001/reservations", "/lots/p001/passes"
	tab := browser.Open(t, d.address+reservations, browsertest.Look{Width: 1440, Height: 900, NoScript: true, Cookie: "gatehouse_hq_token=owner"})
	whole(tab, `document.querySelector('form[action="`+reservations+`"] button') !== null`)
	sale := form{tab, reservations}.fill("vehiclePlate", "HB AB 12", "startTime", "2026-06-02T20:00", "endTime", "2026-06-02T18:00", "prepaidAmount", "9", "userId", "Kim")
	sale.press(`document.getElementById("field-endTime-wrong")?.innerText === "It ends before it begins."`)
	tab.Until(`document.activeElement.id === "field-endTime"`)
	tab.Is(`document.getElementById(document.activeElement.getAttribute("aria-describedby").split(" ")[0]).innerText`, "It ends before it begins.")
	tab.Is(`document.getElementById("field-vehiclePlate").value`, "HB AB 12")
	tab.Shot("reservations-wrong.png", true)
	sale.fill("endTime", "2026-06-02T22:00").press(`document.querySelector(".voucher")?.innerText.startsWith("` + policy.VoucherPrefix + `")`)
	tab.Is(`document.querySelector("[role=status]").innerText`, "Sold. Give the customer the voucher.")
	tab.Shot("reservation-sold.png", true)
	tab.Eval(`document.querySelector(".next a").click()`)
	whole(tab, `document.querySelectorAll(".list tbody tr").length === 1`)
	tab.Shot("reservations.png", true)
	tab.Eval(`document.querySelector('.list a[href$="cancel"]').click()`)
	whole(tab, `document.querySelector("#cancel")?.open`)
	tab.Eval(`document.querySelector("#cancel button").click()`)
	whole(tab, `document.getElementById("coming")?.parentElement.innerText.includes("None")`)

	tab.Eval(`document.querySelector('.tabs a[href="` + passes + `"]').click()`)
	whole(tab, `document.querySelector('form[action="`+passes+`"] button') !== null`)
	form{tab, passes}.fill("passId", "m7", "vehiclePlate", "HB X 7", "until", "2026-12-31", "userId", "Kim", "reason", "a year").press(`document.getElementById("pass-m7") !== null`)
	tab.Shot("passes.png", true)
	tab.Eval(`document.querySelector("#pass-m7 a").click()`)
	whole(tab, `document.getElementById("end") !== null`)
	tab.Shot("pass.png", true)

	phone := browser.Open(t, d.address+"/lots/p001", browsertest.Look{Width: 390, Height: 844, Dark: true, Cookie: "gatehouse_hq_token=owner"})
	for _, path := range []string{"/lots/p001", passes, reservations, "/documents", passes + "/m7"} {
		phone.Do("Page.navigate", map[string]any{"url": d.address + path})
		whole(phone, `location.pathname === "`+path+`"`)
		phone.Is(`document.documentElement.scrollWidth`, 390)
		phone.Shot("phone"+strings.ReplaceAll(path, "/", "-")+".png", true)
	}
}

// A tariff with a slip is not lost, and goes out once it is right.
func TestADocumentIsReleasedInABrowser(t *testing.T) {
	browser := browsertest.Start(t)
	d := newDesk(t, 40)
	d.Obey(t)
	tab := browser.Open(t, d.address+"/documents", browsertest.Look{Width: 1440, Height: 900, NoScript: true, Cookie: "gatehouse_hq_token=owner"})
	whole(tab, `document.querySelector('form[action="/documents"] button') !== null`)
	release := form{tab, "/documents"}.fill("content", "name = \"summer\"\n[[rule", "first", "p002", "reason", "summer")
	release.press(`document.getElementById("field-content-wrong")?.innerText.startsWith("tariff.toml:2:")`)
	tab.Is(`document.getElementById("field-first").value`, "p002")
	tab.Shot("documents-wrong.png", true)
	release.fill("content", "name = \"summer\"\n").press(`location.pathname.startsWith("/rollouts/") && document.querySelector("details form button") !== null`)
	d.until("the first has it", func() bool { return d.Desk.Rollouts()[0].Count(steer.PlaceDone) == 1 })
	tab.Eval(`document.querySelector(".next a").click()`)
	whole(tab, `document.querySelector(".facts").innerText.includes("1 of 40")`)
	tab.Shot("rollout.png", false)
	tab.Do("Page.navigate", map[string]any{"url": d.address + "/documents"})
	whole(tab, `document.querySelectorAll(".list tbody tr").length === 1`)
	tab.Shot("documents.png", true)
}
