package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"gatehouse/boards"
)

type boardMatch struct {
	Root string `help:"Folder that holds the machine's proc." default:"/" type:"path"`
	JSON bool   `help:"Print JSON: {model, compatible, hat, boards}, with a {name, title} for each board."`
}

// machineJSON is a machine with the boards that it can have. Model, Compatible and HAT are empty where it does not say.
type machineJSON struct {
	Model      string      `json:"model"`
	Compatible []string    `json:"compatible"`
	HAT        string      `json:"hat"`
	Boards     []boardName `json:"boards"`
}

// boardName is a board in a list.
type boardName struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// errNoBoard ends a search in vain.
var errNoBoard = errors.New("no board is for this machine")

// Run says which boards the machine can have, by what its device tree calls it.
func (c boardMatch) Run(out io.Writer) error {
	m := machineCheck{root: c.Root}
	found := machineJSON{
		Model: strings.TrimRight(m.text("proc/device-tree/model"), "\x00"), Compatible: m.compatible(),
		HAT: strings.TrimRight(m.text("proc/device-tree/hat/product"), "\x00"), Boards: []boardName{},
	}
	for _, name := range boards.ForMachine(found.Compatible) {
		board, err := boards.Load(name)
		if err != nil {
			return err
		}
		found.Boards = append(found.Boards, boardName{name, board.Title})
	}
	if c.JSON {
		if err := printJSON(out, found); err != nil {
			return err
		}
	} else {
		found.print(out)
	}
	if len(found.Boards) == 0 {
		return errNoBoard
	}
	return nil
}

func (f machineJSON) print(out io.Writer) {
	if len(f.Compatible) == 0 {
		fmt.Fprint(out, folded("This machine has no device tree, so that it is no Raspberry Pi. If its devices are in the network alone, or on serial adapters, "+
			"its board is network, or a file of your own that extends it.", "", ""))
		return
	}
	fmt.Fprint(out, folded(fmt.Sprintf("This machine is a %s (%s).", f.Model, f.Compatible[0]), "", "  "))
	if f.HAT != "" {
		fmt.Fprint(out, folded("The HAT on it calls itself "+f.HAT+".", "", "  "))
	}
	if len(f.Boards) == 0 {
		fmt.Fprint(out, folded(fmt.Sprintf("Write a board file of your own, with match = [%q].", f.Compatible[0]), "", ""))
		return
	}
	fmt.Fprint(out, "\nIts board is one of these, or a file of your own that extends one:\n")
	for _, b := range f.Boards {
		fmt.Fprint(out, folded(b.Title, fmt.Sprintf("  %-35s ", b.Name), strings.Repeat(" ", 38)))
	}
}
