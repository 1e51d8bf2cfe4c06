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

// mutant is one line of the product made wrong on purpose.
type mutant struct {
	name, file, old, new string
}

// breach is a mutant that the check of one rule must find.
type breach struct {
	rule string
	mutant
}

// mutants are mistakes that a lot like this one is prone to. The rules that they break are those of package rig.
var mutants = []breach{
	{"D2", mutant{"no fsync", "sync/factlog/log.go", "if err := p.file.Datasync(); err != nil {", "if err := error(nil); err != nil {"}},
	{"D1", mutant{"ack before commit", "tools/lotsim/rig/commit.go", "	r.waiting = append(r.waiting, c)\n	if r.retryMS", "	r.release(c)\n	c.effects = nil\n	r.waiting = append(r.waiting, c)\n	if r.retryMS"}},
	{"A1", mutant{"relay before commit", "gateway/lot/passage.go", "	if out.Urgent {", "	if out.Urgent || out.Cause == gate.CauseVend {"}},
	{"D1", mutant{"a failed flush taken for a good one", "tools/lotsim/rig/commit.go", "	if err := r.flushLog(); err != nil {", "	if err := r.flushLog(); err != nil && r.nowMS < 0 {"}},
	{"P1", mutant{"presence on a loop ignored while lowering", "gateway/gate/blocks.go", "			b |= BlockPresence", "			b |= 0"}},
	{"P4", mutant{"requalification after boot skipped", "gateway/gate/blocks.go", "		if l.proof != proven {", "		if l.proof > proven {"}},
	{"P8", mutant{"vend not consumed on passage", "gateway/gate/vend.go", "	vend := g.vends.remove(i)", "	vend := g.vends.list[i].Vend"}},
	{"M5", mutant{"fee by wall clock", "gateway/lot/account.go", "	elapsedMS := max(0, l.lineMS(now)-t.EntryLineMS)", "	elapsedMS := max(0, now.WallMS-t.Entry.WallMS)"}},
	{"M4", mutant{"time while the power was out not counted", "gateway/lot/apply.go", "		l.meta.LineMS += max(0, at.WallMS-last.WallMS)", "		l.meta.LineMS += 0 * last.WallMS"}},
	{"B1", mutant{"held spot offered again", "gateway/lot/spots.go", "	if status == fact.SpotAvailable {", "	if status == fact.SpotAvailable || status == fact.SpotHeld {"}},
	{"D2", mutant{"restart forgets assignments", "gateway/lot/persist.go", "		l.restoreSpot(i, state)", "		state.Ticket = \"\"\n		l.restoreSpot(i, state)"}},
	{"D2", mutant{"restart forgets the log's tail", "tools/lotsim/rig/boot.go", "		into.Apply(record)", "		if from == 1 {\n			into.Apply(record)\n		}"}},
	{"M2", mutant{"sequence reused after a restart", "gateway/lot/lot.go", "Seq: l.meta.Seq + 1}", "Seq: max(2, l.meta.Seq)}"}},
	{"P5", mutant{"fire input the wrong way round", "gateway/lot/passage.go", "		l.lanes[i].feed(l, i, gate.Fire(active))", "		l.lanes[i].feed(l, i, gate.Fire(!active))"}},
	{"M1", mutant{"paid opens for ever", "gateway/lot/exit.go", "	case account.DueMinor <= 0:", "	case account.DueMinor <= 0 || t.PaidMinor() > 0:"}},
	{"M4", mutant{"declined counts as paid", "gateway/lot/payment.go", "	case PaymentDeclined:\n", "	case PaymentDeclined:\n		if i >= 0 {\n			l.paid(i, t)\n			return\n		}\n"}},
	{"M3", mutant{"an order is sent again instead of asked for", "gateway/lot/payment.go", "	l.do(AskPaymentStatus{Gate: asked, Payment: n.payment})", "	l.askPayment(asked)"}},
	{"B4", mutant{"a sensor deletes an assignment", "gateway/lot/spots.go", "		if leaves {\n			s.Ticket", "		if leaves || f.After == fact.SpotUnknown {\n			s.Ticket"}},
	{"D3", mutant{"a commit tried again in the same handle", "tools/lotsim/rig/commit.go", "	if err := r.flushLog(); err != nil {", "	err := r.flushLog()\n	if err != nil {\n		err = r.flushLog()\n	}\n	if err != nil {"}},
	{"P1a", mutant{"the arm ignores who comes up to it", "gateway/gate/blocks.go", "	set(g.nowMS < g.approachMS(), BlockApproach)\n", ""}},
	{"P1t", mutant{"a closing loop that only pulses", "tools/lotsim/rig/codec.go", "		c.add(lot.LoopChanged{Gate: s.Gate, Loop: loopOf(s.Closing), Level: levelOf(s.Active)})", "		c.add(lot.LoopChanged{Gate: s.Gate, Loop: loopOf(s.Closing), Level: levelOf(s.Active)})\n		if s.Closing && s.Active {\n			c.add(lot.LoopChanged{Gate: s.Gate, Loop: gate.ClosingLoop, Level: gate.Clear})\n		}"}},
	{"P2", mutant{"reversal waits for the disk", "gateway/gate/command.go", "		g.raise(CauseReverse, Vend{}, true)", "		g.raise(CauseReverse, Vend{}, false)"}},
	{"P3", mutant{"the arm is put down at power-up", "gateway/gate/gate.go", "	g.keepUp()\n", "	if !g.booted() && !g.arm.lowering {\n		g.lower(CauseTimer)\n	}\n	g.keepUp()\n"}},
	{"P6", mutant{"a hold is let go in a fire", "gateway/gate/command.go", "	if g.held == CauseNone || g.hold || g.fire ||", "	if g.held == CauseNone || g.hold ||"}},
	{"P7", mutant{"no time to clear", "gateway/gate/blocks.go", "	set(g.nowMS < g.clearFromMS+g.cfg.ClearMS, BlockClearing)\n", ""}},
	{"P8", mutant{"who backs out counts as through", "gateway/lot/passage.go", "		l.emit(fact.VehicleBackedOut{Gate: id, Direction: out.Vend.Direction, Ticket: out.Vend.Ticket})", "		l.emit(fact.VehiclePassed{Gate: id, Direction: out.Vend.Direction, Ticket: out.Vend.Ticket})"}},
	{"P9", mutant{"retries without end", "gateway/gate/command.go", "	case a.retries >= g.cfg.RetryMax:", "	case a.retries >= 50*g.cfg.RetryMax:"}},
	{"A1", mutant{"a refusal opens", "gateway/lot/entry.go", "	l.lanes[i].feed(l, i, gate.Refuse(l.direction(i)))", "	l.lanes[i].feed(l, i, gate.Grant(gate.Vend{Ticket: \"T0\", Reason: reason}))"}},
	{"A2", mutant{"a vend raises again and again", "gateway/gate/command.go", "		first.raised = true\n", ""}},
	{"A5", mutant{"nobody is let through while the disk stalls", "gateway/lot/passage.go", "Early: l.cfg.Gates[i].Stall == StallOpen}", "Early: false}"}},
	{"A5", mutant{"a gate that is to wait opens while the disk stalls", "gateway/lot/passage.go", "Early: l.cfg.Gates[i].Stall == StallOpen}", "Early: true}"}},
	{"B5", mutant{"a freed spot is not given again", "gateway/lot/spots.go", "		l.allocator.Free(i)", "		if l.meta.Seq < 100 {\n			l.allocator.Free(i)\n		}"}},
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
		t.Run(strings.ReplaceAll(m.name, " ", "_"), func(t *testing.T) {
			if said := m.mustFail(t, root, "seeds", "--count", "400"); !strings.Contains(said, m.rule+":") && !strings.Contains(said, " "+m.rule+" ") {
				t.Errorf("not by the check of %s", m.rule)
			}
		})
	}
}

// mustFail runs the program with the mutant in it, which must end with an error. It returns what was said.
func (m *mutant) mustFail(t *testing.T, root string, args ...string) string {
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
	return string(output)
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
