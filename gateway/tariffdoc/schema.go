package tariffdoc

import (
	_ "embed"
	"encoding/json"
	"reflect"
	"strings"
)

//go:embed REFERENCE.md
var reference string

// Reference is the whole format, for people.
func Reference() string { return reference }

// Schema is the JSON Schema (2020-12) of the format, as the API takes it.
func Schema() []byte {
	schema := schemaOf(reflect.TypeOf(document{}))
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"] = "Tariff"
	text, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		panic(err) // maps of texts
	}
	return append(text, '\n')
}

// schemaOf describes a type by its fields and their tags.
func schemaOf(kind reflect.Type) map[string]any {
	switch kind.Kind() {
	case reflect.Pointer:
		return schemaOf(kind.Elem())
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int64:
		return map[string]any{"type": "integer", "minimum": 0}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(kind.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(kind.Elem())}
	case reflect.Struct:
		return schemaOfStruct(kind)
	}
	return map[string]any{"type": "string"}
}

func schemaOfStruct(kind reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, field := range reflect.VisibleFields(kind) {
		name := field.Tag.Get("json")
		if name == "" {
			continue
		}
		property := schemaOf(field.Type)
		if field.Type.Kind() == reflect.Interface {
			property = schemaOfAny(name)
		}
		if words := field.Tag.Get("enum"); words != "" {
			property["enum"] = strings.Split(words, ",")
		}
		property["description"] = field.Tag.Get("doc")
		properties[name] = property
		if field.Tag.Get("required") != "" {
			required = append(required, name)
		}
	}
	schema := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}

// schemaOfAny describes what may be one or many.
func schemaOfAny(name string) map[string]any {
	one := map[string]any{"type": "string"}
	if name == "entry" || name == "exit" || name == "during" {
		one = schemaOfStruct(reflect.TypeOf(when{}))
	}
	return map[string]any{"oneOf": []any{one, map[string]any{"type": "array", "items": one}}}
}
