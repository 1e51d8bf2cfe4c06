package tomlfile

import (
	"encoding"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Decode fills v, a pointer to a struct or a map, with the document's values. What the document does not mention
// keeps its value, so v may hold defaults; a list replaces the whole list. Its error is Problems, all of them;
// v is then filled as far as it went.
//
// A field takes the key of its toml tag, or of its own name; "-" takes none. Texts fill strings and types with
// UnmarshalText, whole numbers fill integers that can hold them, tables fill structs and maps. A field of type
// any takes everything: string, int64, float64, bool, time.Time, []any, map[string]any, and local dates as text.
func (d *Document) Decode(v any) error {
	target := reflect.ValueOf(v)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		panic(fmt.Sprintf("tomlfile: Decode into %T: give it a pointer", v))
	}
	filler := filler{source: d.source}
	filler.fill(target.Elem(), d.values, d.root)
	return filler.problems.Err()
}

// filler fills Go values and collects what does not fit.
type filler struct {
	source   source
	problems Problems
}

// fill stores a value in a target of any type that a file can fill.
func (f *filler) fill(target reflect.Value, value any, at *node) {
	if reader, ok := target.Addr().Interface().(encoding.TextUnmarshaler); ok {
		f.fillReader(reader, value, at)
		return
	}
	switch target.Kind() {
	case reflect.Pointer:
		if target.IsNil() {
			target.Set(reflect.New(target.Type().Elem()))
		}
		f.fill(target.Elem(), value, at)
	case reflect.Struct:
		f.fillStruct(target, value, at)
	case reflect.Map:
		f.fillMap(target, value, at)
	case reflect.Slice:
		f.fillSlice(target, value, at)
	case reflect.Interface:
		target.Set(reflect.ValueOf(plainValue(value)))
	default:
		f.fillScalar(target, value, at)
	}
}

func (f *filler) fillStruct(target reflect.Value, value any, at *node) {
	table, ok := value.(map[string]any)
	if !ok {
		f.mismatch(at, value, "a table")
		return
	}
	fields := fieldsOf(target.Type())
	for _, key := range slices.Sorted(maps.Keys(table)) {
		place := at.fields[key]
		if index, known := fields[key]; known {
			f.fill(target.FieldByIndex(index), table[key], place)
			continue
		}
		advice := Advice(key, slices.Sorted(maps.Keys(fields)))
		f.report(place.key, place, "unknown key", advice)
	}
}

// fieldsOf lists the keys that a struct takes.
func fieldsOf(structure reflect.Type) map[string][]int {
	fields := map[string][]int{}
	for _, field := range reflect.VisibleFields(structure) {
		tag, tagged := field.Tag.Lookup("toml")
		name, _, _ := strings.Cut(tag, ",")
		if !field.IsExported() || name == "-" || field.Anonymous && !tagged {
			continue
		}
		if name == "" {
			name = field.Name
		}
		fields[name] = field.Index
	}
	return fields
}

func (f *filler) fillMap(target reflect.Value, value any, at *node) {
	table, ok := value.(map[string]any)
	if !ok {
		f.mismatch(at, value, "a table")
		return
	}
	kind := target.Type()
	if target.IsNil() {
		target.Set(reflect.MakeMap(kind))
	}
	for _, key := range slices.Sorted(maps.Keys(table)) {
		element := reflect.New(kind.Elem()).Elem()
		f.fill(element, table[key], at.fields[key])
		target.SetMapIndex(reflect.ValueOf(key).Convert(kind.Key()), element)
	}
}

func (f *filler) fillSlice(target reflect.Value, value any, at *node) {
	list, ok := value.([]any)
	if !ok {
		f.mismatch(at, value, "a list")
		return
	}
	made := reflect.MakeSlice(target.Type(), len(list), len(list))
	for i, element := range list {
		f.fill(made.Index(i), element, at.items[i])
	}
	target.Set(made)
}

// fillReader hands a text or a date to a type that reads texts.
func (f *filler) fillReader(reader encoding.TextUnmarshaler, value any, at *node) {
	var text []byte
	switch value := value.(type) {
	case string:
		text = []byte(value)
	case encoding.TextMarshaler: // a date
		text, _ = value.MarshalText()
	default:
		f.mismatch(at, value, "a text")
		return
	}
	if _, isMoment := reader.(*time.Time); isMoment && kindOf(value) != moment {
		f.mismatch(at, value, moment)
		return
	}
	if err := reader.UnmarshalText(text); err != nil {
		f.report(at.value, at, withoutPackage(err.Error()), "")
	}
}

// withoutPackage takes from an error the name of the package that made it: an installer does not know it.
func withoutPackage(message string) string {
	name, rest, found := strings.Cut(message, ": ")
	if !found || strings.ContainsAny(name, ` "'`) {
		return message
	}
	return rest
}

// fillScalar stores a text, a number or a truth value.
func (f *filler) fillScalar(target reflect.Value, value any, at *node) {
	switch kind := target.Kind(); {
	case kind == reflect.String:
		if text, ok := value.(string); ok {
			target.SetString(text)
			return
		}
		f.mismatch(at, value, "a text")
	case kind == reflect.Bool:
		if truth, ok := value.(bool); ok {
			target.SetBool(truth)
			return
		}
		f.mismatch(at, value, "true or false")
	case target.CanInt(), target.CanUint():
		if number, ok := value.(int64); ok {
			f.fillInteger(target, number, at)
			return
		}
		f.mismatch(at, value, "a whole number")
	case target.CanFloat():
		switch number := value.(type) {
		case float64:
			target.SetFloat(number)
		case int64:
			target.SetFloat(float64(number))
		default:
			f.mismatch(at, value, "a number")
		}
	default:
		panic(fmt.Sprintf("tomlfile: no file can fill a %s", target.Type()))
	}
}

// fillInteger stores a whole number if the target can hold it.
func (f *filler) fillInteger(target reflect.Value, number int64, at *node) {
	low, high := bounds(target)
	switch {
	case number < low:
		f.report(at.value, at, fmt.Sprintf("%d is too small", number), fmt.Sprintf("the least is %d", low))
	case number > high:
		f.report(at.value, at, fmt.Sprintf("%d is too large", number), fmt.Sprintf("the largest is %d", high))
	case target.CanInt():
		target.SetInt(number)
	default:
		target.SetUint(uint64(number))
	}
}

// bounds are the least and the largest number that the target and a file can both hold.
func bounds(target reflect.Value) (low, high int64) {
	bits := target.Type().Bits()
	if target.CanInt() {
		return math.MinInt64 >> (64 - bits), math.MaxInt64 >> (64 - bits)
	}
	return 0, int64(math.MaxUint64 >> (64 - bits) & uint64(math.MaxInt64))
}

// report adds a problem.
func (f *filler) report(where span, at *node, what, do string) {
	f.problems = append(f.problems, f.source.problem(where, pathText(at.path()), what, do))
}
