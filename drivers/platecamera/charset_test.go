package platecamera_test

import (
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

func encoded(t *testing.T, in encoding.Encoding, text string) string {
	t.Helper()
	bytes, err := in.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

// Letters that are not ASCII stay what they are, in whatever characters the camera writes, and says or does not say that
// it does.
func TestCharacters(t *testing.T) {
	utf16 := func(order unicode.Endianness, mark unicode.BOMPolicy) encoding.Encoding {
		return unicode.UTF16(order, mark)
	}
	for name, c := range map[string]struct{ body, contentType, want string }{
		"GBK, declared":         {encoded(t, simplifiedchinese.GBK, `<?xml version="1.0" encoding="GBK"?><r><a>皖A7XG66</a></r>`), "", "皖A7XG66,"},
		"GB 2312, declared":     {encoded(t, simplifiedchinese.GBK, `<?xml version='1.0' encoding='gb2312'?><r><a>皖A7XG66</a></r>`), "", "皖A7XG66,"},
		"GB 18030, said beside": {encoded(t, simplifiedchinese.GB18030, `{"a":"皖A7XG66"}`), "application/json; charset=GB18030", "皖A7XG66,"},
		"GBK, unsaid":           {encoded(t, simplifiedchinese.GBK, `{"a":"皖A7XG66"}`), "", "皖A7XG66,"},
		"GBK, called UTF-8":     {encoded(t, simplifiedchinese.GBK, `<?xml version="1.0" encoding="UTF-8"?><r><a>皖A7XG66</a></r>`), "", "皖A7XG66,"},
		// 鲁 in GBK is sound UTF-8 as well, for something that is on no plate.
		"GBK, like UTF-8":   {encoded(t, simplifiedchinese.GBK, `<?xml version="1.0" encoding="GBK"?><r><a>鲁A12345</a></r>`), "", "鲁A12345,"},
		"UTF-8, called GBK": {`<?xml version="1.0" encoding="GBK"?><r><a>皖A7XG66</a></r>`, "", "皖A7XG66,"},
		"UTF-8, Latin said": {`<?xml version="1.0" encoding="ISO-8859-1"?><r><a>MÜ-AB 1</a></r>`, "", "MÜ-AB 1,"},
		"Latin, declared":   {encoded(t, charmap.ISO8859_1, `<?xml version="1.0" encoding="ISO-8859-1"?><r><a>MÜ-AB 1</a></r>`), "", "MÜ-AB 1,"},
		"Cyrillic, said":    {encoded(t, charmap.Windows1251, `{"a":"А123ВС77"}`), `application/json; charset="windows-1251"`, "А123ВС77,"},
		"UTF-16, mark":      {encoded(t, utf16(unicode.LittleEndian, unicode.UseBOM), `<?xml version="1.0" encoding="UTF-16"?><r><a>MÜ1</a></r>`), "", "MÜ1,"},
		"UTF-16 BE, mark":   {encoded(t, utf16(unicode.BigEndian, unicode.UseBOM), `{"a":"皖A1"}`), "", "皖A1,"},
		"UTF-16, no mark":   {encoded(t, utf16(unicode.LittleEndian, unicode.IgnoreBOM), `{"a":"皖A1"}`), "", "皖A1,"},
		"UTF-16 BE, none":   {encoded(t, utf16(unicode.BigEndian, unicode.IgnoreBOM), `<r><a>MÜ1</a></r>`), "", "MÜ1,"},
		"umlauts, unsaid":   {encoded(t, charmap.Windows1252, `{"a":"KÖ-ÜA 1","b":"S\u00fcd Straße"}`), "", "KÖ-ÜA 1,Süd Straße"},
		"a wide part of a form": {
			"--b\r\nContent-Type: text/xml\r\n\r\n" + encoded(t, utf16(unicode.LittleEndian, unicode.UseBOM), `<r><a>京A1</a></r>`) + "\r\n--b--", "", "京A1,",
		},
		"a part of a form": {
			"--b\r\nContent-Type: text/xml; charset=gbk\r\n\r\n" + encoded(t, simplifiedchinese.GBK, `<r><a>京A1</a></r>`) + "\r\n--b--", "", "京A1,",
		},
	} {
		if got := said(t, c.body, c.contentType); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	// A letter of Western Europe that nobody named could be another one: the car has no plate that can be read.
	if got := said(t, encoded(t, charmap.ISO8859_1, `{"a":"MÅ-AB 1","b":"7"}`), ""); got != ",7" {
		t.Errorf("Latin, unsaid: %q", got)
	}
}
