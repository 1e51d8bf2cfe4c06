// Command lotsim runs simulated car parks: a real day of a ledger, or thousands of bad days by their seeds.
//
//	lotsim day --ledger FILE --date YYYY-MM-DD --spots N --gates N --seed S --json
//	lotsim seeds --count N [--from SEED]
//	lotsim chain --lots N --days D --seed S --json [--count N] [--trouble N] [--lot NAME --tell]
package main

import (
	"os"

	"gatehouse/sync/commandline"
)

func main() {
	var commands struct {
		Day   day          `cmd:"" help:"Replay one real day of a ledger as fast as it goes."`
		Chain chainCommand `cmd:"" help:"Headquarters and hundreds of lots over a network that does its worst."`
		Seeds seeds        `cmd:"" help:"Run many seeds with every fault, and check the invariants at each step."`
	}
	program := commandline.Program{Name: "lotsim", Description: "Simulated car parks.", Out: os.Stdout, Errs: os.Stderr}
	os.Exit(program.Run(os.Args[1:], &commands))
}
