package main_test

import (
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// row reads one line of the summary: what the gateway knows, and what is true.
func row(t *testing.T, said, what string) (known, was string) {
	t.Helper()
	found := regexp.MustCompile(`(?m)^  ` + what + ` +(\S+(?: CNY)?) +(\S+(?: CNY)?)$`).FindStringSubmatch(said)
	if found == nil {
		t.Fatalf("the summary has no line %q where both agree:\n%s", what, said)
	}
	return found[1], found[2]
}

// TestTheDemonstrationKnowsWhatIsTrue runs a stretch of a real day (all of it in a campaign) through real drivers on
// simulated hardware: in the end the gateway's counts are those of the simulator.
func TestTheDemonstrationKnowsWhatIsTrue(t *testing.T) {
	t.Parallel()
	speed, from, until, least := "120", "09:00", "09:24", 5
	if os.Getenv("GATEHOUSE_CAMPAIGN") != "" {
		speed, from, until, least = "240", "06:00", "24:00", 150
	}
	p := command(t, "demo", "--speed", speed, "--from", from, "--until", until, "--listen", "127.0.0.1:0")
	if code := p.code(10 * time.Minute); code != 0 {
		t.Errorf("exit code %d", code)
	}
	said := p.output()
	for _, what := range []string{"vehicles in", "vehicles out", "inside now", "takings"} {
		if known, was := row(t, said, what); known != was {
			t.Errorf("%s: the gateway says %s, true is %s", what, known, was)
		}
	}
	if !regexp.MustCompile(`(?m)^  arms on vehicles +0$`).MatchString(said) {
		t.Error("an arm came down on a vehicle")
	}
	var came int
	known, _ := row(t, said, "vehicles in")
	if _, err := fmt.Sscan(known, &came); err != nil || came < least {
		t.Errorf("%d vehicles came", came)
	}
	if t.Failed() {
		t.Log(said)
	}
}

func TestADemonstrationThatIsInterruptedSumsUp(t *testing.T) {
	p := command(t, "demo", "--speed", "120", "--from", "09:00", "--listen", "127.0.0.1:0")
	p.base = p.await(wordsOf(`the page +(http://.*)/\n`))
	if a := p.get("/healthz"); a.status != 200 { // without a token, from this machine
		t.Errorf("the page of the demonstration: %+v", a)
	}
	if state := cameraClock(p); state != "info" { // cameras live in the demonstration's time, as the gateway does
		t.Errorf("a camera's clock: %q", state)
	}
	p.cmd.Process.Signal(syscall.SIGINT)
	if code := p.code(patience); code != 0 || !strings.Contains(p.output(), "arms on vehicles") {
		t.Errorf("exit code %d:\n%s", code, p.output())
	}
}

// cameraClock is the state of the clock of the first camera that has read a plate.
func cameraClock(p *process) string {
	for began := time.Now(); time.Since(began) < patience; time.Sleep(50 * time.Millisecond) {
		checks, _ := p.get("/healthz?verbose").body["checks"].([]any)
		for _, c := range checks {
			check := c.(map[string]any)
			if id, _ := check["id"].(string); strings.HasSuffix(id, "-camera/clock") {
				return fmt.Sprint(check["state"])
			}
		}
	}
	return "never seen"
}

func TestADemonstrationWithoutAPageDoesNotStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	p := command(t, "demo", "--listen", taken.Addr().String())
	if code := p.code(patience); code != 1 || !strings.Contains(p.output(), "address already in use") {
		t.Errorf("exit code %d:\n%s", code, p.output())
	}
}

func TestTimesOfDayThatMakeNoSenseAreRefused(t *testing.T) {
	for _, wrong := range [][]string{{"--from", "25:00"}, {"--from", "9"}, {"--until", "07:30x"}, {"--from", "10:00", "--until", "09:00"}} {
		p := command(t, append([]string{"demo", "--listen", "127.0.0.1:0"}, wrong...)...)
		if code := p.code(patience); code != 1 || !strings.Contains(p.output(), "write a time") {
			t.Errorf("%v: exit code %d:\n%s", wrong, code, p.output())
		}
	}
}
