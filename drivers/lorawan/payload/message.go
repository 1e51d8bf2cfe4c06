package payload

import (
	"encoding/json"
	"slices"
	"strconv"
)

// Message is what one uplink says, field by field in the order of the frame. The zero value is ready; a Message that is
// decoded into again keeps its memory.
type Message struct {
	fields []Field
	cursor cursor // kept here so that decoding allocates nothing
}

// Field is one named value.
type Field struct {
	Name string
	Value
}

// Value is a yes or no, a number, a text or a list of numbers.
type Value struct {
	kind     kind
	number   int64 // of a number; 1 or 0 of a yes or no
	decimals int
	text     string
	list     []int64
}

type kind uint8

const (
	kindBool kind = iota
	kindNumber
	kindText
	kindList
)

// open starts to read a payload.
func (m *Message) open(data []byte) *cursor {
	m.cursor = cursor{data: data}
	return &m.cursor
}

// Fields are all fields, in the order of the frame. They hold until the next Decode into the message.
func (m *Message) Fields() []Field { return m.fields }

// Bool is a yes or no of that name.
func (m *Message) Bool(name string) (yes, found bool) {
	v, found := m.find(name)
	return found && v.kind == kindBool && v.number != 0, found && v.kind == kindBool
}

// Number is a number of that name without its decimals: 22.1 is 221 with 1.
func (m *Message) Number(name string) (number int64, decimals int, found bool) {
	v, found := m.find(name)
	if !found || v.kind != kindNumber {
		return 0, 0, false
	}
	return v.number, v.decimals, true
}

// Text is a text of that name, or "".
func (m *Message) Text(name string) string {
	v, _ := m.find(name)
	return v.text
}

// List is a list of that name without its decimals.
func (m *Message) List(name string) (numbers []int64, decimals int) {
	v, _ := m.find(name)
	return v.list, v.decimals
}

func (m *Message) find(name string) (Value, bool) {
	for i := range m.fields {
		if m.fields[i].Name == name {
			return m.fields[i].Value, true
		}
	}
	return Value{}, false
}

// slot is the value of that name, made if there is none: a value that comes twice in a frame is the later one.
func (m *Message) slot(name string, k kind) *Value {
	for i := range m.fields {
		if m.fields[i].Name == name {
			m.fields[i].kind = k
			return &m.fields[i].Value
		}
	}
	if n := len(m.fields); n < cap(m.fields) {
		m.fields = m.fields[:n+1]
		m.fields[n] = Field{Name: name, Value: Value{kind: k, list: m.fields[n].list[:0]}}
	} else {
		m.fields = append(m.fields, Field{Name: name, Value: Value{kind: k}})
	}
	return &m.fields[len(m.fields)-1].Value
}

func (m *Message) bool(name string, yes bool) {
	v := m.slot(name, kindBool)
	v.number = 0
	if yes {
		v.number = 1
	}
}

func (m *Message) number(name string, number int64, decimals int) {
	v := m.slot(name, kindNumber)
	v.number, v.decimals = number, decimals
}

func (m *Message) text(name, text string) { m.slot(name, kindText).text = text }

// add puts a number at the end of a list.
func (m *Message) add(name string, number int64, decimals int) {
	v := m.slot(name, kindList)
	v.list, v.decimals = append(v.list, number), decimals
}

// drop takes a field away.
func (m *Message) drop(name string) {
	m.fields = slices.DeleteFunc(m.fields, func(f Field) bool { return f.Name == name })
}

// AppendJSON writes the message as one JSON object.
func (m *Message) AppendJSON(out []byte) []byte {
	out = append(out, '{')
	for i, field := range m.fields {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(strconv.AppendQuote(out, field.Name), ':')
		out = field.AppendJSON(out)
	}
	return append(out, '}')
}

// AppendJSON writes the value as JSON; a number with no more decimals than it needs.
func (v Value) AppendJSON(out []byte) []byte {
	switch v.kind {
	case kindBool:
		return strconv.AppendBool(out, v.number != 0)
	case kindText:
		quoted, _ := json.Marshal(v.text) // a string always has a form in JSON
		return append(out, quoted...)
	case kindList:
		out = append(out, '[')
		for i, number := range v.list {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendDecimal(out, number, v.decimals)
		}
		return append(out, ']')
	}
	return appendDecimal(out, v.number, v.decimals)
}

func appendDecimal(out []byte, number int64, decimals int) []byte {
	for decimals > 0 && number%10 == 0 {
		number, decimals = number/10, decimals-1
	}
	if decimals <= 0 {
		return strconv.AppendInt(out, number, 10)
	}
	magnitude := uint64(number)
	if number < 0 {
		out, magnitude = append(out, '-'), -magnitude
	}
	digits := strconv.FormatUint(magnitude, 10)
	for len(digits) <= decimals {
		digits = "0" + digits
	}
	point := len(digits) - decimals
	return append(append(append(out, digits[:point]...), '.'), digits[point:]...)
}
