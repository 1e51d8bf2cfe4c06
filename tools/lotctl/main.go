// Command lotctl is the tool of those who look after car parks: it prices stays, reads what devices sent, draws boards,
// and asks a running gateway.
//
// The exit code is 0 if all is well, 1 if what was looked at is wrong or can't be had, and 2 if the command line is.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	_ "time/tzdata" // a gateway's own copy of the time zones: small systems have none

	"github.com/alecthomas/kong"
)

const (
	exitWrong = 1 // what was looked at is wrong
	exitUsage = 2 // the command line is
)

// errUsage marks errors of the command line that only a command itself can find.
var errUsage = errors.New("usage")

// commands has a field per group of commands, each with a file of its own.
type commands struct {
	Camera   cameraCommands   `cmd:"" help:"What plate cameras send."`
	Board    boardCommands    `cmd:"" help:"The boards that this version knows, and their wiring."`
	Driver   driverCommands   `cmd:"" help:"The drivers that this version has."`
	Sensor   sensorCommands   `cmd:"" help:"What spot sensors send."`
	Terminal terminalCommands `cmd:"" help:"Payment terminals with ZVT: the end of the day, and payments that are taken back."`
	Enrol    enrolCommand     `cmd:"" help:"Give this gateway an identity at headquarters, by a one-time code."`
	Sync     syncCommands     `cmd:"" help:"The sync with headquarters."`
	Fee      feeCommand       `cmd:"" help:"Price a stay, and say why."`
	Tariff   tariffCommands   `cmd:"" help:"Tariffs: check one, read about their format."`
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the whole program but for its exit.
func run(args []string, out, errs io.Writer) int {
	var chosen commands
	exit := -1
	parser, err := kong.New(&chosen, kong.Name("lotctl"), kong.Description("Looks after car parks."),
		kong.Writers(out, errs), kong.Exit(func(code int) { exit = code }), kong.BindTo(out, (*io.Writer)(nil)))
	if err != nil {
		fmt.Fprintln(errs, "lotctl:", err)
		return exitUsage
	}
	context, err := parser.Parse(args)
	if exit >= 0 { // --help has printed itself
		return exit
	}
	if err != nil {
		fmt.Fprintf(errs, "lotctl: %v\nlotctl --help lists the commands\n", err)
		return exitUsage
	}
	switch err := context.Run(); {
	case errors.Is(err, errUsage):
		fmt.Fprintln(errs, "lotctl:", err)
		return exitUsage
	case err != nil:
		fmt.Fprintln(errs, "lotctl:", err)
		return exitWrong
	}
	return 0
}
