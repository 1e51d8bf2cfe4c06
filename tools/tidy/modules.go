package tidy

import (
	"slices"
	"strings"
)

// dependency is one third-party module: who imports it, and why we have it.
type dependency struct {
	module   string
	importer string // a folder (if need be two, parted by a blank), or tests
	why      string
}

// tests as an importer: test files of any package, and nothing else.
const tests = "tests"

// dependencies are all of them. A module more is a line here, with a reason that outweighs the years of keeping it.
var dependencies = []dependency{
	{"github.com/alecthomas/kong", "sync/commandline", "a grammar of commands as a struct, with the help that technicians read"},
	{"github.com/creack/pty", "drivers/sim drivers/line", "pseudo terminals, so that simulated serial devices meet the real serial code"},
	{"github.com/danielgtaylor/huma/v2", "sync/rest", "REST with its OpenAPI description from the same types"},
	{"github.com/eclipse/paho.mqtt.golang", "sync/mqtt", "the MQTT client"},
	{"github.com/jackc/pgx/v5", "cloud/store", "PostgreSQL, for a chain that outgrows one machine"},
	{"github.com/klauspost/compress", "sync/wire", "zstd of batches, in Go"},
	{"github.com/nats-io/nats-server/v2", "cloud/broker", "the embedded MQTT broker, which clusters"},
	{"github.com/rickar/cal/v2", "gateway/tariffdoc", "public holidays by country"},
	{"github.com/santhosh-tekuri/jsonschema/v6", tests, "validates exports against published schemas"},
	{"modernc.org/sqlite", "cloud/store", "headquarters' store on one machine, without C"},
	{"periph.io/x/devices/v3", "drivers/matrix", "device drivers of the periph family"},
	{"github.com/fxamacker/cbor/v2", "sync/wire", "deterministic CBOR with limits on what it reads"},
	{"github.com/pelletier/go-toml/v2", "sync/tomlfile", "TOML with positions, for files written by hand"},
	{"github.com/prometheus/client_golang", "sync/rest", "metrics in the form that monitoring reads"},
	{"github.com/tarm/serial", "drivers/line", "serial ports"},
	{"go.etcd.io/bbolt", "gateway/journal", "the lot's state in one crash-safe file"},
	{"golang.org/x/sys", "drivers/line drivers/watchdog", "ioctls of lines, serial ports and watchdogs, with the kernel's structures"},
	{"golang.org/x/text", "drivers/platecamera", "GB 18030 and the code pages that cameras write plates in"},
	{"periph.io/x/conn/v3", "drivers/line", "the contracts of lines and buses"},
	{"periph.io/x/host/v3", "drivers/line", "lines and buses of the boards we run on"},
	{"pgregory.net/rapid", tests, "properties over generated values, with shrinking"},
}

// ruleModules: each third-party module is imported by one package alone, with the packages below it, as its
// dependency line says.
func ruleModules(t *tree) []finding {
	findings := []finding{}
	for _, p := range t.packages {
		for _, f := range slices.Concat(p.files, p.tests) {
			for imported, pos := range f.imports() {
				if !strings.Contains(top(imported), ".") {
					continue // the standard library, and this project
				}
				found := slices.IndexFunc(dependencies, func(d dependency) bool {
					return below(imported, d.module)
				})
				if found < 0 {
					findings = append(findings, t.at(pos, "imports %s, which has no line in tools/tidy/modules.go", imported))
				} else if owner := dependencies[found].importer; !mayImport(f, p, owner) {
					findings = append(findings, t.at(pos, "imports %s, which is for %s alone", imported, owner))
				}
			}
		}
	}
	return findings
}

func mayImport(f *file, p *pkg, importer string) bool {
	for _, owner := range strings.Fields(importer) {
		switch {
		case below(p.dir, owner), owner == tests && f.isTest():
			return true
		}
	}
	return false
}

// ruleRequirements: what go.mod requires directly is what dependencies lists, and says in a comment what it is for.
func ruleRequirements(t *tree) []finding {
	text, _ := t.text("go.mod")
	findings := []finding{}
	required := map[string]bool{}
	for i, line := range strings.Split(text, "\n") {
		words := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(words) < 2 || !strings.HasPrefix(words[1], "v") || !strings.Contains(words[0], ".") {
			continue
		}
		comment := strings.Join(words[2:], " ")
		if strings.HasPrefix(comment, "// indirect") {
			continue
		}
		required[words[0]] = true
		if !slices.ContainsFunc(dependencies, func(d dependency) bool { return d.module == words[0] }) {
			findings = append(findings, finding{"go.mod", i + 1, words[0] + " has no line in tools/tidy/modules.go"})
		}
		if len(comment) < len("// why") {
			findings = append(findings, finding{"go.mod", i + 1, words[0] + " lacks a comment that says what it is for"})
		}
	}
	for _, d := range dependencies {
		if !required[d.module] {
			findings = append(findings, finding{"go.mod", 0, "does not require " + d.module + " directly, which tools/tidy/modules.go lists (go mod tidy)"})
		}
	}
	return findings
}
