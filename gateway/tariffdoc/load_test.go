package tariffdoc_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"gatehouse/gateway/tariff"
	"gatehouse/gateway/tariffdoc"
	"gatehouse/sync/tomlfile"
)

var rewrite = flag.Bool("rewrite", false, "write testdata/schema.json anew")

// TestAmbiguityIsRefused takes each switch out of a tariff, and asks for both readings.
func TestAmbiguityIsRefused(t *testing.T) {
	for _, c := range []struct{ name, remove, says string }{
		{"deggendorf-oberer-stadtplatz", `limit = "inclusive"`, `limit = "exclusive"`},
		{"deggendorf-oberer-stadtplatz", `seconds = "exact"`, `seconds = "exact"`},
		{"deggendorf-oberer-stadtplatz", `boundary = "split"`, `"entry" if the rule at entry`},
		{"deggendorf-oberer-stadtplatz", `holidays_count_as = "holiday"`, `"sunday" if it is a Sunday`},
		{"deggendorf-oberer-stadtplatz", `kind = "turnaround"`, `kind = "continuous"`},
		{"deggendorf-oberer-stadtplatz", `anchor = "band"`, `anchor = "entry"`},
		{"deggendorf-oberer-stadtplatz", `count = "started"`, `"prorated" if time is paid exactly`},
		{"deggendorf-oberer-stadtplatz", `repeats = true`, `repeats = false`},
		{"deggendorf-oberer-stadtplatz", `counts = "elapsed"`, `counts = "civil"`},
		{"deggendorf-oberer-stadtplatz", `overlaps = "first"`, `overlaps = "first" at the top`},
		{"tauranga-elizabeth-st", `choice = "cheapest"`, `choice = "first"`},
		{"calatayud-zona-azul", `gaps = "free"`, `gaps = "free" at the top`},
		{"calatayud-zona-azul", `beyond = "free"`, `longer stay than the last step`},
	} {
		data, err := fs.ReadFile(tariffdoc.Examples(), c.name+".toml")
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = tariffdoc.Parse("tariff.toml", []byte(strings.Replace(string(data), c.remove, "", 1)))
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "^") {
			t.Errorf("%s without %s: %v", c.name, c.remove, err)
		}
	}
}

// TestLint finds what a tariff that can be read gets wrong.
func TestLint(t *testing.T) {
	for _, c := range []struct{ tariff, says string }{
		{started("5.00", "1 h", "amount = \"3.00\"\nper = \"24 h\"\ncounts = \"elapsed\"\nrepeats = true"), "less than one unit"},
		{"[[rule]]\nname = \"all\"\nanchor = \"entry\"\nflat = \"1\"\n[[rule]]\nname = \"never\"\nanchor = \"entry\"\nflat = \"2\"\n", "never in force"},
		{"[[rule]]\nname = \"day\"\nhours = \"08:00-18:00\"\nanchor = \"entry\"\nflat = \"1\"\n", "no rule applies"},
		{"[[rule]]\nname = \"cheaper\"\nstep = [ { up_to = \"2 h\", total = \"5.00\" }, { total = \"3.00\" } ]\n", "a longer stay is cheaper"},
		{"[[rule]]\nname = \"two prices\"\nflat = \"1\"\nfree = true\n", "exactly one"},
		{"[[rule]]\nname = \"night\"\nhours = \"22:00-06:00\"\ndays = \"fri\"\nanchor = \"entry\"\nflat = \"1\"\n", `night_of = "each"`},
		{started("5.00", "1 h", "amount = \"9.00\"\nper = \"24 h\"\ncounts = \"elapsed\"\nrepeats = true") + "[[extra]]\nname = \"night\"\namount = \"1\"\nduring = { hours = [\"22:00-06:00\", \"02:00-03:00\"] }\n", "[[extra]] for each"},
		{"[[rule]]\nname = \"x\"\ndays = \"holiday\"\nanchor = \"entry\"\nflat = \"1\"\n", "no holidays"},
		{"[[rule]]\nname = \"x\"\nprice = \"1,00\"\nper = \"1 hour\"\ncount = \"startet\"\n", `started`},
	} {
		_, warnings, err := tariffdoc.Parse("tariff.toml", []byte(doc("EUR", "Europe/Berlin", c.tariff)))
		text := warnings.Error()
		if err != nil {
			text += err.Error()
		}
		if !strings.Contains(text, c.says) {
			t.Errorf("no %q in %q of\n%s", c.says, text, c.tariff)
		}
	}
}

// TestSchema keeps the published schema and the examples together: each example, as JSON, is what the schema allows, and
// is read as the TOML is.
func TestSchema(t *testing.T) {
	const golden = "testdata/schema.json"
	if *rewrite {
		if err := os.WriteFile(golden, tariffdoc.Schema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(want, tariffdoc.Schema()) {
		t.Errorf("testdata/schema.json is not the schema (-rewrite): %v", err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("tariff.json", parsed); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("tariff.json")
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(tariffdoc.Examples(), "*.toml")
	if err != nil || len(names) == 0 {
		t.Fatal("no examples", err)
	}
	for _, name := range names {
		text := asJSON(t, name)
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		loaded, _, err := tariffdoc.ParseJSON("tariff.json", text)
		if err != nil {
			t.Errorf("%s as JSON: %v", name, err)
			continue
		}
		same := example(t, strings.TrimSuffix(name, ".toml"))
		stay := tariff.Stay{EntryMS: localMS(t, same, "2025-06-13T22:10"), ExitMS: localMS(t, same, "2025-06-16T09:05")}
		if a, b := tariff.Quote(loaded, stay).TotalMinor, tariff.Quote(same, stay).TotalMinor; a != b {
			t.Errorf("%s: %d as JSON, %d as TOML", name, a, b)
		}
	}
}

func asJSON(t *testing.T, name string) []byte {
	t.Helper()
	data, err := fs.ReadFile(tariffdoc.Examples(), name)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]any{}
	if err := tomlfile.Decode(name, data, &values); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestReferenceNamesEveryKey: nothing that can be written is missing in the reference.
func TestReferenceNamesEveryKey(t *testing.T) {
	var schema any
	if err := json.Unmarshal(tariffdoc.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	var visit func(value any)
	visit = func(value any) {
		node, _ := value.(map[string]any)
		properties, _ := node["properties"].(map[string]any)
		for name, inner := range properties {
			if !strings.Contains(tariffdoc.Reference(), name) {
				t.Errorf("REFERENCE.md has no %s", name)
			}
			visit(inner)
			list, _ := inner.(map[string]any)
			visit(list["items"])
		}
	}
	visit(schema)
}

// TestReferenceBoards prices the stays that stand below the boards of the reference.
func TestReferenceBoards(t *testing.T) {
	blocks := strings.Split(tariffdoc.Reference(), "```toml\n")[1:]
	stays := 0
	for i, block := range blocks {
		text, _, _ := strings.Cut(block, "```")
		cfg := parse(t, text)
		for line := range strings.Lines(text) {
			var fromDay, fromTime, toDay, toTime, amount, group string
			found, _ := fmt.Sscanf(line, "# %s %s to %s %s %s group %s", &fromDay, &fromTime, &toDay, &toTime, &amount, &group)
			if found < 5 {
				continue
			}
			stays++
			stay := tariff.Stay{EntryMS: localMS(t, cfg, fromDay+"T"+fromTime), ExitMS: localMS(t, cfg, toDay+"T"+strings.TrimSuffix(toTime, ":")), Groups: []string{group}}
			if fee := tariff.Quote(cfg, stay); fee.TotalMinor != minorOf(t, cfg, amount) {
				t.Errorf("board %d: %s costs %d: %+v", i+1, line, fee.TotalMinor, fee.Charges)
			}
		}
	}
	if len(blocks) < 7 || stays < 20 {
		t.Errorf("%d boards and %d stays", len(blocks), stays)
	}
}

// FuzzParse: any input is a tariff or problems, and any tariff prices any stay.
func FuzzParse(f *testing.F) {
	names, err := fs.Glob(tariffdoc.Examples(), "*.toml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(tariffdoc.Examples(), name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, int64(1_750_000_000_000), int64(90_000_000))
	}
	f.Fuzz(func(t *testing.T, data []byte, entryMS, stayMS int64) {
		loaded, _, err := tariffdoc.Parse("fuzz.toml", data)
		var problems tomlfile.Problems
		if err != nil {
			if !errors.As(err, &problems) || len(problems) == 0 {
				t.Fatalf("an error without problems: %v", err)
			}
			return
		}
		adds(t, tariff.Quote(loaded, tariff.Stay{EntryMS: entryMS, ExitMS: entryMS + stayMS%(1<<40)}))
	})
}
