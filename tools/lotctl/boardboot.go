package main

import (
	"fmt"
	"io"
	"slices"

	"gatehouse/boards"
)

type boardBoot struct {
	Board string `arg:"" help:"Name of a board, or path of a board file."`
	Root  string `help:"Folder that holds the machine's boot." default:"/" type:"path"`
	JSON  bool   `help:"Print JSON: an array of {file, line, why}, for config.txt and cmdline.txt."`
}

// missingJSON is a line that a file of the boot partition lacks.
type missingJSON struct {
	File string `json:"file"`
	Line string `json:"line"`
	Why  string `json:"why"`
}

// Run prints the lines that a machine's config.txt lacks, ready to be appended; elsewhere than on the machine, all of them.
// Appended twice, they are there once.
func (c boardBoot) Run(out io.Writer) error {
	board, err := boards.Load(c.Board)
	if err != nil {
		return err
	}
	m := machineCheck{root: c.Root, board: board}
	if c.JSON {
		all := []missingJSON{}
		for _, line := range m.missing() {
			all = append(all, missingJSON{either(slices.Contains(board.Config, line), "config.txt", "cmdline.txt"), line.Line, line.Why})
		}
		return printJSON(out, all)
	}
	lines := 0
	for _, line := range m.missing() {
		if !slices.Contains(board.Config, line) {
			fmt.Fprintf(out, "\n# And in cmdline.txt, by hand, in its one line: %s\n%s", line.Line, folded(line.Why, "# ", "# "))
			continue
		}
		if lines == 0 {
			fmt.Fprintf(out, "\n# Gatehouse: %s\n[all]\n", board.Name)
		}
		lines++
		fmt.Fprintf(out, "%s%s\n", folded(line.Why, "# ", "# "), line.Line)
	}
	if lines == 0 {
		fmt.Fprintln(out, "# config.txt has all that the board needs")
	}
	return nil
}
