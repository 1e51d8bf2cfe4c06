package tomlfile_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"gatehouse/sync/tomlfile"
)

// Whatever is in a file, it is read as the library reads it, or every problem points into the file.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(goodSite))
	f.Add([]byte("name = 5\n[[gate]]\nid = [[1], {a.b = 2}]\n[gate.relay]\npulse_mss = 500\n"))
	f.Add([]byte("\ufeff\"a b\".c = \"\"\"x\r\n\"\"\"\r\n[[gate]]\n[gate.gate]\ngate = 07:32:00"))
	f.Add([]byte("[spots]"))
	f.Add([]byte("spots = {A = 1, B = 0x10}\nsettings.a = [nan, -inf, 1e3, 2026-01-31T08:00:00Z]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var got site
		err := tomlfile.Decode("site.toml", data, &got)
		var problems tomlfile.Problems
		if errors.As(err, &problems) {
			for _, p := range problems {
				checkProblem(t, data, p)
			}
			return
		}
		decoder := toml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))).DisallowUnknownFields()
		var want site
		if err := decoder.Decode(&want); err != nil {
			t.Fatalf("read what the library refuses: %v", err)
		}
		got.Settings, want.Settings = nil, nil // local dates differ by intent, and NaN differs from itself
		if got.Scale != got.Scale {
			got.Scale, want.Scale = 0, 0
		}
		if !got.Since.Equal(want.Since) {
			t.Fatalf("since %v, want %v", got.Since, want.Since)
		}
		got.Since = want.Since
		if len(got.Spots) == 0 && len(want.Spots) == 0 { // a table without entries may be made or not
			got.Spots, want.Spots = nil, nil
		}
		if len(got.Gate) == 0 && len(want.Gate) == 0 {
			got.Gate, want.Gate = nil, nil
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v\nwant %+v", got, want)
		}
	})
}

func checkProblem(t *testing.T, data []byte, p tomlfile.Problem) {
	t.Helper()
	lines := bytes.Split(data, []byte("\n"))
	if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > len(lines[p.Line-1])+1 {
		t.Fatalf("%v points out of the file", p)
	}
	if p.What == "" {
		t.Fatalf("%#v says nothing", p)
	}
}
