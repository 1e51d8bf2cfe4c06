package tomlfile_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/sync/tomlfile"
)

func TestSuggestFindsTheWordThatWasMeant(t *testing.T) {
	known := []string{"pulse_ms", "open_timeout_ms", "line", "relay", "hc-sr04", "id"}
	cases := map[string]string{
		"pulse_mss":     "pulse_ms",
		"plusem_s":      "pulse_ms",
		"PULSE_MS":      "pulse_ms",
		"hcsr04":        "hc-sr04",
		"lien":          "line",
		"opentimeoutms": "open_timeout_ms",
		"idd":           "id",
		"barrier":       "",
		"x":             "",
		"":              "",
	}
	for word, want := range cases {
		if got := tomlfile.Suggest(word, known); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestAdviceListsWhatThereIs(t *testing.T) {
	many := strings.Fields("a1 a2 a3 a4 a5 a6 a7 a8 a9 b1 b2 b3 b4 b5")
	cases := []struct {
		known []string
		want  string
	}{
		{nil, "nothing can stand here"},
		{[]string{"east"}, "only east can stand here"},
		{[]string{"east", "west"}, "east, west can stand here"},
		{many, "a1, a2, a3, a4, a5, a6, a7, a8, a9, b1, b2, b3 and 2 more can stand here"},
	}
	for _, c := range cases {
		if got := tomlfile.Advice("frobnicate", c.known); got != c.want {
			t.Errorf("Advice among %v = %q, want %q", c.known, got, c.want)
		}
	}
}

func TestOneSlipIsAlwaysForgiven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-z]{4,12}`).Draw(t, "word")
		at := rapid.IntRange(0, len(word)-2).Draw(t, "at")
		slip := rapid.SampledFrom([]string{
			word[:at] + word[at+1:],
			word[:at] + "_" + word[at:],
			word[:at] + "_" + word[at+1:],
			word[:at] + word[at+1:at+2] + word[at:at+1] + word[at+2:],
		}).Draw(t, "slip")
		if got := tomlfile.Suggest(slip, []string{"0123456789", word}); got != word {
			t.Fatalf("Suggest(%q) = %q, want %q", slip, got, word)
		}
	})
}
