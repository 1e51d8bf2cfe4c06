package tidy

import (
	"go/ast"
	"slices"
	"strings"
)

const (
	functionLinesMax = 70  // a function that fits on a screen can be held in the head
	fileLinesMax     = 600 // a file is round one noun
)

// longFiles are the files that may be longer, each with its reason: generated ones and tables.
var longFiles = map[string]string{}

// ruleSizes: functions and files have a greatest length. Rows of a table in a test do not count.
func ruleSizes(t *tree) []finding {
	findings := []finding{}
	for _, f := range t.files {
		if f.syntax == nil || longFiles[f.path] != "" {
			continue
		}
		if lines := strings.Count(f.text, "\n"); lines > fileLinesMax {
			findings = append(findings, finding{f.path, 0, "is too long: split it round its nouns"})
		}
		for _, decl := range f.syntax.Decls {
			function, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if lines := t.lines(function) - t.tableLines(f, function); lines > functionLinesMax {
				findings = append(findings, t.at(function.Pos(), "%s has %d lines, more than %d", function.Name.Name, lines, functionLinesMax))
			}
		}
	}
	for name := range longFiles {
		if !slices.ContainsFunc(t.files, func(f *file) bool { return f.path == name }) {
			findings = append(findings, finding{"tools/tidy/sizes.go", 0, name + " is gone from the tree: remove its line"})
		}
	}
	return findings
}

// lines counts the lines that a piece of syntax takes.
func (t *tree) lines(n ast.Node) int {
	return t.fset.Position(n.End()).Line - t.fset.Position(n.Pos()).Line + 1
}

// tableLines counts the lines within a test function's literals.
func (t *tree) tableLines(f *file, function *ast.FuncDecl) int {
	if !f.isTest() {
		return 0
	}
	lines := 0
	ast.Inspect(function, func(n ast.Node) bool {
		literal, ok := n.(*ast.CompositeLit)
		if ok {
			lines += t.lines(literal) - 1
		}
		return !ok
	})
	return lines
}
