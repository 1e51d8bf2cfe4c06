package plate

import (
	"gatehouse/sync/fact"
	"gatehouse/sync/platetext"
)

// glyph is one character of a plate and what it may be taken for.
type glyph struct {
	char  rune
	twin  rune // the Latin letter that looks the same, or char itself
	class rune // one character that stands for all that look alike
}

// text is a plate spelt in glyphs; its classes are the skeleton.
type text struct {
	length int
	glyphs [platetext.CharactersMax]glyph
}

// spell turns a plate into glyphs.
func spell(plate fact.Plate) text {
	var t text
	for _, char := range plate {
		if t.length == platetext.CharactersMax {
			break
		}
		t.glyphs[t.length] = glyphOf(char)
		t.length++
	}
	return t
}

// key is a hash (FNV-1a) of the skeleton without the character at skip; -1 leaves none out.
func (t *text) key(skip int) uint64 {
	hash := uint64(14695981039346656037)
	for i := range t.length {
		if i != skip {
			hash = (hash ^ uint64(t.glyphs[i].class)) * 1099511628211
		}
	}
	return hash
}

// repeats reports whether leaving out the character at skip makes the same key as the one before it.
func (t *text) repeats(skip int) bool {
	return skip > 0 && t.glyphs[skip].class == t.glyphs[skip-1].class
}

func glyphOf(char rune) glyph {
	if char < 0x80 {
		return glyph{char: char, twin: char, class: classOf(char)}
	}
	twin := twinOf(char)
	return glyph{char: char, twin: twin, class: classOf(platetext.Bare(twin))}
}

// twinOf is the Latin letter or the digit that looks the same as a Cyrillic or Greek letter, or means the same as a digit
// of another script: plates of the Arab world, Iran and Bengal show both, and cameras write either.
func twinOf(char rune) rune {
	for _, digits := range []string{"٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "০১২৩৪৫৬৭৮৯"} {
		if digit, ok := platetext.Counterpart(char, digits, "0123456789"); ok {
			return digit
		}
	}
	if latin, ok := platetext.Counterpart(char, "АВЕКМНОРСТУХІЈЅЗ", "ABEKMHOPCTYXIJS3"); ok {
		return latin
	}
	if latin, ok := platetext.Counterpart(char, "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"); ok {
		return latin
	}
	return char
}

// classOf collapses characters that cameras often take for each other.
func classOf(char rune) rune {
	switch char {
	case '0', 'O', 'D', 'Q':
		return '0'
	case '1', 'I', 'L', 'T':
		return '1'
	case '2', 'Z', '7':
		return '2'
	case '5', 'S':
		return '5'
	case '6', 'G', 'C':
		return '6'
	case '8', 'B':
		return '8'
	case 'V', 'Y', 'U':
		return 'V'
	case 'M', 'N', 'W', 'H':
		return 'M'
	case 'E', 'F':
		return 'E'
	case 'P', 'R':
		return 'P'
	case 'K', 'X':
		return 'K'
	}
	return char
}

// near reports whether cameras at times take a character for another, of another class.
func near(a, b rune) bool {
	return a < 0x80 && b < 0x80 && (nearTo[a][b/64]>>(b%64))&1 == 1
}

// nearTo is, for each character, the set of those that it is near to, as bits.
var nearTo = [128][2]uint64{
	'0': of("89CGU"), '1': of("7J"), '3': of("8B"), '4': of("A"), '5': of("6"), '6': of("58B"), '7': of("1TY"), '8': of("3690"), '9': of("08"),
	'A': of("4"), 'B': of("36RE"), 'C': of("0O"), 'E': of("B"), 'G': of("0OQ"), 'J': of("1IU"), 'O': of("CGU"), 'P': of("F"), 'F': of("P"), 'Q': of("G"),
	'R': of("B"), 'T': of("7Y"), 'U': of("0OJ"), 'Y': of("7T"), 'I': of("J"),
}

func of(characters string) (set [2]uint64) {
	for _, char := range characters {
		set[char/64] |= 1 << (char % 64)
	}
	return set
}
