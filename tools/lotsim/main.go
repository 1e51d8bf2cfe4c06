// Command lotsim runs simulated car parks: a real day of a ledger, or thousands of bad days by their seeds.
//
//	lotsim day --ledger FILE --date YYYY-MM-DD --spots N --gates N --seed S --json
//	lotsim seeds --count N [--from SEED]
//	lotsim chain --lots N --days D --seed S --json [--count N] [--trouble N] [--lot NAME --tell]
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
)

func main() {
	var commands struct {
		Day   day          `cmd:"" help:"Replay one real day of a ledger as fast as it goes."`
		Chain chainCommand `cmd:"" help:"Headquarters and hundreds of lots over a network that does its worst."`
		Seeds seeds        `cmd:"" help:"Run many seeds with every fault, and check the invariants at each step."`
	}
	context := kong.Parse(&commands, kong.Name("lotsim"), kong.Description("Simulated car parks."), kong.BindTo(os.Stdout, (*io.Writer)(nil)),
		kong.Exit(exit))
	if err := context.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(codeOf(err))
	}
}

// exit ends the program after --help, or for flags that can't be read.
func exit(code int) {
	if code != 0 {
		code = 2
	}
	os.Exit(code)
}

// usage is a flag's value that makes no sense.
type usage string

// Error is what to write instead.
func (u usage) Error() string { return string(u) }

// codeOf is 2 for wrong flags, and 1 for wrong data or a broken invariant.
func codeOf(err error) int {
	if wrong := usage(""); errors.As(err, &wrong) {
		return 2
	}
	return 1
}
