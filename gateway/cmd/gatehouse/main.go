// Command gatehouse runs one car park.
//
//	gatehouse run --site site.toml --data DIR      serve the lot that the site file describes
//	gatehouse check --site site.toml               say what is wrong with a site file
//	gatehouse demo [--speed N]                     a whole simulated lot replaying a real day
//	gatehouse token --name NAME --role ROLE        make an access token for a site file
//	gatehouse version
package main

import (
	"fmt"
	"os"
	_ "time/tzdata" // a gateway's own copy of the time zones: small systems have none

	"github.com/alecthomas/kong"
)

// version is set by the build.
var version = "dev"

func main() {
	if checkState(os.Args) {
		return
	}
	var commands struct {
		Run     runCommand     `cmd:"" help:"Serve the lot that a site file describes."`
		Check   checkCommand   `cmd:"" help:"Say what is wrong with a site file."`
		Demo    demoCommand    `cmd:"" help:"Run a simulated lot that replays a real day."`
		Token   tokenCommand   `cmd:"" help:"Make an access token for a site file."`
		Version versionCommand `cmd:"" help:"Print the version."`
	}
	chosen := kong.Parse(&commands, kong.Name("gatehouse"), kong.Description("Runs one car park from a box at its gate."))
	if err := chosen.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "gatehouse:", err)
		os.Exit(1)
	}
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run() error {
	_, err := fmt.Println("gatehouse", version)
	return err
}
