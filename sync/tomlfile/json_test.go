package tomlfile_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"gatehouse/sync/tomlfile"
)

func TestJSONFillsWhatTOMLFills(t *testing.T) {
	var got, want site
	if err := tomlfile.Decode("site.toml", []byte("name = \"x\"\nscale = 2\noffset_mm = -128\n[[gate]]\nid = \"north\"\ntypes = [\"ev\"]\n[spots]\nA = 12\n[settings]\nx = [1, 2.5, true]\n"), &want); err != nil {
		t.Fatal(err)
	}
	document, err := tomlfile.ParseJSON("site.json", []byte("\ufeff{\"name\": \"x\", \"zone\": null, \"scale\": 2, \"offset_mm\": -128, "+
		"\"gate\": [{\"id\": \"north\", \"types\": [\"ev\"]}], \"spots\": {\"A\": 12}, \"settings\": {\"x\": [1, 2.5, true]}}\n"))
	if err == nil {
		err = document.Decode(&got)
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v: %+v, not %+v", err, got, want)
	}
}

func TestProblemsInJSONHaveTheirPlace(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"{\n  \"name\": 5\n}", "site.json:2:11: name: a whole number where a text belongs; put it in quotes\n      \"name\": 5\n              ^"},
		{"{\"gate\": [{}, {\"oben\": true}]}", "site.json:1:16: gate[2].oben: unknown key; did you mean open?\n    {\"gate\": [{}, {\"oben\": true}]}\n                   ^^^^^^"},
		{"{\"gate\": {}}", "site.json:1:10: gate: a table where a list belongs; put it in [ ]"},
		{"{\"spots\": 3}", "site.json:1:11: spots: a whole number where a table belongs; write an object"},
		{"{\"name\": \"x\",\n\"name\": \"y\"}", "site.json:2:1: name: the key is there twice; keep one of them"},
		{"{\"name\": \"x\"\n \"scale\": 2}", "site.json:2:2: this is no JSON: invalid character"},
		{"{\"name\": \"x\"", "site.json:1:12: the file ends too early; close every {"},
		{"{\"name\": tru}", "site.json:1:"},
		{"{\"name\": \"é\", }", "site.json:1:"},
		{"{} {}", "site.json:1:4: something is left over after the closing }"},
		{"[1]", "site.json:1:1: this is no object"},
		{"", "site.json:1:1: the file ends too early"},
		{"{\"scale\": 1e999}", "site.json:1:11: scale: the number is too large"},
		{"{\"gate\": [null]}", "site.json:1:11: gate[1]: null where a table belongs"},
		{"{\"gate\": " + strings.Repeat("[", 100) + "}", "site.json:1:74: more than 64 tables or lists within each other"},
		{"{\"a\": \"\xff\"}", "site.json:1:8: not UTF-8 text"},
	} {
		document, err := tomlfile.ParseJSON("site.json", []byte(c.file))
		if err == nil {
			err = document.Decode(&site{})
		}
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s\ngot  %v\nwant %s", c.file, err, c.want)
		}
	}
}

// Whatever is in a file, it is read, or every problem points into the file.
func FuzzJSON(f *testing.F) {
	f.Add([]byte("{\"name\": 5, \"gate\": [{\"id\": [[1], {\"a\": null}]}]}"))
	f.Add([]byte("\ufeff{\"scale\": 1e5,\r\n \"spots\": {\"A\": -1}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var got site
		document, err := tomlfile.ParseJSON("site.toml", data)
		if err == nil {
			err = document.Decode(&got)
		}
		var problems tomlfile.Problems
		if errors.As(err, &problems) {
			for _, p := range problems {
				checkProblem(t, data, p)
			}
		} else if err != nil {
			t.Fatalf("%T: %v", err, err)
		}
	})
}
