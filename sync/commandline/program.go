package commandline

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	ExitOK    = 0
	ExitWrong = 1 // what was looked at is wrong, or could not be done
	ExitUsage = 2 // the command line is wrong
)

// ErrUsage marks errors of the command line that only a command itself can find.
var ErrUsage = errors.New("usage")

// Program is what its help begins with, and where it writes.
type Program struct {
	Name, Description string
	Out, Errs         io.Writer // Out is also handed to a command's Run that asks for an io.Writer
}

// Run reads args (without the program's name) into commands, a pointer to a struct with kong's tags, runs the command
// that was chosen, and returns the exit code. Where the arguments end too soon, it prints the help
// of what they began.
func (p Program) Run(args []string, commands any) (exitCode int) {
	chosen, exitCode, done := p.parse(args, commands)
	if done {
		return exitCode
	}
	err := chosen.Run()
	switch {
	case err == nil:
		return ExitOK
	case errors.Is(err, ErrUsage):
		exitCode = ExitUsage
	default:
		exitCode = ExitWrong
	}
	fmt.Fprintf(p.Errs, "%s: %v\n", p.Name, err)
	if advice := adviceOn(err); advice != "" {
		fmt.Fprintf(p.Errs, "  %s\n", advice)
	}
	return exitCode
}

// parse reads args; done means that there is nothing left to run.
func (p Program) parse(args []string, commands any) (chosen *kong.Context, exitCode int, done bool) {
	parser, err := kong.New(commands, kong.Name(p.Name), kong.Description(p.Description), kong.Writers(p.Out, p.Errs),
		kong.Exit(func(code int) { exitCode, done = code, true }), kong.BindTo(p.Out, (*io.Writer)(nil)))
	if err != nil {
		fmt.Fprintf(p.Errs, "%s: %v\n", p.Name, err)
		return nil, ExitUsage, true
	}
	chosen, err = parser.Parse(args)
	switch {
	case done: // --help has printed itself
		return nil, exitCode, true
	case err == nil:
		return chosen, ExitOK, false
	case unfinished(err):
		parser.Stdout = p.Errs
		_, _ = parser.Parse(append(args, "--help")) // prints, and "exits"
		fmt.Fprintf(p.Errs, "%s: %v\n", p.Name, err)
	default:
		fmt.Fprintf(p.Errs, "%s: %v\n%[1]s --help says what there is\n", p.Name, err)
	}
	return nil, ExitUsage, true
}

// unfinished is whether the arguments end before all is named that must be, as in lotctl gate.
func unfinished(err error) bool { return strings.HasPrefix(err.Error(), "expected ") }
