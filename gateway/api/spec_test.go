package api_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gatehouse/gateway/api/apitest"
)

// spec is what the tests read of the OpenAPI description.
type spec struct {
	OpenAPI    string                          `json:"openapi"`
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Schemas         map[string]any `json:"schemas"`
		SecuritySchemes map[string]any `json:"securitySchemes"`
	} `json:"components"`
}

type operation struct {
	ID         string `json:"operationId"`
	Role       string `json:"x-role"`
	Parameters []struct {
		Name string `json:"name"`
		In   string `json:"in"`
	} `json:"parameters"`
	RequestBody any            `json:"requestBody"`
	Responses   map[string]any `json:"responses"`
}

func readSpec(b *bench) (spec, string) {
	text := b.ask("GET", "/openapi.json", apitest.ViewToken, "").is(200).body
	var s spec
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		b.Fatal(err)
	}
	return s, text
}

// call is one operation with its path filled in.
type call struct {
	operation
	method, path string
}

// calls are all operations that the description lists.
func calls(b *bench) []call {
	s, _ := readSpec(b)
	fill := strings.NewReplacer("{locationId}", "altstadt", "{floorId}", "F0", "{spotId}", "F0-A-001", "{gateId}", "in")
	all := []call{}
	for _, path := range slices.Sorted(maps.Keys(s.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(s.Paths[path])) {
			operation := s.Paths[path][method]
			filled := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(fill.Replace(path), "X1")
			filled += map[string]string{"findTickets": "?plate=X1", "revertPolicy": "?reason=trial"}[operation.ID]
			all = append(all, call{operation, strings.ToUpper(method), filled})
		}
	}
	return all
}

func TestTheDescriptionIsOpenAPI(t *testing.T) {
	s, text := readSpec(newBench(t))
	if !strings.HasPrefix(s.OpenAPI, "3.1.") || s.Components.SecuritySchemes["token"] == nil {
		t.Errorf("openapi %q, security %v", s.OpenAPI, s.Components.SecuritySchemes)
	}
	for _, ref := range regexp.MustCompile(`"\$ref":"([^"]*)"`).FindAllStringSubmatch(text, -1) {
		if name, ours := strings.CutPrefix(ref[1], "#/components/schemas/"); !ours || s.Components.Schemas[name] == nil {
			t.Errorf("%s leads nowhere", ref[1])
		}
	}
	mustLack(t, text, `["array","null"]`, "ErrorModel", "ErrorDetail")
	seen := map[string]bool{}
	for path, methods := range s.Paths {
		for method, o := range methods {
			if o.ID == "" || seen[o.ID] {
				t.Errorf("%s %s: operationId %q", method, path, o.ID)
			}
			seen[o.ID] = true
			if o.Responses["default"] == nil || len(o.Responses) < 2 {
				t.Errorf("%s lacks an answer or a problem: %v", o.ID, o.Responses)
			}
			named := []string{}
			for _, p := range o.Parameters {
				if p.In == "path" {
					named = append(named, "{"+p.Name+"}")
				}
			}
			inPath := regexp.MustCompile(`\{\w+\}`).FindAllString(path, -1)
			slices.Sort(named)
			slices.Sort(inPath)
			if !slices.Equal(named, inPath) {
				t.Errorf("%s: path %s has the parameters %v", o.ID, path, named)
			}
		}
	}
}

func TestEveryPathOfTheSourceDesignIsServed(t *testing.T) {
	s, _ := readSpec(newBench(t))
	for _, line := range []string{
		"get /api/v1/locations/{locationId}/floors/{floorId}/spots",
		"get /api/v1/locations/{locationId}/availability",
		"post /api/v1/locations/{locationId}/spots/{spotId}/status",
		"post /api/v1/reservations",
		"get /api/v1/reservations/{reservationId}",
		"put /api/v1/reservations/{reservationId}",
		"delete /api/v1/reservations/{reservationId}",
		"get /api/v1/users/{userId}/reservations",
		"post /api/v1/entry",
		"post /api/v1/exit",
		"get /api/v1/tickets/{ticketId}/fee",
		"post /api/v1/tickets/{ticketId}/pay",
		"get /api/v1/locations/{locationId}/dashboard",
		"get /api/v1/locations/{locationId}/analytics",
	} {
		method, path, _ := strings.Cut(line, " ")
		if s.Paths[path][method].ID == "" {
			t.Errorf("%s is not served", line)
		}
	}
}

func TestCodesAreTextInTheDescription(t *testing.T) {
	var s struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Type any }
			}
		}
	}
	if err := json.Unmarshal([]byte(newBench(t).ask("GET", "/openapi.json", apitest.ViewToken, "").body), &s); err != nil {
		t.Fatal(err)
	}
	for schema, fields := range map[string][]string{
		"Check": {"state"}, "Face": {"colour"}, "State": {"clock", "severity"}, "Spot": {"status", "spotType"}, "Ticket": {"status", "credential"},
	} {
		for _, field := range fields {
			if got := s.Components.Schemas[schema].Properties[field].Type; got != "string" {
				t.Errorf("%s.%s is described as %v", schema, field, got)
			}
		}
	}
}

func TestTheDocumentationNeedsNothingFromElsewhere(t *testing.T) {
	b := newBench(t)
	page := b.ask("GET", "/docs", apitest.ViewToken, "").is(200)
	s, _ := readSpec(b)
	for _, methods := range s.Paths {
		for _, o := range methods {
			if !strings.Contains(page.body, `id="`+o.ID+`"`) {
				t.Errorf("%s is not documented", o.ID)
			}
		}
	}
	mustLack(t, page.body, "http://", "https://", "<script")
	if !strings.HasSuffix(strings.TrimSpace(page.body), "</html>") {
		t.Errorf("the page ends with %q", page.body[max(0, len(page.body)-200):])
	}
}
