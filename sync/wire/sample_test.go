package wire_test

import (
	"fmt"
	"hash/fnv"
	"reflect"

	"gatehouse/sync/fact"
	"pgregory.net/rapid"
)

// filled is a fact of the same type with every field set to a value that follows from the field's name alone.
func filled(zero fact.Fact) fact.Fact {
	value := reflect.New(reflect.TypeOf(zero)).Elem()
	for i := range value.NumField() {
		name := value.Type().Field(i).Name
		setField(value.Field(i), func(bits int) uint64 { return 1 + hash(name)%(1<<(bits-1)-1) }, func() string { return name })
	}
	return value.Interface().(fact.Fact)
}

func hash(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return h.Sum64()
}

// drawnFact draws a fact of the same type.
func drawnFact(t *rapid.T, zero fact.Fact) fact.Fact {
	value := reflect.New(reflect.TypeOf(zero)).Elem()
	for i := range value.NumField() {
		name := value.Type().Field(i).Name
		number := func(bits int) uint64 { return rapid.Uint64().Draw(t, name) >> (64 - bits) }
		text := func() string { return rapid.StringN(0, 20, 60).Draw(t, name) }
		setField(value.Field(i), number, text)
	}
	return value.Interface().(fact.Fact)
}

// setField sets a field of any type that a fact may hold.
func setField(field reflect.Value, number func(bits int) uint64, text func() string) {
	switch field.Kind() {
	case reflect.String:
		field.SetString(text())
	case reflect.Bool:
		field.SetBool(number(8)%2 == 1)
	case reflect.Int64:
		field.SetInt(int64(number(64)))
	case reflect.Uint8, reflect.Uint16, reflect.Uint64:
		field.SetUint(number(field.Type().Bits()))
	case reflect.Array:
		for i := range field.Len() {
			field.Index(i).SetUint(number(8))
		}
	default:
		panic(fmt.Sprintf("a fact holds no %s", field.Type()))
	}
}

func drawnStamp(t *rapid.T) fact.Stamp {
	return fact.Stamp{
		WallMS: rapid.Int64().Draw(t, "wall"),
		MonoMS: rapid.Int64().Draw(t, "mono"),
		Boot:   rapid.Uint64().Draw(t, "boot"),
		HLC:    rapid.Uint64().Draw(t, "hlc"),
		Trust:  fact.Trust(rapid.Uint8().Draw(t, "trust")),
	}
}

func drawnDot(t *rapid.T) fact.Dot {
	return fact.Dot{Incarnation: fact.Incarnation(rapid.Uint64().Draw(t, "incarnation")), Seq: rapid.Uint64().Draw(t, "seq")}
}
