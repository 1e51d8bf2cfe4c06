// Command gatehouse runs one car park.
//
//	gatehouse run --site site.toml --data DIR      serve the lot that the site file describes
//	gatehouse example                              print a site file to begin with
//	gatehouse reference                            print how to write a site file
//	gatehouse check --site site.toml               say all that is wrong with a site file
//	gatehouse demo [--speed N]                     a whole simulated lot replaying a real day
//	gatehouse unit                                 print a unit of systemd that runs it as a service
//	gatehouse token --name NAME --role ROLE        make an access token for a site file
//	gatehouse version
//
// run starts whatever is broken, as long as there is something to decide by. With a site file that can't be used it runs
// on the last good one, in safe mode, and says so on the page, in /healthz and in the log. A board or port that can't be
// opened leaves devices offline; an address that can't be had leaves the gates without a page until it can. A damaged
// state file is looked over in a child process and rebuilt from the log. It does not start if another process has the
// data folder, if the folder is another location's or a newer program's, or if there is no site at all: then the exit code
// is 1, and the last line says what to do.
//
// SIGTERM and SIGINT end it: within a second or two, with everything that was answered durable, relays off and exit code
// 0. A second signal ends it at once. kill -9 at any moment costs nothing that was answered.
//
// It is also the child that looks state files over (see checkStateWord).
package main

import (
	"fmt"
	"os"
	_ "time/tzdata" // a gateway's own copy of the time zones: small systems have none

	"gatehouse/sync/commandline"
)

// version is set by the build.
var version = "dev"

func main() {
	if checkState(os.Args) {
		return
	}
	var commands struct {
		Run       runCommand       `cmd:"" help:"Serve the lot that a site file describes."`
		Check     checkCommand     `cmd:"" help:"Say what is wrong with a site file."`
		Example   exampleCommand   `cmd:"" help:"Print a site file to begin with, or list them all."`
		Reference referenceCommand `cmd:"" help:"Print how to write a site file."`
		Demo      demoCommand      `cmd:"" help:"Run a simulated lot that replays a real day."`
		Unit      unitCommand      `cmd:"" help:"Print a unit of systemd that runs it as a service."`
		Token     tokenCommand     `cmd:"" help:"Make an access token for a site file."`
		Version   versionCommand   `cmd:"" help:"Print the version."`
	}
	program := commandline.Program{
		Name: "gatehouse", Description: "Runs one car park from a box at its gate.", Out: os.Stdout, Errs: os.Stderr,
	}
	os.Exit(program.Run(os.Args[1:], &commands))
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run() error {
	_, err := fmt.Println("gatehouse", version)
	return err
}
