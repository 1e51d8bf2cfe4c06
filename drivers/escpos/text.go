package escpos

import "strings"

// What code page 858 has beyond ASCII: from 80 to AF in a row, and single ones.
const pageRow = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»"

var pageSingles = map[rune]byte{
	'Á': 0xB5, 'Â': 0xB6, 'À': 0xB7, '©': 0xB8, '¢': 0xBD, '¥': 0xBE, 'ã': 0xC6, 'Ã': 0xC7, 'ð': 0xD0, 'Ð': 0xD1, 'Ê': 0xD2, 'Ë': 0xD3,
	'È': 0xD4, '€': 0xD5, 'Í': 0xD6, 'Î': 0xD7, 'Ï': 0xD8, 'Ì': 0xDE, 'Ó': 0xE0, 'ß': 0xE1, 'Ô': 0xE2, 'Ò': 0xE3, 'õ': 0xE4, 'Õ': 0xE5,
	'µ': 0xE6, 'þ': 0xE7, 'Þ': 0xE8, 'Ú': 0xE9, 'Û': 0xEA, 'Ù': 0xEB, 'ý': 0xEC, 'Ý': 0xED, '±': 0xF1, '¾': 0xF3, '¶': 0xF4, '§': 0xF5,
	'÷': 0xF6, '°': 0xF8, '·': 0xFA, '¹': 0xFB, '³': 0xFC, '²': 0xFD,
}

// pageRunes are the runes of the row in their order.
func pageRunes() []rune { return []rune(pageRow) }

// encodeText writes text in code page 858; what it does not have becomes "?".
func encodeText(text string) []byte {
	var out []byte
	for _, r := range text {
		out = append(out, encodeRune(r))
	}
	return out
}

func encodeRune(r rune) byte {
	if r >= ' ' && r < 0x7F {
		return byte(r)
	}
	if single, found := pageSingles[r]; found {
		return single
	}
	for i, other := range pageRunes() {
		if r == other {
			return byte(0x80 + i)
		}
	}
	return '?'
}

// decodeText reads code page 858.
func decodeText(data []byte) string {
	row := pageRunes()
	var out strings.Builder
	for _, b := range data {
		switch {
		case b < 0x80:
			out.WriteByte(b)
		case int(b)-0x80 < len(row):
			out.WriteRune(row[b-0x80])
		default:
			out.WriteRune(singleRune(b))
		}
	}
	return out.String()
}

func singleRune(b byte) rune {
	for r, other := range pageSingles {
		if other == b {
			return r
		}
	}
	return '?'
}

// wrap cuts a line into pieces of so many columns, at a blank if there is one.
func wrap(line string, columns int) (pieces []string) {
	runes := []rune(line)
	for len(runes) > columns {
		at := columns
		for i := columns; i > columns/2; i-- {
			if runes[i] == ' ' {
				at = i
				break
			}
		}
		pieces = append(pieces, string(runes[:at]))
		runes = []rune(strings.TrimPrefix(string(runes[at:]), " "))
	}
	return append(pieces, string(runes))
}
