package tidy

import (
	"regexp"
	"strings"
)

// leftover are the words with which people put work off. Put together, so that this file does not hold them.
var leftover = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX)\b`)

// machinePath are places of one person's machine. Our programs know none: paths come from flags and files.
var machinePath = regexp.MustCompile(`(^|[^A-Za-z0-9_.}/-])/(work|home|root)/`)

// temporaryPath is a place that only tests may name, and t.TempDir is better.
var temporaryPath = regexp.MustCompile(`(^|[^A-Za-z0-9_.}/-])/tmp/`)

// ruleLeftovers: what is worth doing is done, or is an issue.
func ruleLeftovers(t *tree) []finding {
	return t.grep(leftover, "puts work off: do it, or write it where issues are kept", func(f *file) bool { return !f.isTestdata() })
}

// ruleMachinePaths: nothing in the tree works on one machine only.
func ruleMachinePaths(t *tree) []finding {
	ours := func(f *file) bool { return top(f.path) != "tools" || !strings.HasPrefix(f.path, "tools/tidy/") }
	findings := t.grep(machinePath, "names a folder of one machine", ours)
	return append(findings, t.grep(temporaryPath, "names /tmp: take a folder as an argument", func(f *file) bool {
		return ours(f) && !f.isTest() && !f.isTestdata()
	})...)
}

// grep finds the lines that match, in the files that are in question.
func (t *tree) grep(pattern *regexp.Regexp, what string, inQuestion func(*file) bool) []finding {
	findings := []finding{}
	for _, f := range t.files {
		if !inQuestion(f) || !pattern.MatchString(f.text) {
			continue
		}
		for i, line := range strings.Split(f.text, "\n") {
			if match := pattern.FindString(line); match != "" {
				findings = append(findings, finding{f.path, i + 1, strings.TrimSpace(match) + " " + what})
			}
		}
	}
	return findings
}
