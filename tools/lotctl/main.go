// Command lotctl is the tool of those who look after car parks: it prices stays, reads what devices sent, draws boards,
// and asks a running gateway.
//
// The exit code is 0 if all is well, 1 if what was looked at is wrong or can't be had, and 2 if the command line is.
package main

import (
	"io"
	"os"
	_ "time/tzdata" // a gateway's own copy of the time zones: small systems have none

	"gatehouse/sync/commandline"
)

// commands has a field per group of commands, each with a file of its own.
type commands struct {
	Status   statusCommand    `cmd:"" help:"A running gateway at a glance: spots, gates, and what needs a person."`
	Doctor   doctorCommand    `cmd:"" help:"Every check of a running gateway; the exit code is 1 if it has a fault."`
	Support  supportCommand   `cmd:"" help:"Put all that a running gateway says of itself into one file, without plates, for who is asked for help."`
	Gate     gateCommands     `cmd:"" help:"The gates of a running gateway: as they are, why, and orders to them."`
	Ticket   ticketCommands   `cmd:"" help:"Visits: find one, and say what it costs and why."`
	Camera   cameraCommands   `cmd:"" help:"What plate cameras send."`
	Board    boardCommands    `cmd:"" help:"The boards that this version knows, and their wiring."`
	Driver   driverCommands   `cmd:"" help:"The drivers that this version has."`
	Sensor   sensorCommands   `cmd:"" help:"What spot sensors send."`
	Terminal terminalCommands `cmd:"" help:"Payment terminals with ZVT: the end of the day, and payments that are taken back."`
	Enrol    enrolCommand     `cmd:"" help:"Give this gateway an identity at headquarters, by a one-time code."`
	Sync     syncCommands     `cmd:"" help:"The sync with headquarters."`
	Fee      feeCommand       `cmd:"" help:"Price a stay, and say why."`
	Tariff   tariffCommands   `cmd:"" help:"Tariffs: check one, read about their format."`
	Policy   policyCommands   `cmd:"" help:"Headquarters' documents at a running gateway, and your own edits of them."`
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the whole program but for its exit.
func run(args []string, out, errs io.Writer) int {
	program := commandline.Program{Name: "lotctl", Description: "Looks after car parks.", Out: out, Errs: errs}
	return program.Run(args, &commands{})
}
