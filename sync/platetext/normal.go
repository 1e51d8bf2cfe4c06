package platetext

import (
	"strings"
	"unicode"

	"gatehouse/sync/fact"
)

// CharactersMax is the length of the longest normal form, in characters; the rest of a longer text is dropped.
// The longest plates in use, those of Bangladesh, have 18.
const CharactersMax = 20

// Normal makes the normal form of a plate as a camera, a driver or a server wrote it: upper case, letters
// and digits of every script, nothing else. Full-width forms become ASCII, an accent written as a character of
// its own joins its letter. Blanks, dashes, dots, flags and damaged UTF-8 are dropped, and what is left after
// CharactersMax. The empty Plate means that nothing was readable.
func Normal(raw string) fact.Plate {
	if isNormal(raw) {
		return fact.Plate(raw)
	}
	kept := make([]rune, 0, CharactersMax)
	for _, r := range raw {
		kept = appendNormal(kept, r)
		if len(kept) > CharactersMax {
			kept = kept[:CharactersMax]
			break
		}
	}
	return fact.Plate(kept)
}

// isNormal spares most readings the work: cameras tend to report plain upper-case ASCII.
func isNormal(raw string) bool {
	for i := range len(raw) {
		if c := raw[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return len(raw) <= CharactersMax
}

// appendNormal appends one character in normal form, or joins an accent to the letter before it. An accent
// without a letter is dropped.
func appendNormal(kept []rune, r rune) []rune {
	if r >= '！' && r <= '～' {
		r -= '！' - '!'
	}
	r = unicode.ToUpper(r)
	if unicode.IsLetter(r) || unicode.IsDigit(r) {
		return append(kept, r)
	}
	if !unicode.In(r, unicode.Mn, unicode.Mc) || unicode.Is(unicode.Variation_Selector, r) || len(kept) == 0 {
		return kept
	}
	last := len(kept) - 1
	if joined, ok := join(kept[last], r); ok {
		kept[last] = joined
		return kept
	}
	return append(kept, r)
}

// accents lists the accented letters of plates: with the nth letter of bare, mark makes the nth of joined.
var accents = []struct {
	mark         rune
	bare, joined string
}{
	{'\u0300', "AEIOU", "ÀÈÌÒÙ"},
	{'\u0301', "AEIOUYCNSZ", "ÁÉÍÓÚÝĆŃŚŹ"},
	{'\u0302', "AEIOU", "ÂÊÎÔÛ"},
	{'\u0303', "ANO", "ÃÑÕ"},
	{'\u0304', "AEIU", "ĀĒĪŪ"},
	{'\u0306', "AGUИУ", "ĂĞŬЙЎ"},
	{'\u0307', "EGIZ", "ĖĠİŻ"},
	{'\u0308', "AEIOUYЕІ", "ÄËÏÖÜŸЁЇ"},
	{'\u030A', "AU", "ÅŮ"},
	{'\u030B', "OU", "ŐŰ"},
	{'\u030C', "CDENRSTZ", "ČĎĚŇŘŠŤŽ"},
	{'\u0327', "CSGKLNR", "ÇŞĢĶĻŅŖ"},
	{'\u0328', "AEIU", "ĄĘĮŲ"},
}

// join makes one letter of a letter and an accent.
func join(letter, mark rune) (rune, bool) {
	for _, a := range accents {
		if a.mark == mark {
			return Counterpart(letter, a.bare, a.joined)
		}
	}
	return 0, false
}

// Bare is a letter without its accent.
func Bare(letter rune) rune {
	for _, a := range accents {
		if bare, ok := Counterpart(letter, a.joined, a.bare); ok {
			return bare
		}
	}
	return letter
}

// Counterpart is the character of to that stands where letter stands in from.
func Counterpart(letter rune, from, to string) (rune, bool) {
	at := strings.IndexRune(from, letter)
	if at < 0 {
		return 0, false
	}
	skip := len([]rune(from[:at]))
	return []rune(to)[skip], true
}
