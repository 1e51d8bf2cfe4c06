package main_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gatehouse/gateway/site"
)

var rewrite = flag.Bool("rewrite", false, "write what check says now; read the difference before committing it")

// TestCheckSaysAllThatIsWrong compares what `gatehouse check` says of each site file in testdata with what it is known
// to say.
func TestCheckSaysAllThatIsWrong(t *testing.T) {
	files, err := filepath.Glob("testdata/*.toml")
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v", files, err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		p := command(t, "check", "--site", file)
		if code := p.code(patience); code != 1 {
			t.Errorf("%s: exit code %d", file, code)
		}
		got := strings.ReplaceAll(p.output(), filepath.Join(here, "testdata")+"/", "")
		golden := strings.TrimSuffix(file, ".toml") + ".txt"
		if *rewrite {
			err = os.WriteFile(golden, []byte(got), 0o644)
		}
		want, readErr := os.ReadFile(golden)
		if err != nil || readErr != nil || got != string(want) {
			t.Errorf("%s differs (-rewrite shows it as a diff): %v %v\n%s", golden, err, readErr, got)
		}
	}
}

// TestTheUnitStartsWhatThereIs: systemd, where there is one, reads the unit without complaint, and this program understands its
// command line.
func TestTheUnitStartsWhatThereIs(t *testing.T) {
	printed := command(t, "unit")
	if code := printed.code(patience); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	found := regexp.MustCompile(`(?m)^ExecStart=/usr/local/bin/gatehouse (.*)$`).FindStringSubmatch(printed.output())
	if found == nil {
		t.Fatalf("it starts nothing:\n%s", printed.output())
	}
	if p := command(t, append(strings.Fields(found[1]), "--help")...); p.code(patience) != 0 || !strings.Contains(p.output(), "Serve the lot") {
		t.Errorf("%q: %s", found[1], p.output())
	}
	program, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Log("no systemd-analyze here: its opinion is not asked")
		return
	}
	file := filepath.Join(t.TempDir(), "gatehouse.service")
	here := strings.Replace(printed.output(), "/usr/local/bin/gatehouse", program, 1)
	if err := os.WriteFile(file, []byte(here), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command(program, "verify", file).CombinedOutput(); err != nil || len(said) > 0 {
		t.Errorf("%v: %s", err, said)
	}
}

func TestCheckIsContentWithAGoodFile(t *testing.T) {
	f := newFolder(t, place())
	p := command(t, "check", "--site", f.site)
	if code := p.code(patience); code != 0 || !strings.Contains(p.output(), "is fine: 600 spots, 8 gates") {
		t.Errorf("exit code %d:\n%s", code, p.output())
	}
}

// TestTheExamplesAreFine: the files to begin with have nothing to complain of, their devices can be made, and their boards wire
// them.
func TestTheExamplesAreFine(t *testing.T) {
	files, err := filepath.Glob("examples/*.toml")
	if err != nil || len(files) < 10 {
		t.Fatalf("%v, %v", files, err)
	}
	list := command(t, "example", "?")
	if list.code(patience) != 0 {
		t.Error(list.output())
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".toml")
		if !strings.Contains(list.output(), "\n"+name+" ") && !strings.HasPrefix(list.output(), name+" ") {
			t.Errorf("%s is not listed", name)
		}
		if strings.HasSuffix(name, "-board") {
			continue // a site file names it
		}
		if p := command(t, "check", "--site", file); p.code(patience) != 0 || !strings.Contains(p.output(), "is fine: ") {
			t.Errorf("%s:\n%s", file, p.output())
		}
	}
	if p := command(t, "example", "smal"); p.code(patience) != 1 || !strings.Contains(p.output(), "did you mean small?") {
		t.Error(p.output())
	}
	if p := command(t, "reference"); p.code(patience) != 0 || !strings.Contains(p.output(), "[[device]]") {
		t.Error(p.output())
	}
	if p := command(t, "example"); p.code(patience) != 0 || !strings.Contains(p.output(), "gatehouse check --site") {
		t.Error(p.output())
	}
}

func TestAFileThatIsNotThereIsAnError(t *testing.T) {
	p := command(t, "check", "--site", "testdata/none.toml")
	if code := p.code(patience); code != 1 || !strings.Contains(p.output(), "none.toml: no such file") {
		t.Errorf("exit code %d:\n%s", code, p.output())
	}
}

// TestATokenIsWhatTheSiteFileTakes makes a token, writes what is said into a site file, and uses it.
func TestATokenIsWhatTheSiteFileTakes(t *testing.T) {
	p := command(t, "token", "--name", "Anna", "--role", "view")
	if code := p.code(patience); code != 0 {
		t.Fatalf("exit code %d:\n%s", code, p.output())
	}
	token := p.await(regexp.MustCompile(`(?m)^  (\S{32})$`))
	_, table, _ := strings.Cut(p.output(), "[[server.token]]")
	if !strings.Contains(table, site.HashToken(token)) {
		t.Errorf("the hash is not that of the token:\n%s", p.output())
	}
	f := newFolder(t, place()+"[[server.token]]"+table)
	f.token = token
	running := f.start()
	if a := running.get("/healthz"); a.status != 200 {
		t.Errorf("the token's view: %+v", a)
	}
	if a := running.post("/api/v1/locations/small/gates/in-1/open", "", map[string]any{}); a.status != 403 {
		t.Errorf("the token opens a gate: %+v", a)
	}
	if _, err := os.Stat(filepath.Join(f.data, "token")); err == nil {
		t.Error("there is another token that nobody asked for")
	}
}

func TestATokenNeedsARoleThatThereIs(t *testing.T) {
	p := command(t, "token", "--name", "Anna", "--role", "owner")
	if code := p.code(patience); code == 0 || !strings.Contains(p.output(), "--role") {
		t.Errorf("exit code %d:\n%s", code, p.output())
	}
}
