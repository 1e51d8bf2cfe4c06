package platecamera

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// cut is the parts of a stream, read in small pieces.
func cut(stream, contentType string) (parts []string, err error) {
	p := newPartReader(iotest.OneByteReader(strings.NewReader(stream)), contentType, func() {})
	for {
		part, err := p.next()
		if err != nil {
			return parts, err
		}
		parts = append(parts, strings.TrimSpace(string(part)))
	}
}

func TestPartsOfStreams(t *testing.T) {
	picture := "\xff\xd8\xff\xe0\r\n--b\r\n\r\n{}"
	for stream, want := range map[string][]string{
		"--b\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello\r\n--b\r\nContent-Length: 2\r\n\r\n{}":            {"hello", "{}"},
		"--b\r\nContent-Type: image/jpeg\r\nContent-Length: 15\r\n\r\n" + picture + "\r\n--b\r\nContent-Length: 2\r\n\r\n{}": {"{}"},
		"--b\r\nContent-Length: 15\r\n\r\n" + picture + "\r\n--b\r\nContent-Length: 2\r\n\r\n{}":                             {"{}"},
		"--b\r\n\r\nk=v\r\nl=w\r\n\r\n--b\r\n\r\nHeartbeat\r\n--b\r\n":                                                       {"k=v\r\nl=w", "Heartbeat"},
		"--b\r\nContent-Type: application/xml\r\n\r\n<r>\n<a>1</a>\n</r>\n":                                                  {"<r>\n<a>1</a>\n</r>"},
		"--b\r\n\r\nCode=x;action=y;index=0\r\n--b\r\n\r\nCode=x;data={\n \"a\": {\n }\n}\n":                                 {"Code=x;action=y;index=0", "Code=x;data={\n \"a\": {\n }\n}"},
		"--b\r\n\r\n{\"a\":1}\n": {"{\"a\":1}"},
	} {
		parts, err := cut(stream, "multipart/x-mixed-replace; boundary=b")
		if !slices.Equal(parts, want) || err != io.EOF && err != io.ErrUnexpectedEOF {
			t.Errorf("%q: %q, %v, want %q", stream, parts, err, want)
		}
	}
}

// Cameras count characters for bytes, or the line ends after a part, or the next part's beginning: no event is lost for it.
func TestLengthsThatAreWrong(t *testing.T) {
	texts := []string{"<r>\n<a>1</a>\n</r>", "Code=x;data={\n \"a\": {\n }\n}", `{"a":1}`, "k=v\r\nl=w", "<r><a>粤B1</a></r>"}
	for _, text := range texts {
		for wrong := -min(len(text)-1, 13); wrong < 60; wrong++ {
			if wrong < 0 && strings.HasPrefix(text, "k=") { // nothing says where it ends
				continue
			}
			stream := ""
			for range 3 {
				stream += fmt.Sprintf("--bound\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s\r\n", len(text)+wrong, text)
			}
			stream += "--bound\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\n\r\n\xff\xd8\xff\xd9\r\n--bound\r\nContent-Length: 9\r\n\r\nHeartbeat\r\n--bound\r\n\r\n" + strings.Repeat(" \n", 60)
			parts, _ := cut(stream, "multipart/mixed; boundary=bound")
			if want := []string{text, text, text, "Heartbeat"}; !slices.Equal(parts, want) {
				t.Errorf("%q, %+d bytes: %q", text, wrong, parts)
			}
		}
	}
}

// A part whose length is too small is there when its last line is, not when the next event comes.
func TestACutPartDoesNotWait(t *testing.T) {
	for _, text := range []string{"<r>\n<a>粤B1</a>\n</r>\r\n", "{\"a\":\"粤B1\"}\r\n", "Code=c;data={\n \"a\" : \"粤B1\"\n}\n"} {
		in, out := io.Pipe()
		go fmt.Fprintf(out, "--b\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", utf8.RuneCountInString(text)-2, text)
		part, err := newPartReader(in, "multipart/mixed; boundary=b", func() {}).next()
		if err != nil || string(part) != text {
			t.Errorf("%q: %q, %v", text, part, err)
		}
		out.Close()
	}
}

// A part that is complete does not wait for the boundary, which comes with the next event.
func TestACompletePartDoesNotWait(t *testing.T) {
	in, out := io.Pipe()
	defer out.Close()
	go io.WriteString(out, "--b\r\nContent-Type: text/plain\r\n\r\nCode=c;action=Pulse;index=0;data={\n   \"a\" : 1\n}\n")
	part, err := newPartReader(in, "multipart/mixed; boundary=b", func() {}).next()
	if err != nil || !strings.Contains(string(part), `"a" : 1`) {
		t.Errorf("%q, %v", part, err)
	}
}

func TestAPartOfTextHasAnEnd(t *testing.T) {
	for _, stream := range []string{"--b\r\n\r\n" + strings.Repeat("x\n", partMax), "--b\r\nContent-Length: 99999999\r\n\r\nhello world", strings.Repeat("a: b\r\n", 1000)} {
		p := newPartReader(strings.NewReader(stream), "multipart/mixed; boundary=b", func() {})
		if part, err := p.next(); err != errPartTooLarge {
			t.Errorf("%.40q: %d bytes, %v", stream, len(part), err)
		}
	}
}

func FuzzParts(f *testing.F) {
	f.Add([]byte("--b\r\nContent-Length: 2\r\n\r\n{}\r\n--b\r\n\r\nHeartbeat\r\n--b\r\n\xff\xd8\xff"), "multipart/mixed; boundary=b")
	f.Add([]byte("Code=a;data={}\n"), "")
	f.Add([]byte("0"), "\x80BoundArY=") // lower case is longer
	f.Fuzz(func(t *testing.T, stream []byte, contentType string) {
		p := newPartReader(bytes.NewReader(stream), contentType, func() {})
		for range len(stream) + 2 {
			part, err := p.next()
			if err != nil {
				return
			}
			if len(part) > partMax {
				t.Fatalf("a part of %d bytes", len(part))
			}
		}
		t.Error("more parts than bytes")
	})
}
