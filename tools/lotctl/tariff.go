package main

import (
	"fmt"
	"io"
	"io/fs"
	"strings"

	"gatehouse/gateway/tariff"
	"gatehouse/gateway/tariffdoc"
	"gatehouse/sync/commandline"
	"gatehouse/sync/tomlfile"
)

type tariffCommands struct {
	Check     tariffCheck     `cmd:"" help:"Say all that is wrong with a tariff, with line and what to write instead."`
	Reference tariffReference `cmd:"" help:"Print the reference of the format."`
	Schema    tariffSchema    `cmd:"" help:"Print the JSON Schema of the format."`
	Example   tariffExample   `cmd:"" help:"List the examples, real published tariffs, or print one."`
	Replay    tariffReplay    `cmd:"" help:"Price the stays of a file by a new tariff, and compare."`
	Review    tariffReview    `cmd:"" help:"Say what a price becomes that follows the occupancy."`
	Export    tariffExport    `cmd:"" help:"Print a tariff in a form of others."`
	Import    tariffImport    `cmd:"" help:"Make a tariff of a form of others; ask what it leaves open."`
}

// loadTariff reads a tariff from a file: JSON if its name ends so, else TOML.
func loadTariff(name string) (*tariff.Tariff, tomlfile.Problems, error) {
	file, err := openFile(name)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, tomlfile.BytesMax+1))
	if err != nil {
		return nil, nil, err
	}
	if strings.HasSuffix(strings.ToLower(name), ".json") {
		return tariffdoc.ParseJSON(name, data)
	}
	return tariffdoc.Parse(name, data)
}

type tariffCheck struct {
	File string `arg:"" help:"The tariff's file, TOML or JSON."`
}

// Run lists the problems. A tariff with warnings alone can be used.
func (c *tariffCheck) Run(out io.Writer) error {
	loaded, warnings, err := loadTariff(c.File)
	for _, w := range warnings {
		fmt.Fprintf(out, "warning: %s\n", w.Error())
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s: ok: %s, %s, %s, in %s and %s\n", c.File, tomlfile.Counted(len(loaded.Rules), "rule"),
		tomlfile.Counted(len(loaded.Caps), "cap"), tomlfile.Counted(len(loaded.Offers), "offer"), loaded.Currency, loaded.Zone)
	return err
}

type tariffReference struct{}

// Run prints the reference.
func (tariffReference) Run(out io.Writer) error {
	_, err := io.WriteString(out, tariffdoc.Reference())
	return err
}

type tariffSchema struct{}

// Run prints the schema.
func (tariffSchema) Run(out io.Writer) error {
	_, err := out.Write(tariffdoc.Schema())
	return err
}

type tariffExample struct {
	Name string `arg:"" optional:"" help:"The example to print."`
}

// Run lists the examples, or prints one.
func (c *tariffExample) Run(out io.Writer) error {
	names, err := fs.Glob(tariffdoc.Examples(), "*.toml")
	if err != nil {
		return err
	}
	if c.Name == "" {
		for _, name := range names {
			fmt.Fprintln(out, strings.TrimSuffix(name, ".toml"))
		}
		return nil
	}
	data, err := fs.ReadFile(tariffdoc.Examples(), strings.TrimSuffix(c.Name, ".toml")+".toml")
	if err != nil {
		return fmt.Errorf("%w: there is no example %q; lotctl tariff example lists them", commandline.ErrUsage, c.Name)
	}
	_, err = out.Write(data)
	return err
}
