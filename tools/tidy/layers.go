package tidy

import (
	"path"
	"slices"
	"strings"
)

// layers is who may import whom: a package imports only packages of layers below its own. A folder stands for
// itself and for the folders in it that have no line of their own, which may import each other; drivers/* stands
// for each folder in drivers. Tests may import what they like, except that gateway and cloud never meet.
var layers = [][]string{
	{"sync/lifeline"},
	{"sync/commandline", "sync/durable", "sync/tomlfile", "sync/mqtt", "sync/livepage", "drivers/lorawan/payload"}, // sync/tomlfile so that boards, sites and tariffs are read alike
	{"sync/fact"},
	{"boards", "drivers"},
	// What is behind a multiplexer is on the bus: both the real board and the fake one keep it in order. A connection in the
	// network is a port as drivers/dialog makes one, for drivers/modbus as well.
	{"drivers/dialog", "drivers/pca9548"},
	{"cloud/documents", "sync/crdt", "sync/platetext", "sync/policy", "sync/rest", "sync/traffic", "drivers/drivertest"},
	{
		"gateway/gate", "gateway/tariff", "gateway/occupancy", "gateway/plate", "gateway/booking",
		"sync/wire", "sync/factlog", "drivers/line",
	},
	// sync/outbox speaks in the messages of sync/wire
	{"sync/outbox", "gateway/tariffdoc", "drivers/modbus", "drivers/magnetic", "drivers/platecamera", "drivers/credentials", "drivers/poller", "drivers/talker"},
	{"gateway/lot", "cloud/ledger", "drivers/*"},
	// drivers/sim speaks the bytes of any device; of the others headquarters' API is made, and speaks in their terms
	{"drivers/sim", "cloud/store", "cloud/enrol", "cloud/steer", "cloud/sales", "cloud/feeds"},
	{
		"gateway/api", "gateway/web", "gateway/journal", "gateway/recorder", "gateway/remote", "gateway/site", "drivers/all", "sync/uplink",
		"cloud/api", "cloud/web", "cloud/broker",
	},
	{"gateway/app", "cloud/app"},
	{"tools/demo/cut"}, // the network between two programs, for those that measure as for the demonstration
	{"gateway/cmd/*", "cloud/cmd/*", "tools/*"},
}

// ruleNames: each of the names in a table of this package stands for a package of the tree.
func ruleNames(names []string) func(*tree) []finding {
	return func(t *tree) []finding {
		findings := []finding{}
		for _, name := range names {
			stands := func(p *pkg) bool { return below(p.dir, strings.TrimSuffix(name, "/*")) }
			if !slices.ContainsFunc(t.packages, stands) {
				findings = append(findings, finding{"tools/tidy", 0, name + " stands for no package: remove it from its table"})
			}
		}
		return findings
	}
}

// below reports whether a folder, or an import path, is another one, or in it.
func below(dir, other string) bool { return dir == other || strings.HasPrefix(dir, other+"/") }

// family is the line of the table that stands for a folder, and the number of its layer.
func family(dir string) (name string, level int, found bool) {
	for at := dir; at != "."; at = path.Dir(at) {
		for _, form := range []string{at, path.Dir(at) + "/*"} {
			for level, layer := range layers {
				if slices.Contains(layer, form) {
					return at, level, true
				}
			}
		}
	}
	return "", 0, false
}

// ruleLayers: nothing imports upward or sideways, and every package has a layer.
func ruleLayers(t *tree) []finding {
	findings := []finding{}
	for _, p := range t.packages {
		if _, _, found := family(p.dir); !found {
			findings = append(findings, finding{p.dir, 0, "has no layer: give it a line in tools/tidy/layers.go"})
			continue
		}
		for _, f := range slices.Concat(p.files, p.tests) {
			for imported, pos := range f.imports() {
				dir, ours := strings.CutPrefix(imported, module+"/")
				if !ours {
					continue
				}
				if why := forbidden(p.dir, dir, f.isTest()); why != "" {
					findings = append(findings, t.at(pos, "%s must not import %s: %s", p.dir, dir, why))
				}
			}
		}
	}
	return findings
}

// forbidden is the reason for which one folder must not import another, or "".
func forbidden(from, to string, test bool) string {
	name, level, _ := family(from)
	other, otherLevel, found := family(to)
	sides := [2]string{top(from), top(to)}
	switch {
	case sides == [2]string{"gateway", "cloud"}, sides == [2]string{"cloud", "gateway"}:
		return "what gateway and cloud share is in sync"
	case test, name == other:
		return ""
	case !found:
		return "it has no layer"
	case otherLevel > level:
		return "it is in a layer above"
	case otherLevel == level:
		return "it is beside it, in the same layer"
	}
	return ""
}

// top is the first element of a path.
func top(name string) string {
	first, _, _ := strings.Cut(name, "/")
	return first
}
