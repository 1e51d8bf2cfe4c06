package feeds_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"gatehouse/cloud/feeds"
	"gatehouse/sync/fact"
)

var publisher = feeds.Publisher{Name: "Nordwest Parking", Country: "DE"}

// sites are one that speaks, one that is full, one that has been silent, one that never spoke, and one that isn't public.
func sites() []feeds.Site {
	listed := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	counted := time.Date(2026, 6, 2, 10, 15, 30, 500, time.UTC)
	site := func(id, name string, kind feeds.Kind) feeds.Site {
		return feeds.Site{
			ID: id, Name: name, Timezone: "Europe/Berlin", Version: 3, ListedAt: listed, CountedAt: counted, Known: true,
			Listing: feeds.Listing{
				Public: true, Latitude: 53.0758, Longitude: 8.8072, Street: "Am Markt 1", PostCode: "28195", City: "Bremen", Country: "DE", Language: "de", Kind: kind,
				Opening: "24/7", HeightMM: 2000, StayMin: 1440, HasFee: true, FeeText: "2,00 € je Stunde, höchstens 18,00 € am Tag", Website: "https://parken.example/" + id,
			},
			ByType: []feeds.Count{
				{Type: fact.Regular, Total: 480, Available: 120, Occupied: 350}, {Type: fact.EV, Total: 12, Available: 5, Occupied: 7},
				{Type: fact.Handicapped, Total: 8, Available: 8},
			},
		}
	}
	full := site("p9", "Bahnhof & Messe", feeds.Underground)
	full.ByType = []feeds.Count{{Type: fact.Regular, Total: 200, Available: -3, Occupied: 203}} // real feeds send such
	silent := site("p7", "Hafen", feeds.Surface)
	silent.Known = false
	silent.Listing = feeds.Listing{Public: true, Latitude: 53.09, Longitude: 8.78, Country: "DE", Language: "de", Kind: feeds.Surface}
	never := site("p6", "Neubau", feeds.MultiStorey)
	never.CountedAt, never.Known = time.Time{}, false
	secret := site("p5", "Personal", feeds.Surface)
	secret.Public = false
	return []feeds.Site{full, site("p8", "Altstadt", feeds.MultiStorey), silent, never, secret}
}

// golden compares with a document that was looked at, and validated with the published schema: see testdata/SOURCE.md.
func golden(t *testing.T, name string, got []byte, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if json.Valid(got) {
		indented := bytes.Buffer{}
		if err := json.Indent(&indented, got, "", " "); err != nil {
			t.Fatal(err)
		}
		got = indented.Bytes()
	}
	want, err := os.ReadFile("testdata/" + name)
	if err != nil || string(want) != string(got)+"\n" {
		t.Errorf("testdata/%s is not what is written (%v):\n%s", name, err, got)
	}
}

func TestTheFormsAreWrittenAsTheyWereValidated(t *testing.T) {
	table, err := feeds.DATEXTable(publisher, sites())
	golden(t, "parking-table.xml", table, err)
	status, err := feeds.DATEXStatus(publisher, sites())
	golden(t, "parking-status.xml", status, err)
	parkAPI, err := feeds.ParkAPI(publisher, sites())
	golden(t, "parkapi.json", parkAPI, err)
	places, err := feeds.APDSPlaces(publisher, sites())
	golden(t, "places.json", places, err)
	for _, text := range [][]byte{table, status} {
		decoder := xml.NewDecoder(bytes.NewReader(text))
		for {
			if _, err := decoder.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestPlacesAreValidByThePublishedSchema(t *testing.T) {
	data, err := os.ReadFile("testdata/places.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft7) // OpenAPI 3.0 is close to it
	compiler.AssertFormat()
	if err := compiler.AddResource("places.json", parsed); err != nil {
		t.Fatal(err)
	}
	schema := compiler.MustCompile("places.json")
	valid := func(text []byte) error {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return err
		}
		return schema.Validate(value)
	}
	for _, chain := range [][]feeds.Site{sites(), nil} {
		text, err := feeds.APDSPlaces(publisher, chain)
		if err == nil {
			err = valid(text)
		}
		if err != nil {
			t.Errorf("%v in %s", err, text)
		}
	}
	text, err := feeds.APDSPlaces(publisher, sites())
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"timeZone", "layer", "hierarchyElementRecord", "epsgCode", "supplyViewType", "recordDateTime"} {
		if valid(bytes.ReplaceAll(text, []byte(`"`+field+`"`), []byte(`"other"`))) == nil {
			t.Errorf("the schema misses no %s: it proves nothing", field)
		}
	}
}

func TestAPlaceIsFoundByEitherName(t *testing.T) {
	place, err := feeds.APDSPlace(publisher, sites(), "p8")
	var has struct{ ID, TimeZone string }
	if err != nil || json.Unmarshal(place, &has) != nil || has.TimeZone != "Europe/Berlin" {
		t.Fatalf("%s %v", place, err)
	}
	again, err := feeds.APDSPlace(publisher, sites(), has.ID)
	if err != nil || string(again) != string(place) {
		t.Errorf("%s %v", again, err)
	}
	for _, id := range []string{"p5", "nowhere", ""} { // p5 isn't public
		if none, err := feeds.APDSPlace(publisher, sites(), id); err != nil || none != nil {
			t.Errorf("%q is told: %s %v", id, none, err)
		}
	}
}

func TestRateTablesAreToldOnceEach(t *testing.T) {
	chain := sites()
	table := json.RawMessage(`{"id":"kurz","version":2,"rateTableName":[{"language":"de","string":"Kurzparken"}],"rateLineCollections":[]}`)
	for i := range chain {
		chain[i].RateTables = []json.RawMessage{table}
	}
	if text, err := feeds.APDSRates(publisher, chain); err != nil || strings.Count(string(text), `"id":"kurz"`) != 1 || !strings.Contains(string(text), `"total":1`) {
		t.Errorf("%s %v", text, err)
	}
	if one, err := feeds.APDSRate(chain, "kurz"); err != nil || string(one) != string(table) {
		t.Errorf("%s %v", one, err)
	}
	if none, err := feeds.APDSRate(chain, "lang"); err != nil || none != nil {
		t.Errorf("%s %v", none, err)
	}
}

func TestAChainWithoutPublicSites(t *testing.T) {
	if table, err := feeds.DATEXTable(publisher, nil); err != nil || table != nil {
		t.Errorf("%s %v", table, err)
	}
	if status, err := feeds.DATEXStatus(publisher, nil); err != nil || status != nil {
		t.Errorf("%s %v", status, err)
	}
	if list, err := feeds.ParkAPI(publisher, nil); err != nil || string(list) != `{"items":[]}` {
		t.Errorf("%s %v", list, err)
	}
}

func TestAListingThatNoReaderWouldTake(t *testing.T) {
	good := sites()[0].Listing
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*feeds.Listing){
		"0/0":             func(l *feeds.Listing) { l.Latitude, l.Longitude = 0, 0 },
		"no language":     func(l *feeds.Listing) { l.Language = "" },
		"an empty table":  func(l *feeds.Listing) { l.RateTables = []json.RawMessage{[]byte(`{}`)} },
		"a broken table":  func(l *feeds.Listing) { l.RateTables = []json.RawMessage{[]byte(`{`)} },
		"a table of none": func(l *feeds.Listing) { l.RateTables = []json.RawMessage{[]byte(`null`)} },
	} {
		l := good
		change(&l)
		if err := l.Check(); !errors.Is(err, feeds.ErrListing) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
