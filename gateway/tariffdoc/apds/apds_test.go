package apds_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/gateway/tariff"
	"gatehouse/gateway/tariffdoc"
	"gatehouse/gateway/tariffdoc/apds"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"
)

// published is the schema of a RateTable.
func published(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := os.ReadFile("testdata/ratetable.schema.json")
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
	compiler.UseRegexpEngine(lookahead)
	if err := compiler.AddResource("ratetable.json", parsed); err != nil {
		t.Fatal(err)
	}
	return compiler.MustCompile("ratetable.json")
}

// pattern is one of APDS, whose lookaheads Go's expressions lack: a duration is neither "P" alone nor ends with "T".
type pattern struct {
	*regexp.Regexp
	duration bool
}

func lookahead(text string) (jsonschema.Regexp, error) {
	plain := strings.NewReplacer("(?!$)", "", `(?=\d)`, "").Replace(text)
	compiled, err := regexp.Compile(plain)
	return pattern{compiled, plain != text}, err
}

func (p pattern) MatchString(text string) bool {
	return p.Regexp.MatchString(text) && (!p.duration || text != "P" && !strings.HasSuffix(text, "T"))
}

// examples are all published tariffs that we have.
func examples(t *testing.T) map[string]*tariff.Tariff {
	t.Helper()
	all := map[string]*tariff.Tariff{}
	names, err := fs.Glob(tariffdoc.Examples(), "*.toml")
	if err != nil || len(names) == 0 {
		t.Fatal("no examples", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(tariffdoc.Examples(), name)
		if err != nil {
			t.Fatal(err)
		}
		loaded, _, err := tariffdoc.Parse(name, text)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = loaded
	}
	return all
}

func exported(t interface{ Fatal(...any) }, one *tariff.Tariff) []byte {
	text, err := json.Marshal(apds.Export(one))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestEveryExampleIsAValidRateTable(t *testing.T) {
	schema := published(t)
	for name, one := range examples(t) {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(exported(t, one)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheSchemaRefuses(t *testing.T) {
	schema := published(t)
	text := string(exported(t, simple(t)))
	for was, is := range map[string]string{`"PT0M"`: `"P"`, `"flatRateTier"`: `"flat"`, `"EUR"`: `"eur"`, `"resetTime":"PT24H",`: ``, `"version":1,`: `"version":0,`} {
		broken := strings.Replace(text, was, is, 1)
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(broken))
		if broken == text || err != nil || schema.Validate(value) == nil {
			t.Errorf("%s in place of %s passes: %s", is, was, text)
		}
	}
}

const singen = `name = "Kurzparken"
version = "7"
currency = "EUR"
timezone = "Europe/Berlin"
limit = "inclusive"
seconds = "exact"
valid_from = "2026-01-01"
valid_until = "2026-12-31"
longest_stay = "48 h"
[[tax]]
name = "VAT"
percent = "19"
included = true
[[rule]]
name = "short stay"
step = [ { up_to = "40 min", total = "1.00" }, { price = "0.50", per = "20 min", count = "started" } ]
[[cap]]
name = "day ticket"
amount = "10.00"
per = "24 h"
counts = "elapsed"
repeats = true
`

func simple(t *testing.T) *tariff.Tariff {
	t.Helper()
	one, _, err := tariffdoc.Parse("singen.toml", []byte(singen))
	if err != nil {
		t.Fatal(err)
	}
	return one
}

// The table of parking.md 3.1, by its digits.
func TestATableAsAPDSPrintsIt(t *testing.T) {
	text := string(exported(t, simple(t)))
	for _, wanted := range []string{
		`"rateTableName":[{"language":"en","string":"Kurzparken"}]`, `"validityStart":"2026-01-01T00:00:00+01:00"`, `"validityEnd":"2027-01-01T00:00:00+01:00"`,
		`"rateType":"hourly"`, `"resetTime":"PT24H"`, `"maxTime":"P2D"`, `"taxIncluded":true,"taxRate":19.0000,"maxValueCollection":10.00`,
		`{"sequence":1,"rateLineType":"flatRateTier","description":"short stay","durationStart":"PT0M","durationEnd":"PT40M","value":1.00}`,
		`{"sequence":2,"rateLineType":"incrementingRate","description":"short stay","durationStart":"PT40M","incrementPeriod":"PT20M","value":0.50}`,
		`"gatehouse":{"timezone":"Europe/Berlin","version":"7","limit":"inclusive","seconds":"exact","count":"started","tiers":"added","resets":"maximum","counts":"elapsed"}`,
	} {
		if !strings.Contains(text, wanted) {
			t.Errorf("it lacks %s:\n%s", wanted, text)
		}
	}
}

// reads imports a table and reads the document.
func reads(data []byte, answers apds.Answers) (*tariff.Tariff, string, error) {
	text, err := apds.Import(data, answers)
	if err != nil {
		return nil, text, err
	}
	one, _, err := tariffdoc.Parse("imported.toml", []byte(text))
	return one, text, err
}

func TestWhatATableLeavesOpenIsAsked(t *testing.T) {
	table := apds.Export(simple(t))
	table.Answers = nil
	text, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = reads(text, apds.Answers{})
	for _, question := range []string{"--timezone", "--limit=inclusive or --limit=exclusive", "--seconds", "--count=started", "--resets=maximum", "--counts=elapsed or --counts=civil"} {
		if !errors.Is(err, apds.ErrNotSaid) || !strings.Contains(err.Error(), question) {
			t.Errorf("it does not ask %s: %v", question, err)
		}
	}
	answers := apds.Answers{Timezone: "Europe/Berlin", Limit: "inclusive", Seconds: "exact", Count: "started", Resets: "maximum", Counts: "elapsed"}
	one, text2, err := reads(text, answers)
	if err != nil {
		t.Fatal(err, text2)
	}
	entry := time.Date(2026, 3, 2, 8, 0, 0, 0, one.Zone).UnixMilli()
	for minutes, wanted := range map[int64]int64{40: 100, 41: 150, 61: 200, 240: 600, 400: 1000, 24*60 + 20: 1050} { // V29
		if got := tariff.Quote(one, tariff.Stay{EntryMS: entry, ExitMS: entry + minutes*60_000}).TotalMinor; got != wanted {
			t.Errorf("%d min cost %d, not %d", minutes, got, wanted)
		}
	}
	answers.Limit = "maybe"
	if _, _, err := reads(text, answers); err == nil || !strings.Contains(err.Error(), `"maybe" is no answer`) {
		t.Error(err)
	}
}

// Tiers whose values are totals, as many boards print them, and the same read as added.
func TestTiersAreAddedOrTotals(t *testing.T) {
	const table = `{"id":"x","version":2,"rateTableName":[{"language":"en","string":"John St"}],"validityStart":"1970-01-01T00:00:00Z","activeTimes":["P1D"],
		"availability":"public","rateLineCollections":[{"applicableCurrency":"GBP","collectionSequence":1,"minTime":"PT0M","maxTime":"P20Y","relativeTimes":false,
		"resetTime":"00:00","taxIncluded":true,"validStart":"1970-01-01T00:00:00Z","rateLines":[
		{"sequence":2,"rateLineType":"flatRateTier","durationStart":"PT1H","durationEnd":"PT2H","value":2.8},
		{"sequence":1,"rateLineType":"flatRateTier","durationStart":"PT0M","durationEnd":"PT1H","value":1.40}]}]}`
	answers := apds.Answers{Timezone: "Europe/London", Limit: "inclusive", Seconds: "exact", Resets: "lines", Beyond: "free"}
	days := strings.Replace(table, "P20Y", "P3660D", 1)
	if _, _, err := reads([]byte(table), answers); err == nil || !strings.Contains(err.Error(), "maxTime") || !strings.Contains(err.Error(), "--tiers=added or --tiers=total") {
		t.Error(err)
	}
	for tiers, wanted := range map[string]int64{"added": 420, "total": 280} {
		answers.Tiers = tiers
		one, text, err := reads([]byte(days), answers)
		if err != nil {
			t.Fatal(err, text)
		}
		if got := tariff.Quote(one, tariff.Stay{ExitMS: 90 * 60_000}).TotalMinor; got != wanted {
			t.Errorf("%s: %d, not %d\n%s", tiers, got, wanted, text)
		}
	}
}

func TestWhatCantBeImportedIsRefusedWithItsReason(t *testing.T) {
	good := string(exported(t, simple(t)))
	for name, c := range map[string][3]string{
		"event":      {`"relativeTimes":false`, `"relativeTimes":true`, "from its start, which no stay knows"},
		"reset":      {`"resetTime":"PT24H"`, `"resetTime":"midnight"`, "a time of day such as 00:00"},
		"gap":        {`"durationStart":"PT40M"`, `"durationStart":"PT50M"`, "the time between"},
		"fine money": {`"value":0.50`, `"value":0.505`, "finer than EUR can be paid"},
		"huge":       {`"value":0.50`, `"value":1e999999999`, "no amount"},
		"no period":  {`"incrementPeriod":"PT20M",`, ``, "for how long the value is"},
		"months":     {`"incrementPeriod":"PT20M"`, `"incrementPeriod":"P1M"`, "for how long the value is"},
		"tax":        {`"taxRate":19.0000`, `"taxValue":1.0`, "no rate to print"},
		"line tax":   {`"value":1.00`, `"rateLineTax":{"taxIncluded":true},"value":1.00`, "a tax of its own"},
		"usage":      {`"value":1.00`, `"usageCondition":"fixedNumber","value":1.00`, "fields that APDS does not have"},
		"line max":   {`"value":1.00`, `"maxValue":3,"value":1.00`, "for which time"},
		"validity":   {`"validityStart":"2026-01-01T00:00:00+01:00"`, `"validityStart":"2026-01-01T09:00:00+01:00"`, "beginning of a day"},
		"flat":       {`"flatRateTier"`, `"flatRate"`, "instead of them"},
		"minTime":    {`"minTime":"PT0M"`, `"minTime":"PT1H"`, "a shorter stay"},
		"not JSON":   {`{"id"`, `["id"`, "no RateTable"},
	} {
		text := strings.Replace(good, c[0], c[1], 1)
		if _, err := apds.Import([]byte(text), apds.Answers{}); text == good || !errors.Is(err, apds.ErrNotSaid) || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// sayable draws a tariff that APDS can say, with its answers.
func sayable(t *rapid.T) *tariff.Tariff {
	zones := map[string]*time.Location{"Europe/Berlin": nil, "America/St_Johns": nil, "Asia/Tokyo": nil}
	name := rapid.SampledFrom([]string{"Europe/Berlin", "America/St_Johns", "Asia/Tokyo"}).Draw(t, "zone")
	zone, err := time.LoadLocation(name)
	if err != nil || len(zones) == 0 {
		t.Skip(err)
	}
	one := &tariff.Tariff{
		Version: "1", Name: rapid.StringMatching(`[a-z "\\]{0,8}`).Draw(t, "name"), Currency: "EUR", Zone: zone,
		Rounding: tariff.Rounding{TaxOf: tariff.OfTotal},
		Seconds:  tariff.Seconds(rapid.IntRange(0, 3).Draw(t, "seconds")), MinMinor: rapid.Int64Range(0, 300).Draw(t, "minimum"),
	}
	if rapid.Bool().Draw(t, "taxed") {
		one.Taxes = []tariff.Tax{{ID: "tax", RatePPM: rapid.Int64Range(1, 300_000).Draw(t, "rate"), Included: rapid.Bool().Draw(t, "included")}}
	}
	rule := tariff.Rule{ID: "rule"}
	sharp, count := rapid.Bool().Draw(t, "sharp"), tariff.Count(rapid.IntRange(0, 2).Draw(t, "count"))
	const minute = int64(60_000)
	endMS := int64(0)
	for range rapid.IntRange(0, 3).Draw(t, "steps") {
		s := tariff.Step{FromMS: endMS, ToMS: endMS + minute*rapid.Int64Range(1, 300).Draw(t, "length"), PriceMinor: rapid.Int64Range(0, 500).Draw(t, "price"), Sharp: sharp}
		if rapid.Bool().Draw(t, "unit") {
			s.UnitMS, s.Count = minute*rapid.Int64Range(1, 120).Draw(t, "period"), count
		}
		endMS = s.ToMS
		rule.Steps = append(rule.Steps, s)
	}
	rule.Steps = append(rule.Steps, tariff.Step{FromMS: endMS, UnitMS: minute * rapid.Int64Range(1, 1500).Draw(t, "period"), Count: count, Sharp: sharp, PriceMinor: rapid.Int64Range(1, 500).Draw(t, "price")})
	periodMS, roll := minute*rapid.Int64Range(60, 3000).Draw(t, "reset"), tariff.Roll(rapid.IntRange(0, 1).Draw(t, "roll"))
	resetMS := minute * rapid.Int64Range(0, 1439).Draw(t, "at")
	if periodMS < 1440*minute {
		roll = tariff.Elapsed
	}
	resets := rapid.IntRange(0, 6).Draw(t, "resets")
	if resets == 1 || resets == 3 {
		rule.RestartMS, rule.Roll = periodMS, roll
	}
	if resets == 4 || resets == 6 {
		rule.Anchor, rule.ResetMS = tariff.AnchorDay, resetMS
	}
	most := []tariff.CapAmount{{Minor: rapid.Int64Range(0, 3000).Draw(t, "most")}}
	switch resets {
	case 2, 3:
		one.Caps = []tariff.Cap{{ID: "cap", PeriodMS: periodMS, Roll: roll, Amounts: most}}
	case 5, 6:
		one.Caps = []tariff.Cap{{ID: "cap", Window: tariff.PerDay, ResetMS: resetMS, Amounts: most}}
	}
	one.Rules = []tariff.Rule{rule}
	return one
}

// Import of Export prices like the tariff, on any stay, where nothing was left out.
func TestARoundTripPricesTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := sayable(t)
		table := apds.Export(one)
		if len(table.Answers.LeftOut) > 0 {
			t.Fatalf("left out: %q", table.Answers.LeftOut)
		}
		if problems := tariff.Check(one); len(problems) > 0 && !problems[0].Warning {
			t.Skip(problems[0])
		}
		again, text, err := reads(exported(t, one), apds.Answers{})
		if err != nil {
			t.Fatal(err, text)
		}
		for range 10 {
			entry := rapid.Int64Range(1_767_222_000_000, 1_798_758_000_000).Draw(t, "entry")
			stay := tariff.Stay{EntryMS: entry, ExitMS: entry + rapid.Int64Range(0, 5*86_400_000).Draw(t, "stay")}
			was, is := tariff.Quote(one, stay), tariff.Quote(again, stay)
			if was.TotalMinor != is.TotalMinor || was.TaxMinor != is.TaxMinor {
				t.Fatalf("%d became %d, tax %d became %d\n%s", was.TotalMinor, is.TotalMinor, was.TaxMinor, is.TaxMinor, text)
			}
		}
	})
}

// Every example comes back, or is refused because the export says that it left something out.
func TestExamplesComeBackOrSayWhyNot(t *testing.T) {
	for name, one := range examples(t) {
		left := apds.Export(one).Answers.LeftOut
		again, text, err := reads(exported(t, one), apds.Answers{})
		switch {
		case len(left) > 0 && (err == nil || !strings.Contains(err.Error(), left[0])):
			t.Errorf("%s: left out %q, and yet %v", name, left, err)
		case len(left) > 0:
		case err != nil:
			t.Errorf("%s: %v\n%s", name, err, text)
		default:
			entry := time.Date(2026, 3, 2, 9, 10, 0, 0, one.Zone).UnixMilli()
			for minutes := int64(0); minutes < 4000; minutes += 7 {
				stay := tariff.Stay{EntryMS: entry, ExitMS: entry + minutes*60_000}
				if was, is := tariff.Quote(one, stay).TotalMinor, tariff.Quote(again, stay).TotalMinor; was != is {
					t.Fatalf("%s: %d min: %d became %d", name, minutes, was, is)
				}
			}
		}
	}
}

func FuzzImport(f *testing.F) {
	f.Add(`{"rateLineCollections":[{"applicableCurrency":"EUR","minTime":"PT0M","maxTime":"P9D","resetTime":"P1D","maxValueCollection":1e3,"rateLines":[{"value":1}]}]}`, "UTC")
	f.Add(`{"rateLineCollections":[{}]}`, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, text, zone string) {
		answers := apds.Answers{Timezone: zone, Limit: "inclusive", Seconds: "exact", Count: "started", Tiers: "total", Resets: "both", Counts: "civil", Beyond: "free"}
		one, document, err := reads([]byte(text), answers)
		if (one == nil) != (err != nil) {
			t.Fatalf("%v with %v\n%s", one, err, document)
		}
	})
}
