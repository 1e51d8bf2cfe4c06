package platecamera

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plate is a plate in upper case without what parts its groups: letters and digits of every script, with the marks
// that belong to letters.
func Plate(raw string) string {
	for i := range len(raw) {
		if c := raw[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return strings.Map(plateCharacter, raw)
		}
	}
	return raw
}

// SamePlate reports whether two texts are one plate.
func SamePlate(a, b string) bool {
	for {
		x, restA := nextOf(a)
		y, restB := nextOf(b)
		if x != y || x < 0 {
			return x == y
		}
		a, b = restA, restB
	}
}

// nextOf is the first character of a plate that raw has, or -1, and what is after it.
func nextOf(raw string) (rune, string) {
	for i, r := range raw {
		if c := plateCharacter(r); c >= 0 {
			return c, raw[i+utf8.RuneLen(r):]
		}
	}
	return -1, ""
}

// plateCharacter is a character of a plate, or -1. Full-width forms, which Chinese cameras mix in, become ASCII.
func plateCharacter(r rune) rune {
	if r >= '！' && r <= '～' {
		r -= '！' - '!'
	}
	if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.In(r, unicode.Mn, unicode.Mc) && !unicode.Is(unicode.Variation_Selector, r) {
		return unicode.ToUpper(r)
	}
	return -1
}

// notPlates are the words that cameras write instead of a plate, as Plate writes them.
var notPlates = []string{
	"", "UNKNOWN", "UNKNOW", "NOPLATE", "NOTPLATE", "NONE", "NULL", "UNLICENSED", "UNREAD", "UNREADABLE", "UNRECOGNIZED",
	"UNRECOGNISED", "UNRECOGNISE", "NOTREAD", "NOREAD", "NOTRECOGNIZED", "NOTDETECTED", "NA", "NAN", "EMPTY", "UNDEFINED",
	"NOLICENSEPLATE", "NOLICENSE", "NUMBERPLATENOTFOUND", "无车牌", "未知", "未识别", "无牌车", "无牌", "车牌",
	"NOTRECOGNISED", "UNLICENSEDVEHICLE", "NOLP", "UNKNOWNPLATE", "PLATENOTFOUND", "SINPLACA", "SEMPLACA", "DESCONOCIDO",
	"DESCONHECIDO", "INCONNU", "UNBEKANNT", "НЕИЗВЕСТНО", "БЕЗНОМЕРА", "НЕТНОМЕРА", "미인식", "ไม่ทราบ", "غيرمعروف",
}

// wordMax is the length of the longest of them, in bytes.
const wordMax = 21

// IsPlate reports whether a text can be a plate: it has a letter or a digit, is sound UTF-8, and is none of the words
// for a plate that was not read.
func IsPlate(raw string) bool {
	if !utf8.ValidString(raw) || strings.ContainsRune(raw, utf8.RuneError) {
		return false
	}
	var buffer [wordMax + utf8.UTFMax]byte
	plate := buffer[:0]
	for _, r := range raw {
		if r = plateCharacter(r); r >= 0 {
			plate = utf8.AppendRune(plate, r)
		}
		if len(plate) > wordMax {
			return true // longer than any of the words
		}
	}
	for _, word := range notPlates {
		if string(plate) == word {
			return false
		}
	}
	return true
}

// perCharacter leaves out the confidences of characters that Plate leaves out. It needs one for each character.
func perCharacter(raw string, chars []Share) []Share {
	if len(chars) != utf8.RuneCountInString(raw) {
		return chars
	}
	kept := chars[:0]
	at := 0
	for _, r := range raw {
		if plateCharacter(r) >= 0 {
			kept = append(kept, chars[at])
		}
		at++
	}
	return kept
}

// bounded cuts a text that is too long to be true, between two characters.
func bounded(text string, bytesMax int) string {
	if len(text) <= bytesMax {
		return text
	}
	end := bytesMax
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}
