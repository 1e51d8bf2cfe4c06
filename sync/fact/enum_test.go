package fact_test

import (
	"encoding"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gatehouse/sync/fact"
)

// enums makes a value of each enumeration by its number.
var enums = map[string]func(n uint8) (fmt.Stringer, encoding.TextUnmarshaler){
	"SpotType":          enum[fact.SpotType],
	"SpotStatus":        enum[fact.SpotStatus],
	"Direction":         enum[fact.Direction],
	"CredentialKind":    enum[fact.CredentialKind],
	"PaymentMethod":     enum[fact.PaymentMethod],
	"Reason":            enum[fact.Reason],
	"Waiver":            enum[fact.Waiver],
	"GateFault":         enum[fact.GateFault],
	"Violation":         enum[fact.Violation],
	"ReservationStatus": enum[fact.ReservationStatus],
	"Trust":             enum[fact.Trust],
}

// A code is a word for programs; a value without one is told by its number.
var (
	codeShape = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	numbered  = regexp.MustCompile(`^unknown_[0-9]+$`)
)

// enum is the n-th value of T, and an empty one to read a code into.
func enum[T interface {
	~uint8
	fmt.Stringer
}](n uint8) (fmt.Stringer, encoding.TextUnmarshaler) {
	unmarshaler, _ := any(new(T)).(encoding.TextUnmarshaler)
	return T(n), unmarshaler
}

func TestEveryValueHasItsCode(t *testing.T) {
	constants := declared(t)
	for name, value := range enums {
		codes := map[string]bool{}
		for n := range uint8(len(constants[name])) {
			named, read := value(n)
			code := named.String()
			if codes[code] || !codeShape.MatchString(code) || numbered.MatchString(code) {
				t.Errorf("%s has the code %q", constants[name][n], code)
			}
			codes[code] = true
			if read == nil {
				t.Errorf("%s can't be read from its code", name)
				continue
			}
			if err := read.UnmarshalText([]byte(code)); err != nil || fmt.Sprint(read) != code {
				t.Errorf("%s: %q is read as %v (%v)", name, code, read, err)
			}
			if data, err := json.Marshal(named); err != nil || string(data) != `"`+code+`"` {
				t.Errorf("%s is %s in JSON (%v)", constants[name][n], data, err)
			}
		}
		beyond, read := value(uint8(len(constants[name])))
		if code := beyond.String(); !numbered.MatchString(code) {
			t.Errorf("%s has a code without a constant: %q", name, code)
		}
		if err := read.UnmarshalText([]byte("rubbish")); err == nil || !strings.Contains(err.Error(), `none of ["`) {
			t.Errorf("%s read rubbish: %v", name, err)
		}
	}
	for name := range constants {
		if enums[name] == nil && name != "Kind" && name != "Degraded" {
			t.Errorf("the test knows no %s", name)
		}
	}
}

func TestDegradedCodes(t *testing.T) {
	bits := declared(t)["Degraded"]
	all := fact.Degraded(1<<len(bits) - 1).Codes()
	if len(all) != len(bits) || len(slices.Compact(slices.Sorted(slices.Values(all)))) != len(bits) {
		t.Errorf("%d bits have the codes %q", len(bits), all)
	}
	if codes := (fact.WithoutCamera | fact.WithoutDisk).Codes(); !slices.Equal(codes, []string{"no_camera", "no_disk"}) {
		t.Error(codes)
	}
	if codes := fact.Degraded(0).Codes(); codes == nil || len(codes) != 0 {
		t.Error("nothing broken is not an empty list")
	}
}

func TestSpotTypesAreAll(t *testing.T) {
	if got, want := len(fact.SpotTypes()), len(declared(t)["SpotType"])-1; got != want {
		t.Errorf("%d types are listed and %d declared", got, want)
	}
}

// declared are the names of the package's constants by type, in the order of their values.
func declared(t *testing.T) map[string][]string {
	t.Helper()
	files, err := filepath.Glob("[a-z]*.go")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string][]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST || file.Name.Name != "fact" {
				continue
			}
			typeName := ""
			for _, spec := range group.Specs {
				constant := spec.(*ast.ValueSpec)
				if named, ok := constant.Type.(*ast.Ident); ok {
					typeName = named.Name
				}
				names[typeName] = append(names[typeName], constant.Names[0].Name)
			}
		}
	}
	return names
}
