package api_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/cloud/api/apitest"
)

const listingBody = `{"public":true,"latitude":53.0758,"longitude":8.8072,"street":"Am Markt 1","postCode":"28195","city":"Bremen","country":"DE","language":"de",
	"kind":"multi_storey","openingHours":"24/7","hasFee":true,
	"rateTables":[{"id":"kurz","version":1,"rateTableName":[{"language":"de","string":"Kurz"}],"rateLineCollections":[]}]}`

const feedsPath = "/api/v1/feeds"

// get asks for a document of a feed.
func (b *bench) get(path string, headers ...string) *httptest.ResponseRecorder {
	b.Helper()
	r := httptest.NewRequest("GET", feedsPath+path, nil)
	r.Header.Set("Authorization", "Bearer "+b.token)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.Server.ServeHTTP(w, r)
	return w
}

func TestWhatIsListedIsToldInAllForms(t *testing.T) {
	b := newBench(t, 3)
	b.is(b.ask("GET", feedsPath+"/datex2/parking-table", "", 404), "code", "not_found")
	b.is(b.ask("PUT", "/api/v1/locations/p002/listing", `{"public":true,"latitude":0,"longitude":0,"country":"DE","language":"de","kind":"surface","hasFee":false}`, 422), "code", "invalid")
	b.is(b.ask("PUT", "/api/v1/locations/p002/listing", listingBody, 200), "version", "1")
	b.is(b.ask("GET", "/api/v1/locations/p002/listing", "", 200), "city", "Bremen")
	b.Pass(time.Minute)
	for path, want := range map[string][2]string{
		"/apds/places":           {"application/json", `"timeZone":"UTC"`},
		"/apds/places/p002":      {"application/json", `"epsgCode":"EPSG:4326"`},
		"/apds/rates":            {"application/json", `"id":"kurz"`},
		"/apds/rates/kurz":       {"application/json", `"rateLineCollections":[]`},
		"/datex2/parking-table":  {"application/xml", `xsi:type="prk:ParkingTablePublication"`},
		"/datex2/parking-status": {"application/xml", `xsi:type="prk:ParkingStatusPublication"`},
		"/parkapi/sites":         {"application/json", `"uid":"p002"`},
	} {
		w := b.get(path)
		if w.Code != 200 || w.Header().Get("Content-Type") != want[0] || !strings.Contains(w.Body.String(), want[1]) || strings.Contains(w.Body.String(), "p001") {
			t.Errorf("%s: %d %s %s", path, w.Code, w.Header(), w.Body)
		}
		tag := w.Header().Get("ETag")
		if again := b.get(path, "If-None-Match", `"other", `+tag); again.Code != 304 || again.Body.Len() != 0 || again.Header().Get("ETag") != tag {
			t.Errorf("%s is sent again: %d %s", path, again.Code, again.Header())
		}
	}
	b.is(b.ask("GET", feedsPath+"/apds/places/p001", "", 404), "code", "not_found")
	b.is(b.ask("GET", feedsPath+"/apds/rates/none", "", 404), "code", "not_found")
}

func TestADocumentThatIsTheSameKeepsItsDate(t *testing.T) {
	b := newBench(t, 3)
	b.ask("PUT", "/api/v1/locations/p002/listing", listingBody, 200)
	first := b.get("/parkapi/sites")
	modified := first.Header().Get("Last-Modified")
	b.Pass(30 * time.Second) // young enough to be of now, old enough to be looked at again
	if again := b.get("/parkapi/sites", "If-Modified-Since", modified); again.Code != 304 || again.Header().Get("Last-Modified") != modified {
		t.Errorf("%d %s", again.Code, again.Header())
	}
	b.Pass(10 * time.Minute) // nobody knows what is free now
	changed := b.get("/parkapi/sites", "If-Modified-Since", modified)
	if changed.Code != 200 || changed.Header().Get("Last-Modified") == modified || !strings.Contains(changed.Body.String(), `"realtime_opening_status":"UNKNOWN"`) {
		t.Errorf("%d %s %s", changed.Code, changed.Header(), changed.Body)
	}
	if strings.Contains(changed.Body.String(), "realtime_free_capacity") {
		t.Error("what nobody knows is told as free")
	}
}

func TestFeedsAreForWhoMayViewUnlessTheyArePublic(t *testing.T) {
	b := newBench(t, 1)
	b.token = "nobody's"
	if w := b.get("/parkapi/sites"); w.Code != 401 {
		t.Errorf("%d", w.Code)
	}
	open := &bench{t, apitest.NewPublic(t), "nobody's"}
	w := open.get("/parkapi/sites")
	var list struct{ Items []any }
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || w.Code != 200 || w.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%d %s %s", w.Code, w.Header(), w.Body)
	}
	if w.Header().Get("Cache-Control") != "public, max-age=15" {
		t.Errorf("%s", w.Header())
	}
}
