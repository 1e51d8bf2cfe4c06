package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/gateway/api"
	"gatehouse/gateway/api/apitest"
	"gatehouse/sync/rest"
)

// needs is the least role of every operation.
var needs = map[string]rest.Role{
	"listLocations": rest.RoleView, "getLocation": rest.RoleView, "getAvailability": rest.RoleView, "listSpots": rest.RoleView, "getTicket": rest.RoleView,
	"getFee": rest.RoleView, "listGates": rest.RoleView, "getDashboard": rest.RoleView, "getAnalytics": rest.RoleView,
	"listAlerts": rest.RoleView, "listDecisions": rest.RoleView, "streamEvents": rest.RoleView, "getSync": rest.RoleView,

	"setSpotStatus": rest.RoleOperate, "enter": rest.RoleOperate, "exit": rest.RoleOperate, "findTickets": rest.RoleOperate,
	"listOpenTickets": rest.RoleOperate, "payTicket": rest.RoleOperate, "closeTicket": rest.RoleOperate, "reopenTicket": rest.RoleOperate,
	"makeReservation": rest.RoleOperate, "getReservation": rest.RoleOperate, "editReservation": rest.RoleOperate,
	"cancelReservation": rest.RoleOperate, "listUserReservations": rest.RoleOperate, "openGate": rest.RoleOperate,
	"holdGate": rest.RoleOperate, "releaseGate": rest.RoleOperate, "lowerGate": rest.RoleOperate, "confirmGate": rest.RoleOperate,
	"correctCount": rest.RoleOperate, "capturePayment": rest.RoleOperate, "voidPayment": rest.RoleOperate, "refundPayment": rest.RoleOperate,
	"waiveFee": rest.RoleOperate, "oweFee": rest.RoleOperate, "validateTicket": rest.RoleOperate, "mislayTicket": rest.RoleOperate,
	"reportCharging": rest.RoleOperate, "classTicket": rest.RoleOperate,

	"listTariffs": rest.RoleView, "listPolicies": rest.RoleView, "getPolicy": rest.RoleOperate, "editPolicy": rest.RoleConfigure,
	"revertPolicy": rest.RoleConfigure,

	"serviceSpot": rest.RoleConfigure, "issuePass": rest.RoleConfigure, "revokePass": rest.RoleConfigure,
}

// shown is the token of each role.
var shown = map[rest.Role]string{
	rest.RoleNobody: "", rest.RoleView: apitest.ViewToken, rest.RoleOperate: apitest.OperateToken, rest.RoleConfigure: apitest.ConfigureToken,
}

// over answers for a request whose client has gone, so that streams end at once.
func (b *bench) over(method, path, token, body string) answer {
	b.Helper()
	gone, leave := context.WithCancel(context.Background())
	leave()
	r := httptest.NewRequest(method, path, strings.NewReader(body)).WithContext(gone)
	r.Header.Set("Authorization", "Bearer "+token)
	if token == "" {
		r.Header.Del("Authorization")
	}
	return b.do(r)
}

func TestEveryOperationForEveryRole(t *testing.T) {
	b := newBench(t)
	all := calls(b)
	if len(all) != len(needs) {
		t.Errorf("%d operations, and the table knows %d", len(all), len(needs))
	}
	for _, c := range all {
		least, known := needs[c.ID]
		if !known || least.String() != c.Role {
			t.Errorf("%s: the description says role %s, the table %s", c.ID, c.Role, least)
		}
		for role, token := range shown {
			got := b.over(c.method, c.path, token, "{}")
			switch {
			case role == rest.RoleNobody:
				got.isProblem(401, "unauthorized")
			case role < least:
				got.isProblem(403, "forbidden")
			case got.status == 401 || got.status == 403 || got.status >= 500:
				t.Errorf("%s as %s: %d %s", c.ID, role, got.status, got.body)
			}
		}
		b.over(c.method, c.path, "guessed", "{}").isProblem(401, "unauthorized")
	}
}

func TestWhatLiesBesideTheAPI(t *testing.T) {
	b := newBench(t)
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("page")) })
	devices := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("devices")) })
	b.handler = api.New(api.Options{Backend: b.backend, Tokens: tokens(), Page: page, Devices: devices})
	for path, least := range map[string]rest.Role{
		"/": rest.RoleView, "/anything": rest.RoleView, "/openapi.json": rest.RoleView, "/docs": rest.RoleView, "/metrics": rest.RoleView,
		"/healthz": rest.RoleView, "/healthz?verbose": rest.RoleView, "/livez": rest.RoleNobody, "/readyz": rest.RoleNobody,
		"/login": rest.RoleNobody, "/devices/cam-in": rest.RoleNobody,
	} {
		for role, token := range shown {
			if got := b.ask("GET", path, token, "").status; (got == 200) != (role >= least) || (got == 401) != (role < least) {
				t.Errorf("%s as %s: %d", path, role, got)
			}
		}
	}
}

func TestABrowserWithoutATokenIsSentToLogIn(t *testing.T) {
	b := newBench(t)
	b.handler = api.New(api.Options{Backend: b.backend, Tokens: tokens(), Page: http.NotFoundHandler()})
	got := b.ask("GET", "/", "", "", "Accept", "text/html,*/*").is(303)
	if got.header.Get("Location") != "/login" {
		t.Errorf("sent to %q", got.header.Get("Location"))
	}
}

func TestOnlyThisMachineIsLetInWithoutATokenInADemonstration(t *testing.T) {
	b := newBench(t)
	b.handler = api.New(api.Options{Backend: b.backend, Tokens: tokens(), Open: true})
	for _, c := range []struct {
		from, host string
		status     int
	}{
		{"127.0.0.1:5000", "localhost:8080", 200},
		{"[::1]:5000", "[::1]:8080", 200},
		{"127.0.0.1:5000", "127.0.0.1", 200},
		{"192.168.1.9:5000", "localhost:8080", 401},
		{"127.0.0.1:5000", "evil.example", 401}, // a name that somebody points here
	} {
		r := httptest.NewRequest("GET", "/api/v1/locations/altstadt/tickets/open", nil)
		r.RemoteAddr, r.Host = c.from, c.host
		if got := b.do(r).status; got != c.status {
			t.Errorf("from %s to %s: %d, not %d", c.from, c.host, got, c.status)
		}
	}
	r := httptest.NewRequest("POST", "/api/v1/locations/altstadt/passes", strings.NewReader("{}"))
	r.RemoteAddr, r.Host = "127.0.0.1:5000", "localhost"
	b.do(r).isProblem(403, "forbidden")
}

func TestAnotherSiteCannotUseABrowsersCookie(t *testing.T) {
	b := newBench(t)
	open := "/api/v1/locations/altstadt/gates/in/open"
	cookie := "gatehouse_token=" + apitest.OperateToken
	b.ask("POST", open, "", "{}", "Cookie", cookie, "Sec-Fetch-Site", "cross-site").isProblem(403, "cross_site")
	b.ask("POST", open, "", "{}", "Cookie", cookie, "Origin", "https://evil.example").isProblem(403, "cross_site")
	b.ask("POST", open, "", "{}", "Cookie", cookie, "Sec-Fetch-Site", "same-origin").is(200)
	b.ask("GET", "/api/v1/locations/altstadt", "", "", "Cookie", cookie, "Sec-Fetch-Site", "cross-site").is(200)
	b.ask("POST", open, apitest.OperateToken, "{}", "Origin", "https://fleet.example").is(200)
}

func TestLogIn(t *testing.T) {
	b := newBench(t)
	form := b.ask("GET", "/login", "", "").is(200)
	if !strings.Contains(form.body, `<form method="post"`) || form.header.Get("Set-Cookie") != "" {
		t.Errorf("no form: %s", form.body)
	}
	b.ask("GET", "/login?token=guessed", "", "").is(401)
	for _, got := range []answer{
		b.ask("GET", "/login?token="+apitest.ViewToken, "", "").is(200),
		b.ask("POST", "/login", "", "token="+apitest.ViewToken, "Content-Type", "application/x-www-form-urlencoded").is(200),
	} {
		cookie := got.header.Get("Set-Cookie")
		for _, part := range []string{"gatehouse_token=" + apitest.ViewToken, "HttpOnly", "SameSite=Strict", "Path=/"} {
			if !strings.Contains(cookie, part) {
				t.Errorf("the cookie lacks %s: %s", part, cookie)
			}
		}
		if !strings.Contains(got.body, "wall, with the role view") || got.header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%v %s", got.header, got.body)
		}
		b.ask("GET", "/api/v1/locations/altstadt", "", "", "Cookie", strings.SplitN(cookie, ";", 2)[0]).is(200)
	}
}

func TestRolesAreReadByTheirNames(t *testing.T) {
	for _, role := range []rest.Role{rest.RoleView, rest.RoleOperate, rest.RoleConfigure} {
		if got, err := rest.ParseRole(role.String()); got != role || err != nil {
			t.Errorf("%s is read as %s, %v", role, got, err)
		}
	}
	for _, code := range []string{"", "nobody", "root"} {
		if got, err := rest.ParseRole(code); err == nil || got != rest.RoleNobody {
			t.Errorf("%q is read as %s", code, got)
		}
	}
}
