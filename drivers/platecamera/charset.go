package platecamera

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// readable is a text of two bytes a character as one of UTF-8, and any other text as it is. Such a text begins with its
// mark, or with a character of which one byte is zero.
func readable(text string) string {
	order, wide := byteOrder(text)
	if !wide {
		return text
	}
	plain, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().String(text)
	if err != nil {
		return text
	}
	return plain
}

// byteOrder reports whether a text has two bytes a character, and which is first.
func byteOrder(text string) (order unicode.Endianness, wide bool) {
	switch {
	case len(text) < 4 || len(text)%2 != 0 && !hasMark(text):
		return order, false
	case strings.HasPrefix(text, "\xff\xfe"), startsDocument(text[0]) && text[1] == 0 && text[3] == 0:
		return unicode.LittleEndian, true
	case strings.HasPrefix(text, "\xfe\xff"), startsDocument(text[1]) && text[0] == 0 && text[2] == 0:
		return unicode.BigEndian, true
	}
	return order, false
}

func hasMark(text string) bool {
	return strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff")
}

// startsDocument reports whether JSON, XML or key=value text may begin with a character.
func startsDocument(c byte) bool { return strings.IndexByte("{[<CE-", c) >= 0 }

// decoded is a text that is not UTF-8 as one that is: by the characters that its XML head or its content type names, or
// else, if all of it is sound, as cameras in China write, or with the umlauts of a German plate. What can be read in no
// way stays as it is: what has letters in it that are none is no plate, but may still say when something happened.
func decoded(text, contentType string) string {
	if isASCII(text) {
		return text
	}
	name := valueAfter(text[:min(len(text), declarationMax)], "encoding=", "? >")
	if name == "" {
		name = valueAfter(contentType, "charset=", "; ")
	}
	sound := utf8.ValidString(text)
	if sound && (name == "" || strings.EqualFold(name, "UTF-8")) {
		return text
	}
	named, err := htmlindex.Get(name)
	isNamed := err == nil && named != unicode.UTF8
	switch {
	case sound && !(isNamed && strings.HasPrefix(strings.ToLower(name), "gb") && isChinese(text) && !hasHan(text)):
		return text
	case isNamed:
	case isChinese(text):
		named = simplifiedchinese.GB18030
	case isGerman(text):
		named = charmap.Windows1252
	default:
		return text
	}
	if plain, err := named.NewDecoder().String(text); err == nil {
		return plain
	}
	return text
}

// declarationMax is where the head of an XML document has ended, in bytes.
const declarationMax = 200

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// hasHan reports whether a sound text holds what UTF-8 writes in three bytes: nobody writes that by chance.
func hasHan(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= 0x0800 }) >= 0
}

// isGerman reports whether all that is not ASCII is Ä, Ö, Ü or ß as the code pages of Western, Central and Southern Europe
// have them. Those of Cyrillic and Greek have letters there that are on no plate.
func isGerman(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf && strings.IndexByte("\xc4\xd6\xdc\xe4\xf6\xfc\xdf", text[i]) < 0 {
			return false
		}
	}
	return true
}

// isChinese reports whether all that is not ASCII is a pair of bytes as GB 2312 has them. Every province and every letter
// of a Chinese plate is among them, and a letter of Western Europe, which stands alone, is not.
func isChinese(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] < utf8.RuneSelf {
			continue
		}
		if text[i] < 0xA1 || text[i] > 0xF7 || i+1 == len(text) || text[i+1] < 0xA1 || text[i+1] == 0xFF {
			return false
		}
		i++
	}
	return true
}
