package tidy

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestSyntax(t *testing.T) {
	holds(t, ruleSyntax)
	finds(t, ruleSyntax, map[string]string{
		"sync/fact/good.go":          "package fact",
		"sync/fact/bad.go":           "package",
		"sync/fact/testdata/also.go": "package",
	},
		"sync/fact/bad.go: does not parse",
	)
}

func TestLayers(t *testing.T) {
	holds(t, ruleLayers)
	finds(t, ruleLayers, map[string]string{
		"sync/fact/a.go":            `package fact; import "fmt"`,
		"sync/factlog/a.go":         `package factlog; import "gatehouse/sync/fact"`,
		"sync/factlog/simdisk/a.go": `package simdisk; import "gatehouse/sync/factlog"`,
		"gateway/gate/a.go":         `package gate; import "gatehouse/gateway/lot"`,
		"gateway/gate/a_test.go":    `package gate; import "gatehouse/gateway/lot"`,
		"gateway/lot/a.go":          `package lot; import "gatehouse/drivers/hcsr04"`,
		"gateway/lot/a_test.go":     `package lot; import "gatehouse/cloud/ledger"`,
		"cloud/ledger/a.go":         `package ledger; import "gatehouse/gateway/gate"`,
		"drivers/hcsr04/a.go":       `package hcsr04; import ("gatehouse/drivers"; "gatehouse/drivers/line"; "gatehouse/drivers/hcsr04/frame")`,
		"drivers/hcsr04/frame/a.go": `package frame`,
		"drivers/all/a.go":          `package all; import "gatehouse/drivers/hcsr04"`,
		"gateway/a.go":              `package gateway`,
		"gateway/app/a.go":          `package app; import ("gatehouse/gateway/journal"; "gatehouse/helper")`,
	},
		"cloud/ledger/a.go:1: cloud/ledger must not import gateway/gate: what gateway and cloud share",
		"gateway: has no layer",
		"gateway/app/a.go:1: gateway/app must not import helper: it has no layer",
		"gateway/gate/a.go:1: gateway/gate must not import gateway/lot: it is in a layer above",
		"gateway/lot/a.go:1: gateway/lot must not import drivers/hcsr04: it is beside it",
		"gateway/lot/a_test.go:1: gateway/lot must not import cloud/ledger: what gateway and cloud share",
	)
}

func TestNames(t *testing.T) {
	holds(t, ruleNames(slices.Concat(slices.Concat(layers...), pure)))
	finds(t, ruleNames([]string{"sync/fact", "gateway/forecast", "drivers/*", "tools/*"}), map[string]string{
		"sync/fact/a.go": "package fact", "drivers/hcsr04/a.go": "package hcsr04", "toolsmith/a.go": "package toolsmith",
	},
		"tools/tidy: gateway/forecast stands for no package",
		"tools/tidy: tools/* stands for no package",
	)
}

func TestPurity(t *testing.T) {
	holds(t, rulePurity)
	finds(t, rulePurity, map[string]string{
		"sync/fact/a.go": "package fact\ntype Set map[int]bool\nfunc Parts() map[string]int { return nil }\n",
		"gateway/gate/a.go": `package gate
import (
	"log/slog"
	"maps"
	"math"
	"slices"
	clock "time"

	"gatehouse/drivers"
	"gatehouse/sync/fact"
)
type loop struct { seen fact.Set; last clock.Time }
func (l loop) order() {
	for range l.seen {
	}
	for range fact.Parts() {
	}
	for range maps.Keys(l.seen) {
	}
	_ = slices.SortedFunc(maps.Keys(l.seen), func(a, b int) int { return clock.Now().Compare(l.last) })
	// any order: they are only counted
	for range l.seen {
	}
	// any order:
	for range l.seen {
	}
}
func now(done chan bool) {
	go now(nil)
	<-done
	var share float64 = 1e9
	_ = math.Floor(share)
	_ = math.MaxInt64
	_ = clock.Local
	var named struct{ Now, float32 int }
	_ = named.Now + named.float32
}
`,
		"gateway/gate/a_test.go": "package gate\nimport \"os\"\nvar _ = os.Args\n",
		"gateway/app/a.go":       "package app\nimport \"os\"\nfunc run() { go run(); _ = os.Args }\n",
	},
		"gateway/gate/a.go:3: imports log/slog",
		"gateway/gate/a.go:9: imports drivers, which is not pure",
		"gateway/gate/a.go:14: range over a map",
		"gateway/gate/a.go:16: range over a map",
		"gateway/gate/a.go:18: maps.Keys without slices.Sorted",
		"gateway/gate/a.go:20: time.Now",
		"gateway/gate/a.go:25: range over a map",
		"gateway/gate/a.go:28: goroutines and channels",
		"gateway/gate/a.go:29: goroutines and channels",
		"gateway/gate/a.go:30: goroutines and channels",
		"gateway/gate/a.go:31: float64",
		"gateway/gate/a.go:31: the float 1e9",
		"gateway/gate/a.go:32: math.Floor counts in floats",
		"gateway/gate/a.go:34: time.Local",
	)
}

func TestModules(t *testing.T) {
	holds(t, ruleModules)
	finds(t, ruleModules, map[string]string{
		"sync/wire/a.go":      `package wire; import ("fmt"; "gatehouse/sync/fact"; "github.com/fxamacker/cbor/v2")`,
		"sync/fact/a.go":      `package fact; import "github.com/fxamacker/cbor/v2"`,
		"sync/fact/a_test.go": `package fact; import ("github.com/fxamacker/cbor/v2"; "pgregory.net/rapid")`,
		"gateway/lot/a.go":    `package lot; import ("example.org/handy"; "pgregory.net/rapid")`,
	},
		"gateway/lot/a.go:1: imports example.org/handy, which has no line",
		"gateway/lot/a.go:1: imports pgregory.net/rapid, which is for tests alone",
		"sync/fact/a.go:1: imports github.com/fxamacker/cbor/v2, which is for sync/wire alone",
		"sync/fact/a_test.go:1: imports github.com/fxamacker/cbor/v2, which is for sync/wire alone",
	)
}

func TestRequirements(t *testing.T) {
	holds(t, ruleRequirements)
	good := "module gatehouse\n\ngo 1.26.0\n\nrequire (\n\texample.org/deep v1.0.0 // indirect\n"
	for _, d := range dependencies {
		good += "\t" + d.module + " v1.2.3 // " + d.why + "\n"
	}
	good += ")\n"
	finds(t, ruleRequirements, map[string]string{"go.mod": good})
	bad := strings.Replace(good, dependencies[0].module+" v1.2.3 // "+dependencies[0].why, dependencies[0].module+" v1.2.3", 1)
	bad = strings.Replace(bad, dependencies[1].module, "example.org/handy", 1)
	finds(t, ruleRequirements, map[string]string{"go.mod": bad + "require example.org/one v0.1.0 // one\n"},
		"go.mod: does not require "+dependencies[1].module+" directly",
		"go.mod:7: "+dependencies[0].module+" lacks a comment",
		"go.mod:8: example.org/handy has no line",
		fmt.Sprintf("go.mod:%d: example.org/one has no line", len(dependencies)+8),
	)
}

func TestPackageDoc(t *testing.T) {
	holds(t, rulePackageDoc)
	finds(t, rulePackageDoc, map[string]string{
		"sync/fact/doc.go":                  "// Package fact is good.\npackage fact",
		"sync/fact/id.go":                   "package fact",
		"gateway/cmd/gatehouse/main.go":     "// Gatehouse runs a car park.\npackage main",
		"gateway/gate/gate.go":              "package gate",
		"gateway/lot/doc.go":                "// Package lot is documented twice.\npackage lot",
		"gateway/lot/lot.go":                "// Package lot is documented twice.\npackage lot",
		"gateway/plate/doc.go":              "// This is a package.\npackage plate",
		"gateway/tariff/doc.go":             "// Package tariff has a licence above.\n\npackage tariff",
		"gateway/tariff/testdata/broken.go": "package",
	},
		"gateway/gate: a package has one comment",
		"gateway/lot: a package has one comment",
		"gateway/lot/lot.go:1: the package's comment belongs in doc.go",
		"gateway/plate/doc.go:1: the package's comment begins: Package plate",
		"gateway/tariff: a package has one comment",
	)
}

func TestPackageNames(t *testing.T) {
	holds(t, rulePackageNames)
	finds(t, rulePackageNames, map[string]string{
		"gateway/gate/gate.go":          "package gate",
		"gateway/gate/gate_test.go":     "package gate_test",
		"gateway/cmd/gatehouse/main.go": "package main",
		"gateway/log/log.go":            "package log",
		"gateway/util/util.go":          "package util",
		"gateway/plate/plate.go":        "package plates",
	},
		"gateway/log: has the name of a package of the standard library",
		"gateway/plate: holds package plates",
		"gateway/util: has a name that says nothing",
	)
}

func TestGlobals(t *testing.T) {
	holds(t, ruleGlobals)
	finds(t, ruleGlobals, map[string]string{
		"sync/fact/good.go": `package fact
import ("embed"; "errors"; "fmt"; "regexp"; "encoding/base32"; "io")
var ErrA = errors.New("fact: a")
var errB = fmt.Errorf("%w: b", ErrA)
var _ io.Reader = reader{}
//go:embed *.toml
var boards embed.FS
var names = []string{"a"}
var word = regexp.MustCompile("a")
var code = base32.NewEncoding("x").WithPadding(base32.NoPadding)
var squares, cubes = powers()
var (
	limit = 1 << 20
	bytes = []byte(names[0])
	any = &reader{}
)
func powers() (a, b [4]int) { a[0]++; return a, b }
type reader struct{ names int }
func (r *reader) set() { r.names = 1; names := 0; names++; _ = names }
`,
		"sync/fact/bad.go": `package fact
import ("errors"; "log/slog"; "sync"; "gatehouse/sync/crdt")
func init() {}
var count int
var mutex sync.Mutex
var NoRight = errors.New("fact: no right")
var logger = slog.New(nil)
var cache = make(map[string]int)
func change() {
	names[0] = "b"
	crdt.Table["x"] = 1
	p := &limit
	_ = p
	delete(crdt.Table, "x")
	for cubes[0] = range 3 {
	}
	(squares[1])++
}
type machine struct{}
func (machine) init() {}
`,
		"sync/fact/good_test.go": "package fact\nvar rewrite bool\n",
		"sync/crdt/a.go":         "package crdt\nvar Table = map[string]int{}\n",
	},
		"sync/fact/bad.go:3: func init",
		"sync/fact/bad.go:4: package variable count has no value",
		"sync/fact/bad.go:5: package variable mutex has no value",
		"sync/fact/bad.go:6: an error of a package is named Err",
		"sync/fact/bad.go:7: package variable logger is no error",
		"sync/fact/bad.go:8: package variable cache is no error",
		"sync/fact/bad.go:10: writes to the package variable names",
		"sync/fact/bad.go:11: writes to the package variable Table",
		"sync/fact/bad.go:12: takes the address of the package variable limit",
		"sync/fact/bad.go:14: writes to the package variable Table",
		"sync/fact/bad.go:15: writes to the package variable cubes",
		"sync/fact/bad.go:17: writes to the package variable squares",
		"sync/fact/good.go:14: package variable bytes is no error",
	)
}

func TestSizes(t *testing.T) {
	holds(t, ruleSizes)
	long := func(lines int) string { return strings.Repeat("\t_ = 0\n", lines) }
	table := "\t_ = []int{\n" + strings.Repeat("\t\t1,\n", 100) + "\t}\n"
	finds(t, ruleSizes, map[string]string{
		"sync/fact/a.go":       "package fact\nfunc fits() {\n" + long(68) + "}\nfunc long() {\n" + long(69) + "}\n",
		"sync/fact/b.go":       "package fact\nfunc table() {\n" + table + "}\n",
		"sync/fact/a_test.go":  "package fact\nfunc table() {\n" + table + "}\n",
		"sync/fact/b_test.go":  "package fact\nfunc table() {\n" + table + long(68) + "}\n",
		"sync/fact/huge.go":    "package fact\n" + strings.Repeat("// more\n", 600),
		"sync/fact/huge.md":    strings.Repeat("more\n", 700),
		"sync/fact/almost.go":  "package fact\n" + strings.Repeat("// more\n", 599),
		"sync/fact/testdata/a": strings.Repeat("more\n", 700),
	},
		"sync/fact/a.go:72: long has 71 lines",
		"sync/fact/b.go:2: table has 104 lines",
		"sync/fact/b_test.go:2: table has 71 lines",
		"sync/fact/huge.go: is too long",
	)
}

func TestLeftovers(t *testing.T) {
	holds(t, ruleLeftovers)
	word := "TO" + "DO"
	finds(t, ruleLeftovers, map[string]string{
		"sync/fact/a.go":           "package fact\n\n// " + word + ": more\n",
		"README.md":                "Fine.\nFIX" + "ME\n",
		"sync/fact/b.go":           "package fact // MASTODON, autoTODO, mastodon",
		"sync/fact/testdata/a.txt": word,
		"sync/fact/a.bin":          "\x00 " + word,
	},
		"README.md:2: FIX",
		"sync/fact/a.go:3: TO",
	)
}

func TestMachinePaths(t *testing.T) {
	holds(t, ruleMachinePaths)
	finds(t, ruleMachinePaths, map[string]string{
		"Makefile":            "x:\n\tcp a /home/me/b\n",
		"sync/fact/a.go":      "package fact\nvar a = \"/root/x\" // see https://example.org/home/x and ~/work/x\nvar b = `/tmp/x`\n",
		"sync/fact/a_test.go": "package fact\nvar a = \"/tmp/x\"\nvar b = \"/work/x\"\n",
		"sync/fact/b.go":      "package fact\nvar a = \"/var/lib/gatehouse\" + \"/homework/x\" + \"${dir}/tmp/x\"\n",
	},
		"Makefile:2: /home/",
		`sync/fact/a.go:2: "/root/`,
		"sync/fact/a.go:3: `/tmp/",
		`sync/fact/a_test.go:3: "/work/`,
	)
}

func TestTopNames(t *testing.T) {
	holds(t, ruleTopNames)
	finds(t, ruleTopNames, map[string]string{
		".gitignore":     "/bin/\n*.out\n",
		".git/config":    "",
		"bin/gatehouse":  "",
		"cpu.out":        "",
		".ci/run":        "",
		"README.md":      "",
		"sync/fact/a.go": "package fact",
		"notes.md":       "",
		"internal/a.go":  "package a",
		"internal/b.go":  "package a",
	},
		"internal: does not belong at the top",
		"notes.md: does not belong at the top",
	)
}

func TestTestdata(t *testing.T) {
	holds(t, ruleTestdata)
	finds(t, ruleTestdata, map[string]string{
		"gateway/lot/a_test.go": "package lot\nvar a = []string{\"testdata/*.txt\", `testdata/seeds/`, \"golden.hex\", \"*.trace\", \"a/b\"}\n" +
			"func FuzzLot(f *testing.F) {}\n",
		"gateway/lot/testdata/story.txt":         "",
		"gateway/lot/testdata/golden.hex":        "",
		"gateway/lot/testdata/deep/SOURCE.md":    "",
		"gateway/lot/testdata/seeds/7":           "",
		"gateway/lot/testdata/deep/x.trace":      "",
		"gateway/lot/testdata/fuzz/FuzzLot/1":    "",
		"gateway/lot/testdata/fuzz/FuzzGone/1":   "",
		"gateway/lot/testdata/old.json":          "",
		"gateway/lot/testdata/deep/seeds/8":      "",
		"gateway/tariff/testdata/story.txt":      "",
		"gateway/tariff/tariff.go":               "package tariff // testdata/story.txt",
		"gateway/lot/testdata/stories/story.txt": "",
	},
		"gateway/lot/testdata/deep/seeds/8: is used by no test",
		"gateway/lot/testdata/fuzz/FuzzGone/1: is used by no test",
		"gateway/lot/testdata/old.json: is used by no test",
		"gateway/lot/testdata/stories/story.txt: is used by no test",
		"gateway/tariff/testdata/story.txt: is used by no test",
	)
}

func TestBoards(t *testing.T) {
	holds(t, ruleBoards)
	finds(t, ruleBoards, map[string]string{
		"boards/bad.toml":            "nmae = 'x'\n",
		"boards/testdata/worse.toml": "=",
		"gateway/site/x.toml":        "=",
	},
		"boards/bad.toml: does not load: bad.toml:1:1: nmae: unknown key",
	)
}

func TestReadme(t *testing.T) {
	holds(t, ruleReadme)
	makefile := "GO := go\n.PHONY: test demo\ntest: demo ## all tests\n\tgo test\ndemo: ## a car park\n\tgo run\ninner:\n\tgofmt\n"
	finds(t, ruleReadme, map[string]string{"Makefile": makefile, "README.md": "`make test` and `make demo`"})
	finds(t, ruleReadme, map[string]string{"Makefile": makefile})
	finds(t, ruleReadme, map[string]string{"Makefile": makefile, "README.md": "`make tests`, test, `make demo`"},
		"README.md: does not mention make test",
	)
}

// Every rule is checked in both ways.
func TestEachRuleHoldsAndCanFail(t *testing.T) {
	tree, err := here()
	if err != nil {
		t.Fatal(err)
	}
	tests, _ := tree.text("tools/tidy/rules_test.go")
	rule := regexp.MustCompile(`(?m)^func (rule\w+)\(`)
	rules := 0
	for _, f := range tree.files {
		if path.Dir(f.path) != "tools/tidy" {
			continue
		}
		for _, match := range rule.FindAllStringSubmatch(f.text, -1) {
			rules++
			tested := func(how string) bool { return regexp.MustCompile(how + `\(t, ` + match[1] + `\b`).MatchString(tests) }
			if !tested("holds") || !tested("finds") {
				t.Errorf("%s needs a test with holds and finds", match[1])
			}
		}
	}
	if rules == 0 {
		t.Error("no rule found")
	}
}
