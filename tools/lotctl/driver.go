package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"gatehouse/drivers/all"
)

type driverCommands struct {
	List driverList `cmd:"" name:"ls" help:"List the drivers, each with the settings that it takes from a site file."`
}

type driverList struct{}

// Run prints the catalog.
func (driverList) Run(out io.Writer) error {
	for _, driver := range all.Catalog() {
		fmt.Fprintf(out, "%-16s %s\n", driver.Name, driver.Summary)
		for _, key := range slices.Sorted(maps.Keys(driver.Settings)) {
			fmt.Fprintf(out, "    %-20s %s\n", key, driver.Settings[key])
		}
	}
	return nil
}
