package platecamera

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// readXML reads the element that begins text, and returns its length. Names lose their prefix: cameras of one make use
// four name spaces, and none. Attributes are children; an element with the attributes Name and Value (ONVIF) is a child
// of that name. A document type is refused, and with it every entity that it could declare.
func (t *tree) readXML(text string) (length int, err error) {
	r := xmlReader{reader{tree: t.begin(), text: text}}
	if err := r.document(); err != nil {
		return 0, wrapAt("XML", r.at, r.cut(err))
	}
	return r.at, nil
}

type xmlReader struct{ reader }

// element is a tag's name as written, and the value that it became.
type element struct {
	tag string
	at  int32
}

// document reads tags until the root has ended.
func (r *xmlReader) document() error {
	for {
		next := strings.IndexByte(r.text[r.at:], '<')
		if next < 0 {
			return errEnds
		}
		if err := r.run(r.text[r.at : r.at+next]); err != nil {
			return err
		}
		r.at += next
		if err := r.tag(); err != nil {
			return err
		}
		if len(r.tree.open) == 0 && len(r.tree.cells) > 0 {
			return nil
		}
	}
}

// run is text between two tags.
func (r *xmlReader) run(text string) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	c := r.innermost()
	if c == nil {
		return errSyntax
	}
	if c.form != formText { // text after a child belongs to nothing
		c.text, c.form = text, formText
		if strings.IndexByte(text, '&') >= 0 {
			c.escape = escapeXML
		}
	}
	return nil
}

// innermost is the element that has begun last, or nil.
func (r *xmlReader) innermost() *cell {
	if len(r.tree.open) == 0 {
		return nil
	}
	return &r.tree.cells[r.tree.open[len(r.tree.open)-1].at]
}

// tag reads what stands in angle brackets.
func (r *xmlReader) tag() error {
	rest := r.text[r.at:]
	switch {
	case strings.HasPrefix(rest, "<!--"):
		return r.skip("-->")
	case strings.HasPrefix(rest, "<?"):
		return r.skip("?>")
	case strings.HasPrefix(rest, "<![CDATA["):
		end := strings.Index(rest, "]]>")
		if end < 0 {
			return errEnds
		}
		r.at += end + 3
		return r.characters(rest[len("<![CDATA["):end])
	case isWebPage(rest) && len(r.tree.cells) == 0:
		return errWebPage
	case strings.HasPrefix(rest, "<!"):
		return errDocumentType
	case strings.HasPrefix(rest, "</"):
		return r.end()
	}
	return r.begin()
}

// characters is text in which nothing is escaped.
func (r *xmlReader) characters(text string) error {
	c := r.innermost()
	if c == nil {
		return errSyntax
	}
	if c.form != formText {
		c.text, c.form = text, formText
	}
	return nil
}

func (r *xmlReader) skip(end string) error {
	at := strings.Index(r.text[r.at:], end)
	if at < 0 {
		return errEnds
	}
	r.at += at + len(end)
	return nil
}

func (r *xmlReader) end() error {
	close := strings.IndexByte(r.text[r.at:], '>')
	if close < 0 {
		return errEnds
	}
	tag := strings.TrimSpace(r.text[r.at+2 : r.at+close])
	if len(r.tree.open) == 0 || r.tree.open[len(r.tree.open)-1].tag != tag {
		return fmt.Errorf("%w: </%.40s> ends what did not begin last", errSyntax, tag)
	}
	r.tree.open = r.tree.open[:len(r.tree.open)-1]
	r.at += close + 1
	return nil
}

// begin reads <name attribute="value" …> or the same with a slash at its end.
func (r *xmlReader) begin() error {
	if len(r.tree.open) == depthMax {
		return errTooDeep
	}
	r.at++
	name := r.name()
	if name == "" {
		return errSyntax
	}
	parent := int32(0)
	if len(r.tree.open) > 0 {
		parent = r.tree.open[len(r.tree.open)-1].at
	}
	at, err := r.tree.add(parent, cell{name: local(name), form: formObject})
	for err == nil {
		switch r.blank() {
		case '>':
			r.at++
			r.tree.open = append(r.tree.open, element{name, at})
			return nil
		case '/':
			if !strings.HasPrefix(r.text[r.at:], "/>") {
				return errSyntax
			}
			r.at += 2
			return nil
		default:
			err = r.attribute(at)
		}
	}
	return err
}

func (r *xmlReader) name() string {
	start := r.at
	for r.at < len(r.text) && !endsName(r.text[r.at]) {
		r.at++
	}
	return r.text[start:r.at]
}

func endsName(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', '=', '/', '<', '>', '"', '\'':
		return true
	}
	return false
}

func (r *xmlReader) attribute(of int32) error {
	name := r.name()
	if name == "" || r.blank() != '=' {
		return errSyntax
	}
	r.at++
	quote := r.blank()
	if quote != '"' && quote != '\'' {
		return errSyntax
	}
	r.at++
	end := strings.IndexByte(r.text[r.at:], quote)
	if end < 0 {
		return errEnds
	}
	value := r.text[r.at : r.at+end]
	r.at += end + 1
	e := escapeNone
	if strings.IndexByte(value, '&') >= 0 {
		e = escapeXML
	}
	switch c := &r.tree.cells[of]; {
	case strings.HasPrefix(name, "xmlns"):
	case name == "Name" && c.child == 0:
		c.name = value
	case name == "Value" && c.child == 0:
		c.text, c.form, c.escape = value, formText, e
	default:
		_, err := r.tree.add(of, cell{name: local(name), text: value, form: formText, escape: e})
		return err
	}
	return nil
}

// local is a name without its prefix.
func local(name string) string {
	return name[strings.LastIndexByte(name, ':')+1:]
}

// referenceMax is the longest character reference, in bytes.
const referenceMax = 12

// unescapeXML is what a text means. What is no character reference stays as it is.
func unescapeXML(text string) string {
	var b strings.Builder
	for {
		at := strings.IndexByte(text, '&')
		if at < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:at])
		text = text[at+1:]
		end := strings.IndexByte(text[:min(len(text), referenceMax)], ';')
		if r, ok := referred(text[:max(end, 0)]); ok {
			b.WriteRune(r)
			text = text[end+1:]
		} else {
			b.WriteByte('&')
		}
	}
}

func referred(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, base := strings.TrimPrefix(name, "#"), 10
	if digits == name {
		return 0, false
	}
	if hex, found := strings.CutPrefix(strings.ToLower(digits), "x"); found {
		digits, base = hex, 16
	}
	value, err := strconv.ParseInt(digits, base, 32)
	return rune(value), err == nil && utf8.ValidRune(rune(value))
}
