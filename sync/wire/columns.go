package wire

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"gatehouse/sync/fact"
)

// A batch's records are parted into columns, so that like stands beside like: times as differences, identifiers that
// carry a dot as the distance to their record's own, texts that came before as how long ago. Each column is a CBOR
// sequence (RFC 8742) in a byte string. Nothing in it knows any kind of fact: a kind or field of newer software is
// parted like any other, and a record that is no flat map of integers, texts, bytes and truths goes whole.

// The columns that every batch has; those of fields follow, two for each.
const (
	columnShapes   = iota // for each shape: kind, number of fields, and for each field its key, form and class
	columnOrder           // for each record: 0 if it is whole, else its shape's number from 1
	columnWhole           // whole records, as byte strings
	columnWall            // differences to the record before, the first to the incarnation's start
	columnMono            // of monotonic minus wall time, likewise
	columnBoot            // boot minus incarnation
	columnHLC             // hlc minus what fact.Clock would make of the wall time and the hlc before
	columnTrust           // as it is
	columnRuns            // the other incarnations that identifiers carry
	columnLengths         // of literals
	columnLiterals        // their bytes
	columnsFixed
)

// form is how a field is written.
type form uint64

const (
	formInt form = iota
	formBytes
	formText
	formFalse
	formTrue
	forms
)

const (
	shapesMax      = 256
	shapeFieldsMax = 64
	recentMax      = 1_024 // texts that a class remembers
)

// shapeField is a field of a shape.
type shapeField struct {
	key   uint64
	form  form
	class uint64 // which texts it shares its memory with
}

// shape is a kind with the fields that some of its facts have.
type shape struct {
	kind   uint64
	fields []shapeField
}

// fieldColumn names the column of a field.
type fieldColumn struct {
	kind, key uint64
	form      form
}

// The tokens of a text column; from tokenRecent on, a token says how long ago its class had the text.
const (
	tokenLiteral = iota // the next literal
	tokenID             // an identifier with a dot; see idText
	tokenPattern        // a pattern (a token of the class of patterns follows) over the record's text before
	tokenRecent
)

// classPatterns is the class of patterns.
const classPatterns = 0

// recent is the texts that a class had last, the newest first.
type recent struct{ texts []string }

// touch makes the text at a rank the newest.
func (r *recent) touch(rank int) string {
	text := r.texts[rank]
	copy(r.texts[1:rank+1], r.texts[:rank])
	r.texts[0] = text
	return text
}

// push adds one that is new.
func (r *recent) push(text string) {
	if len(r.texts) == recentMax {
		r.texts = r.texts[:recentMax-1]
	}
	r.texts = slices.Insert(r.texts, 0, text)
}

// classes are the classes of today's fields, by Go type: fields of one type mention each other's texts. It is the
// writer's choice alone; readers find it in the shapes. Kinds that came later are numbered later, so that a batch of
// older ones is the same bytes as ever.
var classes = fieldClasses()

func fieldClasses() map[[2]uint64]uint64 {
	numbers := map[string]uint64{}
	made := map[[2]uint64]uint64{}
	types := fact.Types()
	slices.SortStableFunc(types, func(a, b fact.Fact) int { return cmp.Compare(generation(a.Kind()), generation(b.Kind())) })
	for _, zero := range types {
		t := reflect.TypeOf(zero)
		for i := range t.NumField() {
			field := t.Field(i)
			var key uint64
			fmt.Sscanf(field.Tag.Get("cbor"), "%d", &key)
			name := field.Type.String()
			if name == "string" {
				name = t.Name() + "." + field.Name
			}
			if numbers[name] == 0 {
				numbers[name] = uint64(len(numbers)) + 1
			}
			made[[2]uint64{uint64(zero.Kind()), key}] = numbers[name]
		}
	}
	return made
}

// generation is 0 for the kinds that there were first, and more for those put between them later.
func generation(kind fact.Kind) int {
	if kind == fact.KindCouponReturned {
		return 3
	}
	if kind == fact.KindChargingReported || kind == fact.KindTicketClassed {
		return 2
	}
	if kind >= fact.KindTariffText && kind <= fact.KindTicketMislaid {
		return 1
	}
	return 0
}

// classOf is the class of a field; one of an unknown kind remembers its texts with those of its kind.
func classOf(kind, key uint64) uint64 {
	if class := classes[[2]uint64{kind, key}]; class != 0 {
		return class
	}
	return 1_000 + kind%1_000
}

// predictHLC is what fact.Clock makes of a wall time after an hlc.
func predictHLC(before uint64, wallMS int64) uint64 {
	return max(before+1, uint64(max(0, wallMS))<<16)
}

// startMS is the time at which an incarnation says that it began: the base of the differences of times.
func startMS(i fact.Incarnation) int64 { return int64(uint64(i) >> 16) }

// patternOf writes a text as runs of another: "M-KA 1234" over "MKA1234" is run 1, "-", run 2, " ", run 4. ok is false if
// it is not made of the other in order, or has control characters.
func patternOf(text, over string) (pattern string, ok bool) {
	const runMax = 0x1f
	out := make([]byte, 0, 16)
	at, run := 0, byte(0)
	flush := func() {
		if run > 0 {
			out, run = append(out, run), 0
		}
	}
	for i := range len(text) {
		if at < len(over) && text[i] == over[at] {
			at++
			if run++; run == runMax {
				flush()
			}
			continue
		}
		if text[i] <= runMax {
			return "", false
		}
		flush()
		out = append(out, text[i])
	}
	flush()
	return string(out), at == len(over) && at > 0 && len(out) < len(text)
}

// appendPattern undoes patternOf; ok is false if the pattern asks for more than there is.
func appendPattern(buf []byte, pattern, over string) (out []byte, ok bool) {
	for i := range len(pattern) {
		run := int(pattern[i])
		switch {
		case run > 0x1f:
			buf = append(buf, pattern[i])
		case run == 0 || run > len(over):
			return buf, false
		default:
			buf, over = append(buf, over[:run]...), over[run:]
		}
	}
	return buf, true
}
