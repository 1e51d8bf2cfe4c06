package platetext_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"gatehouse/sync/fact"
	"gatehouse/sync/platetext"
)

func TestNormalFormOfPlatesOfTheWorld(t *testing.T) {
	for raw, want := range map[string]fact.Plate{
		"":                    "",
		"---":                 "",
		"AB12CDE":             "AB12CDE",
		"ab12 cde":            "AB12CDE",
		" M-AB 1234\n":        "MAB1234",
		"dü·äö 12":            "DÜÄÖ12",
		"du\u0308 a\u0308 12": "DÜÄ12", // accents of their own
		"京A·12345":            "京A12345",
		"粤B•D12345":           "粤BD12345",
		"Ｂ１２３４ＸＹＺ":            "B1234XYZ",
		"品川 ５００ さ １２－３４":      "品川500さ1234",
		"а123вс 77":           "А123ВС77", // Cyrillic stays Cyrillic
		"ии\u0306":            "ИЙ",
		"51F-123.45":          "51F12345",
		"1กก 1234":            "1กก1234",
		"ঢাকা মেট্রো-গ ১১-১২৩৪":  "ঢাকামেট্রোগ১১১২৩৪",
		"🇩🇪 B✶XY 7️⃣ №5":         "BXY75",
		"A\xff\xfeB\x00C":        "ABC",
		"\u0308A":                "A",
		strings.Repeat("A1", 50): fact.Plate(strings.Repeat("A1", platetext.CharactersMax/2)),
	} {
		if got := platetext.Normal(raw); got != want {
			t.Errorf("Normal(%q) = %q, want %q", raw, got, want)
		}
	}
}

func TestANormalReadingCostsNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { platetext.Normal("AB12CDE") }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzNormal(f *testing.F) {
	for _, seed := range []string{"M-AB 1234", "du\u0308", "京A·12345", "ß\u0345ﬀ", "A\xff", "i\u0307"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		p := platetext.Normal(raw)
		if again := platetext.Normal(string(p)); again != p {
			t.Errorf("Normal(%q) = %q, and of that %q", raw, p, again)
		}
		if n := utf8.RuneCountInString(string(p)); n > platetext.CharactersMax {
			t.Errorf("%q has %d characters", p, n)
		}
		for _, r := range string(p) {
			if !unicode.In(r, unicode.L, unicode.Nd, unicode.Mn, unicode.Mc) || unicode.IsLower(r) && unicode.ToUpper(r) != r {
				t.Errorf("%q holds %q", p, r)
			}
		}
	})
}
