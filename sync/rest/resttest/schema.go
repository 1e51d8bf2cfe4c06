package resttest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Description is what is read of an OpenAPI description.
type Description struct {
	OpenAPI    string                          `json:"openapi"`
	Info       struct{ Title, Version string } `json:"info"`
	Paths      map[string]map[string]Operation `json:"paths"`
	Components struct {
		Schemas         map[string]*Schema `json:"schemas"`
		SecuritySchemes map[string]any     `json:"securitySchemes"`
	} `json:"components"`
}

// Operation is one of them.
type Operation struct {
	ID         string `json:"operationId"`
	Role       string `json:"x-role"`
	Summary    string `json:"summary"`
	Parameters []struct {
		Name, In string
		Required bool
		Schema   *Schema
	} `json:"parameters"`
	RequestBody *struct {
		Required bool
		Content  map[string]Media
	} `json:"requestBody"`
	Responses map[string]struct {
		Description string
		Content     map[string]Media
	} `json:"responses"`
}

// Media is the schema of one content type.
type Media struct {
	Schema *Schema `json:"schema"`
}

// Schema is what is read of a JSON schema.
type Schema struct {
	Ref        string             `json:"$ref"`
	Type       any                `json:"type"` // a text, or a list of them
	Enum       []any              `json:"enum"`
	Required   []string           `json:"required"`
	Properties map[string]*Schema `json:"properties"`
	Additional any                `json:"additionalProperties"` // false, or a schema
	Items      *Schema            `json:"items"`
	OneOf      []*Schema          `json:"oneOf"`
}

// check says where a value is not as a schema says; "": nowhere.
func (d *Description) check(s *Schema, at string, value any) string {
	if s == nil {
		return ""
	}
	if s.Ref != "" {
		name, ours := strings.CutPrefix(s.Ref, "#/components/schemas/")
		target := d.Components.Schemas[name]
		if !ours || target == nil {
			return at + ": " + s.Ref + " leads nowhere"
		}
		return d.check(target, at, value)
	}
	if len(s.OneOf) > 0 {
		if !slices.ContainsFunc(s.OneOf, func(one *Schema) bool { return d.check(one, at, value) == "" }) {
			return at + ": is none of what it may be"
		}
		return ""
	}
	if kinds := s.types(); len(kinds) > 0 && !slices.ContainsFunc(kinds, func(kind string) bool { return is(kind, value) }) {
		return fmt.Sprintf("%s: %T is none of %v", at, value, kinds)
	}
	if len(s.Enum) > 0 && value != nil && !slices.Contains(s.Enum, value) {
		return fmt.Sprintf("%s: %v is none of %v", at, value, s.Enum)
	}
	switch value := value.(type) {
	case map[string]any:
		return d.checkObject(s, at, value)
	case []any:
		for i, one := range value {
			if wrong := d.check(s.Items, fmt.Sprintf("%s.%d", at, i), one); wrong != "" {
				return wrong
			}
		}
	}
	return ""
}

func (d *Description) checkObject(s *Schema, at string, value map[string]any) string {
	for _, name := range s.Required {
		if _, there := value[name]; !there {
			return at + ": lacks " + name
		}
	}
	for name, field := range value { // any order: the first of several faults is one
		described := s.Properties[name]
		if described == nil {
			if s.Additional == false {
				return at + "." + name + ": is not described"
			}
			if described = s.additional(); described == nil {
				continue
			}
		}
		if wrong := d.check(described, at+"."+name, field); wrong != "" {
			return wrong
		}
	}
	return ""
}

// additional is the schema of fields that have no name of their own; nil: none.
func (s *Schema) additional() *Schema {
	fields, is := s.Additional.(map[string]any)
	if !is {
		return nil
	}
	made := &Schema{}
	text, err := json.Marshal(fields)
	if err != nil || json.Unmarshal(text, made) != nil {
		return nil
	}
	return made
}

func (s *Schema) types() (all []string) {
	switch kind := s.Type.(type) {
	case string:
		return []string{kind}
	case []any:
		for _, one := range kind {
			if text, is := one.(string); is {
				all = append(all, text)
			}
		}
	}
	return all
}

func is(kind string, value any) bool {
	switch value := value.(type) {
	case nil:
		return kind == "null"
	case string:
		return kind == "string"
	case bool:
		return kind == "boolean"
	case float64:
		return kind == "number" || kind == "integer" && value == float64(int64(value))
	case []any:
		return kind == "array"
	case map[string]any:
		return kind == "object"
	}
	return false
}
