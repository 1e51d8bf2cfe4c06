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
	Paths map[string]map[string]operation `json:"paths"`
}

type operation struct {
	ID   string `json:"operationId"`
	Role string `json:"x-role"`
}

func readSpec(b *bench) (s spec) {
	text := b.ask("GET", "/openapi.json", apitest.ViewToken, "").is(200).body
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		b.Fatal(err)
	}
	return s
}

// call is one operation with its path filled in.
type call struct {
	operation
	method, path string
}

// calls are all operations that the description lists.
func calls(b *bench) []call {
	s := readSpec(b)
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

func TestEveryPathOfTheSourceDesignIsServed(t *testing.T) {
	s := readSpec(newBench(t))
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
	s := readSpec(b)
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
