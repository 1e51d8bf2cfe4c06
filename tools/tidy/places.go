package tidy

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"gatehouse/boards"
)

// topNames are all that lies at the top of the tree: a newcomer sees the parts of the system and how to run it.
const topNames = "README.md LICENSE Makefile go.mod go.sum .gitignore .ci sync boards drivers gateway cloud tools"

// ruleTopNames: nothing else lies at the top.
func ruleTopNames(t *tree) []finding {
	findings := []finding{}
	seen := map[string]bool{}
	for _, f := range t.files {
		name := top(f.path)
		if !slices.Contains(strings.Fields(topNames), name) && !seen[name] {
			seen[name] = true
			findings = append(findings, finding{name, 0, "does not belong at the top of the tree (tools/tidy/places.go)"})
		}
	}
	return findings
}

// sourceNotes are files of testdata that say where others come from.
const sourceNotes = "README.md SOURCE.md LICENSE"

// ruleTestdata: each file in testdata is used by a test of its package, which mentions it, its folder, or a
// pattern that it matches; a fuzz corpus, by its fuzz function.
func ruleTestdata(t *tree) []finding {
	findings := []finding{}
	for _, f := range t.files {
		dir, name, found := strings.Cut(f.path, "/testdata/")
		if found && !isMentioned(t.testText(dir), name) {
			findings = append(findings, finding{f.path, 0, "is used by no test of " + dir})
		}
	}
	return findings
}

// testText is the text of all tests of a package.
func (t *tree) testText(dir string) string {
	var text strings.Builder
	if p := t.find(dir); p != nil {
		for _, f := range p.tests {
			text.WriteString(f.text)
		}
	}
	return text.String()
}

var quoted = regexp.MustCompile("\"[^\"\n]*\"|`[^`\n]*`")

// isMentioned reports whether tests mention a file of testdata.
func isMentioned(tests, name string) bool {
	if corpus, isCorpus := strings.CutPrefix(name, "fuzz/"); isCorpus {
		return strings.Contains(tests, "func "+top(corpus)+"(f *testing.F)")
	}
	if strings.Contains(tests, path.Base(name)) || slices.Contains(strings.Fields(sourceNotes), path.Base(name)) {
		return true
	}
	full := "testdata/" + name
	for _, literal := range quoted.FindAllString(tests, -1) {
		pattern := strings.TrimSuffix(strings.Trim(literal, "\"`"), "/")
		if pattern == path.Dir(full) {
			return true
		}
		if match, _ := path.Match(pattern, full); match {
			return true
		}
		if match, _ := path.Match(pattern, path.Base(full)); match && strings.Contains(pattern, ".") {
			return true
		}
	}
	return false
}

// ruleBoards: every board file in the tree loads.
func ruleBoards(t *tree) []finding {
	findings := []finding{}
	for _, f := range t.files {
		if path.Dir(f.path) != "boards" || path.Ext(f.path) != ".toml" {
			continue
		}
		if _, err := boards.Parse([]byte(f.text), path.Base(f.path)); err != nil {
			findings = append(findings, finding{f.path, 0, "does not load: " + err.Error()})
		}
	}
	return findings
}

var makeTarget = regexp.MustCompile(`(?m)^([a-z][a-z-]*):.*##`)

// ruleReadme: the README mentions every target that the Makefile explains.
func ruleReadme(t *tree) []finding {
	readme, found := t.text("README.md")
	if !found {
		return nil
	}
	makefile, _ := t.text("Makefile")
	findings := []finding{}
	for _, match := range makeTarget.FindAllStringSubmatch(makefile, -1) {
		mention := regexp.MustCompile(`\bmake ` + match[1] + `\b`)
		if !mention.MatchString(readme) {
			findings = append(findings, finding{"README.md", 0, "does not mention make " + match[1]})
		}
	}
	return findings
}
