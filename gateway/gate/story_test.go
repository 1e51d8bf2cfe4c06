package gate_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gatehouse/gateway/gate"
	"gatehouse/gateway/gate/gatecheck"
	"gatehouse/sync/fact"
)

var rewrite = flag.Bool("rewrite", false, "write the transcripts of the stories anew")

// TestStories plays every story and compares what the gate said with what the story says. A story is a script:
// the gate's description, then one input per line with its time in milliseconds. What the gate said follows
// each line, indented: "> output", "= state" when the state changed, "@time" when a timer did it.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no stories", err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(text), seen)
			if *rewrite {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(text) {
				t.Errorf("%s:\n%s", file, firstDifference(string(text), got))
			}
		})
	}
	checkAllSeen(t, seen)
}

// checkAllSeen wants every state, output, command, cause and fault to have a story.
func checkAllSeen(t *testing.T, seen map[string]bool) {
	for s := gate.StateBoot; s <= gate.StateStopped; s++ {
		wantSeen(t, seen, "state "+s.String())
	}
	for k := gate.Commanded; k <= gate.Qualified; k++ {
		wantSeen(t, seen, "output "+k.String())
	}
	for c := gate.CommandRaise; c <= gate.CommandStop; c++ {
		wantSeen(t, seen, "command "+c.String())
	}
	for c := gate.CauseVend; c <= gate.CauseStop; c++ {
		wantSeen(t, seen, "cause "+c.String())
	}
	for f := fact.FaultStuckClosed; f <= fact.FaultStopped; f++ {
		wantSeen(t, seen, "began "+f.String())
		wantSeen(t, seen, "ended "+f.String())
	}
}

func wantSeen(t *testing.T, seen map[string]bool, what string) {
	if !seen[what] {
		t.Errorf("no story shows %s", what)
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d\nwant %s\ngot  %s", i+1, w[i], g[i])
		}
	}
	return fmt.Sprintf("want %d lines, got %d", len(w), len(g))
}

// theatre is a gate on which a story is played.
type theatre struct {
	t     *testing.T
	gate  *gate.Gate
	check *gatecheck.Checker
	state gate.State
	text  strings.Builder
	seen  map[string]bool
}

// play runs a script and returns it with its transcript.
func play(t *testing.T, script string, seen map[string]bool) string {
	s := &theatre{t: t, seen: seen}
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, " ") {
			continue
		}
		fmt.Fprintln(&s.text, line)
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#":
		case words[0] == "gate":
			cfg := parseConfig(t, words[1:])
			s.gate, s.check = gate.New(cfg), gatecheck.New(cfg)
			s.state = s.gate.State()
		default:
			s.input(words)
		}
	}
	return s.text.String()
}

func (s *theatre) input(words []string) {
	atMS, err := strconv.ParseInt(words[0], 10, 64)
	if err != nil || s.gate == nil {
		s.t.Fatalf("%q: want a gate, then lines of a time and an input", words)
	}
	for s.gate.WakeMS() < atMS {
		wakeMS := s.gate.WakeMS()
		s.step(wakeMS, gate.Tick(), fmt.Sprintf("@%d ", wakeMS))
	}
	s.step(atMS, parseInput(s.t, words[1:]), "")
}

func (s *theatre) step(nowMS int64, in gate.Input, at string) {
	out := s.gate.Step(nowMS, in, nil)
	for _, o := range out {
		fmt.Fprintf(&s.text, "      %s> %s\n", at, o)
		s.note(o)
	}
	if state := s.gate.State(); state != s.state {
		s.state = state
		fmt.Fprintf(&s.text, "      %s= %s\n", at, state)
	}
	s.seen["state "+s.state.String()] = true
	for _, v := range s.check.Step(nowMS, in, out) {
		s.t.Error(v)
	}
	if wake := s.gate.WakeMS(); wake <= nowMS {
		s.t.Errorf("at %d ms the gate wants to be woken at %d", nowMS, wake)
	}
}

func (s *theatre) note(o gate.Output) {
	s.seen["output "+o.Kind.String()] = true
	switch o.Kind {
	case gate.Commanded:
		s.seen["command "+o.Command.String()] = true
		s.seen["cause "+o.Cause.String()] = true
	case gate.Faulted:
		s.seen["began "+o.Fault.String()] = true
	case gate.Recovered:
		s.seen["ended "+o.Fault.String()] = true
	}
}

func parseConfig(t *testing.T, words []string) gate.Config {
	var cfg gate.Config
	for _, word := range words {
		switch word {
		case "in":
			cfg.Direction = fact.Inward
		case "out":
			cfg.Direction = fact.Outward
		case "both":
			cfg.Direction = fact.DirectionUnknown
		case "barrier":
			cfg.Closing = gate.ClosedByBarrier
		case "gateway":
			cfg.Closing = gate.ClosedByGateway
		case "arming":
			cfg.ArmingLoop = true
		case "closing":
			cfg.ClosingLoop = true
		case "up":
			cfg.UpSwitch = true
		case "down":
			cfg.DownSwitch = true
		default:
			t.Fatalf("%q is nothing that a gate has", word)
		}
	}
	return cfg
}

func parseInput(t *testing.T, words []string) gate.Input {
	on := words[len(words)-1] == "on"
	switch words[0] {
	case "tick":
		return gate.Tick()
	case "arming":
		return gate.LoopReads(gate.ArmingLoop, parseLevel(t, words[1]))
	case "closing":
		return gate.LoopReads(gate.ClosingLoop, parseLevel(t, words[1]))
	case "arm":
		w := words[1]
		return gate.ArmReads(w == "up" || w == "both", w == "down" || w == "both")
	case "grant":
		if len(words) > 3 && words[2] == "instead" {
			return gate.Grant(parseVend(t, words[1:2])).InsteadOf(fact.TicketID(words[3]))
		}
		return gate.Grant(parseVend(t, words[1:]))
	case "refuse":
		return gate.Refuse(fact.DirectionUnknown)
	case "follows":
		return gate.Follows(fact.DirectionUnknown, len(words) > 1)
	case "raise_once":
		return gate.RaiseOnce(fact.ReasonCommand)
	case "hold":
		return gate.Hold(on)
	case "fire":
		return gate.Fire(on)
	case "stop":
		return gate.Stop(on)
	case "back":
		return gate.Back()
	case "lower":
		return gate.Lower()
	case "confirm":
		return gate.Confirm()
	}
	t.Fatalf("%q is no input", words)
	return gate.Input{}
}

func parseLevel(t *testing.T, word string) gate.Level {
	for _, level := range []gate.Level{gate.Clear, gate.Occupied, gate.Failed} {
		if level.String() == word {
			return level
		}
	}
	t.Fatalf("%q is no level", word)
	return gate.LevelUnknown
}

func parseVend(t *testing.T, words []string) gate.Vend {
	vend := gate.Vend{Ticket: fact.TicketID(words[0]), Reason: fact.ReasonPlate}
	for _, word := range words[1:] {
		switch word {
		case "in":
			vend.Direction = fact.Inward
		case "out":
			vend.Direction = fact.Outward
		default:
			if err := vend.Reason.UnmarshalText([]byte(word)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return vend
}
