package platecamera

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// ErrBody is the error for a body that can't be understood.
var ErrBody = errors.New("platecamera: not an event of a plate camera")

// ErrPart is the error for a body of which a document is cut off or damaged. The events beside it are whole.
var ErrPart = errors.New("platecamera: a part of it is lost")

var (
	errEnds         = errors.New("it ends in the middle: take it again, whole")
	errSyntax       = errors.New("it can't go on so here: is this what the camera sent, unchanged?")
	errTooDeep      = fmt.Errorf("nested deeper than %d", depthMax)
	errTooMany      = fmt.Errorf("more than %d values", nodesMax)
	errDocumentType = errors.New("it declares a document type, which no camera does: refused")
	errWebPage      = errors.New("it is a web page, such as a server shows for an error: are the address, the user and the password right?")
)

// The bounds of a body. Pictures count for its size and are never looked into.
const (
	BodyMax      = 8 << 20
	documentsMax = 4_096
	partsMax     = 8_192
	nestingMax   = 4
	damagesMax   = 64 // broken documents after which a text is looked at no further
)

func wrapAt(what string, at int, err error) error {
	return fmt.Errorf("%s, byte %d: %w", what, at, err)
}

// walker takes a body apart into documents.
type walker struct {
	tree             tree // of the document that is looked at
	found            func(Node)
	documents, parts int
	pictures         int
	damages          int
	folded           []string // texts of the document looked at that may hold documents themselves
	unpackedBytes    int
	err              error // the first that something which looked like a document had
	limit            error // a bound that was met: what is after it was not looked at
}

// walk visits every document of a body: of all parts of a multipart, of a recorded answer with its head, of several
// events one after another. What the content type says is believed only as to the boundary and the characters, since
// cameras send pictures as text and JSON as form data. broken is what the first thing had that looked like a document and
// was none; limit says that the body goes on beyond what is looked at.
func (w *walker) walk(body, contentType string) (broken, limit error) {
	w.documents, w.parts, w.pictures, w.damages, w.unpackedBytes, w.err, w.limit = 0, 0, 0, 0, 0, nil, nil
	w.folded = w.folded[:0]
	w.body(body, contentType, 0)
	return w.err, w.limit
}

func (w *walker) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// body takes apart what may be heads with bodies, parts, or documents.
func (w *walker) body(text, contentType string, nesting int) {
	if nesting == nestingMax {
		return
	}
	text = readable(dechunked(w.unpacked(text)))
	named := contentType // with the boundary that it may name
	for text = trimmed(text); text != "" && w.more(); {
		head, rest, hasHead := cutHead(text)
		if !hasHead || isPartHead(text) {
			boundary := boundaryOf(text, named)
			if !hasHead || boundary != "" {
				w.plain(text, contentType, boundary, nesting)
				return
			}
			named = "" // it is in nothing that follows: not to be looked for again at each of thousands of heads
		}
		var inner string
		inner, text = head.body(afterInterim(rest))
		if text = trimmed(text); text == "" || !head.refuses {
			w.body(w.undone(head, inner), head.contentType, nesting+1)
		}
	}
}

// more counts a part, and reports whether it is one of those that are looked at.
func (w *walker) more() bool {
	if w.parts++; w.parts > partsMax {
		w.limit = fmt.Errorf("%w: more than %d parts: cut the recording into shorter ones", ErrBody, partsMax)
	}
	return w.parts <= partsMax
}

func trimmed(text string) string { return strings.TrimLeft(text, "\ufeff \t\r\n\x00") }

// plain takes apart what has no head.
func (w *walker) plain(text, contentType, boundary string, nesting int) {
	if boundary != "" {
		w.multipart(text, boundary, nesting)
		return
	}
	if isPicture(text) {
		w.pictures++
		return
	}
	text = decoded(text, contentType)
	if strings.HasPrefix(mediaType(contentType), "application/x-www-form-urlencoded") || isForm(text) {
		w.form(text, nesting)
		return
	}
	w.texts(text, nesting)
}

// head is what stands before a body or a part.
type head struct {
	contentType string
	length      int // of the body in bytes; -1: it does not say
	chunked     bool
	deflated    bool
	transfer    string // how a part is written (RFC 2045)
	refuses     bool   // it is of an answer such as "401 Unauthorized", after which a client asks again
}

// cutHead cuts off the head of a recorded request or answer, or of a part.
func cutHead(text string) (head, string, bool) {
	h := head{length: -1}
	line, _, _ := strings.Cut(text, "\n")
	if !startsHead(line) {
		return h, text, false
	}
	if _, status, _ := strings.Cut(line, " "); strings.HasPrefix(line, "HTTP/") {
		h.refuses = strings.HasPrefix(status, "4") || strings.HasPrefix(status, "5")
	}
	rest := text
	for {
		line, after, more := strings.Cut(rest, "\n")
		rest = after
		line = strings.TrimRight(line, "\r")
		if line == "" || !more {
			return h, rest, true
		}
		if name, value, found := strings.Cut(line, ":"); found {
			h.field(name, strings.TrimSpace(value))
		}
	}
}

// afterInterim is what follows "100 Continue", which a recording of both sides has between a head and its body.
func afterInterim(text string) string {
	if !strings.HasPrefix(text, "HTTP/1.1 100") {
		return text
	}
	_, rest, _ := cutHead(text)
	return rest
}

func startsHead(line string) bool {
	for _, start := range []string{"HTTP/", "POST /", "PUT /", "GET /"} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	return isPartHead(line)
}

func isPartHead(text string) bool { return len(text) > 8 && strings.EqualFold(text[:8], "content-") }

func (h *head) field(name, value string) {
	switch {
	case strings.EqualFold(name, "Content-Type"):
		h.contentType = value
	case strings.EqualFold(name, "Content-Length"):
		if length, err := strconv.Atoi(value); err == nil && length >= 0 {
			h.length = length
		}
	case strings.EqualFold(name, "Transfer-Encoding"):
		h.chunked = strings.EqualFold(value, "chunked")
	case strings.EqualFold(name, "Content-Encoding"):
		h.deflated = strings.EqualFold(value, "deflate")
	case strings.EqualFold(name, "Content-Transfer-Encoding"):
		h.transfer = value
	}
}

// begins reports whether a text begins something: a length that is wrong ends in the middle of a document.
func begins(text string) bool {
	text = trimmed(text)
	line, _, _ := strings.Cut(text, "\n")
	return text == "" || startsHead(line) || strings.HasPrefix(text, "--") || strings.IndexByte("{<", text[0]) >= 0
}

// body cuts what follows a head where the head says that it ends.
func (h *head) body(text string) (body, after string) {
	switch {
	case h.chunked:
		return unchunk(text)
	case h.length >= 0 && h.length < len(text) && begins(text[h.length:]):
		return text[:h.length], text[h.length:]
	}
	return text, ""
}

// mediaType is a content type without its parameters.
func mediaType(contentType string) string {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// boundaryOf is the line that parts a multipart, with its dashes, or "". A body that begins with another one than the
// content type names is believed.
func boundaryOf(text, contentType string) string {
	if strings.HasPrefix(text, "--") {
		line, _, _ := strings.Cut(text, "\n")
		if line = strings.TrimRight(line, " \t\r"); len(line) > 2 && len(line) <= 200 {
			return line
		}
	}
	if boundary := boundaryNamed(contentType); boundary != "" && strings.Contains(text, boundary) {
		return boundary
	}
	return ""
}

// boundaryNamed is the boundary line that a content type names, with its dashes, or "".
func boundaryNamed(contentType string) string {
	if name := valueAfter(contentType, "boundary=", ";"); name != "" {
		return "--" + strings.TrimPrefix(name, "--")
	}
	return ""
}

// valueAfter is what follows a key, in whatever case that is written, up to one of the ends, without its quotes.
func valueAfter(text, key, ends string) string {
	for at := 0; at+len(key) <= len(text); at++ {
		if !strings.EqualFold(text[at:at+len(key)], key) {
			continue
		}
		value := text[at+len(key):]
		if end := strings.IndexAny(value, ends); end >= 0 {
			value = value[:end]
		}
		return strings.Trim(strings.TrimSpace(value), `"'`)
	}
	return ""
}

// multipart visits the parts. What stands before the first boundary line is a part as well: a recording may begin in
// the middle of one.
func (w *walker) multipart(text, boundary string, nesting int) {
	for text != "" && w.more() {
		var part string
		part, text = cutPart(text, boundary)
		part = strings.TrimLeft(part, "\r\n")
		if inner := strings.TrimRight(part, "\r\n"); inner != "" && inner != "--" {
			w.part(part, text == "", nesting)
		}
	}
}

// cutPart cuts at the next boundary line. A picture that says its length is stepped over, whatever is in it.
func cutPart(text, boundary string) (part, rest string) {
	trimmed := strings.TrimLeft(text, "\r\n")
	if h, body, found := cutHead(trimmed); found && h.length > 0 && h.length <= len(body) {
		after := strings.TrimLeft(body[h.length:], "\r\n")
		if strings.HasPrefix(after, boundary) || after == "" {
			return trimmed[:len(trimmed)-len(body)+h.length], strings.TrimPrefix(after, boundary)
		}
	}
	if after, found := strings.CutPrefix(text, boundary); found {
		return "", after
	}
	for from := 0; ; {
		next := strings.Index(text[from:], boundary)
		if next < 0 {
			return text, ""
		}
		at := from + next
		if from = at + 1; at > 0 && text[at-1] == '\n' {
			return text[:at-1], text[at+len(boundary):]
		}
	}
}

func (w *walker) part(part string, isLast bool, nesting int) {
	h, body, found := cutHead(part)
	if !found {
		w.body(strings.TrimRight(part, "\r\n"), "", nesting+1)
		return
	}
	if isLast && h.length > wireLength(body) && isPath(body[:max(strings.IndexByte(body, '='), 0)]) && !strings.HasPrefix(body, "Code=") {
		w.fail(wrapAt("key=value lines", len(body), errEnds))
		body = body[:strings.LastIndexByte(body, '\n')+1] // half a line may say half a plate
	}
	if body = w.undone(h, strings.TrimRight(body, "\r\n")); isPicture(body) && !isPacked(body) {
		w.pictures++
		return
	}
	w.body(body, h.contentType, nesting+1)
}

// wireLength is the length of a text as the camera sent it: whoever kept it may have left out the CR of its line ends.
func wireLength(text string) int {
	return len(text) + strings.Count(text, "\n") - strings.Count(text, "\r\n")
}

// isPicture knows pictures by how they begin, and everything else that is no text by its zero bytes: some cameras send the
// zero with which a text ends in their memory.
func isPicture(text string) bool {
	for _, magic := range []string{"\xff\xd8\xff", "\x89PNG", "GIF8", "RIFF", "BM"} {
		if strings.HasPrefix(text, magic) && (magic[0] > 0x7f || !strings.Contains(text[:min(len(text), 64)], "=")) {
			return true
		}
	}
	_, wide := byteOrder(text)
	return !wide && strings.IndexByte(strings.TrimRight(text[:min(len(text), 512)], "\x00"), 0) >= 0
}

// isForm reports whether a text is form data with a document in it, which is in the first field or escaped.
func isForm(text string) bool {
	name, value, found := strings.Cut(text[:min(len(text), formHeadMax)], "=")
	if !found || !isPath(name) || name == "Code" {
		return false
	}
	line, _, _ := strings.Cut(value, "\n")
	return strings.HasPrefix(line, "{\"") || strings.Contains("="+line, "=%7B") || strings.Contains("="+line, "=%3C")
}

// formHeadMax is how far into a form its first document may begin, in bytes.
const formHeadMax = 4096

// form visits the values of form data in which a document may be.
func (w *walker) form(text string, nesting int) {
	for field := range strings.SplitSeq(text, "&") {
		if !w.more() {
			return
		}
		if _, value, found := strings.Cut(field, "="); found {
			if plain, err := url.QueryUnescape(value); err == nil {
				w.body(plain, "", nesting+1)
			}
		}
	}
}

// texts visits documents that stand one after another. A recording may begin in a part, and go on with the boundary.
func (w *walker) texts(text string, nesting int) {
	for {
		text = strings.TrimLeft(text, "\ufeff \t\r\n,\x00\x1e")
		if text == "" {
			return
		}
		if boundaryOf(text, "") != "" {
			w.body(text, "", nesting+1)
			return
		}
		if w.documents++; w.documents > documentsMax {
			w.limit = fmt.Errorf("%w: more than %d documents in one body: cut the recording into shorter ones", ErrBody, documentsMax)
			return
		}
		length, err := w.tree.readDocument(text)
		if err != nil {
			w.fail(w.numbered(err))
			text = w.afterDamage(text)
			continue
		}
		w.visit(w.tree.root())
		text = text[length:]
		w.unfold(nesting)
	}
}

// foldedMax bounds the texts of one body that are looked at for documents in them.
const foldedMax = 64

// fold keeps a text that begins as a document does, for unfold.
func (w *walker) fold(text string) {
	if len(w.folded) == foldedMax {
		return
	}
	for _, start := range [...]string{"{", "[", "<", "Code=", "Events[", "--"} {
		if strings.HasPrefix(text, start) {
			w.folded = append(w.folded, text)
			return
		}
	}
}

// unfold visits the documents in the texts of a document that was nothing else, as brokers and scripts forward them. A
// text that is none is no damage.
func (w *walker) unfold(nesting int) {
	if len(w.folded) == 0 {
		return
	}
	folded, err := w.folded, w.err
	w.folded = nil
	for _, text := range folded {
		w.body(text, "", nesting+1)
	}
	w.err = err
}

// numbered says which of several documents an error is of.
func (w *walker) numbered(err error) error {
	if w.documents == 1 {
		return err
	}
	return fmt.Errorf("document %d: %w", w.documents, err)
}

// afterDamage is what follows a broken document: from the next line that begins as it did, or with a boundary. A recording
// in which one event is damaged tells the others.
func (w *walker) afterDamage(text string) string {
	if w.damages++; w.damages > damagesMax {
		return ""
	}
	line, rest, _ := strings.Cut(text, "\n")
	start, next := startOf(line), len(rest)
	for _, begins := range [...]string{start, "--"} {
		if strings.HasPrefix(rest, begins) {
			return rest
		}
		if at := strings.Index(rest[:next], "\n"+begins); at >= 0 {
			next = at
		}
	}
	return rest[next:]
}

// startOf is what another document begins with that begins as this line does: a bracket, or a name.
func startOf(line string) string {
	switch {
	case strings.HasPrefix(line, "</"): // the end of what began before the recording
		return "<?xml"
	case strings.IndexByte("{[", line[0]) >= 0:
		return line[:1]
	}
	end := 1
	for end < len(line) && !endsName(line[end]) {
		end++
	}
	return line[:end]
}

// visit hands on a document, or each of a list of them.
func (w *walker) visit(root Node) {
	for document := root.First(); document.Exists(); document = document.Next() {
		w.found(document)
	}
}

// readDocument reads the document that begins text, and returns its length.
func (t *tree) readDocument(text string) (length int, err error) {
	switch {
	case text[0] == '{', text[0] == '[':
		return t.readJSON(text)
	case strings.HasPrefix(text, "<script"):
		return t.readScript(text)
	case isWebPage(text):
		return 0, errWebPage
	case text[0] == '<':
		return t.readXML(text)
	case strings.HasPrefix(text, "Code="):
		return t.readCodeLine(text)
	}
	length, pairs := t.readPairs(text)
	if !pairs {
		t.begin()
		t.cells = append(t.cells, cell{text: text[:length], form: formText})
	}
	return length, nil
}

// isWebPage reports whether a text begins as a page for a browser does.
func isWebPage(text string) bool {
	for _, start := range [...]string{"<!doctype html", "<html"} {
		if len(text) > len(start) && strings.EqualFold(text[:len(start)], start) {
			return true
		}
	}
	return false
}

// readScript reads the JSON in a script for a browser, with which some cameras tell events to their own page. The first
// of them only greets.
func (t *tree) readScript(text string) (length int, err error) {
	end := strings.Index(text, "</script>")
	start := strings.IndexByte(text, '{')
	if end < 0 {
		return 0, wrapAt("script", len(text), errEnds)
	}
	if start < 0 || start > end {
		t.begin()
		t.cells = append(t.cells, cell{form: formNull})
		return end + len("</script>"), nil
	}
	_, err = t.readJSON(text[start:end])
	return end + len("</script>"), err
}
