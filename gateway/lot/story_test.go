package lot_test

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/drivers"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/occupancy"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
)

var rewrite = flag.Bool("rewrite", false, "write what the stories say now; read the difference before committing it")

// TestStories runs each file of testdata/*.txt: lines that begin with ">" are what happens, the lines below are
// what the lot says to it. At the end of each, its facts alone lead to the state that the story led to.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no stories", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := tell(t, string(want))
			if got == string(want) {
				return
			}
			if *rewrite {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("%s differs; -rewrite shows it as a diff\n--- got\n%s", file, got)
		})
	}
}

// storyConfig is the location of the stories.
func storyConfig(t failer) *lot.Config {
	t.Helper()
	data, err := os.ReadFile("testdata/site.toml")
	if err != nil {
		t.Fatal(err)
	}
	known := drivers.Catalog{{Name: "contact"}, {Name: "camera"}, {Name: "column"}, {Name: "terminal"}}
	parsed, err := site.Parse("site.toml", data, known)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Lot
}

// teller runs one story.
type teller struct {
	t       failer
	cfg     *lot.Config
	lot     *lot.Lot
	clock   fact.Clock
	wallMS  int64
	monoMS  int64
	trust   fact.Trust
	wakeMS  int64
	boots   int
	words   map[string]func(*teller, []string)
	names   map[string]string     // identifiers as T1, P2 …
	loops   map[[2]int]gate.Level // what the devices say, by gate and loop
	arms    map[int]lot.ArmChanged
	sales   map[string]*policy.Sale // of headquarters, by a letter
	records []fact.Record
	kept    kept
	muted   bool // what happened earlier is not told
	watch   func(lot.Out)
	out     strings.Builder
}

// newTeller opens the location of the stories at eight on a Monday morning, with all spots free.
func newTeller(t failer) *teller {
	s := &teller{
		t: t, words: storyWords, cfg: storyConfig(t), trust: fact.ClockSynced, names: map[string]string{},
		loops: map[[2]int]gate.Level{}, arms: map[int]lot.ArmChanged{}, kept: kept{}, sales: map[string]*policy.Sale{},
	}
	s.wallMS = time.Date(2026, 3, 2, 8, 0, 0, 0, s.cfg.Zone).UnixMilli()
	s.boot()
	return s
}

func tell(t failer, story string) string {
	s := newTeller(t)
	lines := bufio.NewScanner(strings.NewReader(story))
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "#") || line == "":
			fmt.Fprintln(&s.out, line)
		case strings.HasPrefix(line, ">"):
			fmt.Fprintln(&s.out, line)
			s.command(strings.Fields(line[1:]))
		}
	}
	s.check()
	return s.out.String()
}

// check looks whether all counts are right, and whether both a restart and the facts alone lead to the same state.
func (s *teller) check() {
	s.t.Helper()
	sound(s.t, s.lot)
	whole := everything(s.t, s.lot)
	sameState(s.t, everything(s.t, s.kept.load(s.t, s.cfg)), whole)
	sameState(s.t, everything(s.t, folded(s.t, s.cfg, s.records)), whole)
}

// boot makes a lot anew from what was stored.
func (s *teller) boot() {
	s.lot = s.kept.load(s.t, s.cfg)
	s.boots++
	s.monoMS, s.clock.Boot = 0, uint64(s.boots)
	s.step(lot.Started{Incarnation: fact.NewIncarnation(int64(s.boots), 0), Fact: fact.GatewayStarted{Location: s.cfg.Location}})
	for i := range s.cfg.Gates {
		for _, loop := range []gate.Loop{gate.ArmingLoop, gate.ClosingLoop} {
			level := max(gate.Clear, s.loops[[2]int{i, int(loop)}])
			s.step(lot.LoopChanged{Gate: i, Loop: loop, Level: level})
		}
		arm, moved := s.arms[i]
		if !moved {
			arm = lot.ArmChanged{Gate: i, Down: true}
		}
		s.step(arm)
	}
	if s.boots == 1 {
		for i := range s.cfg.Spots {
			s.see(int32(i), 2400)
		}
		s.out.Reset()
	}
}

func (s *teller) step(event lot.Event) {
	switch e := event.(type) {
	case lot.LoopChanged:
		s.loops[[2]int{e.Gate, int(e.Loop)}] = e.Level
	case lot.ArmChanged:
		s.arms[e.Gate] = e
	}
	out := s.lot.Step(s.stamp(), event)
	s.kept.take(s.t, s.lot)
	s.wakeMS = out.WakeMS
	s.records = append(s.records, out.Facts...)
	if s.watch != nil {
		s.watch(out)
	}
	for _, effect := range out.Urgent {
		s.say("urgent", s.effect(effect))
	}
	for _, record := range out.Facts {
		s.say("fact", s.fields(record.Fact))
	}
	for _, effect := range out.Effects {
		s.say("do", s.effect(effect))
	}
	if !reflect.DeepEqual(out.Result, lot.Result{}) {
		if out.Result.Problem != nil {
			s.say("problem", string(out.Result.Problem.Code)+": "+s.named(out.Result.Problem.Message))
		} else {
			s.say("result", s.fields(out.Result))
		}
	}
}

func (s *teller) say(what, text string) {
	if !s.muted {
		fmt.Fprintf(&s.out, "  %s %s\n", what, text)
	}
}

// pass lets time go by, with the ticks that the lot asks for.
func (s *teller) pass(d time.Duration) {
	until := s.monoMS + d.Milliseconds()
	for s.wakeMS <= until {
		due := max(s.wakeMS, s.monoMS)
		s.wallMS += due - s.monoMS
		s.monoMS = due
		s.step(lot.Tick{})
		if s.wakeMS <= due {
			s.wakeMS = due + 1
		}
	}
	s.wallMS += until - s.monoMS
	s.monoMS = until
}

// see has a spot's sensor read a distance for longer than any debounce.
func (s *teller) see(spot int32, distanceMM int32) {
	if s.cfg.Spots[spot].Sensor < 0 {
		return
	}
	for range 5 {
		s.read(spot, distanceMM)
		s.pass(4 * time.Second)
	}
}

func (s *teller) read(spot int32, distanceMM int32) {
	s.step(lot.SpotRead{Spot: spot, Reading: occupancy.Reading{Kind: occupancy.Distance, DistanceMM: distanceMM}})
}

// fields prints a value's type and the fields that are set.
func (s *teller) fields(value any) string {
	v := reflect.ValueOf(value)
	text := v.Type().Name()
	for i := range v.NumField() {
		field := v.Field(i)
		name := v.Type().Field(i).Name
		if field.IsZero() || name == "Digest" {
			continue
		}
		if without, ok := field.Interface().(fact.Degraded); ok {
			text += " without=" + strings.Join(without.Codes(), ",")
			continue
		}
		text += " " + strings.ToLower(name) + "=" + s.name(strings.ReplaceAll(strings.TrimSpace(fmt.Sprint(field.Interface())), "\n", " / "))
	}
	return text
}

// name shortens identifiers to T1, P2 …, in the order of their appearance.
func (s *teller) name(text string) string {
	if len(text) < 15 || strings.IndexByte("TRPM", text[0]) < 0 || text[14] != '-' {
		return text
	}
	if s.names[text] == "" {
		n := 1
		for known := range s.names {
			if known[0] == text[0] {
				n++
			}
		}
		s.names[text] = fmt.Sprintf("%c%d", text[0], n)
	}
	return s.names[text]
}

// named shortens the identifiers in a text.
func (s *teller) named(text string) string {
	for id, short := range s.names {
		text = strings.ReplaceAll(text, id, short)
	}
	return text
}

// id is the identifier behind a short name.
func (s *teller) id(name string) string {
	for id, short := range s.names {
		if short == name {
			return id
		}
	}
	return name
}

func (s *teller) effect(effect lot.Effect) string {
	switch e := effect.(type) {
	case lot.MoveBarrier:
		return fmt.Sprintf("%s %s for %s", s.cfg.Gates[e.Gate].ID, e.Command, e.Cause)
	case lot.ShowFace:
		return fmt.Sprintf("%s shows %q", s.cfg.Gates[e.Gate].ID, strings.Join(e.Face.Lines, " / "))
	case lot.ShowSign:
		if e.Unknown {
			return fmt.Sprintf("sign %s blank", s.cfg.Floors[e.Floor].ID)
		}
		return fmt.Sprintf("sign %s %d of %d", s.cfg.Floors[e.Floor].ID, e.Available, e.Total)
	case lot.PrintTicket:
		return fmt.Sprintf("%s prints %s", s.cfg.Gates[e.Gate].ID, s.name(string(e.Ticket)))
	case lot.AskPayment:
		return fmt.Sprintf("%s asks %s for %s", s.cfg.Gates[e.Gate].ID, e.Amount, s.name(string(e.Payment)))
	case lot.AskPaymentStatus:
		return fmt.Sprintf("%s asks what became of %s", s.cfg.Gates[e.Gate].ID, s.name(string(e.Payment)))
	}
	return fmt.Sprintf("%T", effect)
}

// command carries out one line of a story. A first word like +5s lets time go by before; "earlier" sets the
// scene and is not told.
func (s *teller) command(words []string) {
	if len(words) > 0 && words[0] == "earlier" {
		s.muted = true
		s.command(words[1:])
		s.muted = false
		return
	}
	if len(words) > 0 && words[0][0] == '+' {
		d, err := time.ParseDuration(words[0][1:])
		if err != nil {
			s.t.Fatal(err)
		}
		s.pass(d)
		words = words[1:]
	}
	if len(words) == 0 {
		return
	}
	if do, known := s.words[words[0]]; known {
		do(s, append(slices.Clone(words[1:]), "", "", "", "", "", ""))
		return
	}
	s.t.Fatalf("no such word in a story: %q", words)
}

// commands carries out one line after the other.
func (s *teller) commands(lines ...string) {
	for _, line := range lines {
		s.command(strings.Fields(line))
	}
}

func (s *teller) gate(id string) int {
	i, found := s.lot.Gate(fact.GateID(id))
	if !found {
		s.t.Fatalf("no gate %q", id)
	}
	return i
}

func (s *teller) spot(id string) int32 {
	i, found := s.lot.Spot(fact.SpotID(id))
	if !found {
		s.t.Fatalf("no spot %q", id)
	}
	return i
}

func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// stamp is the present moment.
func (s *teller) stamp() fact.Stamp { return s.clock.At(s.wallMS, s.monoMS, s.trust) }
