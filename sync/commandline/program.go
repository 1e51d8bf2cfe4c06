package commandline

import (
	"errors"
	"fmt"
	"io"

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
// that was chosen, and returns the exit code. Where a program has commands and none is named, it prints the help.
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
	if len(args) == 0 && len(parser.Model.Children) > 0 {
		parser.Stdout = p.Errs
		_, _ = parser.Parse([]string{"--help"}) // prints, and "exits"
		return nil, ExitUsage, true
	}
	chosen, err = parser.Parse(args)
	if err != nil && !done {
		fmt.Fprintf(p.Errs, "%s: %v\n%[1]s --help says what there is\n", p.Name, err)
		return nil, ExitUsage, true
	}
	return chosen, exitCode, done
}
