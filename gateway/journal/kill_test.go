package journal_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"gatehouse/gateway/journal"
	"gatehouse/sync/fact"
)

func killOptions(dir string) journal.Options {
	return journal.Options{Dir: dir, Location: "lot-1", CheckpointFacts: 7, SegmentBytes: 64 << 10}
}

// commitForEver is the child: it commits facts of a script, and prints the number of each once it is durable.
func commitForEver(dir string, run int) error {
	j, state, _, err := journal.Open(killOptions(dir), newModel)
	if err != nil {
		return err
	}
	random, s := rand.New(rand.NewPCG(uint64(run), 1)), newScript(run)
	failed, inFlight := make(chan error), make(chan struct{}, 6)
	for nowMS := int64(0); ; nowMS++ {
		select {
		case err := <-failed:
			return err
		case inFlight <- struct{}{}:
		}
		records := s.take(1 + random.IntN(4))
		for _, r := range records {
			state.Apply(r)
		}
		newest := records[len(records)-1].Dot.Seq
		j.Append(records, random.IntN(8) == 0, func(err error) {
			if err != nil {
				failed <- err
				return
			}
			fmt.Println(newest)
			<-inFlight
		})
		j.CheckpointIfDue(nowMS, state)
	}
}

func TestKilledProcessLosesNothingItPromised(t *testing.T) {
	dir, random := t.TempDir(), rand.New(rand.NewPCG(5, 0))
	promised := map[fact.Incarnation]uint64{}
	for run := range 8 {
		s := newScript(run)
		promised[s.incarnation] = killAfter(t, dir, run, random.IntN(120))
		checkPromises(t, dir, promised)
	}
}

// killAfter kills a child after so many lines and returns the last fact it promised.
func killAfter(t *testing.T, dir string, run, lines int) (promised uint64) {
	t.Helper()
	child := exec.Command(os.Args[0], childCommit, dir, strconv.Itoa(run))
	child.Stderr = os.Stderr
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	scan := bufio.NewScanner(output)
	for n := 0; ; n++ {
		if n == lines {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		if !scan.Scan() {
			break
		}
		if promised, err = strconv.ParseUint(scan.Text(), 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	child.Wait() // killed: that is an error, and the point
	return promised
}

// checkPromises opens the folder, where open compares state and log, and counts each run's facts.
func checkPromises(t *testing.T, dir string, promised map[fact.Incarnation]uint64) {
	t.Helper()
	s := &site{t: t, options: killOptions(dir)}
	s.options.Checker = childChecker()
	r := s.open()
	defer s.abandon()
	if len(r.Damage) != 0 {
		t.Fatalf("damage after a kill: %v", r.Damage)
	}
	held := map[fact.Incarnation]uint64{}
	for _, r := range s.log() {
		if r.Dot.Seq != held[r.Dot.Incarnation]+1 {
			t.Fatalf("%+v follows %d", r.Dot, held[r.Dot.Incarnation])
		}
		held[r.Dot.Incarnation]++
	}
	for incarnation, seq := range promised {
		if held[incarnation] < seq {
			t.Fatalf("run %v promised %d facts, the log has %d", incarnation, seq, held[incarnation])
		}
	}
}
