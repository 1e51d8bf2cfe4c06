package main

import (
	"fmt"
	"io"
	"strings"

	"gatehouse/gateway/tariffdoc"
	"gatehouse/gateway/tariffdoc/apds"
)

// tariffExport prints a tariff for others. What the form can't say is told beside it, under "gatehouse".
type tariffExport struct {
	APDS bool   `name:"apds" required:"" help:"As a RateTable of APDS 4 (JSON)."`
	File string `arg:"" help:"The tariff's file, TOML or JSON."`
}

// Run prints the table.
func (c *tariffExport) Run(out io.Writer) error {
	loaded, _, err := loadTariff(c.File)
	if err != nil {
		return err
	}
	return printJSON(out, apds.Export(loaded))
}

// tariffImport prints the tariff document that a table of others means, if what the table leaves open is answered: by
// the table itself if we exported it, else by flags. An error lists what is to be answered.
type tariffImport struct {
	APDS     bool   `name:"apds" required:"" help:"From a RateTable of APDS 4 (JSON)."`
	File     string `arg:"" help:"The table's file."`
	Timezone string `help:"The location's zone, such as Europe/Berlin."`
	Version  string `help:"Version of the tariff; default: that of the table."`
	Limit    string `help:"Is a stay of exactly the end of a tier still within it: inclusive or exclusive."`
	Seconds  string `help:"What a started minute counts: exact, drop, up or clock."`
	Count    string `help:"What of an increment is paid: started, prorated or completed."`
	Tiers    string `help:"Whether the values of tiers are added, or each is the total."`
	Resets   string `help:"What resetTime resets: maximum, lines or both."`
	Counts   string `help:"How a resetTime of days is counted when the clocks change: elapsed or civil."`
	Beyond   string `help:"What time beyond the last line costs: free."`
}

// Run prints the document, once it reads as a tariff.
func (c *tariffImport) Run(out io.Writer) error {
	file, err := openFile(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, apds.BytesMax+1))
	if err != nil {
		return err
	}
	text, err := apds.Import(data, apds.Answers{
		Timezone: c.Timezone, Version: c.Version, Limit: c.Limit, Seconds: c.Seconds, Count: c.Count, Tiers: c.Tiers, Resets: c.Resets,
		Counts: c.Counts, Beyond: c.Beyond,
	})
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if _, _, err := tariffdoc.Parse(strings.TrimSuffix(c.File, ".json")+".toml", []byte(text)); err != nil {
		return fmt.Errorf("the table can't be used as a tariff: %w", err)
	}
	_, err = io.WriteString(out, text)
	return err
}
