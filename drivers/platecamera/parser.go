package platecamera

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unsafe"
)

// Parser reads bodies one after another, as their cameras write them. It keeps what it needs for that: of a body that is
// like the one before it, it makes no garbage. It belongs to one goroutine.
type Parser struct {
	zone    *time.Location
	formats []Format
	walker  walker
	events  []Event
	claimed int
	seen    int // documents
}

// NewParser makes a parser of some makes of camera. Times without a zone are in zone.
func NewParser(zone *time.Location, formats ...Format) *Parser {
	p := &Parser{zone: zone, formats: formats}
	p.walker.found = p.read
	return p
}

// Parse is NewParser and its Parse, with events that are the caller's to keep.
func Parse(body []byte, contentType string, zone *time.Location, formats ...Format) ([]Event, error) {
	events, err := NewParser(zone, formats...).Parse(body, contentType)
	return kept(events), err
}

// keep reads a body into events that last, and lets go of the body with its pictures.
func (p *Parser) keep(body []byte, contentType string) ([]Event, error) {
	events, err := p.Parse(body, contentType)
	lasting := kept(events)
	t := &p.walker.tree
	clear(p.events[:cap(p.events)])
	clear(t.cells[:cap(t.cells)])
	clear(t.open[:cap(t.open)])
	clear(t.candidates[:cap(t.candidates)])
	clear(t.texts[:cap(t.texts)])
	clear(p.walker.folded[:cap(p.walker.folded)])
	return lasting, err
}

// kept are events that last.
func kept(events []Event) []Event {
	if len(events) == 0 {
		return nil
	}
	lasting := make([]Event, len(events))
	for i, event := range events {
		lasting[i] = event.Kept()
	}
	return lasting
}

// eventsMax bounds the events of one body.
const eventsMax = 4_096

// Parse reads all events of a body: a post, a recorded stream, or its parts, with or without their heads. A document
// that no format claims is passed over if another one is claimed. The events hold parts of the body, and are good until
// the body is changed or the parser is used again: Kept makes one that lasts. There are events beside an error only if it
// is ErrPart: they are whole, and what stood beside them is cut off or damaged.
func (p *Parser) Parse(body []byte, contentType string) ([]Event, error) {
	p.events, p.claimed, p.seen = p.events[:0], 0, 0
	t := &p.walker.tree
	t.shares, t.candidates, t.texts = t.shares[:0], t.candidates[:0], t.texts[:0]
	// A copy of the body would be the largest thing that is made for an event, and of no use after it.
	broken, limit := p.walker.walk(unsafe.String(unsafe.SliceData(body), len(body)), contentType)
	switch {
	case len(p.events) > eventsMax:
		return nil, fmt.Errorf("%w: more than %d events in one body", ErrBody, eventsMax)
	case limit != nil:
		return nil, limit
	case p.claimed > 0 && broken != nil:
		return p.events, fmt.Errorf("%w: %w (documents that are whole: %d)", ErrPart, broken, p.claimed)
	case p.claimed > 0:
		return p.events, nil
	case broken != nil:
		return nil, fmt.Errorf("%w: %w", ErrBody, broken)
	case p.seen == 0:
		return nil, fmt.Errorf("%w: %s", ErrBody, p.nothing(body))
	case p.seen == 1:
		return nil, fmt.Errorf("%w: it holds one document, which is something else: %s", ErrVendor, checkCamera)
	}
	return nil, fmt.Errorf("%w: it holds %d documents, all of them something else: %s", ErrVendor, p.seen, checkCamera)
}

const checkCamera = "is the make the right one, and does the camera send the events of vehicles?"

// nothing says why a body without a document has none, and what to do about it.
func (p *Parser) nothing(body []byte) string {
	switch {
	case strings.TrimSpace(string(body[:min(len(body), blankMax)])) == "":
		return "it is empty: does the camera send its events as JSON or XML?"
	case p.walker.pictures > 0:
		return "it holds pictures or the like and no event: let the camera send the event's JSON or XML as well"
	case p.walker.documents > 0:
		return "its document is an empty list: " + checkCamera
	}
	return "it holds no JSON, no XML and no key=value text: does the camera send its events so?"
}

// blankMax is how far a body without anything in it may be blank.
const blankMax = 4096

// read takes the events of one document, or of what is wrapped in it.
func (p *Parser) read(document Node) {
	p.seen++
	if len(p.events) > eventsMax {
		return
	}
	folded := len(p.walker.folded)
	if p.claim(document, false) || p.unwrap(document, wrappingMax) {
		p.claimed++
		p.walker.folded = p.walker.folded[:folded] // what is beside an event tells it again
	}
}

// claim reads a document if it is of one of the makes. What is wrapped is one only if it tells of a plate: a part of
// something else may look like a message that says nothing.
func (p *Parser) claim(document Node, wrapped bool) bool {
	for i := range p.formats {
		format := &p.formats[i]
		if !format.Claims(document) {
			continue
		}
		from, plates := len(p.events), 0
		p.events = format.Read(p.events, document, p.zone)
		for at := from; at < len(p.events); at++ {
			p.events[at].Vendor = format.Vendor
			p.events[at].settle()
			if p.events[at].Kind == Read {
				plates++
			}
		}
		if !wrapped || plates > 0 {
			return true
		}
		p.events = p.events[:from]
	}
	return false
}

// wrappingMax is how deep others wrap the events of cameras: envelopes, lists of forwarded posts, and archives of what a
// browser or proxy saw (HAR: log.entries[].request.postData.text).
const wrappingMax = 6

// unwrap looks for documents in a document that is of none of the makes.
func (p *Parser) unwrap(document Node, levels int) (found bool) {
	for child := document.Child(); child.Exists() && levels > 0 && len(p.events) <= eventsMax; child = child.Next() {
		switch {
		case !child.Child().Exists():
			p.walker.fold(child.lines())
		case p.claim(child, true) || p.unwrap(child, levels-1):
			found = true
		}
	}
	return found
}

// Kept is the event with nothing of the body that it came in.
func (e Event) Kept() Event {
	texts := [...]*string{
		&e.Raw, &e.Country, &e.Direction, &e.Vehicle, &e.Camera, &e.Channel, &e.EventID, &e.Car, &e.Picture,
	}
	candidates := slices.Clone(e.Candidates)
	var all strings.Builder
	for _, text := range texts {
		all.WriteString(*text)
	}
	for _, candidate := range candidates {
		all.WriteString(candidate.Raw)
	}
	rest := all.String()
	take := func(text *string) { *text, rest = rest[:len(*text)], rest[len(*text):] }
	for _, text := range texts {
		take(text)
	}
	for i := range candidates {
		take(&candidates[i].Raw)
	}
	e.Candidates, e.Chars = candidates, slices.Clone(e.Chars)
	e.SumOf = slices.Clone(e.SumOf)
	for i, id := range e.SumOf {
		e.SumOf[i] = strings.Clone(id)
	}
	return e
}
