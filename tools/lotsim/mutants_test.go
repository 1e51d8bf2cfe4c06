package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mutant is one line of the product made wrong on purpose. The seeded campaign must turn red on each.
type mutant struct {
	name, file, old, new string
}

// mutants are from the list of reliability.md 3.2, and those that this project's own rules add.
var mutants = []mutant{
	{"no fsync", "sync/factlog/log.go", "if err := p.file.Datasync(); err != nil {", "if err := error(nil); err != nil {"},
	{"ack before commit", "tools/lotsim/rig/commit.go", "	r.waiting = append(r.waiting, c)\n	if r.retryMS", "	r.release(c)\n	c.effects = nil\n	r.waiting = append(r.waiting, c)\n	if r.retryMS"},
	{"relay before commit", "gateway/lot/passage.go", "	if out.Urgent {", "	if out.Urgent || out.Cause == gate.CauseVend {"},
	{"a failed flush taken for a good one", "tools/lotsim/rig/commit.go", "	if err := r.log.Flush(); err != nil {", "	if err := r.log.Flush(); err != nil && r.nowMS < 0 {"},
	{"presence on a loop ignored while lowering", "gateway/gate/blocks.go", "			b |= BlockPresence", "			b |= 0"},
	{"requalification after boot skipped", "gateway/gate/blocks.go", "		if l.proof != proven {", "		if l.proof > proven {"},
	{"vend not consumed on passage", "gateway/gate/vend.go", "	vend := g.vends.remove(i)", "	vend := g.vends.list[i].Vend"},
	{"fee by wall clock", "gateway/lot/account.go", "	elapsedMS := max(0, l.lineMS(now)-t.EntryLineMS)", "	elapsedMS := max(0, now.WallMS-t.Entry.WallMS)"},
	{"time while the power was out not counted", "gateway/lot/apply.go", "		l.meta.LineMS += max(0, at.WallMS-last.WallMS)", "		l.meta.LineMS += 0 * last.WallMS"},
	{"held spot offered again", "gateway/lot/spots.go", "	if status == fact.SpotAvailable {", "	if status == fact.SpotAvailable || status == fact.SpotHeld {"},
	{"restart forgets assignments", "gateway/lot/persist.go", "		l.restoreSpot(i, state)", "		state.Ticket = \"\"\n		l.restoreSpot(i, state)"},
	{"restart forgets the log's tail", "tools/lotsim/rig/boot.go", "		into.Apply(record)", "		if from == 1 {\n			into.Apply(record)\n		}"},
	{"sequence reused after a restart", "gateway/lot/lot.go", "Seq: l.meta.Seq + 1}", "Seq: max(2, l.meta.Seq)}"},
	{"fire input the wrong way round", "gateway/lot/passage.go", "		l.lanes[i].feed(l, i, gate.Fire(active))", "		l.lanes[i].feed(l, i, gate.Fire(!active))"},
	{"paid opens for ever", "gateway/lot/exit.go", "	case account.DueMinor <= 0:", "	case account.DueMinor <= 0 || t.PaidMinor() > 0:"},
	{"declined counts as paid", "gateway/lot/payment.go", "	case PaymentDeclined:\n", "	case PaymentDeclined:\n		if i >= 0 {\n			l.paid(i, t)\n			return\n		}\n"},
	{"an order is sent again instead of asked for", "gateway/lot/payment.go", "	l.do(AskPaymentStatus{Gate: asked, Payment: n.payment})", "	l.askPayment(asked)"},
	{"a sensor deletes an assignment", "gateway/lot/spots.go", "		if leaves {\n			s.Ticket", "		if leaves || f.After == fact.SpotUnknown {\n			s.Ticket"},
}

// TestMutants builds each mutant and has a campaign find it.
func TestMutants(t *testing.T) {
	if os.Getenv("GATEHOUSE_CAMPAIGN") == "" {
		t.Skip("a campaign: GATEHOUSE_CAMPAIGN=1, or make crash")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutants {
		t.Run(strings.ReplaceAll(m.name, " ", "_"), func(t *testing.T) { m.mustFail(t, root, "seeds", "--count", "400") })
	}
}

// mustFail runs the program with the mutant in it, which must end with an error.
func (m *mutant) mustFail(t *testing.T, root string, args ...string) {
	path := filepath.Join(root, m.file)
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Count(source, []byte(m.old)) != 1 {
		t.Fatalf("%s does not hold the mutant's line exactly once: %q", m.file, m.old)
	}
	dir := t.TempDir()
	changed := filepath.Join(dir, "changed.go")
	overlay, _ := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	write(t, changed, bytes.Replace(source, []byte(m.old), []byte(m.new), 1))
	write(t, filepath.Join(dir, "overlay.json"), overlay)
	program := filepath.Join(dir, "lotsim")
	build := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", program, ".")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the mutant does not build: %s", output)
	}
	output, err := exec.Command(program, args...).CombinedOutput()
	if err == nil {
		t.Fatalf("%q did not notice", args)
	}
	t.Logf("%s", bytes.TrimSpace(output))
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
