package platecamera_test

import (
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"gatehouse/drivers/platecamera"
)

// mirror is a format that claims everything and says what it sees: the values of "a", at any depth.
func mirror() platecamera.Format {
	return platecamera.Format{
		Vendor: "mirror",
		Claims: func(document platecamera.Node) bool { return document.Find("a").Exists() },
		Read: func(events []platecamera.Event, document platecamera.Node, _ *time.Location) []platecamera.Event {
			return append(events, platecamera.Event{Kind: platecamera.Read, Raw: document.Find("a").Text(), EventID: document.Find("b").Text()})
		},
	}
}

func said(t *testing.T, body, contentType string) string {
	t.Helper()
	events, err := platecamera.Parse([]byte(body), contentType, time.UTC, mirror())
	if err != nil {
		return err.Error()
	}
	text := ""
	for _, e := range events {
		text += e.Raw + "," + e.EventID + " "
	}
	return strings.TrimSpace(text)
}

func packed(t *testing.T, text string) string {
	return packedBy(t, text, func(b io.Writer) io.WriteCloser { return gzip.NewWriter(b) })
}

func packedBy(t *testing.T, text string, packer func(io.Writer) io.WriteCloser) string {
	t.Helper()
	var b strings.Builder
	w := packer(&b)
	if _, err := w.Write([]byte(text)); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Posts as tools save them: with what the head says still done to the body, or undone and the head as it was.
func TestPostsAsTheyAreSaved(t *testing.T) {
	zlibbed := packedBy(t, `{"a":"x1"}`, func(b io.Writer) io.WriteCloser { return zlib.NewWriter(b) })
	deflated := packedBy(t, `{"a":"x1"}`, func(b io.Writer) io.WriteCloser { w, _ := flate.NewWriter(b, 9); return w })
	const post = "POST / HTTP/1.1\r\n"
	chunked := func(text string) string {
		return fmt.Sprintf("%sTransfer-Encoding: chunked\r\n\r\n%x;q=1\r\n%s\r\n%x\r\n%s\r\n0\r\n", post, 4, text[:4], len(text)-4, text[4:])
	}
	for body, want := range map[string]string{
		zlibbed: "x1,",
		post + "Content-Encoding: deflate\r\n\r\n" + zlibbed:                                                     "x1,",
		post + "Content-Encoding: deflate\r\n\r\n" + deflated:                                                    "x1,",
		post + "Content-Encoding: deflate\r\n\r\n" + `{"a":"x1"}`:                                                "x1,",
		"--b\r\nContent-Encoding: deflate\r\n\r\n" + zlibbed + "\r\n--b--":                                       "x1,",
		strings.Repeat(chunked(`{"a":"x1"}`)+"\r\n", 3):                                                          "x1, x1, x1,",
		strings.Repeat(chunked(`{"a":"x1"}`)+"Digest: q\r\n\r\n", 2):                                             "x1, x1,",
		strings.Repeat(chunked(packed(t, `{"a":"x1"}`))+"\r\n", 2):                                               "x1, x1,",
		post + "Expect: 100-continue\r\nContent-Length: 15\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n<r><a>x1</a></r>": "x1,",
		"--b\r\nContent-Transfer-Encoding: base64\r\n\r\neyJh\r\nIjoieDEifQ==\r\n--b--":                          "x1,",
		"--b\r\nContent-Transfer-Encoding: base64\r\n\r\n{\"a\":\"x1\"}\r\n--b--":                                "x1,",
		"--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<r a=3D\"=\r\nx1\"/>\r\n--b--":                "x1,",
		`{"payload":"Events[0].a=x1\r\nEvents[0].b=2\r\n"}`:                                                      "x1,2",
		`{"log":{"entries":[{"request":{"postData":{"text":"--b\r\n\r\n<r><a>x1</a></r>\r\n--b--"}}}]}}`:         "x1,",
	} {
		if got := said(t, body, ""); got != want {
			t.Errorf("%q\nsays %q\nwant %q", body, got, want)
		}
	}
}

func TestDocumentsInEveryForm(t *testing.T) {
	for body, want := range map[string]string{
		packed(t, `{"a":"x1"}`): "x1,",
		"POST / HTTP/1.1\r\nContent-Encoding: gzip\r\n\r\n" + packed(t, "--b\r\n\r\n{\"a\":\"x1\"}\r\n--b--"): "x1,",
		"--b\r\nContent-Type: application/gzip\r\n\r\n" + packed(t, `{"a":"x1"}`) + "\r\n--b--":               "x1,",
		`{'a': 'x"1\'2', 'b': None}`:                                                                                `x"1'2,`,
		`{"t":{"payload":"{\"q\":1,\"a\":\"x1\"}"}}`:                                                                "x1,",
		`{"payload":"Code=c;action=s;index=0;data={\n \"a\" : \"x1\"\n}\n"}`:                                        "x1,",
		`{"payload":"<r><a>x1</a></r>","more":"{no document","b":"<p>"}`:                                            "x1,",
		`{"a":["x1"],"b":["1","2"]}`:                                                                                "x1,",
		"--b\r\nContent-Length: 15\r\n\r\nk.a=x1\r\nk.b=7\r\n":                                                      "x1,7", // the part ends as the recording does
		"--b\nContent-Length: 15\n\nk.a=x1\nk.b=7\n":                                                                "x1,7", // kept without its CR
		"a=x1\nb=1\n\na=x2\nb=2\nHeartbeat\na=x3\n":                                                                 "x1,1 x2,2 x3,",
		"<script>hello</script>\n<script>\nvar json={\"a\":\"x1\"};\nf(json);</script>":                             "x1,",
		"a\r\n--b\r\n\r\n{\"a\r\n9\r\n\":\"x1\"}\r\n\r\n0\r\n\r\n":                                                  "x1,",
		"HTTP/2 200 \r\ncontent-type: application/json\r\n\r\n{\"a\":\"x1\"}":                                       "x1,",
		"HTTP/1.1 401 Unauthorized\r\nContent-Length: 13\r\n\r\n<html></html>HTTP/1.1 200 OK\r\n\r\n{\"a\":\"x1\"}": "x1,",
		"{\"a\":\"x1\"}\x00\x00":                                                                                    "x1,",
		`{"A":"x1","b":7}`:                                                                                          "x1,7",
		`{"a":"x1" "b":null,}`:                                                                                      "x1,",
		`{"a":"x\u00fc\"\/\n1","b":"\ud83d\ude97"}`:                                                                 "xü\"/ 1,🚗",
		`{"q":{"q":{"a":"x3"}},"r":{"a":"x1"},"s":{"a":"x2"}}`:                                                      "x1,", // the nearest, and of those the first
		`{"q":{"q":{"a":"x1"}},"r":{"q":{"a":"x2"}}}`:                                                               "x1,",
		`[{"a":"x1"},{"a":"x2"}]`:                                                                                   "x1, x2,",
		`{"a":"x1"}{"a":"x2"}` + "\n" + `{"a":"x3"}`:                                                                "x1, x2, x3,",
		"\ufeff{\"q\":{\"a\":\"x1\"}}":                                                                              "x1,",
		`<r><n:a xmlns:n="u">x1</n:a><b><![CDATA[<&>]]></b></r>`:                                                    "x1,<&>",
		`<?xml version="1.0"?><!-- c --><r><a>x&amp;1&#65;&#x42;&q;</a></r><r><a>x2</a></r>`:                        "x&1AB&q;, x2,",
		`<r><d Name="a" Value="x1"/><d Name="b" Value="&lt;"></d></r>`:                                              "x1,<",
		`<r a="x1" b='2'/>`:                                                                                         "x1,2",
		"k=v\nl[0].a=x1\r\nl[0].b[1]=y\nno pair":                                                                    "x1,y",
		"Code=c;action=s;index=0;data={\n \"a\" : \"x1\"\n}\nCode=d;a=x2\n":                                         "x1, x2,",
		"json=%7B%22a%22%3A%22x1%22%7D&upload=zzz":                                                                  "x1,",
		"upload=zzz&json=%7B%22a%22%3A%22x1%22%7D":                                                                  "x1,",
		"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n{\"a\":\"x1\"}POST / HTTP/1.1\r\n\r\n{\"a\":\"x2\"}":          "x1, x2,",
		strings.Repeat("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n{\"a\":\"x1\"}", 6):                            "x1, x1, x1, x1, x1, x1,",
		"POST / HTTP/1.1\r\nContent-Length: 7\r\n\r\n{\"a\":\"x1\"}":                                                "x1,",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n5\r\n\"x1\"}\r\n0\r\n\r\n":            "x1,",
		"--q\nContent-Type: multipart/mixed; boundary=p\n\n--p\n\n{\"a\":\"x1\"}\n--p--\n--q\n\n{\"a\":\"x2\"}":     "x1, x2,",
	} {
		if got := said(t, body, ""); got != want {
			t.Errorf("%q\nsays %q\nwant %q", body, got, want)
		}
	}
	if got := said(t, "{\"a\":\"x1\"}\r\n--b q\r\n\r\n{\"a\":\"x2\"}\r\n--b q--", `multipart/form-data; boundary="b q"; charset=x`); got != "x1, x2," {
		t.Errorf("a boundary in quotes, and no first line: %s", got)
	}
}

func TestBombsAreRefused(t *testing.T) {
	many := strings.Repeat("<a>", 100_000)
	for name, body := range map[string]string{
		"deep JSON":         strings.Repeat(`{"a":`, 1000),
		"deep list":         strings.Repeat(`[`, 1_000_000),
		"deep XML":          many,
		"many values":       `{"b":[` + strings.Repeat("1,", 30_000) + `1],"a":"x1"}`,
		"many documents":    strings.Repeat(`{"a":"x1"}`, 5000),
		"an entity":         `<!DOCTYPE r [<!ENTITY e "eeee">]><r><a>&e;</a></r>`,
		"a document type":   `<r><!ELEMENT a ANY><a>x1</a></r>`,
		"wrong end":         `<r><a>x1</r></a>`,
		"no quotes":         `{a:1}`,
		"nothing":           "",
		"a packed bomb":     strings.Repeat(packed(t, strings.Repeat(" ", 4<<20)), 3),
		"cut gzip":          packed(t, `{"a":"x1"}`)[:20],
		"deflate bomb":      packedBy(t, strings.Repeat("\x00", 9<<20), func(b io.Writer) io.WriteCloser { return zlib.NewWriter(b) }),
		"gzip of gzip":      packed(t, packed(t, strings.Repeat("\x00", 9<<20))),
		"a picture":         "\xff\xd8\xff\xe0" + strings.Repeat("x", 100),
		"zeros":             strings.Repeat("\x00", 1000),
		"many parts":        strings.Repeat("--b\r\n\r\n{\"a\":\"x1\"}\r\n", 9_000),
		"nested multiparts": strings.Repeat("--b\r\nContent-Type: multipart/mixed\r\n\r\n", 1000),
	} {
		events, err := platecamera.Parse([]byte(body), "", time.UTC, mirror())
		if err == nil || !errors.Is(err, platecamera.ErrBody) && !errors.Is(err, platecamera.ErrVendor) || len(events) > 0 {
			t.Errorf("%s: %d events, %v", name, len(events), err)
		}
	}
}

func TestABodyWithoutAnEventSaysWhatToDo(t *testing.T) {
	for body, want := range map[string]string{
		" \r\n":                "it is empty: does the camera send",
		"\xff\xd8\xff\xe0JFIF": "it holds pictures or the like and no event: let the camera send",
		"[]":                   "an empty list: is the make the right one",
		`{"c":1}`:              "it holds one document, which is something else: is the make",
		`{"c":1}{"c":2}`:       "it holds 2 documents, all of them something else: is the make",
		"<r><a>x1</a><b":       "XML, byte 14: it ends in the middle: take it again, whole",
		`{"a":"x1","b"`:        "JSON, byte 13: it ends in the middle",
		"<r><a b>":             "XML, byte 7: it can't go on so here",
		"<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"x\">\n<html/>": "it is a web page",
		`{"a":"x1","b":`:            "JSON, byte 14: it ends in the middle: take it again, whole",
		packed(t, "<a>x1</a>")[:15]: "gzip, byte 15: it ends in the middle",
		",,":                        "no JSON, no XML and no key=value text: does the camera",
	} {
		if got := said(t, body, ""); !strings.Contains(got, want) {
			t.Errorf("%q says %q, want %q", body, got, want)
		}
	}
}

// What takes time by its square would show here: the test would not end.
func TestLargeBodiesEnd(t *testing.T) {
	const size = 1 << 20
	for name, piece := range map[string]string{
		"references":     "&amp",
		"tags":           "<x/>y",
		"backslashes":    `\\`,
		"boundary lines": "\r\n--b",
		"heads":          "Content-Type: x\r\n\r\n",
		"pairs":          "a.b[1].c=d\n",
		"chunks":         "1\r\nx\r\n",
	} {
		for _, around := range []string{"<r><a>%s</a></r>", `{"a":"%s"}`, "--b\r\n\r\n%s", "%s", "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n%s"} {
			body := fmt.Sprintf(around, strings.Repeat(piece, size/len(piece)))
			if _, err := platecamera.Parse([]byte(body), "multipart/mixed; boundary=b", time.UTC, mirror()); err != nil && err.Error() == "" {
				t.Errorf("%s in %s: %v", name, around, err)
			}
		}
	}
}

// Pictures of any size are stepped over, whatever is in them.
func TestPicturesAreNotLookedInto(t *testing.T) {
	picture := "\xff\xd8\xff\xe0" + strings.Repeat("\r\n--b\r\n\r\n{\"a\":\"x9\"}", 1000)
	body := fmt.Sprintf("--b\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n--b\r\n\r\n{\"a\":\"x1\"}\r\n--b--", len(picture), picture)
	if got := said(t, body, "multipart/form-data; boundary=b"); got != "x1," {
		t.Errorf("says %.100s", got)
	}
}

func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{"a":"x\u00fc1","b":[1,{"c":null}]}`, `<r a="1"><n:a>x&amp;1</n:a><![CDATA[y]]></r>`, "Code=c;data={\"a\":1}", "l[0].a=x1\nl[1].a=x2",
		"--b\r\nContent-Type: text/xml\r\nContent-Length: 4\r\n\r\n<a/>\r\n--b--", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n", "json=%7B%7D",
	} {
		f.Add([]byte(seed), "multipart/form-data; boundary=b")
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		events, err := platecamera.Parse(body, contentType, time.UTC, mirror())
		if err != nil && len(events) > 0 && !errors.Is(err, platecamera.ErrPart) {
			t.Errorf("%d events and %v", len(events), err)
		}
		for _, e := range events {
			if e.Kind == platecamera.Read && !platecamera.IsPlate(e.Raw) {
				t.Errorf("%q is a plate", e.Raw)
			}
		}
	})
}

// What is whole in a recording is told, and so is that something beside it is not.
func TestADamagedDocumentLosesNoOther(t *testing.T) {
	const good = `{"a":"x1"}`
	for _, c := range []struct{ body, said, wrong string }{
		{good + "\n{\"a\":", "x1,", "document 2: JSON, byte 5: it ends in the middle: take it again, whole (documents that are whole: 1)"},
		{good + "\n{\"a\":\"x2\"\n{\"a\":\"x3\"}\n", "x1, x3,", "document 2: JSON, byte 10: it can't go on so here"},
		{"{\"a\n" + good, "x1,", "JSON, byte 6: it can't go on so here"},
		{"<r>\n<a>x1\n<r>\n<a>x2</a>\n</r>\n--b\r\n\r\n<r><a>x3</a></r>", "x2, x3,", "XML"},
		{"</a>\n</r>\n--b\r\n\r\n<r><a>x3</a></r>\r\n--b--", "x3,", "</a> ends what did not begin last"},
		{"--b\r\n\r\n<r><a>x1</a></r>\r\n--b\r\n\r\n<r></q>\r\n--b\r\n\r\n<r><a>x3</a></r>\r\n--b--", "x1, x3,", "document 2: XML, byte 3"},
		{"--b\r\nContent-Length: 90\r\n\r\nk.b=7\r\nk.a=x1\r\nk.c=AB12", "x1,7", "key=value lines, byte 23: it ends in the middle"},
		{packed(t, good) + packed(t, good)[:20], "x1,", "gzip"},
	} {
		events, err := platecamera.Parse([]byte(c.body), "", time.UTC, mirror())
		got := ""
		for _, e := range events {
			got += e.Raw + "," + e.EventID + " "
		}
		if got != c.said+" " || !errors.Is(err, platecamera.ErrPart) || !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%q\nsays %q, %v\nwant %q, %s", c.body, got, err, c.said, c.wrong)
		}
	}
	for _, page := range []string{"<!doctype HTML>\n<p>404", "<html>\r\n<hr>\r\n</html>"} {
		if got := said(t, page, ""); !strings.Contains(got, "web page") {
			t.Errorf("%q says %q", page, got)
		}
	}
}
