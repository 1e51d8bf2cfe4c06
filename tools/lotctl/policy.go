package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"text/tabwriter"

	"gatehouse/gateway/api"
)

type policyCommands struct {
	List   policyList   `cmd:"" name:"ls" help:"What headquarters released to this gateway, and what was edited here."`
	Show   policyShow   `cmd:"" help:"The text of a document, as it is in effect."`
	Edit   policyEdit   `cmd:"" help:"Put a text of your own into effect, until headquarters has seen it and decided."`
	Revert policyRevert `cmd:"" help:"Take your text back: headquarters' counts again."`
}

func policyPath(kind string) string { return "/api/v1/policies/" + url.PathEscape(kind) }

type policyList struct {
	gatewayFlags `embed:""`
	JSON         bool `name:"json" help:"Print one JSON object."`
}

// Run lists the documents.
func (c policyList) Run(out io.Writer) error {
	var all api.Policies
	if err := c.get("/api/v1/policies", &all); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(out, all)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for i := range all.Policies {
		fmt.Fprintf(table, "%s\t%s\n", all.Policies[i].Kind, policyWords(&all.Policies[i]))
	}
	return table.Flush()
}

// policyWords say in a line how a document is.
func policyWords(p *api.Policy) string {
	words := "none from headquarters"
	if p.Version > 0 {
		words = fmt.Sprintf("version %d of %s", p.Version, p.Actor)
	}
	if p.Next > 0 {
		words += fmt.Sprintf(", version %d waits", p.Next)
	}
	if p.GivenUp > 0 {
		words += fmt.Sprintf(", version %d was given up", p.GivenUp)
	}
	switch {
	case p.EditHeld:
		words += ", edited here by " + p.EditBy + ": " + p.EditWhy
	case p.Edit > 0:
		words += ", the edit of " + p.EditBy + " overruled by headquarters"
	}
	return words
}

type policyShow struct {
	gatewayFlags `embed:""`
	Kind         string `arg:"" help:"The kind, as ls names it."`
	JSON         bool   `name:"json" help:"Print one JSON object."`
}

// Run prints a document's text, fit to be edited.
func (c policyShow) Run(out io.Writer) error {
	var one api.PolicyText
	if err := c.get(policyPath(c.Kind), &one); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(out, one)
	}
	_, err := io.WriteString(out, one.Content)
	return err
}

type policyEdit struct {
	gatewayFlags `embed:""`
	Kind         string `arg:"" enum:"tariff,settings,blocklist,validations" help:"What to edit: tariff, settings, blocklist or validations."`
	File         string `arg:"" help:"The whole text."`
	Reason       string `required:"" help:"Why; it goes on record, and headquarters sees it."`
}

// Run sends the text. The gateway refuses what it can't use, and says why.
func (c policyEdit) Run(out io.Writer) error {
	text, err := readWritten(c.File)
	if err != nil {
		return err
	}
	var one api.PolicyText
	if err := c.ask(http.MethodPut, policyPath(c.Kind), map[string]string{"content": string(text), "reason": c.Reason}, &one); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s: %s\n", one.Kind, policyWords(&one.Policy))
	return err
}

type policyRevert struct {
	gatewayFlags `embed:""`
	Kind         string `arg:"" help:"The kind, as ls names it."`
	Reason       string `required:"" help:"Why; it goes on record, and headquarters sees it."`
}

// Run takes the text back.
func (c policyRevert) Run(out io.Writer) error {
	var one api.PolicyText
	if err := c.ask(http.MethodDelete, policyPath(c.Kind)+"?reason="+url.QueryEscape(c.Reason), nil, &one); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "%s: %s\n", one.Kind, policyWords(&one.Policy))
	return err
}
