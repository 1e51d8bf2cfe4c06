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
}

// Run prints the lines that a machine's config.txt lacks, ready to be appended; elsewhere than on the machine, all of them.
// Appended twice, they are there once.
func (c boardBoot) Run(out io.Writer) error {
	board, err := boards.Load(c.Board)
	if err != nil {
		return err
	}
	m := machineCheck{root: c.Root, board: board}
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
