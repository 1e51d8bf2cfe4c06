package main

import (
	"embed"
	"errors"
	"fmt"
	"os"
	"strings"

	"gatehouse/drivers/all"
	"gatehouse/gateway/journal"
	"gatehouse/gateway/site"
	"gatehouse/sync/tomlfile"
)

//go:embed examples/*.toml
var examples embed.FS

//go:embed gatehouse.service
var unit string

type exampleCommand struct {
	Name string `arg:"" optional:"" default:"small" help:"Which one; ? lists them."`
}

// Run prints a site file to begin with.
func (c *exampleCommand) Run() error {
	text, err := examples.ReadFile("examples/" + c.Name + ".toml")
	if err == nil {
		_, err = fmt.Print(string(text))
		return err
	}
	entries, err := examples.ReadDir("examples")
	if err != nil {
		return err
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = strings.TrimSuffix(entry.Name(), ".toml")
	}
	if c.Name != "?" {
		return fmt.Errorf("there is no example %q: %s", c.Name, tomlfile.Advice(c.Name, names))
	}
	for _, name := range names {
		text, err := examples.ReadFile("examples/" + name + ".toml")
		if err != nil {
			return err
		}
		head, _, _ := strings.Cut(strings.TrimPrefix(string(text), "# "), "\n\n")
		first, _, _ := strings.Cut(strings.ReplaceAll(head, "\n# ", " "), ". ")
		fmt.Printf("%-15s %s\n", name, first)
	}
	return nil
}

type unitCommand struct{}

// Run prints the unit.
func (unitCommand) Run() error {
	_, err := fmt.Print(unit)
	return err
}

type checkCommand struct {
	Site string `help:"Site file." default:"/etc/gatehouse/site.toml" type:"path"`
}

// Run prints every problem of the file; its error makes the exit code.
func (c *checkCommand) Run() error {
	data, err := os.ReadFile(c.Site)
	if err != nil {
		return orBegin(err)
	}
	parsed, err := site.Parse(c.Site, data, all.Catalog())
	if err != nil {
		fmt.Println(err)
		return fmt.Errorf("%s can't be used: %s", c.Site, tomlfile.Counted(problemsOf(err), "problem"))
	}
	for _, warning := range parsed.Warnings {
		fmt.Println(warning)
	}
	if err := parsed.Wiring(noHost{err: errNotOpened}); err != nil {
		fmt.Println(err)
		return fmt.Errorf("%s: with %s, devices would be offline", c.Site, tomlfile.Counted(problemsOf(err), "problem"))
	}
	_, err = fmt.Printf("%s is fine: %s, %s, %s\n", c.Site,
		tomlfile.Counted(len(parsed.Lot.Spots), "spot"), tomlfile.Counted(len(parsed.Lot.Gates), "gate"), tomlfile.Counted(len(parsed.Devices), "device"))
	return err
}

// orBegin says how to come by a site file where there is none.
func orBegin(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: `gatehouse example` prints one to begin with, and --site says where it is", err)
	}
	return err
}

// problemsOf is how many problems an error tells of.
func problemsOf(err error) int {
	var problems tomlfile.Problems
	errors.As(err, &problems)
	return max(1, len(problems))
}

var errNotOpened = errors.New("a check opens nothing")

// checkStateWord makes this program look a state file over instead of running a gateway.
const checkStateWord = "check-state-file"

// checkState does the work of the child that stateChecker starts; false if this is not one.
func checkState(args []string) bool {
	if len(args) != 3 || args[1] != checkStateWord {
		return false
	}
	if err := journal.CheckFile(args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

type referenceCommand struct{}

// Run prints the reference.
func (referenceCommand) Run() error {
	_, err := fmt.Print(site.Reference())
	return err
}
