package platecamera

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const billion = 1_000_000_000

// Decimal is a number times a billion. Cameras write numbers as texts as well, so it takes either.
func Decimal(text string) (billionths int64, ok bool) {
	text, negative := strings.CutPrefix(strings.TrimSuffix(strings.TrimSpace(text), "%"), "-")
	if mantissa, exponent, found := strings.Cut(strings.ToLower(text), "e"); found {
		return scientific(mantissa, exponent, negative)
	}
	whole, fraction, _ := strings.Cut(text, ".")
	if len(whole) > 9 || whole+fraction == "" || !isDigits(whole) || !isDigits(fraction) {
		return 0, false
	}
	fraction = (fraction + "000000000")[:9]
	value, _ := strconv.ParseInt(whole+fraction, 10, 64)
	if negative {
		value = -value
	}
	return value, true
}

// scientific reads numbers that are too small to be written otherwise, such as 1e-05.
func scientific(mantissa, exponent string, negative bool) (int64, bool) {
	value, ok := Decimal(mantissa)
	power, err := strconv.Atoi(exponent)
	if !ok || err != nil {
		return 0, false
	}
	for ; power < 0 && value != 0; power++ {
		value /= 10
	}
	for ; power > 0; power-- {
		if value > 1<<59 || value == 0 {
			return 0, value == 0
		}
		value *= 10
	}
	if negative {
		value = -value
	}
	return value, true
}

func isDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// ShareOf reads a confidence that is full at the given value: 1, 100 or 255. What is above it is cut; what is below zero
// is not measured.
func ShareOf(n Node, full int64) Share {
	billionths, ok := Decimal(n.Text())
	if !ok || billionths < 0 {
		return Share{}
	}
	return Share{Billionths: min(billionths/full, billion), Known: true}
}

// ShareOfEither reads a confidence of a camera that writes 0 to 1, or 0 to 100, by its version.
func ShareOfEither(n Node) Share {
	if billionths, ok := Decimal(n.Text()); ok && billionths > billion {
		return ShareOf(n, 100)
	}
	return ShareOf(n, 1)
}

// SharesOf reads a list of confidences, such as "99,99,61" or [99, 99, 61]. It lasts as long as the event, as all lists do.
func SharesOf(n Node, full int64) []Share {
	if !n.Exists() {
		return nil
	}
	t := n.tree
	from := len(t.shares)
	for item := n.First(); item.Exists(); item = item.Next() {
		for rest := item.Text(); rest != ""; {
			text := rest
			if end := strings.IndexAny(rest, ",; "); end >= 0 {
				text, rest = rest[:end], rest[end+1:]
			} else {
				rest = ""
			}
			t.addShare(text, full, from)
		}
	}
	return t.shares[from:len(t.shares):len(t.shares)]
}

// addShare adds one of a list that begins at from, if it is a number.
func (t *tree) addShare(text string, full int64, from int) {
	if billionths, ok := Decimal(text); ok && len(t.shares)-from < charsMax {
		t.shares = append(t.shares, Share{Billionths: min(max(billionths/full, 0), billion), Known: true})
	}
}

// CandidatesOf reads a list of opinions on a plate, with a plate and a confidence, which is full at the given value, in
// each. Their names are the first that there are.
func CandidatesOf(list Node, plate, confidence string, full int64) []Candidate {
	if !list.Exists() {
		return nil
	}
	t := list.tree
	from := len(t.candidates)
	for item := list.First(); item.Exists(); item = item.Next() {
		if len(t.candidates)-from < candidatesMax {
			t.candidates = append(t.candidates, Candidate{Raw: item.Get(plate).Text(), Confidence: ShareOf(item.Get(confidence), full)})
		}
	}
	return t.candidates[from:len(t.candidates):len(t.candidates)]
}

// TextsOf are at most so many texts of a list.
func TextsOf(list Node, most int) []string {
	if !list.Exists() {
		return nil
	}
	t := list.tree
	from := len(t.texts)
	for item := list.First(); item.Exists() && len(t.texts)-from < most; item = item.Next() {
		t.texts = append(t.texts, item.Text())
	}
	return t.texts[from:len(t.texts):len(t.texts)]
}

// CandidateOf is a list of one opinion, which n is beside.
func CandidateOf(n Node, raw string) []Candidate {
	t := n.tree
	from := len(t.candidates)
	t.candidates = append(t.candidates, Candidate{Raw: raw})
	return t.candidates[from:len(t.candidates):len(t.candidates)]
}

// WordOf is a word in lower case. A camera that has the field and leaves it empty says "unknown".
func WordOf(n Node) string {
	if !n.Exists() {
		return ""
	}
	if word := Lower(n.Text()); word != "" && word != "null" {
		return word
	}
	return "unknown"
}

// usualWords are what cameras call ways and vehicles, in lower case. No garbage is made of them.
var usualWords = [...]string{
	"approach", "leave", "enter", "exit", "forward", "reverse", "obverse", "in", "out", "unknown", "up", "down",
	"suvmpv", "suv", "mpv", "car", "van", "bus", "truck", "vehicle", "sedan", "big truck", "pickup truck", "motorcycle",
	"motorcyclist", "saloon car", "salooncar", "buggy", "largebus", "smalltruck", "pickuptruck", "taxi",
	"suv-crossover", "sedan-standard", "hatchback",
}

// Lower is a text in lower case.
func Lower(text string) string {
	for i := range len(text) {
		if c := text[i]; c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf {
			return lowerWord(text)
		}
	}
	return text
}

func lowerWord(text string) string {
	for _, word := range usualWords {
		if strings.EqualFold(word, text) {
			return word
		}
	}
	return strings.ToLower(text)
}
