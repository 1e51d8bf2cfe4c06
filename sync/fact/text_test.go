package fact_test

import (
	"testing"

	"gatehouse/sync/fact"
)

func TestATextIsClippedBetweenCharacters(t *testing.T) {
	for _, c := range []struct {
		text     string
		bytesMax int
		want     string
	}{
		{"short", 256, "short"},
		{"", 0, ""},
		{"öffnen", 3, "öf"},
		{"öffnen", 1, ""},
		{"a\xffb", 256, "ab"},
		{"Straße", 5, "Stra"},
	} {
		if got := fact.Clip(c.text, c.bytesMax); got != c.want {
			t.Errorf("%q in %d bytes is %q, want %q", c.text, c.bytesMax, got, c.want)
		}
	}
}
