package commandline_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"gatehouse/sync/commandline"
)

type commands struct {
	Greet greet `cmd:"" help:"Say hello."`
	Song  struct {
		Sing greet `cmd:"" help:"Sing for somebody."`
	} `cmd:"" help:"Songs."`
}

type greet struct {
	Name string `arg:"" help:"Whom."`
}

func (g greet) Run(out io.Writer) error {
	switch g.Name {
	case "nobody":
		return errors.New("there is nobody to greet")
	case "a full disk":
		return &os.PathError{Op: "write", Path: "/greetings", Err: syscall.ENOSPC}
	case "":
		return fmt.Errorf("%w: a name has letters", commandline.ErrUsage)
	}
	_, err := fmt.Fprintln(out, "hello", g.Name)
	return err
}

func TestHowAProgramEnds(t *testing.T) {
	for _, c := range []struct {
		args      []string
		code      int
		out, errs string
	}{
		{[]string{"greet", "ann"}, commandline.ExitOK, "hello ann\n", ""},
		{[]string{"greet", "nobody"}, commandline.ExitWrong, "", "greeter: there is nobody to greet\n"},
		{[]string{"greet", "a full disk"}, commandline.ExitWrong, "", "no space left on device\n  Make room there"},
		{[]string{"greet", ""}, commandline.ExitUsage, "", "greeter: usage: a name has letters\n"},
		{[]string{"greet", "ann", "--loud"}, commandline.ExitUsage, "", "unknown flag --loud"},
		{[]string{"sing"}, commandline.ExitUsage, "", "greeter --help says what there is"},
		{nil, commandline.ExitUsage, "", "Say hello."},
		{[]string{"song"}, commandline.ExitUsage, "", "Sing for somebody."},
		{[]string{"--help"}, commandline.ExitOK, "Say hello.", ""},
	} {
		var out, errs strings.Builder
		program := commandline.Program{Name: "greeter", Description: "Greets.", Out: &out, Errs: &errs}
		code := program.Run(c.args, &commands{})
		if code != c.code || !strings.Contains(out.String(), c.out) || !strings.Contains(errs.String(), c.errs) ||
			(c.out == "") != (out.Len() == 0) || (c.errs == "") != (errs.Len() == 0) {
			t.Errorf("%q: exit code %d, out %q, errs %q", c.args, code, &out, &errs)
		}
	}
}

// A program without commands runs on no arguments.
func TestAProgramOfOneCommand(t *testing.T) {
	var out, errs strings.Builder
	program := commandline.Program{Name: "hello", Description: "Greets the world.", Out: &out, Errs: &errs}
	if code := program.Run(nil, &world{}); code != commandline.ExitOK || out.String() != "hello world\n" {
		t.Errorf("exit code %d, out %q, errs %q", code, &out, &errs)
	}
}

type world struct{}

func (world) Run(out io.Writer) error {
	_, err := fmt.Fprintln(out, "hello world")
	return err
}
