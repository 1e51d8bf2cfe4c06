// Command gatehouse-cloud is headquarters' aggregator: one binary, one command, no set-up.
//
//	gatehouse-cloud run [--data DIR] [--listen ADDR] [--mqtt ADDR] [--host NAME]   take what gateways send
//	gatehouse-cloud rotate-key --reason TEXT [--overlap 168h | --end | --lost]     change the key that gateways believe
//	gatehouse-cloud backup --to DIR [--data DIR]                                  copy everything that is kept
//	gatehouse-cloud version
//
// Without options it keeps everything in ./gatehouse-cloud, runs its own broker and its own database, and makes its
// certificate authority at the first start. With --postgres it keeps its rows there, and any number of them may share the
// work; with --broker it uses an MQTT broker that somebody else runs. --enrol LOCATION prints a one-time code with which a
// gateway of that location gets its certificate (lotctl enrol).
//
// Headquarters' page is at / of its HTTPS address, its API at /docs. The first token lies in the file token of its data folder;
// with it, API keys for others are made.
//
// SIGTERM and SIGINT end it, with exit code 0. kill -9 at any moment costs nothing that was acknowledged: gateways send
// the rest again.
package main

import (
	"fmt"
	"os"
	_ "time/tzdata" // headquarters' own copy of the time zones: containers have none

	"gatehouse/sync/commandline"
)

// version is set by the build.
var version = "dev"

func main() {
	var commands struct {
		Run       runCommand     `cmd:"" help:"Take what gateways send."`
		RotateKey rotateCommand  `cmd:"" name:"rotate-key" help:"Change the key with which headquarters signs what it says to gateways."`
		Backup    backupCommand  `cmd:"" help:"Copy everything that is kept, also while headquarters runs."`
		Version   versionCommand `cmd:"" help:"Print the version."`
	}
	program := commandline.Program{
		Name: "gatehouse-cloud", Description: "Headquarters of a chain of car parks.", Out: os.Stdout, Errs: os.Stderr,
	}
	os.Exit(program.Run(os.Args[1:], &commands))
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run() error {
	_, err := fmt.Println("gatehouse-cloud", version)
	return err
}
